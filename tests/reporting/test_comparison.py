"""A comparison in each of its formats."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from loadaudit.analysis.comparison.result import Series, Verdict
from loadaudit.reporting.comparison_json import comparison_document
from loadaudit.reporting.comparison_markdown import write_comparison_markdown
from loadaudit.reporting.comparison_table import print_comparison
from loadaudit.reporting.comparison_trends import sparkline
from loadaudit.reporting.html.comparison import write_comparison_html
from loadaudit.reporting.json_report import write_json
from tests.analysis.comparison.test_compare import FIRST, IDS, compared, made
from tests.analysis.factories import run_info


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    """Two runs: one page got slower and sends a query more, and another is gone from the second."""
    folder: Path = tmp_path_factory.mktemp("compared")
    second = [pair for pair in made(2, slower=1.4, sql_count=5) if pair[0].operation_id != IDS[1]]
    return compared(folder, made(1), second)


def printed(series: Series, width: int = 80) -> str:
    """Return what a terminal of that width shows."""
    stream = io.StringIO()
    print_comparison(series, Console(file=stream, width=width))
    return stream.getvalue()


def test_the_terminal_names_what_got_worse(series: Series) -> None:
    """Operation, values before and after, change and p, within 80 columns."""
    text = printed(series)
    assert max(map(len, text.splitlines())) <= 80
    worse = text[text.index("Worse") : text.index("Better")]
    assert FIRST in worse
    assert "queries: 3.0 → 5.0 (+2.0, p < 0.001)" in worse
    assert "latency: 19 ms → 28 ms (+4" in worse


def test_the_counts_add_up(series: Series) -> None:
    """Each operation has one verdict."""
    assert "1 worse, 0 better, 8 no difference shown, 1 not enough data" in printed(series).replace("\n", " ")


def unfolded(text: str) -> str:
    """Return what a comment shows before anybody unfolds anything."""
    return re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)


def test_markdown_fits_a_pull_request(series: Series) -> None:
    """Under 60 lines, the figures of the runs folded."""
    stream = io.StringIO()
    write_comparison_markdown(series, stream)
    text = stream.getvalue()
    assert len(unfolded(text).splitlines()) < 25
    assert text.index("### Worse") < text.index("<details>")
    assert f"| `{FIRST}` | latency |" in text


def test_markdown_of_many_changes_shows_under_60_lines(tmp_path: Path) -> None:
    """Thirty operations got worse and as many conditions differ: ten of each are shown, the others folded."""
    whole, changed = series_of_many(tmp_path)
    stream = io.StringIO()
    write_comparison_markdown(whole, stream)
    shown = unfolded(stream.getvalue())
    assert len(shown.splitlines()) < 60
    assert "20 more" in stream.getvalue()
    assert stream.getvalue().count("| latency |") == changed
    assert shown.index("different conditions") < shown.index("30 worse")


def test_markdown_says_every_difference_before_any_number(tmp_path: Path) -> None:
    """Also those that do not make the runs incomparable."""
    infos = [run_info(load_ns=4 * 10**10, seed=seed) for seed in (1, 2)]
    stream = io.StringIO()
    write_comparison_markdown(compared(tmp_path, made(1), made(2), infos=infos), stream)
    text = stream.getvalue()
    assert "| Seed | 1 | 2 |" in text
    assert text.index("| Seed |") < text.index("no difference shown")


def test_every_operation_is_there_on_demand(series: Series) -> None:
    """With everything, the terminal has each operation and category, with outcomes and bytes; else it says how."""
    stream = io.StringIO()
    print_comparison(series, Console(file=stream, width=80), everything=True)
    text = " ".join(stream.getvalue().split())
    assert all(f"{id_}: " in text for id_ in IDS)
    assert "Outcomes ok 60" in text
    assert "--all" in printed(series)


def test_markdown_folds_every_operation_and_category(series: Series) -> None:
    """Level, outcomes, quantiles with intervals, rate, queries, database and bytes, each before and after."""
    stream = io.StringIO()
    write_comparison_markdown(series, stream)
    text = stream.getvalue()
    for title in ("Categories", "All operations"):
        table = text[text.index(f"<summary>{title}</summary>") :].split("</details>")[0]
        for heading in ("Outcomes", "p50", "p95", "p99", "Requests/s", "Queries, median", "Database", "Bytes, median"):
            assert heading in table
    assert all(f"| `{id_}` |" in text for id_ in IDS)


def series_of_many(folder: Path) -> tuple[Series, int]:
    """Return a comparison with thirty operations that got worse, and with thirty conditions that differ."""
    infos = [
        run_info(load_ns=4 * 10**10, environment={f"database {at}": name for at in range(30)})
        for name in ("old", "new")
    ]
    found = compared(folder, made(1), made(2, slower=1.4), infos=infos)
    (worse,) = found.whole.of(Verdict.WORSE)
    kept = tuple(replace(worse, operation_id=f"GET /many/{at}/") for at in range(30))
    return replace(found, whole=replace(found.whole, operations=kept)), 30


def test_json_has_the_verdicts(series: Series) -> None:
    """Another program reads which operation got worse by what."""
    stream = io.StringIO()
    write_json(comparison_document(series), stream)
    document = json.loads(stream.getvalue())
    verdicts = {one["id"]: one["verdict"] for one in document["comparison"]["operations"]}
    assert verdicts[FIRST] == "worse"
    assert verdicts[IDS[1]] == "not_enough_data"
    assert document["runs"][0]["quantiles_ns"]["50"]["low"] > 0


def test_a_sparkline() -> None:
    """The greatest is a full block, nothing is a dot, and zeros are no division by zero."""
    assert sparkline([1.0, 2.0, None, 4.0]) == "▃▅·█"
    assert sparkline([0.0, None]) == "▁·"


def test_several_runs_have_a_course(tmp_path: Path) -> None:
    """One line per operation, those that changed first."""
    found = compared(tmp_path, made(1), made(2), made(3, slower=1.4))
    lines = printed(found, 100).splitlines()
    begin = next(number for number, line in enumerate(lines) if "Median over the runs" in line)
    assert lines[begin + 3].startswith("All of them")
    assert lines[begin + 4].startswith(f"{FIRST}: latency")
    assert "█" in lines[begin + 4]
    assert f"{FIRST}: latency: worse from run-2 on (+" in "\n".join(lines)


def test_the_page_has_conditions_before_numbers_and_every_operation(series: Series) -> None:
    """One file without script or network; what got worse comes first among the operations."""
    page = html(series)
    assert page.index('id="conditions"') < page.index('id="main"') < page.index('id="totals"')
    assert "<script" not in page
    assert "://" not in page
    assert page.index(f"<code>{FIRST}</code>") < page.index(f"<code>{IDS[2]}</code>")


def test_the_page_draws_the_course_of_several_runs(tmp_path: Path) -> None:
    """One small chart per figure, and the run marked from which on it was slower."""
    page = html(compared(tmp_path, made(1), made(2), made(3, slower=1.4)))
    assert page.count("<svg") > len(IDS)
    assert page.count('class="worse"') == 1


def html(series: Series) -> str:
    """Return the page."""
    stream = io.StringIO()
    write_comparison_html(series, stream)
    return stream.getvalue()
