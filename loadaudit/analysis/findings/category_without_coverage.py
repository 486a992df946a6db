"""LA601: a category of which no operation succeeded."""

from collections import Counter
from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.records import Finding, Level, Severity

CODE = "LA601"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per category with operations and no proven success, unless the run sent nothing at all.

    A category that was held back whole is missing on purpose, which the report counts elsewhere.
    """
    if not facts.requests:
        return
    held_back = {one.operation_id for one in facts.plan.exclusions if one.held_back} if facts.plan else set()
    meant = {operation.category for operation in facts.operations.values() if operation.id not in held_back}
    operations = Counter(operation.category for operation in facts.operations.values())
    attempted = Counter(
        operation.category for operation in facts.operations.values() if facts.levels[operation.id] >= Level.ATTEMPTED
    )
    covered = {
        operation.category for operation in facts.operations.values() if facts.levels[operation.id] >= Level.SUCCEEDED
    }
    for category in sorted(meant - covered):
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
