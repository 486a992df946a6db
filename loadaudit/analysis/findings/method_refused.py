"""LA206: the view refuses every request for a method that the inventory lists."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.records import Evidence, Finding, Outcome, Severity

CODE = "LA206"

_CONCLUSIVE = 3


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation that answered nothing but 405.

    High where the project declares the method; where it was inferred or assumed, the inventory may be wrong.
    """
    for operation, tally in facts.known():
        refused = tally.outcomes[Outcome.METHOD_NOT_ALLOWED]
        if not refused or refused != tally.requests:
            continue
        declared = operation.method_evidence is Evidence.DECLARED
        values: dict[str, str | int | float] = {"requests": refused, "method": operation.method}
        if not declared:
            values["unproven"] = "method_not_declared"
        yield Finding(
            code=CODE,
            severity=Severity.HIGH if declared and refused >= _CONCLUSIVE else Severity.INFO,
            operations=(operation.id,),
            values=values,
            samples=tuple(tally.examples[Outcome.METHOD_NOT_ALLOWED]),
            proven=declared,
        )
