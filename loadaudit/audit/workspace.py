"""The run's private folder: server files, socket, clones. Gone with the run; a dead run's is removed by the next."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from loadaudit.planning.clones.options import OWNER

_PREFIX = "loadaudit-"


@contextmanager
def workspace() -> Iterator[Path]:
    """Yield a new private folder, after removing those of runs that died without their guardian."""
    remove_leftovers(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        (folder / OWNER).write_text(own_process() + "\n", encoding="utf-8")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(parent: Path) -> None:
    """Remove the folders whose owner is dead; one without an owner file, or of another user, is not ours to judge."""
    for owner in parent.glob(f"{_PREFIX}*/{OWNER}"):
        try:
            if owner.stat().st_uid == _own_uid(owner) and not is_alive(
                owner.read_text(encoding="utf-8", errors="replace")
            ):
                shutil.rmtree(owner.parent, ignore_errors=True)
        except OSError:
            # Another run is removing it at this moment.
            continue


def _own_uid(owner: Path) -> int:
    """Return this user's id; Windows has none, and its temporary folder is the user's own."""
    return os.getuid() if sys.platform != "win32" else owner.stat().st_uid


def own_process() -> str:
    """Return what tells this process from every other on this machine, also when ids are reused."""
    return f"{os.getpid()} {psutil.Process().create_time()}"


def is_alive(text: str) -> bool:
    """Whether the process of which `own_process` made `text` still runs."""
    try:
        pid, started = text.split()
        return abs(psutil.Process(int(pid)).create_time() - float(started)) < 1.0
    except (ValueError, psutil.Error):
        return False
