"""One operation looked at closely: one request, and what it did under the debug toolbar's panels."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loadaudit.records.plan import Payload
from loadaudit.records.words import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedStatement:
    """What one place in the code executed of one statement."""

    alias: str
    sql: str
    """With placeholders."""
    count: int
    duplicates: int
    """Of these, executions with values that had been sent before in the same request."""
    total_ns: int
    max_ns: int
    call_site: str = ""
    """`file.py:line in function` of the project's own code; empty: none was on the stack."""
    source: str = ""
    """That line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowestStatement:
    """The statement whose execution took longest, and how the database carries it out."""

    sql: str
    duration_ns: int
    call_site: str = ""
    explained: tuple[str, ...] = ()
    """Lines of EXPLAIN; they may show values of the request."""
    problem: str = ""
    """Why there is no plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheUse:
    """What the request asked of the project's caches."""

    calls: Mapping[str, int] = field(default_factory=dict)
    """Method → how often; those that were called."""
    hits: int = 0
    misses: int = 0
    total_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelFigures:
    """What the panels of the debug toolbar saw of one request."""

    statements: tuple[InspectedStatement, ...] = ()
    """By the time that they took, the longest first."""
    slowest: SlowestStatement | None = None
    cache: CacheUse = CacheUse()
    templates: Mapping[str, int] = field(default_factory=dict)
    """Name → how often it was rendered."""
    signals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Django's signals that have receivers → their names."""
    user_cpu_ns: int = 0
    system_cpu_ns: int = 0
    switches: int = 0
    """Context switches, of its own will and not."""

    @property
    def statement_count(self) -> int:
        """How many statements were executed."""
        return sum(one.count for one in self.statements)

    @property
    def duplicate_count(self) -> int:
        """How many of them had been executed before with the same values."""
        return sum(one.duplicates for one in self.statements)

    @property
    def database_ns(self) -> int:
        """Time in statements."""
        return sum(one.total_ns for one in self.statements)


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedRequest:
    """One request, as whom it was sent and where its values come from."""

    operation_id: str
    method: str
    path: str
    role: str
    username: str = ""
    payload: Payload | None = None
    origin: str = ""
    """Where the address comes from."""
    headers: tuple[str, ...] = ()
    """Lines that were sent beside the usual ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What came of one request."""

    request: InspectedRequest
    view: str
    outcome: Outcome
    detail: str
    """The server's own reason where it did not work."""
    status: int
    body_bytes: int
    service_ns: int
    """Inside the outermost middleware."""
    parts: Mapping[str, int]
    """Part of the time split → nanoseconds; they add up to `service_ns`."""
    alone: bool
    """Whether the time was taken without the toolbar's panels, by requests of its own."""
    first_ns: int = 0
    """Service time of the first such request of the process under the panels; 0 where it was the only one."""
    tries: int = 1
    """Requests until one worked."""
    panels: PanelFigures = PanelFigures()
    traceback: str = ""
    notes: tuple[str, ...] = ()
