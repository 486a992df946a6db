"""CPU, memory, threads, open files, restarts and listen queue of server and load workers, and of the machine."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import psutil

from loadaudit.probes.listen_queue import waiting_at
from loadaudit.probes.series import Note

_SERVER = "server"
_ROLES = {"loadaudit.load.guardian": _SERVER, "loadaudit.load.worker": "load"}
"""What the processes that a run starts are, by the module in their command line."""

Key = tuple[int, float]
"""Process id and start time, because ids are reused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usage:
    """What one process has used since it began, and what it holds; memory includes pages that it shares."""

    key: Key
    parent: int
    """Process id."""
    cpu_s: float
    memory_bytes: int
    threads: int
    files: int
    """Open file descriptors, sockets included; 0 where the system does not tell."""


class ProcessProbe:
    """Reads this process's children through psutil; 100 % is one core, of the machine all of them."""

    name = "process"

    def __init__(self, clock_ns: Callable[[], int] = time.monotonic_ns, *, port: int = 0) -> None:
        """`port` is the one that the embedded server listens at."""
        self._clock_ns = clock_ns
        self._port = port
        self._workers: set[Key] = set()
        self._ended = self._begun = 0
        self._note: Note | None = None
        self._read_ns = 0
        self._cpu_s: dict[Key, float] = {}

    def start(self, note: Note) -> None:
        """Take the CPU times that later readings are measured against."""
        self._note = note
        psutil.cpu_percent()
        self._read_ns = self._clock_ns()
        usages = _usages()
        self._cpu_s = {one.key: one.cpu_s for found in usages.values() for one in found}
        self._workers, self._ended, self._begun = _workers(usages.get(_SERVER, ())), 0, 0

    def read(self) -> Mapping[str, float]:
        """Return CPU since the last reading and memory now; what has no process yet is left out."""
        before_ns, self._read_ns = self._read_ns, self._clock_ns()
        elapsed_s = (self._read_ns - before_ns) / 1e9
        memory = psutil.virtual_memory()
        values = {"machine_cpu_percent": psutil.cpu_percent(), "machine_memory_bytes": float(memory.used)}
        usages = _usages()
        for role, found in usages.items():
            used_s = sum(one.cpu_s - self._cpu_s.get(one.key, 0.0) for one in found)
            if elapsed_s > 0:
                values[f"{role}_cpu_percent"] = 100 * used_s / elapsed_s
            values[f"{role}_memory_bytes"] = float(sum(one.memory_bytes for one in found))
            values[f"{role}_threads"] = float(sum(one.threads for one in found))
            values[f"{role}_open_files"] = float(sum(one.files for one in found))
        self._cpu_s = {one.key: one.cpu_s for found in usages.values() for one in found}
        if _SERVER in usages:
            values["server_worker_restarts"] = float(self._restarted(_workers(usages[_SERVER])))
        queue = waiting_at(self._port) if self._port else None
        if queue is not None:
            values["server_listen_queue"] = float(queue)
        return values

    @property
    def _restarts(self) -> int:
        return min(self._ended, self._begun)

    def _restarted(self, living: set[Key]) -> int:
        """Return how many of the server's workers have ended since the start and had one begin in their place."""
        # Between the end of one and the next a reading may find neither.
        self._ended += len(self._workers - living)
        self._begun += len(living - self._workers)
        self._workers = living
        return self._restarts

    def stop(self) -> None:
        """Note what server workers that ended cost, and forget the processes."""
        if self._restarts and self._note is not None:
            self._note(
                f"{self.name}: {self._restarts} server workers ended in the load and others began in their place. "
                "Requests wait while those load the project. If it was gunicorn's max_requests, all workers end at "
                "about the same time unless max_requests_jitter spreads them."
            )
        self._note, self._cpu_s = None, {}


def _workers(server: Sequence[_Usage]) -> set[Key]:
    """Return the workers of a server, its guardian first: children of the guardian's child, not what they start."""
    masters = {one.key[0] for one in server if one.parent == server[0].key[0]}
    return {one.key for one in server if one.parent in masters}


def _usages() -> dict[str, list[_Usage]]:
    """Return what the living processes of each role have used, with all that they started."""
    found: dict[str, list[_Usage]] = {}
    for child in psutil.Process().children():
        try:
            role = next((_ROLES[word] for word in child.cmdline() if word in _ROLES), "")
            family = [child, *child.children(recursive=True)] if role else []
        except psutil.Error:
            # It has ended between the listing and now.
            continue
        if family:
            found.setdefault(role, []).extend(filter(None, map(_usage, family)))
    return found


def _usage(process: psutil.Process) -> _Usage | None:
    try:
        with process.oneshot():
            times = process.cpu_times()
            return _Usage(
                key=(process.pid, process.create_time()),
                parent=int(process.ppid()),
                cpu_s=float(times.user + times.system),
                memory_bytes=int(process.memory_info().rss),
                threads=int(process.num_threads()),
                files=int(process.num_fds()) if hasattr(process, "num_fds") else 0,
            )
    except psutil.Error:
        return None
