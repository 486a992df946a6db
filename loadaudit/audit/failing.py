"""Reads that failed for some addresses under load are sent again alone: data still fails then, and load does not."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import requests

from loadaudit.planning.control import ControlClient
from loadaudit.planning.preflight.judge import Try, judged
from loadaudit.records import Identity, Operation, PlannedPath, Sample

OF_THE_LOAD = "sent by the load"

_PATHS = 3
"""Of each kind and operation."""
_TIMES = 2
_METHOD = "GET "
_ERROR, _SUCCESS = 500, range(200, 400)


@dataclass(slots=True, kw_only=True)
class FailingPaths:
    """Follows the samples of a load: by operation, a few addresses with their role."""

    failed: dict[str, dict[str, str]] = field(default_factory=dict)
    worked: dict[str, dict[str, str]] = field(default_factory=dict)

    def note(self, sample: Sample) -> None:
        """Take one sample; writes are left alone, because the second time says something else."""
        if sample.operation_id.startswith(_METHOD) and (sample.status >= _ERROR or sample.status in _SUCCESS):
            kept = self.failed if sample.status >= _ERROR else self.worked
            paths = kept.setdefault(sample.operation_id, {})
            if len(paths) < _PATHS:
                paths.setdefault(sample.path, sample.role)

    def mixed(self) -> Mapping[str, Mapping[str, str]]:
        """Return the addresses of operations that both failed and worked, those that failed first."""
        return {
            id_: {**paths, **{path: role for path, role in self.worked[id_].items() if path not in paths}}
            for id_, paths in sorted(self.failed.items())
            if id_ in self.worked
        }


def sent_once_more(
    failing: FailingPaths,
    operations: Mapping[str, Operation],
    identities: Mapping[str, Identity],
    client_of: Callable[[Identity], ControlClient],
    *,
    login_pages: frozenset[str],
    deadline_s: float,
    stopped: Callable[[], bool],
) -> Iterator[Try]:
    """Yield what came of each address, sent alone so many times. Ends early when `stopped`, or at `deadline_s`."""
    clients: dict[str, ControlClient] = {}
    try:
        for id_, paths in failing.mixed().items():
            for path, role in paths.items():
                identity = identities.get(role)
                if identity is None or id_ not in operations:
                    continue
                client = clients.get(role) or clients.setdefault(role, client_of(identity))
                for _ in range(_TIMES):
                    if stopped() or time.monotonic() > deadline_s:
                        return
                    try:
                        answer = client.send("GET", path, None)
                    except requests.RequestException:
                        break
                    planned = PlannedPath(path=path, origin=OF_THE_LOAD)
                    yield judged(operations[id_], identity, planned, None, answer, login_pages=login_pages)
    finally:
        for client in clients.values():
            client.close()
