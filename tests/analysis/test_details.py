"""What a reader looks into after the tables."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from loadaudit.analysis import details
from loadaudit.analysis.analyse import analyse
from loadaudit.analysis.details import BUCKETS_PER_DECADE, bucket_edge_ns
from loadaudit.analysis.result_details import Details
from loadaudit.records import ALONE_BIT, BodyKind, Operation, Outcome, Payload, PlannedPath, SeriesReading
from loadaudit.runfile.reader import RunFile
from tests.analysis.factories import MS, PAGE, Request, analysed, operation, plan_for, request, requests, use, write_run

SLOW = "GET /slow/"


def detailed(folder: Path, operations: Sequence[Operation], made: Iterable[Request] = (), **parts: Any) -> Details:
    """Return the details of a run."""
    found = analysed(folder, operations, made, **parts).details
    assert found is not None
    return found


def test_only_a_page_has_them(tmp_path: Path) -> None:
    """All other reports do without the work that they are."""
    with RunFile(write_run(tmp_path / "run.sqlite3", [operation()], requests(2))) as run:
        assert analyse(run).details is None


def test_latencies_fall_into_logarithmic_buckets(tmp_path: Path) -> None:
    """20 ms and 21 ms share one, 200 ms is a decade of buckets further."""
    made = [request(number + 1, client={"latency_ns": ms * MS}) for number, ms in enumerate((20, 21, 200))]
    found = detailed(tmp_path, [operation()], made).operations[PAGE].histogram
    (low, two), (high, one) = found.items()
    assert (two, one) == (2, 1)
    assert high - low == BUCKETS_PER_DECADE
    assert bucket_edge_ns(low) <= 20 * MS < bucket_edge_ns(low + 1)


def test_every_request_of_a_small_load_is_a_point(tmp_path: Path) -> None:
    """By its start, with its outcome; what was sent alone is none of the load."""
    made = [
        request(2, client={"status": 500}),
        request(1),
        request(ALONE_BIT | 1, SLOW, client={"start_ns": 0, "intended_start_ns": 0}, server={"start_ns": 0}),
    ]
    found = detailed(tmp_path, [operation(), operation(SLOW)], made)
    assert [(one.start_ns, one.outcome) for one in found.points] == [
        (100 * MS, Outcome.OK),
        (200 * MS, Outcome.SERVER_ERROR),
    ]
    assert found.requests == 2


def test_a_large_load_keeps_failures_and_the_slowest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is thinned evenly over the load."""
    for name, value in (("MOST_POINTS", 40), ("_MOST_SLOW", 5), ("_MOST_FAILURES", 10)):
        monkeypatch.setattr(details, name, value)
    made = [*requests(200), request(201, client={"status": 500}), request(202, client={"latency_ns": 900 * MS})]
    made += [request(203 + number, SLOW, client={"latency_ns": 500 * MS}) for number in range(4)]
    found = detailed(tmp_path, [operation(), operation(SLOW)], made)
    assert found.requests == 206
    assert len(found.points) <= 50
    assert sum(one.outcome is Outcome.SERVER_ERROR for one in found.points) == 1
    assert sorted(one.latency_ns // MS for one in found.points)[-5:] == [500, 500, 500, 500, 900]
    starts = [one.start_ns for one in found.points if one.latency_ns == 20 * MS]
    assert max(b - a for a, b in pairwise(starts)) < 2_000 * MS


def test_statements_are_those_that_took_the_most(tmp_path: Path) -> None:
    """With how often a request executes them and from where."""
    loop = use("SELECT 1 FROM a", 4, call_site="views.py:3 in page")
    made = requests(2, server={"statements": (use("SELECT 2 FROM b"), loop)})
    found = detailed(tmp_path, [operation()], made).operations[PAGE]
    assert [(one.per_request, one.call_site) for one in found.statements] == [(4.0, "views.py:3 in page"), (1.0, "")]
    assert found.statement_count == 2


def test_long_series_keep_their_peaks(tmp_path: Path) -> None:
    """Of readings that fall together the greatest is drawn; what was read behind the load is not."""
    readings = [
        SeriesReading(probe="postgresql", time_ns=number * MS, values={"sessions": 90.0 if number == 555 else 5.0})
        for number in range(1000)
    ]
    readings.append(SeriesReading(probe="postgresql", time_ns=99_000 * MS, values={"sessions": 400.0}))
    (curve,) = detailed(tmp_path, [operation()], requests(2), series=readings).curves
    assert len(curve.values) <= 300
    assert max(curve.values) == 90.0


def test_an_example_has_the_body_that_went_to_its_address(tmp_path: Path) -> None:
    """Sent again with that of another row, it would overwrite this one."""
    first = Payload(kind=BodyKind.JSON, document="1")
    second = replace(first, document="2")
    put = operation("PUT /x/<pk>/")
    plan = plan_for([put])
    paths = (PlannedPath(path="/x/1/"), PlannedPath(path="/x/2/?a=b", payload=second))
    plan = replace(plan, requests=(replace(plan.requests[0], payload=first, paths=paths),))
    made = [request(n, put.id, client={"path": path}) for n, path in enumerate(("/x/1/", "/x/1/", "/x/2/?a=b"), 1)]
    found = detailed(tmp_path, [put], made, plan=plan).operations[put.id]
    assert [one.payload for one in found.examples] == [first, second]
