"""A comparison as one HTML file that needs no network and no script."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TextIO

from django.template import Context, Template
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from loadaudit.analysis.comparison.result import Series, Trend, Verdict
from loadaudit.reporting import units
from loadaudit.reporting.comparison_figures import category_table, operation_table
from loadaudit.reporting.comparison_trends import change_point_lines, shown_trends, trend_title
from loadaudit.reporting.comparison_words import (
    VERDICTS,
    change_rows,
    common_text,
    condition_rows,
    evidence_text,
    other_lines,
    reach_text,
    summary_text,
    total_rows,
)
from loadaudit.reporting.html.engine import engine

_MULTIPLES = 60
_WIDTH, _HEIGHT, _MARGIN = 240.0, 64.0, 6.0


def write_comparison_html(series: Series, stream: TextIO) -> None:
    """Write the last run against the first, and of more than two the course of each operation."""
    stream.write(_template().render(Context(_context(series))))


@cache
def _template() -> Template:
    return engine().get_template("loadaudit/report/comparison.html")


def _context(series: Series) -> dict[str, Any]:
    whole = series.whole
    conditions = list(condition_rows(series.differences))
    return {
        "language": get_language() or "en",
        "direction": "rtl" if get_language_bidi() else "ltr",
        "names": [one.info.label or one.info.id for one in series.runs],
        "ends": [one.info.label or one.info.id for one in (whole.first, whole.second)],
        "summary": summary_text(whole),
        "serious": [row for one, row in conditions if one.serious],
        "other": [row for one, row in conditions if not one.serious],
        "evidence": evidence_text(series.runs),
        "totals": total_rows(series.runs),
        "categories": category_table(whole),
        "changes": [
            {"word": VERDICTS[verdict], "css": css, "rows": change_rows(whole.operations, verdict)}
            for verdict, css in ((Verdict.WORSE, "critical"), (Verdict.BETTER, "passed"))
        ],
        "notes": [text for text in (common_text(whole), reach_text(whole)) if text],
        "lines": other_lines(whole),
        "operations": operation_table(whole),
        "multiples": [_multiple(one, series) for one in shown_trends(series, _MULTIPLES)],
        "change_points": change_point_lines(series, _MULTIPLES),
        "width": _WIDTH,
        "height": _HEIGHT,
    }


def _multiple(trend: Trend, series: Series) -> dict[str, Any]:
    """Return one small chart: points in its own coordinates, the greatest value at the top, nothing at the bottom."""
    top = max((value for value in trend.values if value is not None), default=0.0) or 1.0
    step = (_WIDTH - 2 * _MARGIN) / max(len(trend.values) - 1, 1)
    changed = {one.position: one for one in trend.changes}
    points = []
    for at, value in enumerate(trend.values):
        if value is None:
            continue
        change = changed.get(at)
        name = series.runs[at].info.label or series.runs[at].info.id
        points.append(
            {
                "x": f"{_MARGIN + at * step:.1f}",
                "y": f"{_HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * value / top:.1f}",
                "title": f"{name}: {units.duration(value)}",
                "css": change.verdict.value if change else "",
                "radius": 4 if change else 2,
            }
        )
    return {
        "title": trend_title(trend),
        "points": points,
        "line": " ".join(f"{one['x']},{one['y']}" for one in points),
        "first": _ends(trend.values),
        "last": _ends(trend.values[::-1]),
        "label": _("%(title)s over %(count)s runs")
        % {"title": trend_title(trend), "count": units.count(len(trend.values))},
    }


def _ends(values: Sequence[float | None]) -> str:
    return units.duration(next((value for value in values if value is not None), None))
