"""The nouns of the design as frozen dataclasses: plain data that passes from stage to stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

Values = Mapping[str, str | int | float]


class Evidence(StrEnum):
    """How a fact of the inventory is known."""

    DECLARED = "declared"
    INFERRED = "inferred"
    ASSUMED = "assumed"


class Kind(StrEnum):
    """Whether an operation asks or changes, by its method and what its source shows."""

    READ = "read"
    WRITE = "write"


class Risk(StrEnum):
    """What sending the operation may do to the target."""

    SAFE = "safe"
    MUTATING = "mutating"
    DESTRUCTIVE = "destructive"
    HEAVY = "heavy"


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
    OTHER_VIEW = "other_view"
    OTHER_USER = "other_user"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    BROKEN = "broken"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a route and, where known, the model field that it selects."""

    name: str
    converter: str = "str"
    """Name of the path converter, or `regex` with the group's pattern in `pattern`."""
    pattern: str = ""
    model: str | None = None
    """Model label such as `projects.Project`."""
    model_field: str | None = None
    """Field looked up with this parameter, `pk` included."""
    owner_field: str | None = None
    """Field of the model that the view compares with the request's user."""
    evidence: Evidence = Evidence.ASSUMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may call an operation, as far as code tells."""

    login: bool = False
    staff: bool = False
    permissions: tuple[str, ...] = ()
    csrf_exempt: bool = False
    api_key: bool = False
    """Needs a key or a token in the request; a session alone does not open it."""
    evidence: Evidence = Evidence.ASSUMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """HTTP method + route: the unit of inventory and of coverage."""

    id: str
    method: str
    method_evidence: Evidence
    route: str
    """Written from `/`; path converters as declared, a regex group as `<name>` or `<1>`."""
    pattern: str
    """The raw patterns joined, as Django writes them in `ResolverMatch.route`."""
    name: str
    """URL name with its namespaces (`api:project-list`), or empty."""
    namespaces: tuple[str, ...]
    app: str
    view: str
    """Qualified name of the view function or class."""
    file: str
    line: int
    parameters: tuple[Parameter, ...]
    access: Access
    category: str
    category_evidence: Evidence
    risk: Risk
    risk_evidence: Evidence
    kind: Kind
    catch_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with the URLconf that hides or shadows routes."""

    code: str
    """`shadowed`, `duplicate`, `import_error` or `unreadable`."""
    route: str
    detail: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A group of routes that the inventory lists only with `option`, on purpose."""

    group: str
    """`admin`, `debug toolbar`, `silk` …"""
    operation_count: int
    option: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All operations of a project."""

    operations: tuple[Operation, ...]
    problems: tuple[Problem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A user that virtual users act as; never carries its password."""

    role: str
    """Role from the settings; `anonymous` for the identity that does not log in."""
    username: str = ""
    user_id: str = ""
    """Primary key as text, or empty when it is not known here (remote target)."""
    staff: bool = False

    @property
    def anonymous(self) -> bool:
        """Whether this identity never logs in."""
        return self.role == "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPath:
    """One concrete path of a planned request and where its values come from."""

    path: str
    origin: str = ""
    """`no parameters`, `row of projects.Project`, `converter example` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """A request template: one operation, sent as one role, over a pool of paths."""

    operation_id: str
    method: str
    paths: tuple[PlannedPath, ...]
    role: str
    heavy: bool = False
    weight: int = 1
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """An operation that the plan leaves out, and why."""

    operation_id: str
    reason: str
    """A sentence that tells the operator what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run sends, as whom, for how long, and what it leaves out."""

    requests: tuple[PlannedRequest, ...]
    exclusions: tuple[Exclusion, ...]
    identities: tuple[Identity, ...]
    users: int
    duration_s: float | None
    """None: until every light operation has `target_samples`, at most `max_duration_s`."""
    max_duration_s: float = 60.0
    target_samples: int = 20
    think_time_s: float = 0.1
    seed: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One request as the client saw it. Times are nanoseconds since the start of the load."""

    number: int
    """Unique in the run: virtual user in the upper 32 bits, sequence in the lower; the low half of the trace id."""
    operation_id: str
    path: str
    role: str
    vu: int
    intended_start_ns: int
    start_ns: int
    first_byte_ns: int
    """Offset of the first byte from `start_ns`; 0 when none came."""
    latency_ns: int
    """Closed model: finish − start; open model: finish − intended start."""
    status: int
    """HTTP status, 0 when no response came."""
    error: str = ""
    """`timeout`, `refused`, `broken: …`; empty when a response came."""
    body_bytes: int = 0
    body_hash: int = 0
    """CRC-32 of the body."""
    body_mark: str = ""
    """What the body gives away: `soft_failure`, `login_page`, or empty."""
    location: str = ""
    """Target of a redirect, without its query values."""
    new_connection: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesReading:
    """What a probe beside the requests read at one moment, in nanoseconds since the start of the load."""

    probe: str
    time_ns: int
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginAttempt:
    """One login through the target's form, and whether a trace proved it."""

    vu: int
    role: str
    proven: bool
    detail: str
    """What proved it, or what was missing."""
    duration_ns: int


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
    traces_expected: bool = True
    """Whether the target carries the probe, so that an answer without a trace proves nothing."""
    request_count: int = 0
    operation_count: int = 0
    succeeded_count: int = 0
    """Operations at level succeeded or higher, known once the run was analysed."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Versions, database driver, host, isolation, settings changed for the run …"""

    @property
    def cut_short(self) -> bool:
        """Whether the run ended without saying so, for example killed."""
        return not self.finish_reason
