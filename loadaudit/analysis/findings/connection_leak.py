"""LA501: requests leave database connections behind, or every request opens a new one."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.records import Finding, Severity

CODE = "LA501"

_MINIMUM = 2
_PER_REQUEST_MINIMUM = 100
_PER_REQUEST_SHARE = 0.9


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for all leaking operations, as they share a cause, else one for connecting often."""
    leaking = [(operation.id, tally) for operation, tally in facts.known() if tally.requests_leaving >= _MINIMUM]
    if leaking:
        yield Finding(
            code=CODE,
            severity=Severity.CRITICAL,
            operations=tuple(operation_id for operation_id, _ in leaking),
            values={
                "kind": "leak",
                "left": sum(tally.connections_left for _, tally in leaking),
                "requests": sum(tally.requests_leaving for _, tally in leaking),
                "n": sum(tally.traced for _, tally in leaking),
            },
            samples=tuple(leaking[0][1].leaving_examples),
        )
    else:
        yield from _per_request(facts)


def _per_request(facts: RunFacts) -> Iterator[Finding]:
    """Django's default CONN_MAX_AGE = 0 connects for every request: worth knowing, and no defect."""
    traced = sum(tally.traced for tally in facts.tallies.values())
    opened = sum(tally.connections_opened for tally in facts.tallies.values())
    if facts.sqlite or traced < _PER_REQUEST_MINIMUM or opened < _PER_REQUEST_SHARE * traced:
        return
    yield Finding(
        code=CODE,
        severity=Severity.INFO,
        operations=(),
        values={"kind": "per_request", "opened": opened, "n": traced},
    )
