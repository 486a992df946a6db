"""What a run recorded, as the client and as the server saw it, and what was concluded from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loadaudit.records.words import Severity

Values = Mapping[str, str | int | float]


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
    moments_ns: tuple[int, ...] = ()
    """When each of them began, from the start of the load on; 0 for those that were sent alone."""
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
