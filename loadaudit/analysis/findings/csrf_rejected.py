"""LA202: the CSRF protection rejects every request of an operation."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.records import Finding, Outcome, Severity

CODE = "LA202"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation of which every request was rejected for CSRF."""
    for operation, tally in facts.known():
        if tally.outcomes[Outcome.CSRF_REJECTED] == tally.requests:
            yield Finding(
                code=CODE,
                severity=Severity.HIGH,
                operations=(operation.id,),
                values={"requests": tally.requests, "detail": tally.csrf_reasons.most_common(1)[0][0]},
                samples=tuple(tally.examples[Outcome.CSRF_REJECTED]),
            )
