"""LA508: the database gave up transactions because others changed what they had read."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.errors import errors_of_a_kind, is_serialization_failure
from loadaudit.records import Finding, Severity

CODE = "LA508"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for all operations that met such an error and did not try again."""
    met = errors_of_a_kind(facts, is_serialization_failure)
    if met.counts:
        yield Finding(
            code=CODE,
            severity=Severity.HIGH,
            operations=tuple(met.counts),
            values=met.values,
            samples=met.samples[:3],
        )
