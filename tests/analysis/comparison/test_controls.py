"""What slows all operations of one worker, or at one moment, is taken out of each by the requests of the others."""

import random
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean, pstdev

import pytest

from loadaudit.analysis.comparison.controls import Timed, steadied

IDS = tuple(f"GET /page-{number}/" for number in range(10))
STEP_NS = 10_000_000


def run(slow: Sequence[float], ids: Sequence[str] = IDS, seed: int = 1) -> dict[str, Timed]:
    """Return a hundred requests a second in turn; `slow` is added to each second of them."""
    rng = random.Random(seed)
    logs: dict[str, list[float]] = {id_: [] for id_ in ids}
    starts: dict[str, list[int]] = {id_: [] for id_ in ids}
    for number in range(100 * len(slow)):
        id_ = ids[number % len(ids)]
        logs[id_].append(rng.gauss(0, 0.1) + slow[number // 100])
        starts[id_].append(number * STEP_NS)
    return {id_: Timed(logs=logs[id_], starts_ns=starts[id_], workers=[1] * len(logs[id_])) for id_ in ids}


def test_a_busy_second_is_taken_out() -> None:
    """What is left of it is the scatter of single requests."""
    found = steadied(run([0.0, 1.0] * 10), IDS, 10**9)
    assert all(pstdev(values) < 0.2 for values in found.values())


def test_what_nothing_slowed_stays_as_it_is() -> None:
    """Chance differences of moments are not taken for busy ones, so that the scatter does not look smaller."""
    timed = run([0.0] * 20)
    found = steadied(timed, IDS, 10**9)
    before, after = (fmean(pstdev(values) for values in one) for one in (_logs(timed), found.values()))
    assert after == pytest.approx(before, rel=0.02)


def test_an_operation_that_alone_is_slow_at_times_keeps_that() -> None:
    """Its own requests say nothing about the moment that it is compared with."""
    timed = run([0.0, 1.0] * 10)
    steady = run([0.0] * 20, seed=2)
    found = steadied(steady | {IDS[0]: timed[IDS[0]]}, IDS, 10**9)[IDS[0]]
    assert pstdev(found) == pytest.approx(pstdev(timed[IDS[0]].logs), rel=0.1)


def test_how_slow_a_run_is_as_a_whole_stays() -> None:
    """Only what differs between its moments is taken out."""
    found = steadied(run([2.0, 3.0] * 10), IDS, 10**9)
    assert fmean(found[IDS[0]]) == pytest.approx(2.5, abs=0.1)


def test_few_operations_are_left_alone() -> None:
    """What slowed all of them and what slowed one could not be told apart."""
    timed = run([0.0, 1.0] * 10, IDS[:7])
    assert list(steadied(timed, IDS, 10**9).values()) == _logs(timed)


def test_few_requests_are_looked_at_over_longer_moments() -> None:
    """One request a second from each of ten operations: a busy stretch of four seconds is still seen."""
    timed = {
        id_: replace(one, starts_ns=[10 * start for start in one.starts_ns])
        for id_, one in run([0.0, 1.0] * 10).items()
    }
    assert all(pstdev(values) < 0.3 for values in steadied(timed, IDS, 10**9).values())


def on_workers(timed: dict[str, Timed], slow: float, alone: Sequence[str]) -> dict[str, Timed]:
    """Return the requests as two workers served them in turn, those of `alone` by the second, `slow` one only."""
    found = {}
    for id_, one in timed.items():
        workers = [2 if id_ in alone else 1 + at % 2 for at in range(len(one.logs))]
        logs = [value + slow * (worker - 1) for value, worker in zip(one.logs, workers, strict=True)]
        found[id_] = Timed(logs=logs, starts_ns=one.starts_ns, workers=workers)
    return found


def test_a_busy_worker_is_taken_out() -> None:
    """Also of an operation that it alone served: others show how slow it is."""
    found = steadied(on_workers(run([0.0] * 40), 1.0, IDS[:2]), IDS, 10**9)
    assert [fmean(found[id_]) for id_ in IDS] == pytest.approx([0.5] * len(IDS), abs=0.1)


def test_a_worker_that_shares_no_operation_is_left_alone() -> None:
    """Whether it is slow or what it serves could not be told apart."""
    timed = on_workers(run([0.0] * 40, [*IDS, "GET /a/", "GET /b/"]), 1.0, IDS[:5])
    apart = {
        id_: replace(one, workers=[1] * len(one.workers)) if id_ not in IDS[:5] else one for id_, one in timed.items()
    }
    found = steadied(apart, [*IDS, "GET /a/", "GET /b/"], 10**9)
    assert fmean(found[IDS[0]]) == pytest.approx(fmean(timed[IDS[0]].logs), abs=0.05)


def _logs(timed: dict[str, Timed]) -> list[Sequence[float]]:
    return [one.logs for one in timed.values()]
