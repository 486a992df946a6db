"""LA506: requests wait for a database connection, or get none."""

from collections import Counter
from collections.abc import Iterator, Mapping

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.errors import errors_of_a_kind, is_without_connection
from loadaudit.analysis.statistics import median
from loadaudit.records import Finding, Severity

CODE = "LA506"

WAIT_NS = 250_000_000
"""Opening a connection takes a few milliseconds, with TLS and a password a few dozen."""
_MINIMUM = 3
_SHARE = 0.01
_FULL = 0.95
_OFTEN = 0.05


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for all requests that waited at least 250 ms, or were refused.

    SQLite's connections are files, for which nobody stands in line. Proven when the database or its pool said so, or
    when its sessions reached max_connections, or one in twenty waited and there is a pool: with one, connecting is
    waiting until it has a connection to give.
    """
    met = errors_of_a_kind(facts, is_without_connection)
    refused = met.counts
    waited: Counter[str] = Counter()
    long_ns: list[int] = []
    for operation, tally in facts.known():
        late = [] if facts.sqlite else [value for value in tally.connect_ns if value >= WAIT_NS]
        if late:
            waited[operation.id] = len(late)
            long_ns += late
    served = sum(len(tally.connect_ns) for tally in facts.tallies.values())
    pooler = _pooler(facts)
    many = bool(pooler) or len(long_ns) >= max(_MINIMUM, _SHARE * served)
    if not refused and not many:
        return
    sessions, limit = _sessions(facts)
    often = len(long_ns) >= _OFTEN * served
    pooled = bool(facts.pools) and often
    full = bool(limit) and sessions >= _FULL * limit
    values: dict[str, str | int | float] = {
        "waits": len(long_ns),
        "n": served,
        "median_ns": median(long_ns) or 0,
        "max_ns": max(long_ns, default=0),
        "refused": refused.total(),
        "message": next(iter(met.message.strip().splitlines()), ""),
        "sessions": sessions,
        "limit": limit,
        "pool": min((one.most for one in facts.pools), default=0),
        "kind": "refused" if refused else "full" if full else "pool" if pooled else "waits",
    }
    if not refused:
        values |= pooler
    proven = bool(refused or pooler) or full or pooled
    if not proven:
        values["unproven"] = "pool_not_seen"
    operations = waited + refused
    yield Finding(
        code=CODE,
        severity=_severity(refused=bool(refused), full=full, often=often or bool(pooler)),
        operations=tuple(sorted(operations)),
        values=values,
        samples=met.samples[:3],
        proven=proven,
    )


def _severity(*, refused: bool, full: bool, often: bool) -> Severity:
    """A few long waits may be a busy machine, on which each thread connects once."""
    if refused:
        return Severity.CRITICAL
    if full:
        return Severity.HIGH
    return Severity.WARNING if often else Severity.INFO


def _pooler(facts: RunFacts) -> dict[str, str | int | float]:
    """Return what PgBouncer said of clients that waited, if some did in three readings or more."""
    readings = [one.values for one in facts.readings if one.probe.startswith("pgbouncer")]
    waiting = [one for one in readings if one.get("longest_wait_s", 0.0) * 1e9 >= WAIT_NS]
    if len(waiting) < _MINIMUM:
        return {}
    return {
        "kind": "pooler",
        "pool": round(max(one.get("pool_size", 0.0) for one in waiting)),
        "clients": round(max(one.get("clients_waiting", 0.0) for one in waiting)),
        "longest_ns": round(max(one["longest_wait_s"] for one in waiting) * 1e9),
        "readings": len(waiting),
        "of_readings": len(readings),
    }


def _sessions(facts: RunFacts) -> tuple[int, int]:
    """Return the most sessions that a PostgreSQL server was seen with, and how many it takes; 0, 0 when unknown."""
    best = (0, 0)
    for reading in facts.readings:
        values: Mapping[str, float] = reading.values
        if reading.probe.startswith("postgresql") and values.get("max_connections"):
            best = max(best, (round(values.get("server_sessions", 0)), round(values["max_connections"])))
    return best
