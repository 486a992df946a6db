"""What the live view counts and shows, without a load."""

from io import StringIO

import pytest
from rich.console import Console

from loadaudit.records import Plan, Ramp, ServerException, Shape, Stage
from loadaudit.reporting.live import MOST_FINDINGS, LiveLoad
from tests.analysis.factories import MS, plan_for, sample, trace

CATEGORIES = {"GET /projects/": "Read", "POST /orders/": "Write"}


def drawn(load: LiveLoad, width: int = 120, elapsed_s: float = 10.0, limit_s: float | None = 60.0) -> str:
    """Return the view as text."""
    console = Console(file=StringIO(), width=width)
    console.print(load.draw(elapsed_s, limit_s, width))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def load(**changes: object) -> LiveLoad:
    """Return a view of a load of ten users."""
    plan: Plan = plan_for([], **changes)
    return LiveLoad(CATEGORIES, plan)


def row(text: str, name: str) -> list[str]:
    """Return the cells of a category."""
    (line,) = [one for one in text.splitlines() if one.strip().startswith(name)]
    return line.split()


def test_each_category_has_its_figures() -> None:
    """Requests, rate, failures, median, 95th percentile, queries per request."""
    made = load()
    for number in range(40):
        made.add((sample(number, latency_ns=20 * MS),), [trace(number, sql_count=3)])
    made.add((sample(41, "POST /orders/", status=500),), [])
    text = drawn(made)
    assert row(text, "Read") == ["Read", "40", "4.00/s", "0", "20", "ms", "20", "ms", "3.0"]
    assert row(text, "Write") == ["Write", "1", "0.10/s", "1", "–", "–", "–"]
    assert "50.0 s left at most · 10 users · 41 requests · 4.10/s · 1 failed" in text


def test_time_without_a_limit() -> None:
    """What ends when its own shape says so has no time left."""
    assert "10.0 s so far · 10 users" in drawn(load(), limit_s=None)


def test_few_answers_have_no_p95() -> None:
    """A figure without enough data is none."""
    made = load()
    made.add(tuple(sample(number) for number in range(19)), [])
    assert row(drawn(made), "Read")[6:] == ["–", "–"]


def test_warming_up_is_in_no_figure() -> None:
    """It is said instead."""
    made = load(shape=Shape(warm_up_s=5.0))
    made.add((sample(1, warm_up=True),), [])
    assert "warming up · " in drawn(made, elapsed_s=2.0)
    assert " 0 requests" in drawn(made, elapsed_s=2.0)


def test_a_redirect_to_the_login_page_is_a_failure() -> None:
    """The trace knows, whatever the status says."""
    made = load()
    for number in range(3):
        made.add((sample(number, status=302),), [trace(number, denied=True, status=302)])
    assert made.findings() == ["GET /projects/: 3 of 3 failed (denied)"]


def test_what_fails_most_comes_first() -> None:
    """With the exception where one was seen; a few lines only."""
    made = load()
    error = ServerException(type="KeyError", message="", fingerprint="f")
    for number in range(6):
        made.add((sample(number, "POST /orders/", status=500),), [trace(number, "POST /orders/", exception=error)])
    for page in range(5):
        made.add(tuple(sample(number, f"GET /{page}/", status=0, error="timeout") for number in range(3)), [])
    found = made.findings()
    assert found[0] == "POST /orders/: 6 of 6 failed (500, KeyError)"
    assert len(found) == MOST_FINDINGS


def test_many_queries_are_named() -> None:
    """Long before the analysis says why."""
    made = load()
    made.add((), [trace(number, sql_count=70) for number in range(3)])
    assert made.findings() == ["GET /projects/: 70 queries per request"]


@pytest.mark.parametrize(("elapsed_s", "users"), [(0.0, 0), (1.0, 1), (5.0, 5), (9.5, 10)])
def test_users_follow_the_stages(elapsed_s: float, users: int) -> None:
    """As many as are at work now."""
    ramp = Ramp(start=0.0, stages=(Stage(duration_s=10, target=10),))
    assert load(shape=Shape(users=ramp)).users(elapsed_s) == users


@pytest.mark.parametrize("width", [80, 120])
def test_lines_fit_the_terminal(width: int) -> None:
    """Long names are cut, so that the view does not jump."""
    made = LiveLoad({"GET /a/": "A category with a name that nobody would choose"}, plan_for([]))
    made.add(tuple(sample(number, "GET /a/", status=500) for number in range(30)), [])
    assert max(map(len, drawn(made, width).splitlines())) <= width
