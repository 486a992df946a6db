"""What is good, what comes next, and what nobody knows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadaudit.analysis.result import Analysis
from loadaudit.records import Arriving, Ramp, Shape, Stage, steady
from loadaudit.reporting.audit_document import closing
from loadaudit.reporting.audit_document.actions import actions
from tests.analysis.factories import analysed, login, operation, requests


def test_a_clean_run_is_praised_with_figures(tmp_path: Path) -> None:
    """Each sentence has its n."""
    lines = list(closing.good(analysed(tmp_path, [operation()], requests(120), logins=[login()])))
    assert "All 1 logins were proven." in lines
    assert "None of 120 requests ended in a server error." in lines
    assert "1 of 1 operations with a p95 stay below 200 ms." in lines


def test_a_run_that_sent_nothing_is_not_praised(empty_analysis: Analysis) -> None:
    """No data is nothing good."""
    assert list(closing.good(empty_analysis)) == []


def test_what_failed_is_not_praised(analysis: Analysis) -> None:
    """Neither logins nor answers were all right."""
    text = " ".join(closing.good(analysis))
    assert "logins" not in text
    assert "server error" not in text


def test_next_steps_repeat_the_conditions(analysis: Analysis) -> None:
    """The same users and seed, and then a comparison with this run."""
    steps = list(closing.next_steps(analysis, actions(analysis), analysis.info.id))
    assert any("--users 10 --seed 0" in one for one in steps)
    assert any(f"compare {analysis.info.id} after" in one for one in steps)


@pytest.mark.parametrize(
    ("plan", "options"),
    [
        ({"duration_s": 45.0}, "--users 10 --seed 0 --duration 45s"),
        ({"shape": Shape(rate=steady(50.0), arriving=Arriving.POISSON)}, "--rate 50 --arrivals poisson"),
        (
            {
                "shape": Shape(
                    users=Ramp(start=0, stages=(Stage(duration_s=30, target=10), Stage(duration_s=60, target=0)))
                )
            },
            "--seed 0 --stages 30s:10,60s:0",
        ),
        ({"shape": Shape(iterations=500, warm_up_s=5)}, "--iterations 500 --warm-up 5s"),
        ({"sender": "locust file.py"}, "--locustfile 'locust file.py'"),
    ],
)
def test_next_steps_repeat_the_load(analysis: Analysis, plan: dict[str, Any], options: str) -> None:
    """However it was shaped."""
    assert analysis.plan
    shaped = replace(analysis, plan=replace(analysis.plan, **plan))
    assert any(options in one for one in closing.next_steps(shaped, (), shaped.info.id))


def test_limits_name_a_run_that_was_cut_short(analysis: Analysis) -> None:
    """And every other reason for doubt."""
    short = replace(analysis, info=replace(analysis.info, finish_reason=""), cpu_contended=True)
    text = " ".join(closing.limits(short))
    assert "cut short" in text
    assert "no CPU left" in text
    assert "3 of 5 operations" in text
