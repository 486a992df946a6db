"""Keeps a defect of loadaudit's own, met at one operation, from ending the plan of all others."""

import traceback
from collections.abc import Callable
from pathlib import Path

from loadaudit.errors import LoadauditError
from loadaudit.planning.preflight.judge import Trial
from loadaudit.records import Operation
from loadaudit.runfile.database_messages import without_values


def guarded(attempt: Callable[[Operation], Trial]) -> Callable[[Operation], Trial]:
    """Return an attempt that says where it broke instead of raising; errors for the user go on to them."""

    def attempted(operation: Operation) -> Trial:
        try:
            return attempt(operation)
        except LoadauditError:
            raise
        except Exception as error:  # answers and models of any project are read there, in many ways
            return Trial(operation=operation, best=None, tries=0, reason=_words(error))

    return attempted


def _words(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    said = without_values(str(error))
    return f"loadaudit itself broke at it, which is a defect to report: {type(error).__name__} in {where}: {said}"
