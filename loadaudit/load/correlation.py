"""How a sample and its trace find each other: traceparent, signed token, Server-Timing summary."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from loadaudit.records import ALONE_BIT, Trace

TOKEN_HEADER = "Loadaudit-Token"
TRACE_HEADER = "traceparent"
SUMMARY_HEADER = "Server-Timing"

_SUMMARY_NAME = "loadaudit"
_EXPIRY_DIGITS = 12
"""Enough for Unix times of the next 30,000 years; Python refuses to read numbers of more than 4,300 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Proves to the middleware that a request belongs to a run; valid until `expires_at`."""

    run_id: str
    expires_at: int
    """Unix time in seconds."""
    text: str


def sign_token(key: str, run_id: str, expires_at: int) -> Token:
    """Return the token `v1.<run id>.<expiry>.<HMAC-SHA256>` for a run."""
    signature = _signature(key, run_id, expires_at)
    return Token(run_id=run_id, expires_at=expires_at, text=f"v1.{run_id}.{expires_at}.{signature}")


def read_token(key: str, text: str, *, now: float) -> Token | None:
    """Return the token that `text` carries, or None when it is malformed, expired, or signed with another key."""
    parts = text.split(".")
    if len(parts) != 4 or parts[0] != "v1" or not text.isascii():
        return None
    if not parts[2].isdigit() or len(parts[2]) > _EXPIRY_DIGITS:
        return None
    run_id, expires_at = parts[1], int(parts[2])
    if expires_at <= now or not hmac.compare_digest(parts[3].encode(), _signature(key, run_id, expires_at).encode()):
        return None
    return Token(run_id=run_id, expires_at=expires_at, text=text)


def _signature(key: str, run_id: str, expires_at: int) -> str:
    message = f"loadaudit v1 {run_id} {expires_at}".encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def run_tag(run_id: str) -> str:
    """Return the 16 hex digits that begin every trace id of a run."""
    return hashlib.sha256(run_id.encode()).hexdigest()[:16]


def traceparent(tag: str, number: int, *, sampled: bool = False) -> str:
    """Return the W3C Trace Context header of sample `number`; an APM stores the request only when it is sampled.

    Source: https://www.w3.org/TR/trace-context/ (version 00).
    """
    return f"00-{tag}{number:016x}-{number or 1:016x}-{sampled:02x}"


def number_of(header: str, tag: str = "") -> int | None:
    """Return the sample number that a traceparent carries, or None when it is malformed or of a run with another tag.

    Without a tag the run does not matter.
    """
    parts = header.split("-")
    if len(parts) != 4 or len(parts[1]) != 32 or not parts[1].startswith(tag):
        return None
    try:
        return int(parts[1][16:], 16)
    except ValueError:
        return None


def sample_number(vu: int, sequence: int) -> int:
    """Return the number of a virtual user's request: virtual user in the upper 32 bits, sequence in the lower."""
    return (vu + 1) << 32 | sequence


def control_number(sequence: int) -> int:
    """Return the number of a request of the control plane (login, preflight), which is no sample."""
    return ALONE_BIT | sequence


def is_control(number: int) -> bool:
    """Whether a trace belongs to a request of the control plane."""
    return bool(number & ALONE_BIT)


def summary_of(trace: Trace) -> str:
    """Return the Server-Timing entry of a trace: RFC-token safe, without values from the project but route and user.

    Source of the syntax: https://www.w3.org/TR/server-timing/
    """
    flags = f"{trace.view_ran:d}{trace.denied:d}{bool(trace.csrf_reason):d}"
    return (
        f'{_SUMMARY_NAME};dur={trace.service_ns / 1e6:.3f};desc="r={_quoted(trace.route)} v={_quoted(trace.view)}'
        f" u={_quoted(trace.user_id)} f={flags} q={trace.sql_count} qn={trace.sql_ns} c={trace.cpu_ns}"
        f' w={trace.worker}"'
    )


def read_summary(header: str, *, number: int, method: str, status: int) -> Trace | None:
    """Return the trace that a Server-Timing header carries, or None when it has no entry of ours.

    Statements and exceptions are not in a summary, so `summary_only` is set.
    """
    start = header.find(_SUMMARY_NAME + ";dur=")
    if start < 0:
        return None
    duration, _, rest = header[start + len(_SUMMARY_NAME) + 5 :].partition(";")
    description = rest.partition('"')[2].partition('"')[0]
    fields = dict(part.partition("=")[::2] for part in description.split())
    try:
        return _trace_of(fields, number=number, method=method, status=status, service_ms=float(duration))
    except (KeyError, ValueError, IndexError, OverflowError):
        return None


@lru_cache(maxsize=4_096)
def _quoted(text: str) -> str:
    """Return the text readable, but safe inside a quoted string between spaces."""
    return quote(text, safe="/<>:.*-")


def _trace_of(fields: Mapping[str, str], *, number: int, method: str, status: int, service_ms: float) -> Trace:
    flags = fields["f"]
    return Trace(
        number=number,
        method=method,
        route=unquote(fields["r"]),
        view=unquote(fields["v"]),
        view_ran=flags[0] == "1",
        user_id=unquote(fields["u"]),
        status=status,
        start_ns=0,
        service_ns=round(service_ms * 1e6),
        cpu_ns=int(fields["c"]),
        sql_count=int(fields["q"]),
        sql_ns=int(fields["qn"]),
        csrf_reason="see the server's log" if flags[2] == "1" else "",
        denied=flags[1] == "1",
        worker=int(fields["w"]),
        summary_only=True,
    )
