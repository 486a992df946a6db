"""Which runs are kept: labels, deletion and pruning; a run in progress is never touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from loadaudit.analysis.result import RunSummary
from loadaudit.audit.inspection.kept import kept_before
from loadaudit.audit.summaries import summary
from loadaudit.errors import UsageError
from loadaudit.runfile import keeping
from loadaudit.runfile.folder import check_label, find_run
from loadaudit.runfile.rows import is_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is kept when pruning; a run that any of these would drop goes."""

    count: int | None = None
    """The newest so many."""
    age_s: float | None = None
    size_bytes: int | None = None
    """Of all kept files together, the newest first."""


def relabelled(folder: Path, reference: str, *, label: str | None = None, note: str | None = None) -> Path:
    """Give a run another label or note and return its file. Raises UsageError when it is still being made."""
    if label is not None:
        check_label(label)
    path = find_run(folder, reference)
    chosen(folder, [reference])
    keeping.relabel(path, label=label, note=note)
    return path


def chosen(folder: Path, references: Sequence[str]) -> Sequence[RunSummary]:
    """Return the runs that are named, files outside the folder too. Raises UsageError when one is still being made."""
    paths = dict.fromkeys(find_run(folder, one).resolve() for one in references)
    found = [summary(path) for path in paths]
    for path, one in zip(paths, found, strict=True):
        if not is_file(path):
            raise UsageError(f"There is no file {path}.", hint="List the runs with: manage.py loadaudit runs")
        if one.running:
            raise UsageError(
                f"The run {one.info.label if one.info else one.path} is in progress.",
                hint="Wait for its end, or end it with Ctrl-C in its terminal.",
            )
    return found


def superfluous(runs: Sequence[RunSummary], limits: Limits, *, now: datetime) -> Sequence[RunSummary]:
    """Return those ended runs of a folder that the limits drop, the oldest last; unreadable files are left alone."""
    ended = [one for one in runs if one.info is not None and not one.running]
    dropped = []
    size_bytes = 0
    for position, one in enumerate(ended):
        size_bytes += one.size_bytes
        if (
            (limits.count is not None and position >= limits.count)
            or (limits.size_bytes is not None and size_bytes > limits.size_bytes)
            or (limits.age_s is not None and _is_older(one, limits.age_s, now))
        ):
            dropped.append(one)
    return dropped


def stale_inspections(
    folder: Path, limits: Limits, runs: Sequence[RunSummary], dropped: Sequence[RunSummary], *, now: datetime
) -> Sequence[Path]:
    """Return the kept inspections that go with the dropped ones of the folder's runs.

    They are older than the age, or than every run that stays.
    """
    moments = [now - timedelta(seconds=limits.age_s)] if limits.age_s is not None else []
    if dropped:
        gone = {one.path for one in dropped}
        staying = [_started(one) for one in runs if one.path not in gone]
        moments.append(min((one for one in staying if one is not None), default=now))
    return kept_before(folder, max(moments).timestamp()) if moments else ()


def remove(runs: Sequence[RunSummary], inspections: Sequence[Path] = ()) -> int:
    """Remove run files and kept inspections, and return how many bytes that frees."""
    for one in runs:
        keeping.delete(Path(one.path))
    freed_bytes = sum(one.size_bytes for one in runs)
    for path in inspections:
        freed_bytes += path.stat().st_size
        keeping.delete(path)
    return freed_bytes


def _is_older(run: RunSummary, age_s: float, now: datetime) -> bool:
    started = _started(run)
    return started is not None and now - started > timedelta(seconds=age_s)


def _started(run: RunSummary) -> datetime | None:
    try:
        return datetime.fromisoformat(run.info.started_at if run.info else "")
    except ValueError:
        return None
