"""What a comparison says: frozen values that a report only has to word and lay out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loadaudit.analysis.comparison.ranks import Interval
from loadaudit.analysis.result import CoverageRow
from loadaudit.records import Criterion, Finding, Level, Outcome, RunInfo


class Verdict(StrEnum):
    """What is shown about one figure of one operation."""

    WORSE = "worse"
    BETTER = "better"
    NO_DIFFERENCE = "no_difference_shown"
    NOT_ENOUGH_DATA = "not_enough_data"


class Figure(StrEnum):
    """What is compared."""

    LATENCY = "latency"
    CPU = "cpu"
    """CPU time of the server's threads per request, which waiting for others does not lengthen."""
    DATABASE = "database"
    """Time in statements per request, as the server waited for them."""
    SUCCESS = "success_rate"
    QUERIES = "queries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One condition that is not the same in all runs; `reporting` words the code."""

    code: str
    values: tuple[str, ...]
    """One per run."""
    serious: bool
    """Whether figures of the runs cannot be put side by side without saying so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure of one operation, before and after."""

    figure: Figure
    verdict: Verdict
    first: float | None
    second: float | None
    """Typical values: median of a time in nanoseconds, success share, mean of queries; None: no data."""
    ratio: float | None = None
    """Second by first, for times typical over all requests; what moved all operations alike is taken out."""
    low: float | None = None
    """95 % confidence interval of the ratio, for this operation alone."""
    high: float | None = None
    p: float | None = None
    """Corrected for the number of comparisons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Requests of one or several operations in one run."""

    requests: int
    successes: int
    outcomes: Mapping[Outcome, int]
    quantiles: Mapping[int, Interval]
    """Latency in nanoseconds by 50, 95 and 99, those that n allows to state."""
    rate_per_s: float | None
    queries_median: int | None
    database_share: float | None
    body_bytes_median: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Figures):
    """One operation in one run."""

    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFigures(Figures):
    """The operations of one category in one run."""

    coverage: CoverageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationChange:
    """One operation that both runs know."""

    operation_id: str
    category: str
    first: Side
    second: Side
    changes: tuple[Change, ...]
    lost: bool
    """It had a proven success, was sent again, and has none now."""
    won: bool

    @property
    def verdict(self) -> Verdict:
        """The worst of its changes; coverage is no part of it, because a level may hang on a single request."""
        found = {one.verdict for one in self.changes}
        if Verdict.WORSE in found:
            return Verdict.WORSE
        if Verdict.BETTER in found:
            return Verdict.BETTER
        return Verdict.NO_DIFFERENCE if Verdict.NO_DIFFERENCE in found else Verdict.NOT_ENOUGH_DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """One run in a few numbers."""

    info: RunInfo
    total: CoverageRow
    categories: tuple[CategoryFigures, ...]
    requests: int
    successes: int
    """Proven ones; outcomes may count as ok what is none."""
    outcomes: Mapping[Outcome, int]
    success_rate: float | None
    """Proven successes by all requests."""
    logins: float | None
    behind_login: float | None
    """Operations behind the login that succeeded, by those sent; None: none was sent."""
    rate_per_s: float | None
    quantiles: Mapping[int, Interval]
    queries_median: int | None
    database_share: float | None
    body_bytes_median: int | None
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFinding:
    """One finding in both runs, perhaps with other numbers and operations."""

    first: Finding
    second: Finding

    @property
    def joined(self) -> tuple[str, ...]:
        """Operations that only the second run's names."""
        return tuple(one for one in self.second.operations if one not in self.first.operations)

    @property
    def left(self) -> tuple[str, ...]:
        """Operations that only the first run's names."""
        return tuple(one for one in self.first.operations if one not in self.second.operations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that a report of two runs needs."""

    first: RunFigures
    second: RunFigures
    differences: tuple[Difference, ...]
    operations: tuple[OperationChange, ...]
    added: tuple[str, ...]
    """Operations that only the second run's inventory has."""
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    """Operations of which the inventories tell different things, such as the view or who may call it."""
    common_ratio: float | None
    """By how much the operations' latencies moved together; None: too few to tell it from one operation's."""
    common_count: int
    """How many operations that rests on."""
    single_requests: bool = True
    """False: one of the runs was imported, and only quantiles and counts are compared."""
    new_findings: tuple[Finding, ...] = ()
    gone_findings: tuple[Finding, ...] = ()
    kept_findings: tuple[KeptFinding, ...] = ()

    def of(self, verdict: Verdict) -> tuple[OperationChange, ...]:
        """Return the operations with this verdict."""
        return tuple(one for one in self.operations if one.verdict is verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """A run from which on a figure is another one."""

    position: int
    """Of the first run after, counted from 0."""
    verdict: Verdict
    ratio: float
    """After by before; what moved all operations alike is taken out."""
    p: float
    """Corrected for the number of comparisons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The course of one figure over all runs."""

    operation_id: str
    """Empty: of the whole run."""
    figure: Figure
    values: tuple[float | None, ...]
    """Medians in nanoseconds, one per run; None: no data."""
    changes: tuple[ChangePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Two or more runs, the oldest first, each compared with the one before."""

    runs: tuple[RunFigures, ...]
    steps: tuple[Comparison, ...]
    whole: Comparison
    """The last against the first."""
    differences: tuple[Difference, ...]
    """Conditions that are not the same in all runs."""
    trends: tuple[Trend, ...] = ()
    """Of more than two runs: of the whole run, then of operations, those that changed most first."""
