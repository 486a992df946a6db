"""Keeps what raises at one operation, in code of the project or in loadaudit, from ending the plan of all others."""

from collections.abc import Callable

from loadaudit.errors import RAISED, LoadauditError
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.project.contained import blamed
from loadaudit.records import Operation


def guarded(attempt: Callable[[Operation], Trial]) -> Callable[[Operation], Trial]:
    """Return an attempt that says where it broke instead of raising; errors for the user go on to them."""

    def attempted(operation: Operation) -> Trial:
        try:
            return attempt(operation)
        except LoadauditError:
            raise
        except RAISED as error:  # answers and models of any project are read there, in many ways
            return Trial(operation=operation, best=None, tries=0, reason=blamed(error))

    return attempted
