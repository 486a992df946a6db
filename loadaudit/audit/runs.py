"""Reads a run again and analyses it."""

from collections.abc import Sequence
from pathlib import Path

from loadaudit.analysis.analyse import analyse
from loadaudit.analysis.result import Analysis
from loadaudit.audit.thresholds import check_scopes
from loadaudit.runfile.folder import find_run
from loadaudit.runfile.reader import RunFile

DEFAULT_SLOW_MS = 500


def analyse_run(
    folder: Path,
    reference: str,
    *,
    slow_ms: int = DEFAULT_SLOW_MS,
    thresholds: Sequence[str] = (),
    detailed: bool = False,
) -> tuple[Path, Analysis]:
    """Return the file and the analysis of the run that `reference` means; empty: the latest.

    Without `thresholds` those hold that were declared when the run was made; `detailed` is for the HTML page. Raises
    UsageError when one names what the run's project does not have.
    """
    path = find_run(folder, reference)
    with RunFile(path) as run:
        check_scopes(thresholds, run.operations())
        return path, analyse(run, slow_ms=slow_ms, thresholds=thresholds or None, detailed=detailed)
