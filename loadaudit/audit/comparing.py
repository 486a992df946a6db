"""Several runs read and compared."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from loadaudit.analysis.comparison.compare import compare
from loadaudit.analysis.comparison.result import Comparison, Series, Verdict
from loadaudit.audit.runs import DEFAULT_SLOW_MS
from loadaudit.errors import UsageError
from loadaudit.runfile.folder import find_run
from loadaudit.runfile.reader import RunFile


def compare_runs(folder: Path, references: Sequence[str], *, slow_ms: int = DEFAULT_SLOW_MS) -> Series:
    """Return the comparison of the runs that these references mean; an empty one means the latest.

    Raises UsageError when one of them does not exist or was imported, or two are the same run.
    """
    paths = [find_run(folder, one) for one in references]
    if len({path.resolve() for path in paths}) < len(paths):
        raise UsageError(
            f"Of {', '.join(one or 'the latest run' for one in references)} two are the same run.",
            hint="Name different runs. List them with: manage.py loadaudit runs",
        )
    with ExitStack() as stack:
        runs = [stack.enter_context(RunFile(path)) for path in paths]
        for run in runs:
            _check_has_requests(run)
        return compare(runs, slow_ms=slow_ms)


def _check_has_requests(run: RunFile) -> None:
    """Raise UsageError for an imported run: sums per name do not tell a change from noise."""
    if run.imported() is not None:
        raise UsageError(
            f"{run.info().label} was imported: it has sums and no single requests, so that nothing can be said to have "
            "changed beyond noise.",
            hint="Compare the two reports: manage.py loadaudit report RUN",
        )


def regressions(comparison: Comparison, *, worse: bool, uncovered: bool) -> Sequence[str]:
    """Return the operations that got worse, and those that were covered, were sent again and have no success now."""
    found = [one.operation_id for one in comparison.of(Verdict.WORSE)] if worse else []
    found += [one.operation_id for one in comparison.operations if one.lost] if uncovered else []
    return tuple(dict.fromkeys(found))
