"""What the analysis of a run says: frozen values that a report only has to word and lay out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loadaudit.analysis.result_details import Details
from loadaudit.analysis.result_split import OperationSplit
from loadaudit.analysis.result_tools import Imported, ToolComparison
from loadaudit.records import (
    Criterion,
    Finding,
    Lane,
    LeftOut,
    Level,
    LoadNode,
    LoginCause,
    LoginWay,
    Operation,
    Outcome,
    Plan,
    Problem,
    RunInfo,
    Values,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an operation is not covered; `reporting` words it from code and values."""

    code: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Nearest-rank quantiles in nanoseconds; None where `n` is too small to state one."""

    n: int
    p50_ns: int | None = None
    p95_ns: int | None = None
    p99_ns: int | None = None
    max_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Figures of one operation or of many. Latency and what follows it are of proven successes only."""

    requests: int
    successes: int
    outcomes: Mapping[Outcome, int]
    latency: Quantiles
    """From when a request was due."""
    response: Quantiles
    """From when it began: the response time."""
    rate_per_s: float | None
    """Requests per second of load, whatever their outcome."""
    traced: int
    """Successes with a trace: the n of the figures below."""
    queries_median: int | None
    queries_max: int | None
    database_share: float | None
    """Time in SQL by service time, 0 to 1."""
    body_bytes_median: int | None
    body_bytes_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationResult:
    """How far one operation got, and why not further."""

    operation: Operation
    level: Level
    statistics: Statistics
    reasons: tuple[Reason, ...] = ()
    """Empty once the operation succeeded."""
    excluded: bool = False
    held_back: bool = False
    """Excluded on purpose, by the operator, the project or because there is no clone."""
    lane: Lane = Lane.LIGHT
    split: OperationSplit | None = None
    """Where the time of its requests went; None without a whole trace."""

    @property
    def requests(self) -> int:
        """Requests sent for the operation."""
        return self.statistics.requests


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """Operations of one category that got at least so far; excluded ones stay in `operations`."""

    category: str
    """Empty in the row of all operations."""
    operations: int
    attempted: int
    reached: int
    succeeded: int
    loaded: int
    excluded: int
    held_back: int
    """Of the excluded ones those that are missing on purpose."""
    sent: bool
    """Whether the run sent any request at all; without one there is no coverage to state."""

    @property
    def coverage(self) -> float | None:
        """Succeeded by all operations, 0 to 1; None when there is no data."""
        return self.succeeded / self.operations if self.operations and self.sent else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The coverage table."""

    categories: tuple[CoverageRow, ...]
    total: CoverageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a load tool would have reported beside what is proven. Health checks beside a load are no part of it."""

    requests: int
    reported_requests: int
    """Status below 400, redirects followed."""
    proven_requests: int
    operations: int
    reported_operations: int
    """With at least one request that would have been reported as a success."""
    proven_operations: int
    health_requests: int = 0
    """Health checks, which `requests` does not count: they would hide how the load itself fared."""

    @property
    def sent(self) -> int:
        """All requests of the run."""
        return self.requests + self.health_requests


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLogins:
    """Logins of one role: of how many virtual users the last attempt was proven."""

    role: str
    users: int
    proven: int
    attempts: int
    failure: str = ""
    """What was missing most often."""
    retries: int = 0
    causes: Mapping[LoginCause, int] = field(default_factory=dict)
    """Attempts that were not proven, by cause."""
    ways: tuple[LoginWay, ...] = ()
    lost: int = 0
    """Sessions that ended during the load without a logout."""
    regained: int = 0
    """Of those: after which the virtual user logged in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """All logins of the run."""

    roles: tuple[RoleLogins, ...]
    attempts: int
    proven: int
    """Attempts that were proven."""
    retries: int = 0
    causes: Mapping[LoginCause, int] = field(default_factory=dict)
    lost: int = 0
    regained: int = 0
    pause_ns: int = 0
    """How long virtual users waited for a new session, altogether."""
    after_loss_ns: int = 0
    """How long logins went on beside the measured load."""

    doubted: int = 0
    """Of an imported run: attempts that the tool counted as successes, while what lies behind the login answered as to
    somebody who is not logged in."""

    @property
    def success_rate(self) -> float | None:
        """Proven attempts by all attempts, 0 to 1; None when nobody tried."""
        return self.proven / self.attempts if self.attempts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorGroup:
    """Requests that failed with the same exception at the same place."""

    fingerprint: str
    type: str
    message: str
    traceback: str
    count: int
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBucket:
    """One stretch of the load, by the start of its requests."""

    start_s: float
    length_s: float
    requests: int
    successes: int
    max_latency_ns: int
    """Greatest latency of a proven success; 0 when there was none."""
    split_n: int = 0
    """Requests with a whole trace that `split` is the mean of; of many in one second not all."""
    split: Mapping[str, int] = field(default_factory=dict)
    """Mean nanoseconds of a request by the names of `time_split.PARTS`; they add up to its mean response time."""
    users: int = 0
    """Virtual users that began a request in the busiest second; 0 where requests do not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSummary:
    """What a probe read beside the requests during the load; units are in the name."""

    probe: str
    name: str
    n: int
    minimum: float
    median: float
    maximum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchFigures:
    """The load in all stretches of one kind. Latency is of proven successes of the light lane."""

    stretches: int
    latency: Quantiles
    successes_per_s: float
    """Proven ones of the light lane."""
    connections_opened_per_s: float | None
    """To databases, by all requests; None without traces that tell."""
    sessions_median: float | None = None
    """Of the database server."""
    sessions_max: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthEffect:
    """What health checks beside the load do to it: stretches with them against stretches without."""

    rate_per_s: float
    """Of the checks, in stretches with them."""
    stretch_s: float
    present: StretchFigures
    absent: StretchFigures
    latency_ratio: float | None
    """Median over operations: median latency with checks by that without."""
    shown: bool | None
    """Whether latency differs by more than chance explains; None: too few stretches to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contention:
    """One write, several at the same moment: all on one row, each on a row of its own, and beside another operation."""

    operation_id: str
    same_row: Statistics | None
    """None: it was sent beside another operation only."""
    own_rows: Statistics | None
    """None: only one row was known."""
    new_row: bool = False
    """Whether `same_row` are requests that make a row, the same to the letter: a refusal of all but one is what a
    unique constraint is there for."""
    crossed: Statistics | None = None
    """Beside writes of other operations that lock rows of the same tables; None: there are none, or it was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockQueue:
    """Who held what for whom: waits for one kind of lock behind one holder."""

    what: str
    """Table, or the kind of lock where no statement names one."""
    waiters: tuple[str, ...]
    """Operations that execute the waiting statement; empty: none of the run does."""
    holders: tuple[str, ...]
    """Operations that execute the holder's last statement."""
    waiting: str
    holding: str
    state: str
    """Of the holder's session; empty where requests tell it and no session was looked at."""
    seen: int
    """Waits of sessions, or requests that waited."""
    longest_ns: int
    held_ns: int
    """How long the holder held it at most; 0: not known."""
    sessions: bool
    """Whether the database's sessions showed it; else the order of requests that lock the same table does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdAndWarm:
    """One export, sent for the first time in the run and, before the load, again with full caches."""

    operation_id: str
    cold_ns: int
    warm: Quantiles
    cold_queries: int | None
    warm_queries: int | None
    """Median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything a report needs."""

    info: RunInfo
    plan: Plan | None
    coverage: Coverage
    operations: tuple[OperationResult, ...]
    overall: Statistics
    """Of the light lane."""
    heavy: Statistics
    health: Statistics
    reported: Reported
    logins: Logins
    findings: tuple[Finding, ...]
    errors: tuple[ErrorGroup, ...]
    timeline: tuple[TimeBucket, ...]
    load_ns: int
    details: Details | None = None
    """What the HTML page draws; None where nobody asked for the page."""
    criteria: tuple[Criterion, ...] = ()
    """Declared thresholds, then the defaults."""
    messages: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    inventory_notes: tuple[str, ...] = ()
    unknown_operations: tuple[str, ...] = ()
    """Ids that samples name and the inventory does not know."""
    series: tuple[SeriesSummary, ...] = ()
    """By probe and name."""
    health_effect: HealthEffect | None = None
    """None: no checks were sent beside the load, or not long enough to compare."""
    contention: tuple[Contention, ...] = ()
    lock_queues: tuple[LockQueue, ...] = ()
    """The longest wait first."""
    exports: tuple[ColdAndWarm, ...] = ()
    imported: Imported | None = None
    """None: a run of loadaudit's own."""
    cpu_contended: bool = False
    """Whether this machine had so little CPU left that latencies include waiting for it."""
    tool: ToolComparison | None = None
    """None: no load tool has said anything of its own."""
    load_nodes: tuple[LoadNode, ...] = ()
    """Processes beyond the runner that sent a part of the load."""

    @property
    def requests(self) -> int:
        """Requests of the load in all its lanes."""
        return self.overall.requests + self.heavy.requests + self.health.requests


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One line of the list of runs."""

    path: str
    size_bytes: int
    info: RunInfo | None = None
    """None when the file cannot be read."""
    requests: int = 0
    coverage: CoverageRow | None = None
    running: bool = False
    """Whether the process that writes the file is at work on this machine."""
    problem: str = ""
    """Why the file cannot be read."""
