"""LA701: answers for which the server never sent a trace, so that nothing proves them."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.records import Finding, Severity

CODE = "LA701"

_TOLERATED_SHARE = 0.01
_TOLERATED = 5


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for all answered requests without a trace; a few lost ones are info."""
    answered = sum(tally.answered for tally in facts.tallies.values())
    blind = {one: tally for one, tally in facts.tallies.items() if tally.untraced}
    untraced = sum(tally.untraced for tally in blind.values())
    if not untraced:
        return
    examples = [number for tally in blind.values() for number in tally.untraced_examples]
    yield Finding(
        code=CODE,
        severity=_severity(untraced, answered),
        operations=tuple(sorted(blind)),
        values={"count": untraced, "answered": answered},
        samples=tuple(examples[:3]),
    )


def _severity(untraced: int, answered: int) -> Severity:
    if untraced * 2 >= answered:
        return Severity.CRITICAL
    few = untraced < _TOLERATED or untraced <= _TOLERATED_SHARE * answered
    return Severity.INFO if few else Severity.WARNING
