"""Which findings of two runs are the same one."""

from collections.abc import Callable, Sequence

from loadaudit.analysis.comparison.result import KeptFinding
from loadaudit.records import Finding

Pairs = tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[KeptFinding, ...]]


def told_apart(first: Sequence[Finding], second: Sequence[Finding]) -> Pairs:
    """Return the findings that are new, those that are gone, and those that are still there.

    A finding is the same one with other numbers, and where operations join or leave it. Of one code those belong
    together that name the same operations, then those that share a statement, then those that share an operation;
    at last, a finding about many operations and the only one of its code in both runs is about other ones now.
    """
    gone, new, kept = list(first), list(second), []
    rules: tuple[Callable[[Finding, Finding], bool], ...] = (
        lambda one, other: one.operations == other.operations and _share(one.statements, other.statements),
        lambda one, other: one.operations == other.operations,
        lambda one, other: bool(one.statements) and _share(one.statements, other.statements),
        lambda one, other: _share(one.operations, other.operations),
        lambda one, other: _is_only_one(one, first) and _is_only_one(other, second) and _is_of_many(one, other),
    )
    for rule in rules:
        for other in tuple(new):
            found = next((one for one in gone if one.code == other.code and rule(one, other)), None)
            if found is not None:
                kept.append(KeptFinding(first=found, second=other))
                gone.remove(found)
                new.remove(other)
    kept.sort(key=lambda pair: _position(second, pair.second))
    return tuple(new), tuple(gone), tuple(kept)


def _share(one: Sequence[str], other: Sequence[str]) -> bool:
    return not set(one).isdisjoint(other) or not (one or other)


def _is_only_one(finding: Finding, among: Sequence[Finding]) -> bool:
    return sum(one.code == finding.code for one in among) == 1


def _is_of_many(one: Finding, other: Finding) -> bool:
    return max(len(one.operations), len(other.operations)) > 1


def _position(findings: Sequence[Finding], finding: Finding) -> int:
    return next(at for at, one in enumerate(findings) if one is finding)
