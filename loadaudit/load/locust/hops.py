"""One request that Locust sends, from the permission to the sample; a redirect that it follows is another one."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from loadaudit.load.correlation import (
    SUMMARY_HEADER,
    TOKEN_HEADER,
    TRACE_HEADER,
    read_summary,
    sample_number,
    traceparent,
)
from loadaudit.load.locust.failures import error_of
from loadaudit.load.locust.guard import OTHER_HOST, Guard, origin_of, parts_of, shown
from loadaudit.load.locust.spec import Spec
from loadaudit.load.locust.spool import Spool
from loadaudit.load.meter import BodyMeter
from loadaudit.records import Sample

WORKER_BITS = 20
"""Virtual users of one Locust process, at most, as a power of two."""

NOBODY = "locustfile"
"""Role of requests that are sent outside of any user, such as by a listener."""

_ATTRIBUTE = "_loadaudit_actor"


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One call of a user's client: the request and the redirects that it followed."""

    user: object
    numbers: list[int] = field(default_factory=list)
    stream: bool = False
    """Whether the caller reads the body by itself."""
    judged: bool = False
    """Whether Locust has said what it thinks of it."""


@dataclass(slots=True, kw_only=True)
class Hop:
    """One request on its way."""

    number: int
    vu: int
    role: str
    method: str
    url: str
    path: str
    start_ns: int
    """Monotonic clock."""
    new_connection: bool = False
    connect_ns: int = 0


@dataclass(slots=True, kw_only=True)
class _Actor:
    vu: int
    role: str
    sent: int = 0


exchange: ContextVar[Exchange | None] = ContextVar("loadaudit_exchange", default=None)
current: ContextVar[Hop | None] = ContextVar("loadaudit_hop", default=None)
acting: ContextVar[object] = ContextVar("loadaudit_user", default=None)
"""The user whose greenlet this is."""


class Refused(Exception):
    """A request that must not be sent; the text says why."""


class Hops:
    """Lets requests of one Locust process through, marks them, and makes samples of them."""

    def __init__(self, spec: Spec, spool: Spool, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self.spec = spec
        self.guard = Guard(spec.target, writes=spec.writes, allowed=spec.allowed)
        self.spool = spool
        self.first_vu = 0
        """Where this process begins to number its users."""
        self.host = urlsplit(spec.target.base_url).netloc
        """Host header of requests to the target."""
        self._stand_ins: frozenset[tuple[str, int] | None] = frozenset()
        self._clock_ns = clock_ns
        self._users = 0
        self._nobody = _Actor(vu=0, role=NOBODY)
        self._meter = BodyMeter()

    def note_connections(self, owner: Any, name: str) -> None:
        """Note for the request under way that a connection is made, where the method `name` of `owner` makes one."""
        original = getattr(owner, name)

        def connect(connection: Any) -> Any:
            made = original(connection)
            hop = current.get()
            if hop is not None:
                hop.new_connection, hop.connect_ns = True, self.now_ns() - hop.start_ns
            return made

        setattr(owner, name, connect)

    def begin(self, method: str, url: str, user: object = None) -> Hop | None:
        """Return the hop of a request to the target, or None for one to a host that was opened.

        Raises Refused when it must not be sent.
        """
        reason = self.guard.refusal(method, url)
        if reason:
            place = shown(url) if reason == OTHER_HOST else _path_of(url)
            self.spool.count(f"{method} {place}: {reason}")
            raise Refused(f"loadaudit holds back {method} {place}: {reason}")
        if not self.guard.is_target(url):
            return None
        call = exchange.get()
        actor = self._actor((call.user if call else None) or user or acting.get())
        actor.sent += 1
        number = sample_number(actor.vu, actor.sent)
        if call is not None:
            call.numbers.append(number)
        return Hop(
            number=number,
            vu=actor.vu,
            role=actor.role,
            method=method,
            url=url,
            path=_target_path(url),
            start_ns=self._clock_ns(),
        )

    def stand_in(self, hosts: Iterable[str]) -> tuple[str, ...]:
        """Take the hosts that user classes name as their own for the target; return those that are not, to be shown."""
        named = [one for one in hosts if parts_of(one) is not None and not self.guard.is_target(one)]
        self._stand_ins = frozenset(map(origin_of, named))
        return tuple(sorted(set(map(shown, named))))

    def at_target(self, host: str) -> str:
        """Return the target as a user's host: with the path, name and password that its own host begins with."""
        base, parts = urlsplit(self.spec.target.base_url), parts_of(host)
        if parts is None:
            return self.spec.target.base_url
        account, at, _ = parts.netloc.rpartition("@")
        return f"{base.scheme}://{account}{at}{base.netloc}{parts.path.rstrip('/')}"

    def led(self, url: str) -> str:
        """Return a URL with the target in place of the host that the locustfile names as its own."""
        if origin_of(url) not in self._stand_ins or self.guard.is_target(url):
            return url
        return self.spec.target.base_url + _target_path(url)

    def headers(self, hop: Hop) -> dict[str, str]:
        """Return the headers that join a request with its trace; for the target alone."""
        found = {TRACE_HEADER: traceparent(self.spec.tag, hop.number, sampled=self.spec.target.apm_sampled)}
        if self.spec.token:
            found[TOKEN_HEADER] = self.spec.token
        return found

    def now_ns(self) -> int:
        """Return the monotonic clock."""
        return self._clock_ns()

    def answered(self, hop: Hop, *, status: int, headers: Mapping[str, str], body: bytes | None, first_ns: int) -> None:
        """Record a response; `body` is None where the caller reads it by itself, `first_ns` when its head was here."""
        content_type = headers.get("Content-Type", "") or ""
        mark, body_hash, size = "", 0, _length(headers)
        if body is not None:
            self._meter.reset()
            self._meter.write(body)
            mark, body_hash = self._meter.seen(content_type)
            size = len(body)
        location = headers.get("Location", "") if 300 <= status < 400 else ""
        sample = self._sample(
            hop,
            first_byte_ns=first_ns - hop.start_ns,
            status=status,
            body_bytes=size,
            body_hash=body_hash,
            body_mark=mark,
            location=urljoin(hop.url, location) if location else "",
            protocol="1.1",
        )
        trace = None
        if self.spec.target.summaries:
            summary = headers.get(SUMMARY_HEADER, "") or ""
            trace = read_summary(summary, number=hop.number, method=hop.method, status=status)
        self.spool.add(sample, trace)

    def failed(self, hop: Hop, failure: BaseException, *, answered: bool = False) -> None:
        """Record that no response came, or not the whole of it."""
        self.spool.add(self._sample(hop, status=0, error=error_of(failure, answered=answered)), None)

    def cut_off(self, hop: Hop) -> None:
        """Count a request that Locust ended itself when it stopped its users; nobody can say what would have come."""
        self.spool.count("requests under way were cut off when Locust stopped their users")

    def _sample(self, hop: Hop, *, first_byte_ns: int = 0, **facts: Any) -> Sample:
        took_ns = self._clock_ns() - hop.start_ns
        start_ns = hop.start_ns - self.spec.epoch_ns
        return Sample(
            number=hop.number,
            # The route is found where the project is; until then its method stands here.
            operation_id=hop.method,
            path=hop.path,
            role=hop.role,
            vu=hop.vu,
            intended_start_ns=start_ns,
            start_ns=start_ns,
            first_byte_ns=first_byte_ns,
            response_ns=took_ns,
            latency_ns=took_ns,
            connect_ns=hop.connect_ns,
            new_connection=hop.new_connection,
            **facts,
        )

    def _actor(self, user: object) -> _Actor:
        if user is None:
            self._nobody.vu = self.first_vu
            return self._nobody
        found = getattr(user, _ATTRIBUTE, None)
        if found is None:
            self._users += 1
            found = _Actor(vu=self.first_vu + self._users, role=type(user).__name__)
            setattr(user, _ATTRIBUTE, found)
        return found


def _target_path(url: str) -> str:
    parts = parts_of(url)
    if parts is None:
        return "/"
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _path_of(url: str) -> str:
    return _target_path(url).partition("?")[0]


def _length(headers: Mapping[str, str]) -> int:
    text = str(headers.get("Content-Length", "") or "")
    return int(text) if text.isdigit() and len(text) < 16 else 0
