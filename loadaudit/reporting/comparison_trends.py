"""The course of figures over several runs in words and blocks, the same for every format."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from loadaudit.analysis.comparison.result import Series, Trend
from loadaudit.reporting import units
from loadaudit.reporting.comparison_words import FIGURES, VERDICTS, percent_change

_SPARKS = "▁▂▃▄▅▆▇█"


def shown_trends(series: Series, count: int) -> Sequence[Trend]:
    """Return the course of the whole run, and as many of operations as there is room for, those that changed first."""
    return series.trends[: count + 1]


def trend_title(trend: Trend) -> str:
    """Return which figure of what a course is of."""
    return f"{trend.operation_id or _('All of them')}: {FIGURES[trend.figure]}"


def change_point_lines(series: Series, count: int) -> Sequence[str]:
    """Return one line per change that was found, at most `count`, the largest first."""
    lines = []
    for trend in series.trends:
        for one in trend.changes:
            run = series.runs[one.position].info
            lines.append(
                _("%(what)s: %(verdict)s from %(run)s on (%(change)s)")
                % {
                    "what": trend_title(trend),
                    "verdict": VERDICTS[one.verdict],
                    "run": run.label or run.id,
                    "change": percent_change(one.ratio),
                }
            )
    if len(lines) > count:
        return [*lines[:count], _("… and %(count)s more") % {"count": units.count(len(lines) - count)}]
    return lines


def sparkline(values: Sequence[float | None]) -> str:
    """Return one block per value, the greatest as high as can be, a dot where there is none."""
    known = [value for value in values if value is not None]
    top = max(known, default=0.0)
    if top <= 0:
        return "".join("·" if value is None else _SPARKS[0] for value in values)
    steps = len(_SPARKS) - 1
    return "".join("·" if value is None else _SPARKS[round(steps * value / top)] for value in values)
