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
    held_back = {one.operation_id for one in facts.plan.exclusions if one.held_back} if facts.plan else set()
    for risk in _KINDS:
        of_kind = [one.id for one in facts.operations.values() if one.risk is risk]
        untouched = sorted(one for one in of_kind if facts.levels[one] is Level.UNTOUCHED)
        if untouched:
            on_purpose = risk is Risk.DESTRUCTIVE and held_back.intersection(untouched)
            kind = f"{risk.value}_held_back" if on_purpose else risk.value
            yield Finding(
                code=CODE,
                severity=Severity.INFO,
                operations=tuple(untouched),
                values={"kind": kind, "untouched": len(untouched), "operations": len(of_kind)},
            )
