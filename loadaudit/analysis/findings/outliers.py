"""LA401: requests that took far longer than others of their operation, by what they spent that time on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.lock_wait import WAIT_NS
from loadaudit.analysis.findings.strained_generator import EMBEDDED
from loadaudit.analysis.locks import most, waits
from loadaudit.analysis.statistics import P95_MINIMUM, in_order, median, nearest_rank
from loadaudit.analysis.tail import Late
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Severity

CODE = "LA401"

_MINIMUM = 10
_OF_P95, _OF_MEDIAN = 2, 5
_MAIN_SHARE = 0.5
_HOLDER_SHARE = 0.5
_LEAST = 3
_SPANS = 20
_MIXED = "mixed"
_NAMED: Mapping[str, str] = {
    "queue": "queue",
    "connect": "connect",
    "lock": "lock",
    "database": "database",
    "commit": "database",
    "python": "python",
    "template": "python",
    "http": "http",
    "waiting": "waiting",
    "generator": "generator",
    "network": "network",
    "sending": "network",
    "outside": "outside",
}
"""Parts of the time by the cause that they stand for."""
_UNPROVEN = frozenset({"waiting", "outside", _MIXED})

_Found = list[tuple[str, Late]]


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per cause, with the operations that it befell.

    Far beyond means: slower than `SLOW_MS`, and than twice the p95 or five times the median. Which of the parts of its
    time took most of a request is its cause. Other rules judge locks, statements, CPU and connections; above info is
    here what no other rule has: waiting for another service, and, beyond the embedded server, whose few workers the
    run itself has chosen, waiting for a worker.
    """
    causes: dict[str, _Found] = {}
    requests: Counter[str] = Counter()
    for operation, tally in facts.known():
        if tally.alone or len(tally.success_latency_ns) < _MINIMUM:
            continue
        for late in tally.tail.beyond(far_ns(tally, facts.slow_ms)):
            causes.setdefault(_cause(late), []).append((operation.id, late))
        requests[operation.id] = tally.requests
    for cause, found in sorted(causes.items()):
        if len(found) >= _LEAST:
            yield _finding(facts, cause, found, requests)


def far_ns(tally: OperationTally, slow_ms: int) -> int:
    """Return the latency from which a request of this operation is an outlier."""
    ordered = in_order([tally.success_latency_ns])
    far = _OF_MEDIAN * nearest_rank(ordered, 0.5)
    if len(ordered) >= P95_MINIMUM:
        far = min(far, _OF_P95 * nearest_rank(ordered, 0.95))
    return max(far, slow_ms * 1_000_000)


def _cause(late: Late) -> str:
    sums: Counter[str] = Counter()
    for part, time_ns in late.parts.items():
        sums[_NAMED.get(part, _MIXED)] += time_ns
    cause, time_ns = sums.most_common(1)[0]
    return cause if time_ns >= _MAIN_SHARE * late.latency_ns else _MIXED


def _time_ns(late: Late, cause: str) -> int:
    if cause == _MIXED:
        return late.latency_ns
    return sum(time_ns for part, time_ns in late.parts.items() if _NAMED.get(part) == cause)


def _finding(facts: RunFacts, cause: str, found: _Found, requests: Mapping[str, int]) -> Finding:
    befell = Counter(operation_id for operation_id, _ in found)
    worst = max(late for _, late in found)
    values: dict[str, str | int | float] = {
        "kind": cause,
        "outliers": len(found),
        "requests": sum(requests[one] for one in befell),
        "median_ns": median([late.latency_ns for _, late in found]) or 0,
        "part_ns": median([_time_ns(late, cause) for _, late in found]) or 0,
        "max_ns": worst.latency_ns,
    }
    proven = cause not in _UNPROVEN
    statements: tuple[str, ...] = ()
    if cause == "queue":
        holder, share = _holder(facts, [late for _, late in found])
        values |= {"holder": holder, "share": round(share, 4)}
        proven = share >= _HOLDER_SHARE
        if not proven:
            values["unproven"] = "several_held_the_workers"
    elif cause == "lock":
        values |= _lock(facts, [late for _, late in found])
    elif cause == "http":
        values["host"] = most(host for _, late in found for host in late.hosts)
    elif cause == "database":
        statements = tuple(filter(None, (most(late.statement for _, late in found),)))
        values |= _plan(facts, statements)
    elif not proven:
        values["unproven"] = {"waiting": "waiting_has_no_name", "outside": "another_clock"}.get(
            cause, "parts_are_mixed"
        )
    return Finding(
        code=CODE,
        severity=Severity.WARNING if _is_news(facts, cause) else Severity.INFO,
        operations=tuple(one for one, _ in befell.most_common()),
        values=values,
        statements=statements,
        samples=tuple(late.number for _, late in sorted(found, key=lambda one: -one[1].latency_ns)[:3]),
        proven=proven,
    )


def _lock(facts: RunFacts, lates: Sequence[Late]) -> dict[str, str | int | float]:
    """Return the operation that held what most of them waited for; without one the kind says so."""
    numbers = {late.number for late in lates}
    holders = [
        wait.holders[-1].operation_id
        for uses in facts.locks.values()
        for wait in waits(uses, least_ns=WAIT_NS)
        if wait.use.number in numbers and wait.holders
    ]
    holders += [one.holder_operation for one in facts.blocked if one.number in numbers and one.holder_operation]
    return {"holder": most(holders)} if holders else {"kind": "writer" if facts.sqlite else "lock_of_unknown"}


def _plan(facts: RunFacts, statements: Sequence[str]) -> dict[str, str | int | float]:
    """Return what the plan of the slowest statement says, if it reads a table from end to end."""
    scans = [scan for text in statements for scan in facts.scans.get(text, ()) if scan.columns]
    if not scans:
        return {}
    scan = max(scans, key=lambda one: one.rows)
    return {"kind": "scan", "table": scan.table, "rows": scan.rows, "index": ", ".join(scan.columns)}


def _is_news(facts: RunFacts, cause: str) -> bool:
    return cause == "http" or (cause == "queue" and facts.info.target != EMBEDDED)


def _holder(facts: RunFacts, lates: Sequence[Late]) -> tuple[str, float]:
    """Return the operation that kept the server busiest while these requests stood in line, and its share."""
    queued = sorted(lates, key=lambda one: -one.parts["queue"])[:_SPANS]
    spans = [(one.start_ns, one.served_from_ns) for one in queued if one.served_from_ns > one.start_ns]
    return next(iter(facts.served.shares(spans)), ("", 0.0))
