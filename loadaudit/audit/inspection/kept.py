"""Inspections kept beside the runs, one for each operation, so that `--repeat` has something to compare with."""

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

from loadaudit.records import Inspection
from loadaudit.runfile import folder as runs_folder
from loadaudit.runfile.codec import from_plain, to_plain

FOLDER = "inspections"
_VERSION = 1


def keep(runs: Path, one: Inspection) -> None:
    """Store an inspection for its operation. Raises UsageError when the runs folder cannot be written."""
    runs_folder.prepare(runs)
    folder = runs / FOLDER
    folder.mkdir(exist_ok=True)
    path = _path(runs, one.request.operation_id)
    slowest = one.panels.slowest
    if slowest is not None:
        # A plan shows values of the request.
        one = replace(one, panels=replace(one.panels, slowest=replace(slowest, explained=())))
    text = json.dumps({"version": _VERSION, "inspection": to_plain(one)}, ensure_ascii=False)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")
    temporary.replace(path)


def kept(runs: Path, operation_id: str) -> Inspection | None:
    """Return the last inspection of an operation, or None where there is none that can be read."""
    try:
        document = json.loads(_path(runs, operation_id).read_text(encoding="utf-8"))
        if document["version"] != _VERSION:
            return None
        return from_plain(Inspection, document["inspection"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def kept_before(runs: Path, moment_s: float) -> list[Path]:
    """Return the files of inspections that are older than a moment of the wall clock, also half-written ones."""
    folder = runs / FOLDER
    return sorted(one for one in folder.glob("*.json*") if one.stat().st_mtime < moment_s)


def _path(runs: Path, operation_id: str) -> Path:
    return runs / FOLDER / f"{hashlib.sha256(operation_id.encode()).hexdigest()[:16]}.json"
