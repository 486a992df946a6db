"""The session of a virtual user during the load: what makes it doubtful, and what is said about it."""

import queue
import threading
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from loadaudit.load.cookies import Cookie
from loadaudit.records import LOGIN_MARKS, Sample

_WAIT_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a virtual user shows to be recognised."""

    cookies: tuple[Cookie, ...] = ()
    headers: tuple[str, ...] = field(default=(), repr=False)
    """Whole lines, such as `Authorization: Bearer …`."""
    csrf_token: str = field(default="", repr=False)
    """Where CSRF_USE_SESSIONS keeps it out of the cookies."""


NO_SESSION = Session()


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A virtual user asks whether its session still counts, or shows it for the last time."""

    vu: int
    number: int
    """Its last sample; 0 when it sent none."""
    operation_id: str
    sign: str
    """Empty: the load has ended, and nothing was wrong."""
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the parent found out."""

    vu: int
    word: str
    """One of `KEEP`, `RENEWED`, `END` and `ASK`."""
    session: Session = NO_SESSION
    """The new one, with `RENEWED`."""
    number: int = 0
    """With `ASK`: the sample whose trace did not show the user."""
    sign: str = ""
    """With `ASK`: what the trace showed."""


KEEP, RENEWED, END, ASK = "keep", "renewed", "end", "ask"


class Carrier(Protocol):
    """Sends a virtual user's requests with its session."""

    def session(self) -> Session:
        """Return the session as it stands now."""

    def renew(self, session: Session) -> None:
        """Go on with another session."""


def sign_of(sample: Sample, login_pages: frozenset[str]) -> str:
    """Return what in an answer makes the session of a logged-in user doubtful, or empty."""
    if sample.status == 401:
        return "it was answered with 401"
    if 300 <= sample.status < 400 and urlsplit(sample.location).path in login_pages:
        return "it was redirected to the login page"
    if sample.body_mark in LOGIN_MARKS and urlsplit(sample.path).path not in login_pages:
        return "it was answered with a page that asks for a password"
    return ""


class Watch:
    """Watches the session of one virtual user; lives in its thread, only `tell` is called from another."""

    def __init__(self, vu: int, carrier: Carrier, login_pages: frozenset[str], stop: threading.Event) -> None:
        self._vu = vu
        self._carrier = carrier
        self._login_pages = login_pages
        self._stop = stop
        self._verdicts: queue.SimpleQueue[Verdict] = queue.SimpleQueue()
        self._settled: set[str] = set()
        self._renewed_at = 0
        self._last: Sample | None = None

    def tell(self, verdict: Verdict) -> None:
        """Hand over what the parent says."""
        self._verdicts.put(verdict)

    def doubt(self, sample: Sample) -> Doubt | None:
        """Return the doubt that an answer raises, the parent's included, or None."""
        self._last = sample
        sign = sign_of(sample, self._login_pages)
        # An operation that turned away a session that was alive does so on its own account.
        if sign and sample.operation_id not in self._settled:
            return self._doubt(sample, sign)
        while not self._verdicts.empty():
            asked = self._verdicts.get()
            # What was sent with an earlier session says nothing about this one.
            if asked.word == ASK and asked.number > self._renewed_at:
                return self._doubt(sample, asked.sign)
        return None

    def settle(self, doubt: Doubt) -> bool:
        """Wait for the verdict, take over a new session, and return whether the virtual user may go on."""
        while not self._stop.is_set():
            try:
                verdict = self._verdicts.get(timeout=_WAIT_S)
            except queue.Empty:
                continue
            if verdict.word == KEEP:
                self._settled.add(doubt.operation_id)
                return True
            if verdict.word == RENEWED:
                self._carrier.renew(verdict.session)
                self._renewed_at = doubt.number
                return True
            if verdict.word == END:
                return False
        return False

    def last_look(self) -> Doubt | None:
        """Return what lets the parent look at the session after the last request."""
        return self._doubt(self._last, "") if self._last is not None else None

    def _doubt(self, sample: Sample, sign: str) -> Doubt:
        return Doubt(
            vu=self._vu,
            number=sample.number,
            operation_id=sample.operation_id,
            sign=sign,
            session=self._carrier.session(),
        )
