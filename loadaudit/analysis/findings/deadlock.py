"""LA503: the database ended transactions because they waited for each other."""

from collections import Counter
from collections.abc import Collection, Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.errors import errors_of_a_kind, is_deadlock
from loadaudit.records import Finding, Severity

CODE = "LA503"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for all operations in which the database reported a deadlock."""
    met = errors_of_a_kind(facts, is_deadlock)
    if met.counts:
        partners = _partners(facts, met.samples)
        yield Finding(
            code=CODE,
            severity=Severity.HIGH,
            operations=tuple(dict.fromkeys((*met.counts, *partners))),
            values={**met.values, "partners": ", ".join(partners)},
            samples=met.samples[:3],
        )


def _partners(facts: RunFacts, victims: Collection[int]) -> tuple[str, ...]:
    """Return the operations that were locking rows of the same table while a victim did: the database ends one only."""
    met: Counter[str] = Counter()
    for uses in facts.locks.values():
        for victim in (one for one in uses if one.number in victims):
            met.update(
                one.operation_id
                for one in uses
                if one.number not in victims and one.start_ns < victim.end_ns and one.end_ns > victim.start_ns
            )
    return tuple(name for name, count in met.most_common() if count * 2 >= met.most_common(1)[0][1])
