"""What to do about a run, in which order: each action with its impact and effort, P1 to P3."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loadaudit.analysis.result import Analysis
from loadaudit.records import Severity
from loadaudit.reporting import units
from loadaudit.reporting.groups import FindingGroup, grouped
from loadaudit.reporting.missed import missed

LOW, MEDIUM, HIGH = 1, 2, 3
SIZES: dict[int, Promise] = {
    LOW: gettext_lazy("low"),
    MEDIUM: gettext_lazy("medium"),
    HIGH: gettext_lazy("high"),
}

_IMPACT = {Severity.CRITICAL: HIGH, Severity.HIGH: HIGH, Severity.WARNING: MEDIUM, Severity.INFO: LOW}
_EFFORT = {
    # A setting, a decorator, an index, one query: an hour or two.
    **dict.fromkeys(("LA101", "LA102", "LA202", "LA203", "LA302", "LA303", "LA305", "LA404", "LA405", "LA507"), LOW),
    **dict.fromkeys(("LA407", "LA503", "LA504", "LA601", "LA602", "LA603", "LA701", "LA702"), LOW),
    # Work on how a site is built: a queue, another database, other processes.
    **dict.fromkeys(("LA401", "LA403", "LA505", "LA506"), HIGH),
}
"""Of what usually mends a finding; all others: a part of one view."""

_ADVISORY = frozenset({"LA302", "LA305", "LA601", "LA603"})
"""Findings of severity info that ask for something nevertheless."""
_MOST_GAPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do."""

    priority: int
    """1 to 3: `P1` first."""
    text: str
    subject: str
    """What it is about: the operations, or why they are not covered."""
    impact: int
    effort: int
    source: str
    """Code of the finding, or `coverage`."""


def actions(analysis: Analysis) -> tuple[Action, ...]:
    """Return all actions, the most urgent first; of equally urgent ones those that take least effort."""
    found = [*_of_findings(grouped(analysis.findings)), *_of_coverage(analysis)]
    return tuple(sorted(found, key=lambda one: (one.priority, -one.impact, one.effort, one.source)))


def priority_of(impact: int, effort: int) -> int:
    """Return 1 for what matters most, 2 for what matters and is done soon, 3 for the rest."""
    if impact == HIGH:
        return 1 if effort < HIGH else 2
    return 2 if impact == MEDIUM and effort < HIGH else 3


def _of_findings(groups: Iterable[FindingGroup]) -> Iterator[Action]:
    """Yield one action for all groups that ask for the same and are equally grave."""
    same: dict[tuple[str, str, Severity], list[FindingGroup]] = {}
    for group in groups:
        if group.severity > Severity.INFO or group.code in _ADVISORY:
            same.setdefault((group.code, group.action, group.severity), []).append(group)
    for together in same.values():
        group = together[0]
        impact = _IMPACT[group.severity]
        effort = _EFFORT.get(group.code, MEDIUM)
        # What breaks the run itself comes first, whatever it takes.
        priority = 1 if group.severity is Severity.CRITICAL else priority_of(impact, effort)
        entries = [entry for one in together for entry in one.entries]
        operations = tuple(dict.fromkeys(one for finding, _text in entries for one in finding.operations))
        yield Action(
            priority=priority,
            text=group.action,
            subject=f"{group.title}: {_named(operations)}" if operations else group.title,
            impact=impact,
            effort=effort,
            source=group.code,
        )


def _of_coverage(analysis: Analysis) -> Iterator[Action]:
    """Yield what would cover most of what is missing, by its reason; what a finding asks for already is left out."""
    accused = {id_ for one in analysis.findings if one.severity > Severity.INFO for id_ in one.operations}
    reasons: dict[str, list[str]] = {}
    for category in missed(analysis):
        for entry in category.reasons:
            left = [one.operation.id for one in entry.operations if one.operation.id not in accused]
            if left:
                reasons.setdefault(entry.reason, []).extend(left)
    total = len(analysis.operations) or 1
    ordered = sorted(reasons.items(), key=lambda one: (-len(one[1]), one[0]))
    for reason, operations in ordered[:_MOST_GAPS]:
        impact = MEDIUM if len(operations) >= 0.05 * total else LOW
        values = {"count": units.count(len(operations)), "operations": _named(tuple(operations))}
        yield Action(
            priority=priority_of(impact, MEDIUM),
            text=ngettext("Cover %(operations)s", "Cover %(count)s operations: %(operations)s", len(operations))
            % values,
            subject=_("Not covered: %(reason)s") % {"reason": reason},
            impact=impact,
            effort=MEDIUM,
            source="coverage",
        )


def _named(operations: tuple[str, ...]) -> str:
    shown = ", ".join(operations[:3])
    if len(operations) > 3:
        return _("%(shown)s and %(count)s more") % {"shown": shown, "count": units.count(len(operations) - 3)}
    return shown
