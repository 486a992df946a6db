"""What the parent tells a load worker: the plan as data, and who its virtual users are."""

import json
from dataclasses import dataclass, field

from loadaudit.load.sessions import NO_SESSION, Session
from loadaudit.load.signing import Signature
from loadaudit.records import IN_A_LOOP, Lane, LaneRules, PlannedRequest, Ramp, Shape
from loadaudit.runfile.codec import from_plain, to_plain

STOP, HURRY = "stop", "hurry"
"""Words of the parent: begin no further request; wait no longer for heavy ones under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where requests go, and what they say about where they think they go."""

    base_url: str
    """Scheme and host as the deployment presents itself, e.g. `http://staging.example.org`."""
    connect_to: str = ""
    """`address:port` that is really connected to; empty: as the URL says."""
    present_https: bool = False
    """Whether the embedded server presents itself as https, although loopback is plain http."""
    ca_file: str = ""
    """File with the certificates of the authorities that are trusted; empty: those of the library."""
    cert_file: str = ""
    """The run's own certificate, for a target that asks for one."""
    key_file: str = ""
    """Its key; empty: in the same file."""
    proxy: str = field(default="", repr=False)
    """URL of the proxy on the way to the target, perhaps with a password; empty: none."""
    authorization: str = field(default="", repr=False)
    """Value of the Authorization header that a server in front of the target asks for."""
    lines: tuple[str, ...] = field(default=(), repr=False)
    """Header lines that the project's middleware asks of every request, such as whose tenant it is."""
    csrf_cookie: str = "csrftoken"
    """Django's CSRF_COOKIE_NAME."""
    csrf_header: str = "X-CSRFToken"
    """Django's CSRF_HEADER_NAME as it stands in a request."""
    csrf_in_session: bool = False
    """CSRF_USE_SESSIONS: the token is in the session, and pages show it."""
    script_prefix: str = ""
    """FORCE_SCRIPT_NAME, which a proxy in front of the project takes off each path; cookies and redirects have it."""
    login_pages: tuple[str, ...] = ()
    """Paths to which somebody who is not logged in is sent."""
    http2: bool = False
    """Whether HTTP/2 is spoken where the target agrees to it, which needs TLS."""
    connect_timeout_s: float = 10.0
    """For name, connection and TLS."""
    summaries: bool = False
    """Whether traces come back in Server-Timing because no sink reaches the parent."""
    apm_sampled: bool = False
    """Whether an APM in the server is told to store each request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The times at which one virtual user begins its requests, whether the ones before were quick or slow."""

    rate_per_s: float
    phase_s: float = 0.0
    """Of the first one."""
    stretch_s: float | None = None
    """As of LaneRules."""
    warm_up_requests: int = 0
    """The first ones of this user, sent at once and not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualUser:
    """One concurrent actor: its session and the planned requests that it sends."""

    index: int
    role: str
    positions: tuple[int, ...]
    """Of the requests of the job that it sends."""
    rank: int = 0
    """Among the users of the load, in the order in which a growing load takes them in."""
    lane: Lane = Lane.LIGHT
    rounds: int | None = None
    """How often it sends each of them; None: until it is told to stop."""
    arrivals: Arrivals | None = None
    """When it sends them; None: one after the other, with pauses."""
    session: Session = NO_SESSION
    watched: bool = False
    """Whether it has logged in, so that its session can be lost."""
    source_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationLimit:
    """How many requests of one operation may be under way at once."""

    operation_id: str
    at_once: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """Virtual users who take turns with the same words."""

    keys: tuple[str, ...]
    """Of marks in what they send."""
    users: tuple[int, ...]
    """Their indices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Everything that one load worker needs; travels over its standard input, never through a file."""

    target: Target
    token: str
    tag: str
    requests: tuple[PlannedRequest, ...]
    users: tuple[VirtualUser, ...]
    think_time_s: float
    seed: int
    epoch_ns: int
    """Monotonic clock at the start of the load; the clock is shared by the processes of a machine."""
    lasts_s: float | None = None
    """At most; None: nobody knows."""
    lanes: tuple[LaneRules, ...] = ()
    shape: Shape = IN_A_LOOP
    """Its rate is that of the planned requests."""
    scripted_rate: Ramp | None = None
    """Requests per second of the scenarios; None: as their virtual users get to it."""
    room: float = 0.0
    """Time that a virtual user may give to what is sent again to even categories out, as a share of its rounds'."""
    iterations: int | None = None
    """Requests of the light lane that this worker may begin."""
    limits: tuple[OperationLimit, ...] = ()
    """Places of this worker."""
    signatures: tuple[Signature, ...] = field(default=(), repr=False)
    """Of header lines that are made with each request; they have keys."""
    deals: tuple[Deal, ...] = ()
    """Among whom of all workers the words are dealt out that no two requests may send."""
    part: int = 0
    parts: int = 1
    """Which of how many workers this is the job of."""


def encode_job(job: Job) -> str:
    """Return the job as one line of JSON."""
    return json.dumps(to_plain(job))


def decode_job(line: str) -> Job:
    """Return the job of a line that `encode_job` made."""
    return from_plain(Job, json.loads(line))
