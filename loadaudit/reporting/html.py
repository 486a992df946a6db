"""An analysis as one HTML file that needs no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from django.template import Context, Engine, Template
from django.utils.translation import get_language, get_language_bidi

from loadaudit.analysis.result import Analysis, CoverageRow, OperationResult, Statistics
from loadaudit.records import Level, Outcome, Severity
from loadaudit.reporting import facts, units
from loadaudit.reporting.criteria import criteria_rows
from loadaudit.reporting.extra_tables import extra_tables
from loadaudit.reporting.groups import FindingGroup, grouped
from loadaudit.reporting.timeline import chart
from loadaudit.reporting.wording import LEVELS, SEVERITIES, outcomes_text, reasons_text, sample_text

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def write_html(analysis: Analysis, stream: TextIO) -> None:
    """Write the page. The template engine is loadaudit's own, so that it works whatever TEMPLATES says."""
    stream.write(_template().render(Context(context(analysis))))


def context(analysis: Analysis) -> dict[str, Any]:
    """Return what the template shows: texts and numbers, nothing to compute."""
    total = analysis.coverage.total
    return {
        "language": get_language() or "en",
        "direction": "rtl" if get_language_bidi() else "ltr",
        "name": analysis.info.label or analysis.info.id,
        "cut_short": analysis.info.cut_short,
        "coverage": units.coverage(total),
        "total": total,
        "reported": facts.reported_text(analysis),
        "proven": facts.proven_text(analysis),
        "reported_percent": units.percent(analysis.reported.reported_requests, analysis.reported.requests),
        "proven_percent": units.percent(analysis.reported.proven_requests, analysis.reported.requests),
        "latency": facts.latency_lines(analysis),
        "facts": facts.run_facts(analysis),
        "environment": facts.environment(analysis),
        "criteria": criteria_rows(analysis),
        "levels": [{"word": LEVELS[level], "css": level.word} for level in reversed(Level)],
        "categories": [_category(row) for row in (*analysis.coverage.categories, total)],
        "severities": _severities(analysis),
        "findings": [_group(group) for group in grouped(analysis.findings)],
        "lanes": extra_tables(analysis),
        "operations": [_operation(result) for result in analysis.operations],
        "errors": analysis.errors,
        "chart": chart(analysis.timeline),
        "messages": facts.messages(analysis),
        "problems": analysis.problems,
        "left_out": analysis.left_out,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure with the number that the table sorts by; missing figures sort below all others."""

    text: str
    sort: float


@cache
def _template() -> Template:
    engine = Engine(
        dirs=[str(_TEMPLATES)], autoescape=True, libraries={"i18n": "django.templatetags.i18n"}, builtins=[]
    )
    return engine.get_template("loadaudit/report.html")


def _category(row: CoverageRow) -> dict[str, Any]:
    """Return a row of the coverage table with the widths of its bar, in percent of its operations."""
    exact = (row.loaded, row.succeeded - row.loaded, row.reached - row.succeeded, row.attempted - row.reached)
    parts = (*exact, row.operations - row.attempted)
    bar = [
        {"css": level.word, "word": LEVELS[level], "count": count, "width": f"{100 * count / row.operations:.2f}"}
        for level, count in zip(reversed(Level), parts, strict=True)
        if count
    ]
    return {"row": row, "coverage": units.coverage(row), "bar": bar}


def _severities(analysis: Analysis) -> list[Mapping[str, Any]]:
    return [
        {"word": SEVERITIES[severity], "css": severity.word, "count": count}
        for severity in reversed(Severity)
        if (count := sum(1 for one in analysis.findings if one.severity is severity))
    ]


def _group(group: FindingGroup) -> dict[str, Any]:
    return {
        "group": group,
        "css": group.severity.word,
        "severity": SEVERITIES[group.severity],
        "entries": [
            {"finding": finding, "claim": text.claim, "samples": [sample_text(one) for one in finding.samples]}
            for finding, text in group.entries
        ],
    }


def _operation(result: OperationResult) -> dict[str, Any]:
    it = result.statistics
    times = (it.latency.p50_ns, it.latency.p95_ns, it.latency.p99_ns, it.latency.max_ns)
    figures = [
        _cell(units.count(result.requests), result.requests),
        _cell(units.count(it.successes), it.successes),
        *(_cell(units.duration(value), value) for value in times),
        _cell(_queries(it), it.queries_median),
        _cell(units.share(it.database_share), it.database_share),
        _cell(units.size(it.body_bytes_median), it.body_bytes_median),
    ]
    failed: dict[Outcome, int] = {outcome: count for outcome, count in it.outcomes.items() if outcome is not Outcome.OK}
    return {
        "operation": result.operation,
        "level": LEVELS[result.level],
        "css": result.level.word,
        "order": int(result.level),
        "excluded": result.excluded,
        "reason": reasons_text(result),
        "failed": outcomes_text(failed) if result.level >= Level.SUCCEEDED else "",
        "figures": figures,
    }


def _queries(it: Statistics) -> str:
    """Return the median of the statements per request, and the maximum where it differs."""
    if it.queries_median is None or it.queries_max is None:
        return units.NONE
    text = units.count(it.queries_median)
    return text if it.queries_max == it.queries_median else f"{text} (≤ {units.count(it.queries_max)})"


def _cell(text: str, value: float | None) -> Cell:
    return Cell(text=text, sort=-1 if value is None else value)
