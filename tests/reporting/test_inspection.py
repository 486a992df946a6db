"""An inspection on a terminal and as a page."""

import io
from dataclasses import replace

from rich.console import Console

from loadaudit.records import Outcome
from loadaudit.reporting.html.inspection import write_inspection
from loadaudit.reporting.inspection_page import inspection_page
from loadaudit.reporting.inspection_table import print_inspection
from tests.reporting.inspections import INSPECTION

HOSTILE = "</pre><script>alert(1)</script>"


def printed(**changes: object) -> str:
    """Return what a terminal of 80 columns without colour shows, in one line."""
    page = inspection_page(replace(INSPECTION, **changes), None, ("about the clone",))  # type: ignore[arg-type]
    stream = io.StringIO()
    print_inspection(page, Console(file=stream, width=80, no_color=True, highlight=False))
    assert max(map(len, stream.getvalue().splitlines())) <= 80
    return " ".join(stream.getvalue().split())


def test_where_time_and_statements_went() -> None:
    """The largest part first; a statement with its first column, its place and the line there."""
    shown = printed()
    assert "GET /notes/7/ as ann (owner) 200, 2.0 KiB, ok" in shown
    assert "Time: 40 ms database 30 ms 75 %" in shown
    assert "The first, under the panels: 90 ms." in shown
    assert "Cache: 2 get in 1.0 ms; hits: 1, misses: 1" in shown
    assert "Templates: line.html (9 ×), note.html" in shown
    assert "Statements: 10 in 27 ms; 3 asked once more" in shown
    assert (
        '9 × in 27 ms altogether, slowest 5.0 ms, 3 with the same values SELECT "t"."a", 5 more columns FROM "t"'
        in shown
    )
    assert "notes/views.py:31 in note for one in note.lines.all():" in shown
    assert "Slowest statement: 5.0 ms, notes/views.py:31 in note" in shown
    assert "SCAN t" in shown
    assert "about the clone" in shown


def test_what_does_not_work_says_why() -> None:
    """With the server's reason and the traceback."""
    shown = printed(outcome=Outcome.SERVER_ERROR, status=500, detail="500: KeyError: 'a'", traceback="File x\nKeyError")
    assert "500, 2.0 KiB, server error: 500: KeyError: 'a'" in shown
    assert "Exception File x KeyError" in shown


def test_before_and_after() -> None:
    """What is better and what is worse; a difference that single requests have anyway is neither."""
    panels = replace(INSPECTION.panels, statements=INSPECTION.panels.statements[1:])
    after = replace(INSPECTION, service_ns=41_000_000, panels=panels)
    changes = {one.word: one for one in inspection_page(after, INSPECTION, ()).changes}
    assert (changes["Statements"].before, changes["Statements"].after, changes["Statements"].better) == (
        "10",
        "1",
        True,
    )
    assert changes["Time"].better is None
    assert changes["Time in statements"].better is True


def test_everything_on_the_page_is_escaped() -> None:
    """Addresses, statements and messages come from outside."""
    statement = replace(INSPECTION.panels.statements[0], sql=HOSTILE, source=HOSTILE, call_site=HOSTILE)
    one = replace(
        INSPECTION,
        request=replace(INSPECTION.request, operation_id=f"GET /{HOSTILE}", path=HOSTILE, username=HOSTILE),
        traceback=HOSTILE,
        notes=(HOSTILE,),
        panels=replace(INSPECTION.panels, statements=(statement,), templates={HOSTILE: 1}),
    )
    stream = io.StringIO()
    write_inspection(inspection_page(one, one, (HOSTILE,)), stream)
    page = stream.getvalue()
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 9
    assert "SCAN t" in page
