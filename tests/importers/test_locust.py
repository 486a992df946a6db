"""Results of Locust: CSV files and both kinds of HTML report."""

from pathlib import Path

import pytest

from loadaudit.analysis.statistics import Weighted, nearest_rank
from loadaudit.errors import UsageError
from loadaudit.importers.choose import recognised
from loadaudit.importers.locust.rows import status_in, weighted
from loadaudit.records import ImportedResults, Limit
from tests.importers.builders import STATS_HEAD, group, names, stats_line, write_csv, write_html

ROWS = [("GET", "/projects/[id]/", 30, 2, 1200.5), ("POST", "/projects/[id]/save/", 10, 10, 700.0)]
FAILURES = [
    "GET,/projects/[id]/,HTTPError('500 Server Error: Internal Server Error for url: /projects/[id]/'),2",
    "POST,/projects/[id]/save/,HTTPError('403 Client Error: Forbidden for url: x'),10",
]


def imported(*paths: Path) -> ImportedResults:
    """Return what the files say."""
    importer, sources = recognised(paths)
    return importer.read(sources, names())


def test_a_csv_set_is_read_whole(tmp_path: Path) -> None:
    """Counts, sizes, failures, times and the time line come from their files, whatever these are called."""
    paths = write_csv(tmp_path, ROWS, FAILURES)
    renamed = [path.rename(path.with_name(f"{index}.txt")) for index, path in enumerate(paths)]
    results = imported(*renamed)
    one = group(results, "GET /projects/[id]/")
    assert (one.requests, one.failures, one.body_bytes_total) == (30, 2, 36015)
    assert [(error.count, error.status) for error in one.errors] == [(2, 500)]
    assert one.max_latency_ns == 200_500_000
    assert (results.users, results.duration_s, results.started_s) == (10, 2.0, 1768059803.0)
    assert [(second.requests, second.failures) for second in results.timeline] == [(0, 0), (20, 6), (20, 6)]


def test_without_the_other_files_the_statistics_do(tmp_path: Path) -> None:
    """What is missing is said."""
    results = imported(write_csv(tmp_path, ROWS)[0])
    assert {Limit.NO_FAILURE_TEXTS, Limit.NO_TIMELINE} <= set(results.limits)


def test_weights_give_the_quantiles_back() -> None:
    """Nearest rank over the weighted values returns what Locust wrote, for any number of requests."""
    shares = [(0.5, 20.0), (0.66, 30.0), (0.75, 40.0), (0.9, 90.0), (0.95, 100.0), (0.99, 180.0), (1.0, 200.0)]
    for n in (1, 2, 3, 19, 20, 100, 261, 1000):
        values = Weighted(weighted(shares, n))
        assert len(values) == n
        for share, value_ms in shares:
            assert nearest_rank(values, share) == value_ms * 1_000_000 or n < 100


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("HTTPError('500 Server Error: Internal Server Error for url: /x/200/')", 500),
        ("CatchResponseError('HTTP 503')", 503),
        ("CatchResponseError('Unexpected status code: 404')", 404),
        ("CatchResponseError('got 403')", 403),
        ("ConnectionError(111, 'refused after 300 ms')", 0),
    ],
)
def test_the_status_is_read_from_the_failure(text: str, status: int) -> None:
    """Both Locust's own texts and those that scripts write usually name it."""
    assert status_in(text) == status


def test_a_truncated_row_is_an_error(tmp_path: Path) -> None:
    """The line is named."""
    path = write_csv(tmp_path, ROWS)[0]
    path.write_text(path.read_text(encoding="utf-8")[:-60], encoding="utf-8")
    with pytest.raises(UsageError, match=r"truncated: line 4 has \d+ of 22 columns"):
        imported(path)


def test_missing_rows_are_an_error(tmp_path: Path) -> None:
    """Without the row of all names, or with rows that do not add up to it."""
    path = tmp_path / "x_stats.csv"
    path.write_text("\n".join([STATS_HEAD, stats_line(ROWS[0])]), encoding="utf-8")
    with pytest.raises(UsageError, match="truncated"):
        imported(path)
    total = stats_line(("", "Aggregated", 40, 12, 1000))
    path.write_text("\n".join([STATS_HEAD, stats_line(ROWS[0]), total]), encoding="utf-8")
    with pytest.raises(UsageError, match="add up to 30 requests, and its last row says 40"):
        imported(path)


def test_files_of_two_runs_are_an_error(tmp_path: Path) -> None:
    """Two statistics, or failures that the statistics do not have."""
    first = write_csv(tmp_path, ROWS, FAILURES)
    second = write_csv(tmp_path, ROWS[:1], prefix="other")
    with pytest.raises(UsageError, match="are both the stats"):
        imported(first[0], second[0])
    with pytest.raises(UsageError, match="failures of Locust count 10"):
        imported(second[0], first[1])


def test_failures_alone_are_an_error(tmp_path: Path) -> None:
    """The file that is missing is named."""
    with pytest.raises(UsageError, match="no statistics file") as caught:
        imported(write_csv(tmp_path, ROWS)[1])
    assert "_stats.csv" in caught.value.hint


def test_the_html_report_has_its_data_inside(tmp_path: Path) -> None:
    """The JSON of current versions, with names as in the page and a history with its times."""
    failure = {
        "method": "POST",
        "name": ROWS[1][1],
        "error": "HTTPError(&#x27;403 Client Error&#x27;)",
        "occurrences": 10,
    }
    path = write_html(tmp_path / "report.html", ROWS, [failure])
    results = imported(path)
    assert group(results, "POST /projects/[id]/save/").errors[0].status == 403
    assert (results.users, results.duration_s, results.target) == (7, 10.0, "http://staging.example.org")
    assert [(one.second, one.requests, one.failures) for one in results.timeline] == [(0, 20, 5)]
    page = path.read_text(encoding="utf-8")
    path.write_text(page[: page.index("window.theme") - 40], encoding="utf-8")
    with pytest.raises(UsageError, match="not a whole report"):
        imported(path)


def test_the_html_report_of_older_versions_has_tables(tmp_path: Path) -> None:
    """Before 2.21 there was no JSON; sizes are cut to whole bytes there."""
    heads = {
        "Request": "Method,Name,# Requests,# Fails,Average (ms),Min (ms),Max (ms),Average size (bytes),RPS,Failures/s",
        "Response": "Method,Name,50%ile (ms),95%ile (ms),100%ile (ms)",
        "Failure": "Method,Name,Error,Occurrences",
    }
    bodies = {
        "Request": [
            "GET|/projects/[id]/|30|2|31|5|200|1200|1.5|0.1",
            "POST|/projects/[id]/save/|10|10|31|5|200|700|1.5|0.1",
            "|Aggregated|40|12|31|5|200|1075|3|0.2",
        ],
        "Response": ["GET|/projects/[id]/|20|100|200", "POST|/projects/[id]/save/|20|100|200"],
        "Failure": ["POST|/projects/[id]/save/|HTTPError(&#39;403 Client Error&#39;)|10"],
    }
    page = "<!DOCTYPE html><html><head><title>Test Report for locustfile.py</title></head><body>"
    page += '<p>During: <span class="x">2026-01-10 15:43:23</span> - <span>2026-01-10 15:43:33</span></p>'
    for kind, head in heads.items():
        cells = "".join(f"<th>{one}</th>" for one in head.split(","))
        rows = "".join(
            "<tr>" + "".join(f"<td>{cell}</td>" for cell in row.split("|")) + "</tr>" for row in bodies[kind]
        )
        page += f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
    path = tmp_path / "report.html"
    path.write_text(f"{page}</body></html>", encoding="utf-8")
    results = imported(path)
    one = group(results, "GET /projects/[id]/")
    assert (one.requests, one.latency_ns[-1]) == (30, (200_000_000, 1))
    assert group(results, "POST /projects/[id]/save/").errors[0].status == 403
    assert Limit.SIZES_ARE_TRUNCATED in results.limits
    assert results.duration_s == 10.0
    path.write_text(page, encoding="utf-8")
    with pytest.raises(UsageError, match="ends before its tables do"):
        imported(path)


@pytest.mark.parametrize(("content", "message"), [("", "is empty"), ("a,b\n1,2\n", "is not recognised")])
def test_unknown_and_empty_files_are_errors(tmp_path: Path, content: str, message: str) -> None:
    """What is known is listed."""
    path = tmp_path / "x.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        imported(path)
    with pytest.raises(UsageError, match="cannot be read"):
        imported(tmp_path / "missing.csv")


def test_results_of_two_tools_are_an_error(tmp_path: Path) -> None:
    """Each import is one run."""
    log = tmp_path / "access.log"
    log.write_text('1.1.1.1 - - [10/Jan/2026:22:43:23 +0700] "GET / HTTP/1.1" 200 5 "-" "x"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="different tools"):
        imported(write_csv(tmp_path, ROWS)[0], log)
