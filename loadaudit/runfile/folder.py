"""The folder of run files: its runs, newest first, and which of them a user means."""

import os
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loadaudit.errors import LoadauditError, UsageError
from loadaudit.records import RunInfo
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.rows import is_file

SUFFIX = ".loadaudit"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """One run file of the folder as a list shows it."""

    path: Path
    size_bytes: int
    written_s: float
    """When it was last written, in seconds of the wall clock."""
    info: RunInfo | None
    """None: the file cannot be read."""
    problem: str = ""


def prepare(folder: Path) -> None:
    """Create the folder, which ignores itself in git. Raises UsageError when it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"The runs folder {folder} cannot be used: {error}.",
            hint="Choose another with LOADAUDIT['RUNS_DIR'], or correct its permissions.",
        ) from error
    if not os.access(folder, os.W_OK):
        raise UsageError(
            f"The runs folder {folder} cannot be written.",
            hint="Choose another with LOADAUDIT['RUNS_DIR'], or correct its permissions.",
        )


def new_run_id(wall_s: float) -> str:
    """Return an id that sorts by time and is unique on this machine."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(wall_s))}-{secrets.token_hex(2)}"


def path_of(folder: Path, run_id: str) -> Path:
    """Return the path of a run's file."""
    return folder / f"{run_id}{SUFFIX}"


def list_runs(folder: Path) -> Sequence[RunEntry]:
    """Return the runs of the folder, newest first; a file that cannot be read is listed with its problem."""
    paths = sorted(folder.glob(f"*{SUFFIX}"), reverse=True) if folder.is_dir() else []
    return [entry_of(path) for path in paths]


def find_run(folder: Path, reference: str) -> Path:
    """Return the file of the run that `reference` names: a path, an id, a label, or empty for the latest.

    Of several runs with the same label the newest is meant. Raises UsageError when there is none.
    """
    if reference and ("/" in reference or reference.endswith(SUFFIX) or is_file(Path(reference))):
        return Path(reference)
    runs = list_runs(folder)
    if not reference:
        if not runs:
            raise UsageError(f"There is no run in {folder} yet.", hint="Make one: manage.py loadaudit run")
        return next((run.path for run in runs if run.info is not None), runs[0].path)
    for run in runs:
        if run.path.stem == reference or (run.info is not None and run.info.label == reference):
            return run.path
    raise UsageError(
        f"There is no run {reference!r} in {folder}.",
        hint=_known(runs) + "List them with: manage.py loadaudit runs",
    )


def check_label(label: str) -> str:
    """Return the label. Raises UsageError when it would not fit a file name or a command line."""
    if not re.fullmatch(r"[\w][\w.+@-]{0,63}", label):
        raise UsageError(
            f"--label must be 1 to 64 letters, digits or any of ._+@-, found {label!r}.",
            hint="For example: --label before-index",
        )
    return label


def _known(runs: Sequence[RunEntry]) -> str:
    labels = [run.info.label for run in runs if run.info is not None][:5]
    return f"The newest are {', '.join(labels)}. " if labels else ""


def entry_of(path: Path) -> RunEntry:
    """Return what a list shows of one run file; one that cannot be read has its problem."""
    states = [one.stat() for one in (path, path.with_name(path.name + "-wal")) if is_file(one)]
    size_bytes = sum(one.st_size for one in states)
    written_s = max((one.st_mtime for one in states), default=0.0)
    try:
        with RunFile(path) as run:
            return RunEntry(path=path, size_bytes=size_bytes, written_s=written_s, info=run.info())
    except LoadauditError as error:
        return RunEntry(path=path, size_bytes=size_bytes, written_s=written_s, info=None, problem=error.message)
