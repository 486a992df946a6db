"""LA603: what destroys, or costs much, was never sent."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.records import Finding, Level, Risk, Severity

CODE = "LA603"

_KINDS = (Risk.DESTRUCTIVE, Risk.HEAVY)


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per kind of risk with operations that a run which sent something left untouched."""
    if not facts.requests:
        return
    for risk in _KINDS:
        of_kind = [one.id for one in facts.operations.values() if one.risk is risk]
        untouched = sorted(one for one in of_kind if facts.levels[one] is Level.UNTOUCHED)
        if untouched:
            yield Finding(
                code=CODE,
                severity=Severity.INFO,
                operations=tuple(untouched),
                values={"kind": risk.value, "untouched": len(untouched), "operations": len(of_kind)},
            )
