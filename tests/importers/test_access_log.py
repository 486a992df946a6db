"""Access logs of nginx and gunicorn."""

import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from loadaudit.analysis.statistics import Weighted, nearest_rank
from loadaudit.errors import UsageError
from loadaudit.importers.access_log.tally import bucket_of, value_of
from loadaudit.importers.choose import recognised
from loadaudit.records import ImportedResults, Limit, Match
from tests.analysis.factories import operation
from tests.importers.builders import group, names

STAMP = "10/Jan/2026:22:43:{:02d} +0700"
AGENT = '"-" "Mozilla/5.0 (X11; Linux)"'
PROJECT = "GET /site/projects/<int:project_id>/"


def line(
    path: str = "/site/projects/7/", status: int = 200, size: int = 1000, *, second: int = 1, tail: str = ""
) -> str:
    """Return one line in the combined format."""
    return f'10.0.0.1 - - [{STAMP.format(second)}] "GET {path} HTTP/1.1" {status} {size} {AGENT}{tail}'


def imported(path: Path, lines: Iterable[str]) -> ImportedResults:
    """Return what a log of these lines says."""
    path.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
    importer, sources = recognised([path])
    return importer.read(sources, names())


def latency_ms(results: ImportedResults) -> list[float]:
    """Return the latencies of the project page in milliseconds."""
    pairs = group(results, PROJECT).answers[0].latency_ns
    return [round(value / 1e6, 1) for value in Weighted(pairs)]


def test_lines_become_sums_per_operation_and_status(tmp_path: Path) -> None:
    """Paths are resolved, sizes counted, and the time line begins with the first line."""
    lines = [line(), line("/site/projects/8/?x=1", second=3), line("/site/projects/9/", 404, 50, second=4)]
    results = imported(tmp_path / "access.log", lines)
    one = group(results, PROJECT)
    assert (one.match, one.requests, one.failures, one.body_bytes_total) == (Match.RESOLVED, 3, 1, 2050)
    assert [(answer.status, answer.requests, answer.sizes) for answer in one.answers] == [
        (200, 2, ((1000, 2),)),
        (404, 1, ((50, 1),)),
    ]
    assert [(second.second, second.requests, second.failures) for second in results.timeline] == [
        (0, 1, 0),
        (2, 1, 0),
        (3, 1, 1),
    ]
    assert Limit.NO_LATENCY in results.limits


@pytest.mark.parametrize(
    ("tail", "expected_ms"),
    [
        (" 0.250", 250.0),
        (' rt=0.250 uct="0.001" urt="0.249"', 250.0),
        (' "1.2.3.4" rt="0.250"', 250.0),
        (" request_time_ms=250", 250.0),
        (" 250000", 250.0),
        (" 127.0.0.1:8000 200 0.250", 250.0),
    ],
)
def test_durations_behind_the_line(tmp_path: Path, tail: str, expected_ms: float) -> None:
    """Named or not, quoted or not: seconds with a point, microseconds as whole numbers."""
    assert latency_ms(imported(tmp_path / "access.log", [line(tail=tail)])) == [expected_ms]


def test_the_common_format_with_a_duration(tmp_path: Path) -> None:
    """Gunicorn with `%(L)s` behind the size and no referrer."""
    text = f'10.0.0.1 - - [{STAMP.format(1)}] "GET /site/projects/7/ HTTP/1.1" 200 1000 0.040000'
    assert latency_ms(imported(tmp_path / "access.log", [text])) == [40.0]


@pytest.mark.parametrize(
    "record",
    [
        {"time_iso8601": "2026-01-10T22:43:23+07:00", "request": "GET /site/projects/7/ HTTP/1.1", "status": "200"}
        | {"body_bytes_sent": "1000", "request_time": "0.250"},
        {"t": "[10/Jan/2026:22:43:23 +0700]", "r": "GET /site/projects/7/ HTTP/1.1", "s": "200", "b": "1000"}
        | {"D": "250000"},
        {
            "ts": 1768059803.5,
            "method": "GET",
            "path": "/site/projects/7/",
            "status": 200,
            "bytes": 1000,
            "duration_ms": 250,
        },
    ],
)
def test_json_lines(tmp_path: Path, record: dict[str, object]) -> None:
    """Keys as nginx and as Python programs usually call them."""
    results = imported(tmp_path / "access.json", [json.dumps(record)])
    assert latency_ms(results) == [250.0]
    assert group(results, PROJECT).answers[0].sizes == ((1000, 1),)
    assert int(results.started_s) == 1768059803


def test_quantiles_of_the_buckets_are_within_one_percent(tmp_path: Path) -> None:
    """Of ten thousand times over five powers of ten; the greatest is exact."""
    draw = random.Random(7)
    times_s = [round(10 ** draw.uniform(-3, 2), 3) for _ in range(10_000)]
    results = imported(tmp_path / "access.log", [line(tail=f" {time_s:.3f}") for time_s in times_s])
    values = Weighted(group(results, PROJECT).answers[0].latency_ns)
    for share in (0.01, 0.5, 0.95, 0.99):
        exact = nearest_rank(sorted(times_s), share)
        assert abs(nearest_rank(values, share) / 1e9 - exact) <= 0.01 * exact
    assert values[-1] == round(max(times_s) * 1e9)


def test_each_bucket_is_one_percent_wide_to_both_sides() -> None:
    """The middle is at most 1 % from any value, from a nanosecond to an hour."""
    for value in (1, 999, 123_456, 5_000_000, 3_600_000_000_000):
        assert abs(value_of(bucket_of(value)) - value) <= 0.01 * value
    assert value_of(bucket_of(0)) == 0


def test_the_login_page_tells_who_was_sent_there(tmp_path: Path) -> None:
    """`?next=` names the page that was denied."""
    lines = [line(status=302, size=0), line("/accounts/login/?next=/site/projects/7/", size=5000)] * 3
    results = imported(tmp_path / "access.log", lines)
    assert group(results, PROJECT).turned_to_login == 3
    assert group(results, "GET /accounts/login/").requests == 3


def test_unknown_paths_are_listed_without_their_ids(tmp_path: Path) -> None:
    """A million ids are one name."""
    results = imported(tmp_path / "access.log", [line(f"/static/{number}/app.js") for number in range(50)])
    assert [(one.label, one.requests, one.match) for one in results.groups] == [
        ("GET /static/[id]/app.js", 50, Match.NONE)
    ]


def test_names_and_sizes_stay_bounded(tmp_path: Path) -> None:
    """However many paths and sizes there are, memory is not."""
    lines = [line(f"/x/{'abcdefghij'[number % 10]}{number}z/", size=number) for number in range(3000)]
    results = imported(tmp_path / "access.log", lines)
    assert len(results.groups) <= 1001
    assert sum(one.requests for one in results.groups) == 3000
    results = imported(tmp_path / "access.log", [line(size=1000 + number) for number in range(3000)])
    assert len(group(results, PROJECT).answers[0].sizes) == 50


def test_packed_logs_and_parts_are_one_run(tmp_path: Path) -> None:
    """Rotated files are often packed."""
    plain, packed = tmp_path / "access.log", tmp_path / "access.log.1.gz"
    plain.write_text(line(second=9) + "\n", encoding="utf-8")
    packed.write_bytes(gzip.compress((line(second=1) + "\n").encode()))
    importer, sources = recognised([plain, packed])
    results = importer.read(sources, names())
    assert (results.requests, results.duration_s) == (2, 8.0)
    packed.write_bytes(gzip.compress(("".join(line(f"/{n}{n * n}/") + "\n" for n in range(20_000))).encode())[:-9])
    importer, sources = recognised([packed])
    with pytest.raises(UsageError, match="cannot be read to its end"):
        importer.read(sources, names())


def test_a_few_other_lines_are_noted_and_many_refused(tmp_path: Path) -> None:
    """A line that was cut off is no reason to lose the log; another format in it is."""
    results = imported(tmp_path / "access.log", [line()] * 30 + ["10.0.0.1 - - [10/Jan/2026:22:43:2"])
    assert "1 of 31 lines of access.log are no requests" in results.notes[0]
    mixed = [line()] * 30 + [json.dumps({"request": "GET / HTTP/1.1", "status": 200})] * 30
    with pytest.raises(UsageError, match="the first is line 31"):
        imported(tmp_path / "access.log", mixed)


def test_requests_that_are_none_are_one_name(tmp_path: Path) -> None:
    """Scanners send bytes that are no HTTP."""
    broken = f'10.0.0.1 - - [{STAMP.format(1)}] "\\x16\\x03\\x01" 400 150 {AGENT}'
    results = imported(tmp_path / "access.log", [broken, line()])
    assert group(results, "(no HTTP request)").requests == 1


def test_digits_in_words_and_fixed_numbers_tell_paths_apart(tmp_path: Path) -> None:
    """Only whole segments that are numbers, and that no route has as they are, are alike."""
    routes = ("/v1/items/<int:pk>/", "/v2/items/<int:pk>/", "/errors/404/", "/errors/500/")
    known = names([operation(f"GET {route}") for route in routes])
    log = tmp_path / "access.log"
    paths = ("/v1/items/7/", "/v2/items/8/", "/errors/404/", "/errors/500/", "/v1/items/9/")
    log.write_text("".join(f"{line(path)}\n" for path in paths), encoding="utf-8")
    importer, sources = recognised([log])
    found = {one.operation_id: one.requests for one in importer.read(sources, known).groups}
    assert found == {"GET /v1/items/<int:pk>/": 2} | {f"GET {route}": 1 for route in routes[1:]}


def test_json_with_escapes_and_another_order_is_parsed(tmp_path: Path) -> None:
    """The quick way is taken only where it is sure."""
    first = {"request": "GET /site/projects/7/ HTTP/1.1", "status": 200, "bytes": 1000, "time": 1, "agent": "x"}
    lines = [
        json.dumps(first),
        json.dumps(first | {"agent": 'a "quoted" one'}),
        json.dumps(dict(reversed(first.items()))),
        json.dumps({"meta": {"status": 500}} | first),
    ]
    one = group(imported(tmp_path / "access.json", lines), PROJECT)
    assert [(answer.status, answer.requests, answer.sizes) for answer in one.answers] == [(200, 4, ((1000, 4),))]
