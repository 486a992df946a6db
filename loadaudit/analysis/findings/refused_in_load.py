"""LA207: an operation worked alone, and the load was refused from its first request to its last."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Outcome, Severity, Values

CODE = "LA207"

_CONCLUSIVE = 3
"""Fewer requests may all have met rows that others had just changed."""

_REFUSED = frozenset({Outcome.INVALID, Outcome.CLIENT_ERROR, Outcome.NOT_FOUND, Outcome.SOFT_FAILURE, Outcome.DENIED})
"""What came of requests that the view did not take. Server errors, limits of a rate and lost sessions have rules of
their own."""


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation whose level rests on what was sent alone, as the load had no success.

    Proven where a form, or the words with which a view led on, say why.
    """
    for operation, tally in facts.known():
        alone = facts.alone.get(operation.id)
        if alone is None or alone is tally or not alone.successes or tally.requests < _CONCLUSIVE:
            continue
        refused = sum(tally.outcomes[one] for one in _REFUSED)
        if refused != tally.requests:
            continue
        outcome = max(_REFUSED, key=lambda one: (tally.outcomes[one], one.value))
        told = _told(tally, outcome)
        status = tally.statuses[outcome].most_common(1)[0][0]
        unproven: Values = {} if told else {"unproven": "refusal_says_nothing"}
        values: Values = {"requests": refused, "alone": alone.successes, "status": status, "detail": told, **unproven}
        yield Finding(
            code=CODE,
            severity=Severity.WARNING,
            operations=(operation.id,),
            values=values,
            samples=tuple(tally.examples[outcome]),
            proven=bool(told),
        )


def _told(tally: OperationTally, outcome: Outcome) -> str:
    """Return what refusals said, by forms and messages, or by the mark in the body of a failure; else nothing."""
    words = tally.failure_marks if outcome is Outcome.SOFT_FAILURE else tally.refusals
    return words.most_common(1)[0][0] if words else ""
