"""What a load tool said, and where a load came from, is in every report."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from loadaudit.analysis.result import Analysis
from loadaudit.analysis.result_tools import ToolComparison, ToolRow
from loadaudit.records import LoadNode, Outcome
from loadaudit.reporting.audit_document.document import write_markdown
from loadaudit.reporting.html.page import write_html
from loadaudit.reporting.json_report import analysis_document
from loadaudit.reporting.terminal import print_lanes
from tests.reporting.samples import nothing

TOOL = ToolComparison(
    requests=30,
    successes=30,
    proven=10,
    rows=(
        ToolRow(
            operation_id="GET /projects/",
            requests=30,
            successes=30,
            proven=10,
            success_unproven=20,
            failure_proven=0,
            outcome=Outcome.DENIED,
        ),
    ),
)
NODE = LoadNode(
    name="east-1",
    users=5,
    samples=120,
    clock_offset_ns=12_340_000,
    round_trip_ns=800_000,
    lost="nothing came from it after 12.3 s",
)


@pytest.fixture
def analysis(tmp_path: Path) -> Analysis:
    """A run with a tool's word and a worker of another machine."""
    return replace(nothing(tmp_path), tool=TOOL, load_nodes=(NODE,))


def reports(analysis: Analysis) -> list[str]:
    """Return the analysis in every format for people."""
    terminal, html, markdown = io.StringIO(), io.StringIO(), io.StringIO()
    print_lanes(analysis, Console(file=terminal, width=200))
    write_html(analysis, html)
    write_markdown(analysis, markdown)
    return [one.getvalue() for one in (terminal, html, markdown)]


def test_every_report_has_what_the_tool_said(analysis: Analysis) -> None:
    """Its successes stand beside those that are proven, with what the others were."""
    for text in reports(analysis):
        assert "What Locust said, and what is proven" in text
        assert "20 called a success: denied" in text


def test_every_report_has_the_workers(analysis: Analysis) -> None:
    """Name, offset of the clock and how sure it is, and what was lost."""
    for text in reports(analysis):
        assert "east-1" in text
        assert "+12.34 ± 0.40 ms" in text
        assert "nothing came from it after 12.3 s" in text


def test_json_has_both(analysis: Analysis) -> None:
    """With all figures."""
    document = analysis_document(analysis)
    assert document["tool"]["rows"][0]["success_unproven"] == 20
    assert document["load_nodes"][0]["clock_offset_ns"] == 12_340_000
