"""The operations that are not covered, grouped by category and reason."""

from collections.abc import Iterable
from dataclasses import dataclass

from loadaudit.analysis.result import Analysis, OperationResult
from loadaudit.records import Level
from loadaudit.reporting.wording import reasons_text


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedReason:
    """Operations of one category that share the reason."""

    reason: str
    operations: tuple[OperationResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCategory:
    """What one category misses."""

    category: str
    count: int
    reasons: tuple[MissedReason, ...]


def missed(analysis: Analysis) -> tuple[MissedCategory, ...]:
    """Return every operation without a proven success, the most frequent reason of a category first."""
    groups: dict[str, list[OperationResult]] = {}
    for result in analysis.operations:
        if result.level < Level.SUCCEEDED:
            groups.setdefault(result.operation.category, []).append(result)
    return tuple(
        MissedCategory(category=name, count=len(groups[name]), reasons=_by_reason(groups[name]))
        for name in sorted(groups)
    )


def _by_reason(results: Iterable[OperationResult]) -> tuple[MissedReason, ...]:
    groups: dict[str, list[OperationResult]] = {}
    for result in results:
        groups.setdefault(reasons_text(result), []).append(result)
    ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(MissedReason(reason=reason, operations=tuple(entries)) for reason, entries in ordered)
