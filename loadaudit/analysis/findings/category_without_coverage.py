"""LA601: a category of which no operation succeeded."""

from collections import Counter
from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.records import Finding, Level, Severity

CODE = "LA601"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per category with operations and no proven success, unless the run sent nothing at all."""
    if not facts.requests:
        return
    operations = Counter(operation.category for operation in facts.operations.values())
    attempted = Counter(
        operation.category for operation in facts.operations.values() if facts.levels[operation.id] >= Level.ATTEMPTED
    )
    covered = {
        operation.category for operation in facts.operations.values() if facts.levels[operation.id] >= Level.SUCCEEDED
    }
    for category in sorted(operations.keys() - covered):
        yield Finding(
            code=CODE,
            severity=Severity.INFO,
            operations=tuple(sorted(one.id for one in facts.operations.values() if one.category == category)),
            values={
                "category": category,
                "operations": operations[category],
                "attempted": attempted[category],
            },
        )
