"""LA203 for imported results: names of which every request was refused, and counted so."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.imported.verdicts import Verdict
from loadaudit.records import Finding, Outcome, Severity

CODE = "LA203"

_REFUSED = (Outcome.DENIED, Outcome.NOT_FOUND, Outcome.METHOD_NOT_ALLOWED, Outcome.CLIENT_ERROR, Outcome.RATE_LIMITED)
_CONCLUSIVE = 3


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per name that never got anything but one 4xx status that the tool counted as a failure."""
    if facts.imported is None:
        return
    for row, verdict in facts.imported.judged:
        requests = row.group.requests
        outcome = next((one for one in _REFUSED if verdict.outcomes[one] == requests), None)
        if outcome is None or not row.fails_always:
            continue
        yield Finding(
            code=CODE,
            severity=Severity.HIGH if requests >= _CONCLUSIVE else Severity.WARNING,
            operations=(row.group.operation_id or row.group.label,),
            values={
                "kind": "imported",
                "requests": requests,
                "http_status": _status(verdict, outcome),
                "unproven": "only_the_status_is_known",
            },
            proven=False,
        )


def _status(verdict: Verdict, outcome: Outcome) -> int:
    return verdict.statuses[outcome].most_common(1)[0][0]
