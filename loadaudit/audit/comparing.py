"""Several runs read and compared."""

from collections.abc import Sequence
from pathlib import Path

from loadaudit.analysis.comparison.compare import compare, compare_two
from loadaudit.analysis.comparison.reading import ReadRun, read_run
from loadaudit.analysis.comparison.result import Comparison, Series, Verdict
from loadaudit.analysis.result import Analysis
from loadaudit.audit.runs import DEFAULT_SLOW_MS
from loadaudit.audit.thresholds import check_scopes
from loadaudit.errors import UsageError
from loadaudit.runfile.folder import find_run
from loadaudit.runfile.reader import RunFile


def compare_runs(folder: Path, references: Sequence[str], *, slow_ms: int = DEFAULT_SLOW_MS) -> Series:
    """Return the comparison of the runs that these references mean; an empty one means the latest.

    Raises UsageError when one of them does not exist, or two are the same run.
    """
    return compare([_read(path, slow_ms) for path in _paths(folder, references)])


def checked_against(
    folder: Path, reference: str, baseline: str, *, slow_ms: int = DEFAULT_SLOW_MS, thresholds: Sequence[str] = ()
) -> tuple[Analysis, Comparison]:
    """Return the analysis of a run as `analyse_run` does, and what changed in it since the baseline.

    Each run is read once. Raises UsageError as `compare_runs` and `analyse_run` do.
    """
    before, after = _paths(folder, [baseline, reference])
    with RunFile(after) as run:
        check_scopes(thresholds, run.operations())
    checked = _read(after, slow_ms, thresholds or None)
    return checked.analysis, compare_two(_read(before, slow_ms), checked)


def compared_with(baseline: Path, run: Path, *, slow_ms: int = DEFAULT_SLOW_MS) -> Comparison:
    """Return what changed since the baseline in a run that was just made. Raises UsageError as `compare_runs` does."""
    return compare_two(_read(baseline, slow_ms), _read(run, slow_ms))


def readable_run(folder: Path, reference: str) -> Path:
    """Return the file of a run that can be read. Raises UsageError, before anything is done that needs it."""
    path = find_run(folder, reference)
    with RunFile(path) as run:
        run.info()
    return path


def _paths(folder: Path, references: Sequence[str]) -> Sequence[Path]:
    paths = [find_run(folder, one) for one in references]
    if len({path.resolve() for path in paths}) < len(paths):
        raise UsageError(
            f"Of {', '.join(one or 'the latest run' for one in references)} two are the same run.",
            hint="Name different runs. List them with: manage.py loadaudit runs",
        )
    return paths


def _read(path: Path, slow_ms: int, thresholds: Sequence[str] | None = None) -> ReadRun:
    with RunFile(path) as run:
        return read_run(run, slow_ms=slow_ms, thresholds=thresholds)


def regressions(comparison: Comparison, *, worse: bool, uncovered: bool) -> Sequence[str]:
    """Return the operations that got worse, and those that were covered, were sent again and have no success now."""
    found = [one.operation_id for one in comparison.of(Verdict.WORSE)] if worse else []
    found += [one.operation_id for one in comparison.operations if one.lost] if uncovered else []
    return tuple(dict.fromkeys(found))
