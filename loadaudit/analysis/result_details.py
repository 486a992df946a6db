"""What the analysis says of single operations and requests, beside the tables of `result`."""

from collections.abc import Mapping
from dataclasses import dataclass

from loadaudit.records import Outcome, Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One request of the load."""

    operation_id: str
    start_ns: int
    latency_ns: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDetail:
    """One statement of one operation, over its served requests."""

    sql: str
    executions: int
    per_request: float
    total_ns: int
    max_ns: int
    call_site: str
    plan: tuple[str, ...] = ()
    """How the database carries it out, in lines; empty where it was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestExample:
    """One address that was sent."""

    method: str
    path: str
    requests: int
    payload: Payload | None = None
    """A body as it was sent to this address, with marks for what each request has of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDetail:
    """What the page of one operation shows beside its line in the table."""

    histogram: Mapping[int, int]
    """Proven successes by bucket of latency; `details.bucket_edge_ns` says where each begins."""
    statements: tuple[StatementDetail, ...]
    """Those that took the most time."""
    statement_count: int
    examples: tuple[RequestExample, ...]
    value_origins: tuple[str, ...]
    body_origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One figure that a probe read beside the requests."""

    probe: str
    name: str
    times_ns: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What a reader looks into after the tables."""

    operations: Mapping[str, OperationDetail]
    points: tuple[Point, ...]
    """Requests of the load by their start; not all of them where there are many."""
    requests: int
    """How many they stand for."""
    curves: tuple[Curve, ...]
