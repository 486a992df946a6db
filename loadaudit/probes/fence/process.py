"""The whole fence of one process: put up before the project starts there, taken down where it may be."""

from pathlib import Path
from typing import Any, Self

from loadaudit.load.endpoints import endpoint_of
from loadaudit.probes.fence.caches import isolate_caches
from loadaudit.probes.fence.hosts import QUEUE_PORTS, Hosts, hosts_of_settings
from loadaudit.probes.fence.mail import discard_mail, mail_ports
from loadaudit.probes.fence.network import NetworkFence
from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.fence.queues import CeleryFence, isolate_tasks
from loadaudit.probes.fence.redis_client import RedisFence
from loadaudit.probes.fence.redis_leases import LeaseTaker
from loadaudit.probes.fence.spec import FenceSpec
from loadaudit.probes.fence.storages import StorageFence, isolate_storages, replace_remote_storages


class ProcessFence:
    """A context manager for a process that lives on; the server's workers never take it down."""

    def __init__(self, settings: Any, spec: FenceSpec) -> None:
        self._settings = settings
        self._spec = spec
        self._changed = Patches()
        closed = mail_ports(settings) | QUEUE_PORTS
        self._network = NetworkFence(
            Hosts(hosts_of_settings(settings), opened=map(endpoint_of, spec.allow_outgoing), closed_ports=closed)
        )
        self._redis = RedisFence(spec.prefix, LeaseTaker(spec).take)
        self._storages = StorageFence(spec)
        self._celery = CeleryFence()

    def __enter__(self) -> Self:
        self.install()
        self.install_queues()
        return self

    def __exit__(self, *error: object) -> None:
        self.restore()

    def install(self) -> tuple[str, ...]:
        """Change the settings and put up what needs no app; return a sentence for each change."""
        settings, patches = self._settings, self._changed
        changes = (
            *isolate_caches(settings, Path(self._spec.folder), patches),
            *discard_mail(settings, self._spec.mail_folder, patches),
            *isolate_storages(settings, self._spec, patches),
        )
        self._redis.install()
        self._storages.install()
        self._network.install()
        return (*changes, _network_text(self._spec))

    def install_queues(self) -> tuple[str, ...]:
        """Put up what needs the project's apps; return a sentence for each change, and what was held back so far."""
        storages = replace_remote_storages(self._settings, self._spec, self._changed)
        tasks = isolate_tasks(self._settings, self._changed)
        held_back = (f"while the project started: {text}" for text in sorted(self._network.unattributed))
        return (*storages, *self._celery.install(), *tasks, *held_back)

    def restore(self) -> None:
        """Take everything down again."""
        self._celery.restore()
        self._network.restore()
        self._storages.restore()
        self._redis.restore()
        self._changed.undo()


def _network_text(spec: FenceSpec) -> str:
    opened = f", and {', '.join(spec.allow_outgoing)} (--allow-outgoing)" if spec.allow_outgoing else ""
    return f"network: connections go to loopback, the databases and the caches only{opened}"
