"""The HTML report in Chromium: without an error, used by mouse and by keys."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from loadaudit.analysis.result import Analysis
from loadaudit.analysis.result_details import Point
from loadaudit.records import Outcome
from loadaudit.reporting.html.page import write_html
from tests import servers
from tests.reporting.samples import LIST

MANY = 5_000
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const around = one.closest("nav, thead, #errors, .cut, .columns-menu");
  const what = one.id || (one.dataset.operation ? "operation" : (around || one).tagName);
  return [what, style.outlineStyle !== "none" || style.boxShadow !== "none"];
}"""


@pytest.fixture(scope="module")
def browser(chromium: servers.Chromium) -> Iterator[Browser]:
    """Headless Chromium, driven by Playwright."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium.program, args=["--no-sandbox", "--disable-gpu"])


@contextmanager
def opened(browser: Browser, analysis: Analysis, folder: Path, *, width: int = 1280) -> Iterator[Page]:
    """Open the report from disk; nothing may be fetched, raised, alerted or written to the console as an error."""
    path = folder / "report.html"
    with path.open("w", encoding="utf-8") as stream:
        write_html(analysis, stream)
    problems: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.on("console", lambda one: problems.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: problems.append(str(one)))
    page.on("dialog", lambda one: problems.append(one.message))
    page.on(
        "request", lambda one: problems.append(one.url) if not one.url.startswith(("file:", "data:", "blob:")) else None
    )
    try:
        page.goto(path.as_uri())
        yield page
        assert problems == []
    finally:
        page.close()


def first_operation(page: Page) -> str:
    """Return the operation in the first row of the table."""
    return page.locator("#table tbody tr code").first.inner_text()


def test_the_table_sorts_filters_and_leaves_as_csv(browser: Browser, analysis: Analysis, tmp_path: Path) -> None:
    """By name from A and from Z, by requests from the most and from the fewest, by a word, without a column."""
    with opened(browser, analysis, tmp_path) as page:
        found = [first_operation(page)]
        for column in (0, 3, 3):
            page.locator("#table thead button").nth(column).click()
            found.append(first_operation(page))
        assert found == [
            "GET /<script>alert(1)</script>/[bold red]no[/] `tick` | bar/",
            "POST /projects/<int:project_id>/wipe/",
            "GET /projects/",
            "POST /projects/<int:project_id>/wipe/",
        ]
        page.fill("#filter", "dashboard")
        assert page.inner_text("#shown") == "1 of 5 operations"
        page.click(".columns-menu summary")
        page.locator("#columns label", has_text="Category").click()
        with page.expect_download() as download:
            page.click("#csv")
        lines = download.value.path().read_text().splitlines()
        assert len(lines) == 2
        assert lines[0].startswith('"Operation","Level","Requests","Successes","Outcomes","p50","p95","p99"')


def test_a_stretch_filters_the_tables(browser: Browser, analysis: Analysis, tmp_path: Path) -> None:
    """Chosen by the two fields or with the mouse: operations, findings and errors, and where the time went in it."""
    with opened(browser, analysis, tmp_path) as page:
        every = page.locator("article.finding:visible").count()
        rows = page.locator(".lane tbody tr:visible").count()
        assert page.locator("#course canvas").count() == 1
        assert page.inner_text("#course-split").startswith("Where the time went, 20 ms per request, n = ")
        assert "unexplained 75 %" in page.inner_text("#course-split")
        page.fill("#stretch-from", "0")
        page.fill("#stretch-to", "1")
        page.keyboard.press("Tab")
        page.wait_for_selector("#stretch:visible")
        assert page.locator("#table tbody tr").count() == 1
        shown = page.locator("article.finding:visible").count()
        assert 0 < shown < every
        assert 0 < page.locator(".lane tbody tr:visible").count() < rows
        assert page.inner_text("#concern").startswith(f"{shown} of {every} findings")
        page.click("#stretch button")
        page.wait_for_selector("#stretch", state="hidden")
        assert page.locator("article.finding:visible").count() == every
        page.locator("#course").evaluate("one => one.scrollIntoView()")
        place = page.locator("#course").bounding_box()
        assert place is not None
        page.mouse.move(place["x"] + 300, place["y"] + 150)
        page.mouse.down()
        page.mouse.move(place["x"] + 600, place["y"] + 160, steps=5)
        page.mouse.up()
        page.wait_for_selector("#stretch:visible")
        page.click("#stretch button")
        page.wait_for_selector("#stretch", state="hidden")
        page.locator(".cut").first.scroll_into_view_if_needed()
        page.locator(".cut button").first.click()
        page.wait_for_selector("#stretch:visible")


def test_an_operation_opens_and_has_an_address(browser: Browser, analysis: Analysis, tmp_path: Path) -> None:
    """Histogram, two bars of time, statements, and a line for curl; Escape closes it, its address opens it again."""
    with opened(browser, analysis, tmp_path) as page:
        assert page.locator("#tiles .tile").count() == 5
        page.locator("#tiles .tile.loaded").first.click()
        page.wait_for_selector("#operation:visible")
        assert page.inner_text("#operation-name") == LIST
        assert page.locator("#operation-histogram canvas").count() == 1
        assert page.locator("#operation .split").count() == 2
        assert page.locator("#operation .sql").count() == 1
        last = page.locator("#operation section:last-child pre").first
        assert last.inner_text() == "curl -i -b sessionid=YOUR-SESSION http://127.0.0.1:8000/projects/"
        address = page.url
        page.keyboard.press("Escape")
        assert not page.locator("#operation").is_visible()
        page.goto("about:blank")
        page.goto(address)
        page.wait_for_selector("#operation:visible")
        assert page.inner_text("#operation-name") == LIST


def test_everything_is_reached_by_keys(browser: Browser, analysis: Analysis, tmp_path: Path) -> None:
    """With the Tab key, the focus to be seen at each stop; arrows go from tile to tile and Enter opens one."""
    with opened(browser, analysis, tmp_path) as page:
        stops = set()
        for _ in range(120):
            page.keyboard.press("Tab")
            what, visible = page.evaluate(FOCUSED)
            if what == "BODY":
                break
            assert visible, what
            stops.add(what)
        assert {"NAV", "operation", "stretch-from", "stretch-to", "filter", "csv", "THEAD", "SECTION"} <= stops, stops
        group = page.locator(".tiles").filter(has=page.locator(".tile:nth-child(2)")).first
        group.locator(".tile").first.focus()
        page.keyboard.press("ArrowRight")
        assert group.locator(".tile").nth(1).evaluate("one => one === document.activeElement")
        page.keyboard.press("Enter")
        page.wait_for_selector("#operation:visible")


def test_light_dark_paper_and_a_narrow_screen(browser: Browser, analysis: Analysis, tmp_path: Path) -> None:
    """Colours follow the system, paper has no controls and each finding over the load, a phone scrolls only down."""
    with opened(browser, analysis, tmp_path, width=400) as page:
        colour = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(colour)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(colour) != light
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert not page.locator("nav").is_visible()
        assert page.locator(".cut svg").count() > 0
        assert page.evaluate("document.documentElement.className") == "print"
        assert page.locator("#course .paper").is_visible()
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator(".paper").count() == 0
        page.emulate_media(media="screen")
        page.locator("#tiles .tile.loaded").first.click()
        page.wait_for_selector("#operation:visible")
        page.emulate_media(media="print")
        assert page.locator("#operation").is_visible()
        assert not page.locator("main").is_visible()


def test_a_large_report_works(browser: Browser, analysis: Analysis, tmp_path: Path) -> None:
    """5,000 operations, each with statements and a finding of its own, and as many points as are ever drawn."""
    with opened(browser, many(analysis), tmp_path) as page:
        assert (tmp_path / "report.html").stat().st_size < 2_000_000 + 1_000 * MANY
        assert page.locator("#table tbody tr").count() == 200
        assert page.locator("#tiles .tile").count() == MANY
        assert page.locator('#tiles .tile[tabindex="0"]').count() == 9
        page.fill("#filter", "/4999/")
        assert page.inner_text("#shown") == f"1 of {MANY} operations"
        page.fill("#stretch-to", "1")
        page.keyboard.press("Tab")
        page.wait_for_selector("#stretch:visible")
        page.locator("#tiles .tile").first.click()
        page.wait_for_selector("#operation:visible")
        assert page.locator("#operation .sql").count() >= 3
        assert page.locator("#operation .finding").count() == 1
        assert page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart") < 20_000


def many(analysis: Analysis) -> Analysis:
    """Return 5,000 operations with eight long statements each, hardly two of them alike."""
    assert analysis.details is not None
    (model,) = [one for one in analysis.operations if one.operation.id == LIST]
    detail = analysis.details.operations[LIST]
    found = next(one for one in analysis.findings if one.operations == (LIST,))
    operations, details, findings = [], {}, []
    words = random.Random(0)
    for number in range(MANY):
        id_ = f"GET /many/{number:04}/<int:pk>/"
        operations.append(replace(model, operation=replace(model.operation, id=id_, category=f"C{number % 9}")))
        columns = [f'"table_{number}"."column_{words.randrange(10**9)}"' for _ in range(24)]
        statements = tuple(
            replace(detail.statements[0], sql=f"SELECT {', '.join(columns[which:])} FROM table_{number}", plan=())
            for which in range(8)
        )
        details[id_] = replace(detail, statements=statements, statement_count=20)
        findings.append(replace(found, operations=(id_,), statements=(statements[0].sql,)))
    points = tuple(
        Point(
            operation_id=f"GET /many/{number % MANY:04}/<int:pk>/",
            start_ns=number * 10**6,
            latency_ns=(1 + number % 700) * 10**6,
            outcome=Outcome.OK if number % 9 else Outcome.SERVER_ERROR,
        )
        for number in range(6_000)
    )
    return replace(
        analysis,
        operations=tuple(operations),
        findings=tuple(findings),
        details=replace(analysis.details, operations=details, points=points, requests=1_000_000),
    )
