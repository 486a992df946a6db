"""The words with a fixed set of values: evidence, kind, body, risk, lane, level, outcome, severity."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum


class Evidence(StrEnum):
    """How a fact of the inventory is known."""

    DECLARED = "declared"
    INFERRED = "inferred"
    ASSUMED = "assumed"

    # That of Enum is written in Python, and facts are keys of many caches.
    __hash__ = str.__hash__


_STRENGTH = {Evidence.DECLARED: 2, Evidence.INFERRED: 1, Evidence.ASSUMED: 0}


def weakest(evidence: Iterable[Evidence]) -> Evidence:
    """Return the weakest evidence: a fact that rests on several is as sure as that; on none, it is declared."""
    return min(evidence, key=_STRENGTH.__getitem__, default=Evidence.DECLARED)


class Kind(StrEnum):
    """Whether an operation asks or changes, by its method and what its source shows."""

    READ = "read"
    WRITE = "write"


class BodyKind(StrEnum):
    """How an operation wants its body encoded."""

    NONE = "none"
    FORM = "form"
    MULTIPART = "multipart"
    JSON = "json"
    OTHER = "other"
    """Read as raw bytes, and not as JSON."""


class Risk(StrEnum):
    """What sending the operation may do to the target."""

    SAFE = "safe"
    MUTATING = "mutating"
    DESTRUCTIVE = "destructive"
    HEAVY = "heavy"


class Lane(StrEnum):
    """Which part of a run a request belongs to; each has users, a pace and figures of its own."""

    LIGHT = "light"
    """The load itself: virtual users in a loop, or in the project's scenarios."""
    HEAVY = "heavy"
    """A few at once beside it, each a few times."""
    HEALTH = "health"
    """At a fixed rate beside it, in stretches."""
    CONFLICT = "conflict"
    """Writes to one row at the same moment, behind the load."""
    SPREAD = "spread"
    """The same writes at the same moment, each to a row of its own."""
    CROSSED = "crossed"
    """Writes of two operations that lock rows of the same tables, at the same moment."""
    WARM = "warm"
    """Exports once more, before the load, when caches are filled anew."""
    ALONE = "alone"
    """Once, by itself: what destroys something behind the load, what works only once before it."""


class Level(IntEnum):
    """How far an operation got; each level implies the ones before it."""

    UNTOUCHED = 0
    ATTEMPTED = 1
    REACHED = 2
    SUCCEEDED = 3
    LOADED = 4

    @property
    def word(self) -> str:
        """The level as it is written in output and JSON."""
        return self.name.lower()


class Outcome(StrEnum):
    """What one sample turned out to be, once client and server side are joined."""

    OK = "ok"
    DENIED = "denied"
    CSRF_REJECTED = "csrf_rejected"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    RATE_LIMITED = "rate_limited"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    SOFT_FAILURE = "soft_failure"
    INVALID = "invalid"
    """A form did not take what was sent, and the page came back with a status that says success."""
    OTHER_VIEW = "other_view"
    OTHER_USER = "other_user"
    SESSION_LOST = "session_lost"
    """Sent with a session that had ended without a logout."""
    CONNECT_TIMEOUT = "connect_timeout"
    """No connection in time."""
    FIRST_BYTE_TIMEOUT = "first_byte_timeout"
    """Sent, and not one byte of an answer in time."""
    TIMEOUT = "timeout"
    """The answer began and did not end in time."""
    REFUSED = "refused"
    UNRESOLVED = "unresolved"
    """The target's name has no address."""
    TLS_FAILED = "tls_failed"
    """The certificate does not verify, or no protocol was agreed on."""
    RESET = "reset"
    """The connection ended before the answer began, or was reset."""
    INCOMPLETE = "incomplete"
    """The answer ended before the length that it had announced."""
    OVERLONG = "overlong"
    """The answer went on behind the length that it had announced."""
    NOT_HTTP = "not_http"
    HEADERS_TOO_LARGE = "headers_too_large"
    REDIRECT_LOOP = "redirect_loop"
    BROKEN = "broken"
    """No response for any other reason."""


class Severity(IntEnum):
    """How much a finding matters."""

    INFO = 0
    WARNING = 1
    HIGH = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The severity as it is written in output and JSON."""
        return self.name.lower()
