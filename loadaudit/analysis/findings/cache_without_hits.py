"""LA507: an operation puts values into the cache and never finds one there."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.records import Finding, Lane, Severity

CODE = "LA507"

_MINIMUM = 20


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation whose 20 or more look-ups all missed although it stored something each time.

    A look-up that stores nothing only asks whether the cache is there. One that hits when it is sent again at once
    works, and forgets too soon.
    """
    for operation, tally in facts.known():
        gets, hits, sets = sum(tally.cache_gets), sum(tally.cache_hits), sum(tally.cache_sets)
        if gets < _MINIMUM or hits or sets * 2 < gets or _hits_when_warm(facts, operation.id):
            continue
        paths = len(set(tally.served_paths))
        values: dict[str, str | int | float] = {
            "gets": gets,
            "sets": sets,
            "requests": len(tally.cache_gets),
            "paths": paths,
            "unproven": "keys_not_kept",
        }
        yield Finding(
            code=CODE,
            severity=Severity.WARNING if len(tally.cache_gets) >= 2 * paths else Severity.INFO,
            operations=(operation.id,),
            values=values,
            samples=tuple(tally.served_numbers[:3]),
            proven=False,
        )


def _hits_when_warm(facts: RunFacts, operation_id: str) -> bool:
    warm = facts.beside.get((Lane.WARM, operation_id))
    return warm is not None and any(warm.cache_hits)
