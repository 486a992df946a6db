"""LA405: the slowest requests of many operations all took the same time, which is some timeout's value."""

from collections.abc import Callable, Iterator, Sequence

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.statistics import largest
from loadaudit.analysis.tallies import OUTCOMES, OperationTally
from loadaudit.records import Finding, Outcome, Severity, TimeLimit

CODE = "LA405"

LEAST_NS = 1_000_000_000
"""Below this maxima lie close together by chance."""
_WIDTH = 1.05
_MINIMUM = 4
_SHARE = 0.3
_LATE_S = 1.0
"""How much later than the timeout itself an answer may come that it caused."""

USUAL: tuple[TimeLimit, ...] = (
    TimeLimit(name="timeout", seconds=30.0, source="gunicorn, by default"),
    TimeLimit(name="pool timeout", seconds=30.0, source="psycopg's pool, by default"),
    TimeLimit(name="router timeout", seconds=30.0, source="Heroku"),
    TimeLimit(name="proxy_read_timeout", seconds=60.0, source="nginx, by default"),
    TimeLimit(name="idle timeout", seconds=60.0, source="AWS load balancers, by default"),
    TimeLimit(name="query_wait_timeout", seconds=120.0, source="PgBouncer, by default"),
)
"""Settings that nobody read in this run, with their defaults."""

_TIMED_OUT = frozenset({Outcome.TIMEOUT, Outcome.FIRST_BYTE_TIMEOUT, Outcome.CONNECT_TIMEOUT})
_Maxima = list[tuple[int, str]]


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for the value that most maxima share: at least four operations, and three in ten of the slow.

    Maxima of whole requests, and where these show no setting, of single statements and of waits for a connection: what
    a database or a pool ends takes as long as its timeout says, however long its request stood in line before.
    Proven when exactly one setting that the run read has that value.
    """
    limits = (*facts.limits, *_of_client(facts))
    for slowest_of, usual in ((_slowest_ns, USUAL), (_statement_ns, ()), (_connect_ns, ())):
        finding = _ceiling(facts, slowest_of, limits, usual)
        if finding is not None:
            yield finding
            return


def _ceiling(
    facts: RunFacts,
    slowest_of: Callable[[OperationTally], int],
    limits: Sequence[TimeLimit],
    usual_limits: Sequence[TimeLimit],
) -> Finding | None:
    maxima = sorted(
        (slowest, operation.id)
        for operation, tally in facts.known()
        if not tally.alone and (slowest := slowest_of(tally)) >= LEAST_NS
    )
    group = _densest(maxima)
    if len(group) < max(_MINIMUM, _SHARE * len(maxima)):
        return None
    low, high = group[0][0] / 1e9, group[-1][0] / 1e9
    known = [one for one in limits if _fits(one, low, high)]
    usual = [] if known else [one for one in usual_limits if _fits(one, low, high)]
    if not known and not usual:
        # Operations that take equally long are no ceiling; somebody's timeout is.
        return None
    values: dict[str, str | int | float] = {
        "operations": len(group),
        "of": len(maxima),
        "low_ns": group[0][0],
        "high_ns": group[-1][0],
        "setting": " / ".join(f"{one.name} = {one.seconds:g} s ({one.source})" for one in known or usual),
    }
    if slowest_of is not _slowest_ns:
        values["kind"] = "statement" if slowest_of is _statement_ns else "connect"
    proven = len(known) == 1
    if not proven:
        values["unproven"] = "several_settings_fit" if known else "setting_not_read"
    return Finding(
        code=CODE,
        severity=Severity.HIGH if proven else Severity.WARNING,
        operations=tuple(sorted(one for _, one in group)),
        values=values,
        proven=proven,
    )


def _statement_ns(tally: OperationTally) -> int:
    return tally.longest_statement_ns


def _connect_ns(tally: OperationTally) -> int:
    return tally.longest_connect_ns


def _slowest_ns(tally: OperationTally) -> int:
    """Return the longest request that ended by itself, or by a timeout; one that was refused at once ends otherwise."""
    return max(largest(tally.success_latency_ns), largest(tally.failure_latency_ns))


def _densest(maxima: _Maxima) -> _Maxima:
    best: _Maxima = []
    for at, (value, _) in enumerate(maxima):
        group = [one for one in maxima[at:] if one[0] <= value * _WIDTH]
        if len(group) > len(best):
            best = group
    return best


def _fits(limit: TimeLimit, low_s: float, high_s: float) -> bool:
    return limit.seconds * 0.99 <= low_s and high_s <= limit.seconds * _WIDTH + _LATE_S


def _of_client(facts: RunFacts) -> Sequence[TimeLimit]:
    """Return the run's own timeouts, where requests ended by them."""
    timed_out = any(
        OUTCOMES[position] in _TIMED_OUT for tally in facts.tallies.values() for position in tally.failure_outcomes
    )
    if not timed_out or facts.plan is None:
        return ()
    values = sorted({one.timeout_s for one in facts.plan.requests})
    return tuple(TimeLimit(name="--timeout", seconds=value, source="of this run's client") for value in values)
