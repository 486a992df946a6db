"""What lanes have shown is in every report."""

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from loadaudit.analysis.result import (
    Analysis,
    ColdAndWarm,
    Contention,
    HealthEffect,
    LockQueue,
    Quantiles,
    StretchFigures,
)
from loadaudit.reporting.audit_document.document import write_markdown
from loadaudit.reporting.html.page import write_html
from loadaudit.reporting.json_report import analysis_document
from loadaudit.reporting.lane_tables import lane_tables
from loadaudit.reporting.terminal import print_lanes
from tests.analysis.factories import MS
from tests.reporting.samples import LIST, SCRIPT


def figures(p50_ms: int, sessions: float) -> StretchFigures:
    """Return the load in stretches of one kind."""
    return StretchFigures(
        stretches=5,
        latency=Quantiles(n=40, p50_ns=p50_ms * MS, p95_ns=3 * p50_ms * MS, max_ns=9 * p50_ms * MS),
        successes_per_s=12.5,
        connections_opened_per_s=7.25,
        sessions_median=sessions,
        sessions_max=sessions + 2,
    )


EFFECT = HealthEffect(
    rate_per_s=20.0,
    stretch_s=2.0,
    present=figures(40, 30.0),
    absent=figures(20, 20.0),
    latency_ratio=1.875,
    shown=True,
)


@pytest.fixture
def laned(analysis: Analysis) -> Analysis:
    """An analysis with something of every lane."""
    listed = next(one.statistics for one in analysis.operations if one.operation.id == LIST)
    warm = Quantiles(n=3, p50_ns=90 * MS, max_ns=110 * MS)
    return replace(
        analysis,
        health_effect=EFFECT,
        contention=(Contention(operation_id=f"POST /{SCRIPT}/", same_row=listed, own_rows=None, new_row=True),),
        exports=(
            ColdAndWarm(operation_id="GET /a.pdf", cold_ns=900 * MS, warm=warm, cold_queries=40, warm_queries=None),
        ),
    )


def test_the_effect_of_health_checks(laned: Analysis) -> None:
    """Side by side, with the verdict."""
    table = lane_tables(laned)[0]
    assert table.headings == ("", "with 20 checks per second", "without")
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Latency of the load, p50"] == ("40 ms", "20 ms")
    assert rows["p99"] == ("–", "–")
    assert rows["Database connections opened per second"] == ("7.2", "7.2")
    assert rows["Sessions of the database server, median and most"] == ("30, 32", "20, 22")
    assert "took 1.88 times as long" in table.note
    assert "more than chance explains" in table.note


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shown": False}, "no more than chance explains"),
        ({"shown": None}, "give it more time with --duration"),
        ({"latency_ratio": None}, "Too few requests"),
    ],
)
def test_a_verdict_that_is_none(laned: Analysis, changes: dict[str, Any], words: str) -> None:
    """Nothing is claimed that the data does not show."""
    made = replace(laned, health_effect=replace(EFFECT, **changes))
    assert words in lane_tables(made)[0].note


def test_all_formats_have_the_tables(laned: Analysis) -> None:
    """HTML and Markdown escape what a project called its routes."""
    console = Console(file=io.StringIO(), width=140, no_color=True)
    print_lanes(laned, console)
    assert isinstance(console.file, io.StringIO)
    markdown, html = io.StringIO(), io.StringIO()
    write_markdown(laned, markdown)
    write_html(laned, html)
    for text in (console.file.getvalue(), markdown.getvalue(), html.getvalue()):
        for title in (
            "What health checks do to the load",
            "Writes at the same moment",
            "Exports and cached reads, cold and then warm",
        ):
            assert title in text
        assert "900 ms" in text
    assert SCRIPT not in html.getvalue()


def test_json_has_the_figures(laned: Analysis) -> None:
    document = analysis_document(laned)
    assert document["health_effect"]["latency_ratio"] == 1.875
    assert document["contention"][0]["own_rows"] is None
    assert document["contention"][0]["new_row"] is True
    assert document["contention"][0]["same_row"]["requests"] == 30
    assert document["exports"][0]["warm"]["n"] == 3


def test_a_run_without_lanes_says_nothing_of_them(analysis: Analysis) -> None:
    assert lane_tables(analysis) == ()


QUEUE = LockQueue(
    what="stock",
    waiters=("POST /a/", "POST /b/", "POST /c/", "POST /d/"),
    holders=(),
    waiting="UPDATE stock",
    holding=f"SELECT {SCRIPT}",
    state="idle in transaction",
    seen=4,
    longest_ns=1500 * MS,
    held_ns=3000 * MS,
    sessions=True,
)


def test_who_held_what_for_whom(analysis: Analysis) -> None:
    """Operations where they are known, else the statement; a holder that does nothing says so."""
    queued = replace(analysis, lock_queues=(QUEUE, replace(QUEUE, holders=("POST /e/",), state="", held_ns=0)))
    first, second = next(one for one in lane_tables(queued) if one.title == "Who held what for whom").rows
    assert first == (
        "POST /a/, POST /b/, POST /c/ and 1 more",
        "stock",
        f"SELECT {SCRIPT} (idle in transaction)",
        "4",
        "1.50 s",
        "3.00 s",
    )
    assert second[2] == "POST /e/"
    assert second[5] == "–"
    stream = io.StringIO()
    write_html(queued, stream)
    assert SCRIPT not in stream.getvalue()
