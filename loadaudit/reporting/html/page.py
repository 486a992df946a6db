"""An analysis as one HTML file that needs no network."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from loadaudit.analysis.result import Analysis, CoverageRow
from loadaudit.records import Level, Severity
from loadaudit.reporting import facts, imported, units
from loadaudit.reporting.criteria import criteria_rows
from loadaudit.reporting.extra_tables import extra_tables
from loadaudit.reporting.groups import FindingGroup, grouped
from loadaudit.reporting.html.details import packed_details
from loadaudit.reporting.html.document import script_document
from loadaudit.reporting.html.engine import PACKAGE, engine
from loadaudit.reporting.lane_tables import LaneTable
from loadaudit.reporting.wording import LEVELS, SEVERITIES, samples_of

_TOP = 3
"""Findings on the first screen."""
_ENTRIES = 60
"""Entries of one kind of finding that are written out, and errors; those behind are on the pages of operations."""
_NAMED = 200
"""Operations of one finding or error that are named."""
_ABOUT = 6
"""Facts of the run on the first screen; all of them stand at the end."""


def write_html(analysis: Analysis, stream: TextIO) -> None:
    """Write the page. The template engine is loadaudit's own, so that it works whatever TEMPLATES says."""
    stream.write(_template().render(Context(context(analysis))))


def context(analysis: Analysis) -> dict[str, Any]:
    """Return what the template shows: texts and numbers, nothing to compute."""
    total = analysis.coverage.total
    known = {one.operation.id: position for position, one in enumerate(analysis.operations)}
    return {
        "language": get_language() or "en",
        "direction": "rtl" if get_language_bidi() else "ltr",
        "name": analysis.info.label or analysis.info.id,
        "about": facts.run_facts(analysis)[:_ABOUT],
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
        "findings": [_group(group, known) for group in grouped(analysis.findings)],
        "lanes": [_lane(table, known) for table in extra_tables(analysis)],
        "columns": _columns(),
        "top": _top(analysis),
        "errors": [
            {"error": one, **_named(one.operations), "positions": _positions(one.operations, known)}
            for one in analysis.errors[:_ENTRIES]
        ],
        "more_errors": max(len(analysis.errors) - _ENTRIES, 0),
        "has_load": bool(analysis.timeline),
        "document": script_document(analysis),
        "details": mark_safe(packed_details(analysis)),
        "charts": mark_safe(vendored().read_text(encoding="utf-8")),
        "proven_label": imported.proven_label(analysis),
        "unmatched": imported.unmatched_rows(analysis),
        "limits": imported.limit_texts(analysis),
        "messages": facts.messages(analysis),
        "problems": analysis.problems,
        "left_out": analysis.left_out,
    }


@cache
def _template() -> Template:
    return engine().get_template("loadaudit/report/page.html")


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


def _positions(operations: Iterable[str], known: Mapping[str, int]) -> str:
    """Return the places of operations in the document of the scripts."""
    return " ".join(str(known[one]) for one in operations if one in known)


def _group(group: FindingGroup, known: Mapping[str, int]) -> dict[str, Any]:
    concerned = dict.fromkeys(one for finding, _text in group.entries for one in finding.operations)
    return {
        "positions": _positions(concerned, known),
        "group": group,
        "css": group.severity.word,
        "severity": SEVERITIES[group.severity],
        "entries": [
            {
                "finding": finding,
                "claim": text.claim,
                "samples": samples_of(finding),
                "positions": _positions(finding.operations, known),
                **_named(finding.operations),
            }
            for finding, text in group.entries[:_ENTRIES]
        ],
        "more": max(len(group.entries) - _ENTRIES, 0),
    }


def _lane(table: LaneTable, known: Mapping[str, int]) -> dict[str, Any]:
    """Return a table with the operations of each row that a stretch of the load may hide."""
    rows = [{"cells": row, "positions": ""} for row in table.rows]
    for row, operations in zip(rows, table.concerns, strict=False):
        row["positions"] = _positions(operations, known)
    return {"table": table, "rows": rows}


def _named(operations: Sequence[str]) -> dict[str, Any]:
    """Return the operations that are named, and how many are not."""
    return {"named": operations[:_NAMED], "unnamed": max(len(operations) - _NAMED, 0)}


def vendored() -> Path:
    """Return the file of Apache ECharts that the page includes."""
    return PACKAGE / "static" / "loadaudit" / "vendor" / "echarts" / "echarts.common.min.js"


def _top(analysis: Analysis) -> Sequence[Mapping[str, Any]]:
    """Return the findings that matter most, each with the place of its article."""
    return [
        {
            "title": group.title,
            "severity": SEVERITIES[group.severity],
            "css": group.severity.word,
            "anchor": f"{group.code}-{position}",
            "operations": sum(len(finding.operations) for finding, _text in group.entries),
        }
        for position, group in enumerate(grouped(analysis.findings), start=1)
        if group.severity > Severity.INFO
    ][:_TOP]


def _columns() -> tuple[str, ...]:
    """Return the headings of the figures of operations, as `document` lists them."""
    return (
        _("Requests"),
        _("Successes"),
        _("Outcomes"),
        "p50",
        "p95",
        "p99",
        _("Max"),
        _("Rate"),
        _("Queries"),
        _("Database"),
        _("Body"),
    )
