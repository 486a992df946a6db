"""The probes that are installed in this process, and the identity of the run that they serve."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, Self

from loadaudit.probes.accounts import AccountProbe
from loadaudit.probes.bound import BoundStatements
from loadaudit.probes.cache import CacheProbe
from loadaudit.probes.call_sites import CallSiteProbe
from loadaudit.probes.exceptions import ExceptionProbe
from loadaudit.probes.forms import FormProbe
from loadaudit.probes.http import HttpProbe
from loadaudit.probes.sessions import SessionProbe
from loadaudit.probes.sink import NoSink, Sink
from loadaudit.probes.sql import SqlProbe
from loadaudit.probes.tags import TagProbe
from loadaudit.probes.templates import TemplateProbe
from loadaudit.probes.threads import ThreadCarrier
from loadaudit.probes.transactions import TransactionProbe
from loadaudit.probes.views import ViewProbe


class Probe(Protocol):
    """Something that can be put in and taken out again, exactly."""

    def install(self) -> None:
        """Start to observe; idempotent."""

    def restore(self) -> None:
        """Stop, and put back what was patched; idempotent."""


REQUEST_PROBES: tuple[Callable[[], Probe], ...] = (
    ThreadCarrier,
    SqlProbe,
    CallSiteProbe,
    ViewProbe,
    ExceptionProbe,
    CacheProbe,
    FormProbe,
    AccountProbe,
    TransactionProbe,
    TemplateProbe,
    SessionProbe,
    HttpProbe,
)
"""In the order in which they are installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveProbes:
    """The installed probes with the key that admits requests and the sink of their traces."""

    token_key: str
    run_id: str = ""
    """Empty: any run that knows the key."""
    sink: Sink = field(default_factory=NoSink)
    probes: tuple[Probe, ...] = ()
    pid: int = 0

    @classmethod
    def install(
        cls,
        *,
        token_key: str,
        run_id: str = "",
        sink: Sink | None = None,
        pid: int = 0,
        tag_sql: bool = False,
        keep_values: bool = False,
    ) -> Self:
        """Install every probe and make the result the process's active one.

        With `keep_values` the values of slow statements go to the run, which asks its clone for their plans.
        """
        further = (*((TagProbe,) if tag_sql else ()), *((BoundStatements,) if keep_values else ()))
        probes: tuple[Probe, ...] = tuple(make() for make in (*REQUEST_PROBES, *further))
        for probe in probes:
            probe.install()
        active = cls(token_key=token_key, run_id=run_id, sink=sink or NoSink(), probes=probes, pid=pid or os.getpid())
        _active.append(active)
        return active

    def restore(self) -> None:
        """Take every probe out again, the last one first."""
        for probe in reversed(self.probes):
            probe.restore()
        if self in _active:
            _active.remove(self)


_active: list[ActiveProbes] = []


def active_probes() -> ActiveProbes | None:
    """Return the probes that a server entry installed before the middleware was made, or None."""
    return _active[-1] if _active else None
