"""Figures of a run in blocks of time."""

import random
from pathlib import Path
from statistics import pstdev

import pytest

from loadaudit.analysis.comparison.columns import OperationColumns
from loadaudit.analysis.comparison.reading import read_run
from loadaudit.runfile.reader import RunFile
from tests.analysis.factories import MS, Request, operation, request, run_info, write_run

IDS = tuple(f"GET /page-{number}/" for number in range(10))


def columns(path: Path, requests: list[Request]) -> dict[str, OperationColumns]:
    """Return the columns of a run of 40 s."""
    write_run(path, [operation(one) for one in IDS], requests, info=run_info(load_ns=40_000 * MS))
    with RunFile(path) as run:
        return dict(read_run(run).columns)


def busy_moments(ids: tuple[str, ...]) -> list[Request]:
    """Return ten requests a second, all of them twice as slow in every second second."""
    rng = random.Random(1)
    made = []
    for number in range(400):
        slow = 2 if number // 10 % 2 else 1
        latency_ns = round(20 * MS * slow * rng.lognormvariate(0, 0.05))
        client = {"latency_ns": latency_ns, "start_ns": number * 100 * MS}
        made.append(request(number + 1, ids[number % len(ids)], client=client))
    return made


def test_what_slows_all_operations_is_taken_out(tmp_path: Path) -> None:
    """Seconds in which the machine was busy leave a fraction of what they do to latency."""
    found = columns(tmp_path / "run", busy_moments(IDS))[IDS[0]]
    assert pstdev(found.latency.values) < 0.15
    assert max(found.latency_ns.values) > 1.8 * min(found.latency_ns.values)


def test_of_a_few_operations_nothing_is_taken_out(tmp_path: Path) -> None:
    """What slowed all of them and what slowed one could not be told apart."""
    found = columns(tmp_path / "run", busy_moments(IDS[:2]))[IDS[0]]
    assert pstdev(found.latency.values) > 0.3


@pytest.mark.parametrize("server", [{"cpu_ns": 0}, {"sql_ns": 0}])
def test_no_time_is_not_a_short_one(tmp_path: Path, server: dict[str, int]) -> None:
    """An asynchronous view has no CPU time of its own, and a page may do without statements."""
    found = columns(tmp_path / "run", [request(1, IDS[0]), request(2, IDS[0], server=server)])[IDS[0]]
    assert not (found.cpu if "cpu_ns" in server else found.database).values
