"""The fence as the run itself sees it: prepared before the server starts, cleared away after it has ended."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadaudit.probes.fence.files import copy_small
from loadaudit.probes.fence.redis_leases import LeaseKeeper, remove_dead
from loadaudit.probes.fence.redis_servers import configured
from loadaudit.probes.fence.spec import FenceSpec

LIMITS = (
    "Not fenced: other services on loopback, programs that the project starts, C libraries that connect by "
    "themselves (libpq, mysqlclient, pycurl, gRPC), files written past Django's storages, and memory of a shared "
    "Redis. Leave operations that use them out with --exclude."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFence:
    """The fence of a run."""

    spec: FenceSpec
    """For the processes of the run."""
    remember: Callable[[], None]
    """To be called before the server ends, which takes the run's folder with it."""


@contextmanager
def fenced(
    settings: Any,
    *,
    run_id: str,
    folder: Path,
    allow_outgoing: tuple[str, ...],
    process: str,
    is_alive: Callable[[str], bool],
    say: Callable[[str], None],
) -> Iterator[RunFence]:
    """Yield the fence of a run, after removing dead runs' keys from Redis; at the end remove its own.

    `process` names this process and `is_alive` tells whether another so named lives; `say` takes what went wrong.
    """
    media_root = os.path.abspath(settings.MEDIA_ROOT) if settings.MEDIA_ROOT else ""  # noqa: PTH100
    machine = _machine()
    spec = FenceSpec(
        run_id=run_id,
        folder=os.path.realpath(folder),
        owner=f"{machine}|{process}",
        media_root=media_root,
        allow_outgoing=allow_outgoing,
    )
    spec.redis_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    spec.mail_folder.mkdir(mode=0o700, exist_ok=True)
    if media_root and not copy_small(Path(media_root), spec.files_folder / os.path.relpath(media_root, os.path.sep)):
        say("MEDIA_ROOT holds more than 100 MB: a file is copied when a storage of Django's opens it, not all at once.")

    def lives(owner: str) -> bool | None:
        where, _, other = owner.partition("|")
        return is_alive(other) if where == machine else None

    # Also where this run itself will write nothing to Redis.
    remove_dead(configured(settings.CACHES), lives)
    keeper = LeaseKeeper(spec, lives)
    keeper.start()
    try:
        yield RunFence(spec=spec, remember=keeper.remember)
    finally:
        for problem in keeper.stop():
            say(problem)


def _machine() -> str:
    """Return what tells apart machines, and containers that share a host's name but not its processes."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")  # noqa: PTH115
    except OSError:
        namespace = ""
    return f"{socket.gethostname()} {namespace}".strip()
