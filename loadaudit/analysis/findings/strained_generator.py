"""LA702: the load workers themselves were late, so that the latencies of the run are partly their own."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.statistics import median, nearest_rank
from loadaudit.records import Finding, Severity

CODE = "LA702"

LATE_NS = 5_000_000
"""Of the usual look: virtual users were then woken this much too late again and again."""
VERY_LATE_NS = 25_000_000
"""Of one look in ten."""
BUSY_PERCENT = 90.0
"""Of one processor, which the threads of a worker share."""

EMBEDDED = "embedded"
"""The target of a run that brings its own server."""

_MINIMUM = 5


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding when threads of the load workers were woken late, or a worker had no time left."""
    delays_ns = sorted(one.delay_ns for one in facts.strains)
    if len(delays_ns) < _MINIMUM:
        return
    cpu_percent = (median([round(one.cpu_percent) for one in facts.strains])) or 0
    usual_ns, worst_ns = nearest_rank(delays_ns, 0.5), nearest_rank(delays_ns, 0.9)
    if usual_ns < LATE_NS and worst_ns < VERY_LATE_NS and cpu_percent < BUSY_PERCENT:
        return
    busy = cpu_percent >= BUSY_PERCENT
    # An embedded server on the same machine is expected to take its part, and the run says that beside its figures.
    expected = facts.info.target == EMBEDDED and not busy
    yield Finding(
        code=CODE,
        severity=Severity.INFO if expected else Severity.WARNING,
        operations=(),
        values={
            "delay_ns": usual_ns,
            "worst_ns": worst_ns,
            "cpu_percent": cpu_percent,
            "looks": len(delays_ns),
            "kind": "busy" if busy else "starved",
        },
    )
