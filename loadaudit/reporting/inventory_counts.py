"""How many operations there are of each category, and how many facts of each evidence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loadaudit.records import BodyKind, Evidence, Kind, Operation, Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryCount:
    """How many operations of one category there are, by kind and by risk."""

    category: str
    total: int
    kinds: dict[Kind, int]
    risks: dict[Risk, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCount:
    """In how many operations a fact is known in each way."""

    fact: str
    counts: dict[Evidence, int]


def category_counts(operations: Sequence[Operation]) -> tuple[CategoryCount, ...]:
    """Return a count per category, in the order in which categories first appear, which adds up to the total."""
    members: dict[str, list[Operation]] = {}
    for one in operations:
        members.setdefault(one.category, []).append(one)
    return tuple(_count(name, found) for name, found in members.items())


def total_count(operations: Sequence[Operation]) -> CategoryCount:
    """Return the count of all operations."""
    return _count(_("Total"), operations)


def evidence_counts(operations: Sequence[Operation]) -> tuple[EvidenceCount, ...]:
    """Return how the facts are known; parameters count where the route has any, bodies where there is one."""
    return (
        _known(_("method"), (one.method_evidence for one in operations)),
        _known(_("access"), (one.access.evidence for one in operations)),
        _known(_("parameter"), (found.evidence for one in operations for found in one.parameters if found.model)),
        _known(_("body"), (one.body.evidence for one in operations if one.body.kind is not BodyKind.NONE)),
        _known(_("category"), (one.category_evidence for one in operations)),
        _known(_("risk"), (one.risk_evidence for one in operations)),
        _known(_("kind"), (one.kind_evidence for one in operations)),
    )


def _known(fact: str, evidences: Iterable[Evidence]) -> EvidenceCount:
    found = Counter(evidences)
    return EvidenceCount(fact=fact, counts={evidence: found[evidence] for evidence in Evidence})


def _count(name: str, operations: Sequence[Operation]) -> CategoryCount:
    kinds, risks = Counter(one.kind for one in operations), Counter(one.risk for one in operations)
    return CategoryCount(
        category=name,
        total=len(operations),
        kinds={kind: kinds[kind] for kind in Kind},
        risks={risk: risks[risk] for risk in Risk},
    )
