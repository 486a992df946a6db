"""One request as the client saw it: a named tuple, because a load makes a million of them."""

from typing import NamedTuple

from loadaudit.records.words import Lane

ALONE_BIT = 1 << 62
"""Set in the numbers of requests that were sent one at a time, outside of the load."""

LOGIN_MARKS = frozenset({"login_page", "login_form"})
"""What `Sample.body_mark` says of pages with a password field."""

PASSWORD_FORM = "password_form"
"""What it says of pages that ask for a password and for nobody's name."""

FAILURE_MARKS = frozenset({"soft_failure", "error_template", "empty_file", "html_as_file"})
"""What it says of bodies that are no success whatever their status."""


class Sample(NamedTuple):
    """One request as the client saw it.

    Moments (`intended_start_ns`, `start_ns`) are nanoseconds since the start of the load; `dns_ns` to `response_ns`
    are offsets from `start_ns`, each including the ones before, as libcurl takes them. A dataclass with these fields
    takes 4 µs to make and 20 to send between processes, a tuple 0.4 and 3: see benchmarks/engine.py.
    """

    number: int
    """Unique in the run: virtual user in the upper 32 bits, sequence in the lower; the low half of the trace id."""
    operation_id: str
    path: str
    role: str
    vu: int
    intended_start_ns: int
    """Open model: when it was due; closed model: when its virtual user was ready for it."""
    start_ns: int
    first_byte_ns: int
    """0 when none came."""
    response_ns: int
    """Response time: from the start to the last byte, or to the end of the waiting."""
    latency_ns: int
    """Closed model: the response time; open model: finish − intended start."""
    status: int
    """HTTP status, 0 when no response came."""
    error: str = ""
    """One of the outcomes without a response, such as `refused` or `timeout`, perhaps with `: detail`; else empty."""
    dns_ns: int = 0
    """Name resolved; on a kept connection this and the next two are about 0."""
    connect_ns: int = 0
    """TCP connection made."""
    tls_ns: int = 0
    """TLS agreed on; 0 over plain HTTP."""
    sent_bytes: int = 0
    """Head and body of the request."""
    received_bytes: int = 0
    """Head and body of the response as they came over the wire, so compressed where the server compresses."""
    body_bytes: int = 0
    """Of the body as the application gets it."""
    body_hash: int = 0
    """CRC-32 of the body; of a text without digits, white space and CSRF tokens, so that one page has one."""
    body_mark: str = ""
    """What the body gives away: one of `LOGIN_MARKS` or `FAILURE_MARKS`, `PASSWORD_FORM`, `file`, or empty."""
    location: str = ""
    """Target of a redirect, without its query values."""
    new_connection: bool = False
    """Whether a connection was made for it; else one was reused."""
    protocol: str = ""
    """`1.0`, `1.1` or `2`; empty when no response came."""
    warm_up: bool = False
    """Whether it was sent to warm something up, and is no part of any figure."""
    worker: str = ""
    """Name of the machine or process beyond this one that sent it; empty: a load worker of this machine."""
    lane: Lane = Lane.LIGHT

    @property
    def alone(self) -> bool:
        """Whether it was sent outside of the load, before or behind it."""
        return bool(self.number & ALONE_BIT)
