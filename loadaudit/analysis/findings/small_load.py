"""LA602: operations that succeeded too seldom to say how fast they are."""

from collections.abc import Iterator

from loadaudit.analysis.facts import LOADED_SUCCESSES, RunFacts
from loadaudit.records import Finding, Level, Severity

CODE = "LA602"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for all operations that succeeded and are not loaded."""
    few = sorted(one for one, level in facts.levels.items() if level is Level.SUCCEEDED)
    if few:
        succeeded = sum(1 for level in facts.levels.values() if level >= Level.SUCCEEDED)
        yield Finding(
            code=CODE,
            severity=Severity.INFO,
            operations=tuple(few),
            values={"operations": len(few), "succeeded": succeeded, "needed": LOADED_SUCCESSES},
        )
