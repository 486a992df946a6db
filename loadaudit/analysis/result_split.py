"""Where the time of an operation's requests went, as a report shows it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementShare:
    """One statement of one request."""

    sql: str
    executions: int
    total_ns: int
    call_site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSplit:
    """One request; its parts add up to its response time."""

    number: int
    path: str
    response_ns: int
    parts: Mapping[str, int]
    """Nanoseconds by the names of `time_split.PARTS`."""
    statements: tuple[StatementShare, ...] = ()
    """Those that took longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSplit:
    """The typical and the slowest served request of one operation."""

    n: int
    """Requests with a whole trace."""
    typical_ns: int
    """Mean response time of the middle half of them, whose parts are those of `typical`."""
    typical: Mapping[str, int]
    slowest: RequestSplit
