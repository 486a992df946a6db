"""Success criteria as rows of text: limit, what was measured, verdict; the same in every report."""

from collections import Counter
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loadaudit.analysis.result import Analysis
from loadaudit.records import Criterion, Kind, Metric, Unit, Verdict
from loadaudit.reporting import units

VERDICTS: dict[Verdict, Promise] = {
    Verdict.PASSED: gettext_lazy("passed"),
    Verdict.FAILED: gettext_lazy("failed"),
    Verdict.NOT_ENOUGH_DATA: gettext_lazy("not enough data"),
}

_MOST_DECIMALS = 4
_MOST_CATEGORIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionRow:
    """One line of the table of success criteria."""

    limit: str
    current: str
    verdict: Verdict
    word: str
    declared: bool
    origin: str
    """Who asks for it: the project, or loadaudit by default."""


def criteria_rows(analysis: Analysis) -> tuple[CriterionRow, ...]:
    """Return a row per criterion, the declared ones first."""
    return tuple(
        CriterionRow(
            limit=one.threshold.text,
            current=f"{current_text(one)}{_elsewhere(analysis, one)}",
            verdict=one.verdict,
            word=str(VERDICTS[one.verdict]),
            declared=one.declared,
            origin=_("declared") if one.declared else _("default"),
        )
        for one in analysis.criteria
    )


def _elsewhere(analysis: Analysis, criterion: Criterion) -> str:
    """Return which categories have operations of the kind that a category is called after; empty where none has.

    An operation is in one category alone, and a write of an API in that of the API: the name promises more.
    """
    scope = criterion.threshold.scope.lower()
    found = (one.operation for one in analysis.operations if one.operation.kind.value == scope)
    others = Counter(one.category for one in found if one.category.lower() != scope)
    if not others:
        return ""
    values = {
        "count": units.count(others.total()),
        "categories": ", ".join(name for name, _count in others.most_common(_MOST_CATEGORIES)),
    }
    if scope == Kind.WRITE.value:
        return _("; %(count)s more writes are in %(categories)s") % values
    return _("; %(count)s more reads are in %(categories)s") % values


def current_text(criterion: Criterion) -> str:
    """Return the measured value with its n, or what is missing."""
    if criterion.value is None:
        if not criterion.n:
            return _("no data")
        if criterion.n >= criterion.needed:
            return _("not told by the results (n = %(n)s)") % {"n": units.count(criterion.n)}
        return _("n = %(n)s, needs %(needed)s") % {
            "n": units.count(criterion.n),
            "needed": units.count(criterion.needed),
        }
    text = _value_text(criterion, criterion.value)
    if criterion.threshold.metric in (Metric.REQUESTS, Metric.FINDINGS):
        return text
    return f"{text} (n = {units.count(criterion.n)})"


def _value_text(criterion: Criterion, value: float) -> str:
    unit = criterion.threshold.metric.unit
    if unit is Unit.SHARE:
        return f"{_percent(criterion, value)} %"
    if unit is Unit.TIME:
        return units.duration(value)
    return f"{value:.1f}/s" if unit is Unit.RATE else units.count(round(value))


def _percent(criterion: Criterion, value: float) -> str:
    """Return percent with as few decimals as keep the verdict plain: 74.96 is not written as 75.0 beside `> 75%`."""
    for decimals in range(_MOST_DECIMALS):
        text = f"{100 * value:.{decimals}f}"
        shown = float(text) / 100
        # As the limit itself, 0 and 100 are written only when they are exactly true.
        if shown == value or shown not in (0.0, 1.0, criterion.threshold.limit):
            return text
    return f"{100 * value:.{_MOST_DECIMALS}f}"
