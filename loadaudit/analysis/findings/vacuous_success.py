"""LA205: a status below 400 that is no success of the operation."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Lane, Operation, Outcome, Severity, Values

CODE = "LA205"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation and kind: a body that says failure or is none, another view, another user.

    Of imported results sizes tell it: see `imported_non_answers`.
    """
    if facts.imported is not None:
        return
    for operation, tally in facts.known():
        for mark, count in sorted(tally.failure_marks.items()):
            severity = Severity.HIGH if count == tally.requests else Severity.WARNING
            yield _finding(operation, tally, Outcome.SOFT_FAILURE, severity, kind=mark, count=count)
        yield from _idle(facts, operation, tally)
        if tally.outcomes[Outcome.OTHER_VIEW]:
            yield _finding(operation, tally, Outcome.OTHER_VIEW, _other_severity(tally))
        if tally.outcomes[Outcome.OTHER_USER]:
            yield _finding(operation, tally, Outcome.OTHER_USER, Severity.HIGH)


def _idle(facts: RunFacts, operation: Operation, tally: OperationTally) -> Iterator[Finding]:
    """Yield that a write of the heavy lane had nothing to do, where it has changed rows before.

    Elsewhere the second of two equal requests may rightly find nothing left to change, and be no other work.
    """
    alone = facts.alone.get(operation.id)
    changing = tally.effects[True] + (alone.effects[True] if alone is not None and alone is not tally else 0)
    if facts.lanes.get(operation.id) is Lane.HEAVY and changing and tally.effects[False] and not tally.alone:
        values: Values = {"kind": "no_effect", "count": tally.effects[False], "requests": tally.requests}
        yield Finding(
            code=CODE,
            severity=Severity.WARNING,
            operations=(operation.id,),
            values=values,
            samples=tuple(tally.idle_examples),
        )


def _other_severity(tally: OperationTally) -> Severity:
    """A redirect by a middleware (slash, language, https) deceives nobody; a 2xx of another view does."""
    answered = any(status < 300 for status in tally.statuses[Outcome.OTHER_VIEW])
    return Severity.HIGH if answered else Severity.INFO


def _finding(
    operation: Operation, tally: OperationTally, outcome: Outcome, severity: Severity, *, kind: str = "", count: int = 0
) -> Finding:
    values: dict[str, str | int | float] = {
        "kind": kind or outcome.value,
        "count": count or tally.outcomes[outcome],
        "requests": tally.requests,
        "status": tally.statuses[outcome].most_common(1)[0][0],
    }
    if outcome is Outcome.OTHER_VIEW and tally.other_views:
        values["other"] = tally.other_views.most_common(1)[0][0]
    return Finding(
        code=CODE,
        severity=severity,
        operations=(operation.id,),
        values=values,
        samples=tuple(tally.examples[outcome]),
    )
