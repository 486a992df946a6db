"""What a run recorded, as the client and as the server saw it, and what was concluded from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loadaudit.records.words import Severity

Values = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementUse:
    """How often one request executed one statement, and how long that took."""

    alias: str
    sql: str
    """With placeholders; literals are replaced before it is stored."""
    count: int
    total_ns: int
    max_ns: int
    call_site: str = ""
    """`file.py:line in function` of the project's own code, once a statement repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWrite:
    """One row that a request read without a lock and wrote back; times are offsets from the start of the trace."""

    alias: str
    table: str
    row: str
    """Keyed hash of the row's key: tells rows apart and gives no value away."""
    values: Mapping[str, str]
    """Column → keyed hash of the number that was written, for plain numbers only."""
    read_end_ns: int
    """End of the last SELECT that read the row before."""
    write_start_ns: int
    write_end_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerException:
    """An exception that a view or middleware raised."""

    type: str
    message: str
    fingerprint: str
    """Hash of type and the frames of the traceback, without values."""
    traceback: str = ""
    """Text without local variables; only the first of each fingerprint carries it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One request as the server saw it."""

    number: int
    """The sample's number."""
    method: str
    route: str
    """Readable route of the inventory, or the raw pattern when it is not known there; empty: nothing resolved."""
    view: str
    view_ran: bool
    user_id: str
    """Primary key as text; empty when the request was anonymous."""
    status: int
    start_ns: int
    """Monotonic clock of the server, relative to the start of the load where both share a machine, else 0."""
    service_ns: int
    cpu_ns: int
    """CPU of the request's own thread."""
    sql_count: int
    sql_ns: int
    statements: tuple[StatementUse, ...] = ()
    connections_opened: int = 0
    connections_left: int = 0
    """Opened by this request in a thread that has ended, and still open."""
    connect_ns: int = 0
    cache_gets: int = 0
    cache_hits: int = 0
    in_flight: int = 0
    """Requests that this worker process was serving when this one began, itself included."""
    exception: ServerException | None = None
    csrf_reason: str = ""
    denied: bool = False
    """PermissionDenied, or a redirect to a login page."""
    worker: int = 0
    """Process id of the server worker."""
    summary_only: bool = False
    """From the Server-Timing header: statements and exceptions are not known."""
    outgoing: tuple[str, ...] = ()
    """What the request tried to do outside of an isolated run, each time: `refused api.example.com:443`,
    `refused redis FLUSHALL`, `mail`, `started: git`."""
    refusals: tuple[str, ...] = ()
    """Forms that did not take what was sent, with fields and error codes: `shop.forms.OrderForm: name (required)`."""
    row_writes: tuple[RowWrite, ...] = ()
    """Rows with numbers that were read and written back."""


GENERATOR_PROBE = "load worker"
"""With a number behind it, the probe that reads how hard a load worker finds its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesReading:
    """What a probe beside the requests read at one moment, in nanoseconds since the start of the load."""

    probe: str
    time_ns: int
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule's verdict about operations; `reporting` words it from code and values."""

    code: str
    severity: Severity
    operations: tuple[str, ...]
    values: Values = field(default_factory=dict)
    statements: tuple[str, ...] = ()
    samples: tuple[int, ...] = ()
    """Numbers of samples that show it."""
    proven: bool = True
    """Whether the data proves the cause; when not, `values["unproven"]` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """What identifies a run and under which conditions it was made."""

    id: str
    label: str
    started_at: str
    """Wall clock, ISO 8601 with offset, taken once."""
    target: str
    users: int
    seed: int
    duration_s: float | None
    finished_at: str = ""
    finish_reason: str = ""
    """`completed`, `interrupted`, `aborted: …`; empty: the run was cut short."""
    load_ns: int = 0
    """Length of the measured load."""
    dropped_count: int = 0
    """Requests of a rate that could not begin in their time."""
    traces_expected: bool = True
    """Whether the target carries the probe, so that an answer without a trace proves nothing."""
    request_count: int = 0
    operation_count: int = 0
    succeeded_count: int = 0
    """Operations at level succeeded or higher, known once the run was analysed."""
    note: str = ""
    """What somebody wanted to be remembered about it."""
    thresholds: tuple[str, ...] = ()
    """Declared ones, as `records.thresholds` reads them."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Versions, database driver, host, isolation, settings changed for the run …"""

    @property
    def cut_short(self) -> bool:
        """Whether the run ended without saying so, for example killed."""
        return not self.finish_reason
