"""Lists the runs of a folder, each by what its file says of itself."""

import socket
import time
from collections.abc import Sequence
from pathlib import Path

from loadaudit.analysis.result import CoverageRow, RunSummary
from loadaudit.audit.workspace import is_alive
from loadaudit.errors import LoadauditError
from loadaudit.records import RunInfo
from loadaudit.runfile.folder import RunEntry, entry_of, list_runs
from loadaudit.runfile.reader import RunFile

_SILENCE_S = 300.0
"""A run writes several times a second while it loads; preparing and explaining take longer."""


def summaries(folder: Path) -> Sequence[RunSummary]:
    """Return one summary per run of the folder, newest first."""
    return [_summary(entry) for entry in list_runs(folder)]


def summary(path: Path) -> RunSummary:
    """Return the summary of one run file, in whatever folder it is."""
    return _summary(entry_of(path))


def _summary(entry: RunEntry) -> RunSummary:
    info = entry.info
    if info is None:
        return RunSummary(path=str(entry.path), size_bytes=entry.size_bytes, problem=entry.problem)
    return RunSummary(
        path=str(entry.path),
        size_bytes=entry.size_bytes,
        info=info,
        requests=_counted(entry.path) if info.cut_short else info.request_count,
        running=info.cut_short and _is_at_work(entry, info),
        coverage=_coverage(info),
    )


def _is_at_work(entry: RunEntry, info: RunInfo) -> bool:
    """Whether the run is still being made, here or, as far as its file shows, on another machine or in a container."""
    if info.environment.get("host", socket.gethostname()) == socket.gethostname():
        return is_alive(info.environment.get("process", ""))
    return time.time() - entry.written_s < _SILENCE_S


def _counted(path: Path) -> int:
    """Return the stored samples of a run that did not come to write its own sum."""
    try:
        with RunFile(path) as run:
            return run.sample_count()
    except LoadauditError:
        return 0


def _coverage(info: RunInfo) -> CoverageRow | None:
    if not info.operation_count:
        return None
    return CoverageRow(
        category="",
        operations=info.operation_count,
        attempted=0,
        reached=0,
        succeeded=info.succeeded_count,
        loaded=0,
        excluded=0,
        held_back=0,
        sent=info.request_count > 0,
    )
