"""Stretches of the load with health checks are compared with those without."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from loadaudit.analysis.result import HealthEffect
from loadaudit.records import Lane, LaneRules, SeriesReading
from loadaudit.records.stretches import is_with
from tests.analysis.factories import MS, Request, analysed, operation, plan_for, request, run_info

HEALTH = operation("GET /health/", category="Health")
STRETCH_S = 2.0
RULES = LaneRules(lane=Lane.HEALTH, users=1, rate_per_s=5.0, stretch_s=STRETCH_S, warm_up_rounds=1)


def effect(folder: Path, latency_ms: Callable[[bool, int], float], *, seconds: int = 32) -> HealthEffect | None:
    """Return the effect in a load of ten pages a second, with a check a second where there are checks.

    `latency_ms` has the latency of a page by whether there are checks, and by its number.
    """
    made: list[Request] = []
    checks: list[Request] = []
    for number in range(seconds * 10):
        at = {"start_ns": number * 100 * MS}
        present = is_with(number / 10, STRETCH_S)
        latency_ns = round(latency_ms(present, number) * MS)
        made.append(request(number + 1, client={**at, "latency_ns": latency_ns}, server={"connections_opened": 1}))
        if present and number % 10 == 0:
            seen = {**at, "latency_ns": 900 * MS, "lane": Lane.HEALTH}
            checks.append(request(100_000 + number, HEALTH.id, client=seen, server={"connections_opened": 4}))
    series = [
        SeriesReading(
            probe="postgresql",
            time_ns=second * 1000 * MS,
            values={"sessions": 30.0 if is_with(float(second), STRETCH_S) else 20.0},
        )
        for second in range(seconds)
    ]
    plan = plan_for([operation(), HEALTH], lanes=(RULES,))
    plan = replace(plan, requests=(plan.requests[0], replace(plan.requests[1], lane=Lane.HEALTH)))
    info = run_info(load_ns=seconds * 1000 * MS)
    analysis = analysed(folder, [operation(), HEALTH], [*made, *checks], plan=plan, series=series, info=info)
    assert analysis.overall.requests == len(made)
    assert analysis.health.requests == len(checks)
    assert (analysis.reported.requests, analysis.reported.health_requests) == (len(made), len(checks))
    return analysis.health_effect


def test_slower_stretches_are_shown(tmp_path: Path) -> None:
    """Pages take twice as long beside the checks, connections are opened and stay."""
    found = effect(tmp_path, lambda present, number: (40.0 if present else 20.0) + number % 7)
    assert found is not None
    assert (found.present.stretches, found.absent.stretches) == (8, 8)
    assert found.latency_ratio == pytest.approx(43 / 23, rel=0.05)
    assert found.shown is True
    assert (found.present.connections_opened_per_s, found.absent.connections_opened_per_s) == (14.0, 10.0)
    assert (found.present.sessions_max, found.absent.sessions_median) == (30.0, 20.0)
    assert (found.present.latency.n, found.absent.successes_per_s) == (160, 10.0)


def test_what_chance_explains_is_not_shown(tmp_path: Path) -> None:
    """The same latencies everywhere."""
    found = effect(tmp_path, lambda present, number: 20.0 + number * 37 % 11)
    assert found is not None
    assert found.shown is False
    assert found.latency_ratio == pytest.approx(1.0, abs=0.2)


def test_a_drift_is_no_effect(tmp_path: Path) -> None:
    """A target that slows down all the time does so in both kinds of stretches."""
    found = effect(tmp_path, lambda present, number: 20.0 + number / 4)
    assert found is not None
    assert found.shown is False


def test_few_stretches_tell_nothing(tmp_path: Path) -> None:
    """One block has two of each: too few, whatever they look like."""
    found = effect(tmp_path, lambda present, number: 40.0 if present else 20.0, seconds=8)
    assert found is not None
    assert found.shown is None


def test_less_than_a_block_is_no_comparison(tmp_path: Path) -> None:
    assert effect(tmp_path, lambda present, number: 20.0, seconds=7) is None
