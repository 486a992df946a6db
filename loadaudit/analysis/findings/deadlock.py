"""LA503: the database ended transactions because they waited for each other."""

from collections import Counter
from collections.abc import Collection, Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.errors import is_deadlock
from loadaudit.records import Finding, Severity

CODE = "LA503"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for all operations in which the database reported a deadlock."""
    operations, samples, count, requests, message = [], [], 0, 0, ""
    for operation, tally in facts.known():
        errors = [error for error in tally.errors.values() if is_deadlock(error.exception)]
        if not errors:
            continue
        operations.append(operation.id)
        requests += tally.requests
        count += sum(error.count for error in errors)
        samples += [number for error in errors for number in error.examples]
        message = message or (errors[0].exception.message if errors[0].exception else "")
    if operations:
        partners = _partners(facts, samples)
        yield Finding(
            code=CODE,
            severity=Severity.HIGH,
            operations=tuple(dict.fromkeys((*operations, *partners))),
            values={"count": count, "requests": requests, "message": message, "partners": ", ".join(partners)},
            samples=tuple(samples[:3]),
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
