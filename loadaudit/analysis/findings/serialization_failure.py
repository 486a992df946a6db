"""LA508: the database gave up transactions because others changed what they had read."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.errors import is_serialization_failure
from loadaudit.records import Finding, Severity

CODE = "LA508"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for all operations that met such an error and did not try again."""
    operations, samples, count, requests, message = [], [], 0, 0, ""
    for operation, tally in facts.known():
        errors = [error for error in tally.errors.values() if is_serialization_failure(error.exception)]
        if not errors:
            continue
        operations.append(operation.id)
        requests += tally.requests
        count += sum(error.count for error in errors)
        samples += [number for error in errors for number in error.examples]
        message = message or (errors[0].exception.message if errors[0].exception else "")
    if operations:
        yield Finding(
            code=CODE,
            severity=Severity.HIGH,
            operations=tuple(operations),
            values={"count": count, "requests": requests, "message": message},
            samples=tuple(samples[:3]),
        )
