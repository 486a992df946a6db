"""Declared limits held against runs."""

from pathlib import Path

import pytest

from loadaudit.analysis.result import Analysis
from loadaudit.records import ALONE_BIT, Criterion, Risk, Verdict
from tests.analysis.factories import MS, PAGE, analysed, login, operation, plan_for, request, requests, run_info

WRITE = "POST /projects/save/"
EXPORT = "GET /projects/pdf/"


def judged(analysis: Analysis, text: str) -> Criterion:
    """Return the criterion of one text."""
    return next(one for one in analysis.criteria if one.threshold.text == text)


def run_with(folder: Path, *thresholds: str, count: int = 100) -> Analysis:
    """Return a run of a page, a write that fails and an export, with these limits declared."""
    operations = [
        operation(PAGE),
        operation(WRITE, category="Write"),
        operation(EXPORT, category="Export", risk=Risk.HEAVY),
    ]
    made = [
        *requests(count, PAGE),
        *requests(4, WRITE, first=1001, client={"status": 500}),
        *requests(3, EXPORT, first=2001, client={"latency_ns": 3_000 * MS}),
    ]
    logins = [login(0), login(1), login(2), login(3, proven=False)]
    return analysed(folder, operations, made, logins=logins, info=run_info(thresholds=thresholds))


@pytest.mark.parametrize(
    ("text", "value", "n"),
    [
        ("p99 < 2s", 20 * MS, 100),
        (f"p95[{PAGE}] < 300ms", 20 * MS, 100),
        ("max[Export] <= 3s", 3_000 * MS, 3),
        ("max[heavy] <= 3s", 3_000 * MS, 3),
        ("coverage > 60%", 2 / 3, 3),
        ("success_rate[Read] == 100%", 1.0, 100),
        ("queries_p95 < 50", 3, 100),
        ("rate > 5/s", 10.4, 104),
        ("requests >= 104", 104, 107),
    ],
)
def test_a_limit_that_is_kept(tmp_path: Path, text: str, value: float, n: int) -> None:
    """Value and n are those of the scope; heavy operations are in no figure of the whole run."""
    found = judged(run_with(tmp_path, text), text)
    assert (found.verdict, found.declared) == (Verdict.PASSED, True)
    assert found.value == pytest.approx(value)
    assert found.n == n


@pytest.mark.parametrize(
    "text", ["auth_success_rate > 99%", "coverage[Write] > 80%", "success_rate[write] > 0%", "findings == 0"]
)
def test_a_limit_that_is_broken(tmp_path: Path, text: str) -> None:
    """A failed login of four, a write without a proven success, and the finding about it."""
    assert judged(run_with(tmp_path, text), text).verdict is Verdict.FAILED


def test_too_few_requests_are_not_enough_data(tmp_path: Path) -> None:
    """A p99 needs 100 successes; with 99 there is no value to print."""
    found = judged(run_with(tmp_path, count=99), "p99 < 2s")
    assert (found.verdict, found.value, found.n, found.needed) == (Verdict.NOT_ENOUGH_DATA, None, 99, 100)


def test_a_run_that_sent_nothing_has_no_verdict(tmp_path: Path) -> None:
    """No findings in a run without requests are no merit, and neither is any other figure."""
    run = analysed(tmp_path, [operation(PAGE)], info=run_info(thresholds=("findings == 0", "requests < 5")))
    assert {one.verdict for one in run.criteria} == {Verdict.NOT_ENOUGH_DATA}


def test_a_category_of_which_nothing_was_sent_is_not_covered(tmp_path: Path) -> None:
    """As the table of categories says: leaving operations out is no missing data."""
    operations = [operation(PAGE), operation(WRITE, category="Write")]
    run = analysed(tmp_path, operations, requests(1, PAGE), info=run_info())
    found = judged(run, "coverage[Write] > 80%")
    assert (found.verdict, found.value, found.n) == (Verdict.FAILED, 0.0, 1)


def test_defaults_of_missing_categories_are_not_shown(tmp_path: Path) -> None:
    """This project has exports and no templates."""
    texts = {one.threshold.text for one in run_with(tmp_path).criteria}
    assert {"p95[Export] < 5s", "coverage > 75%"} <= texts
    assert not [one for one in texts if "Template" in one]


def test_a_declared_limit_replaces_the_default(tmp_path: Path) -> None:
    """The same figure of the same scope is judged once, by the project's own limit."""
    of_total = [
        one for one in run_with(tmp_path, "coverage > 10%").criteria if one.threshold.text.startswith("coverage >")
    ]
    assert [(one.threshold.limit, one.declared) for one in of_total] == [(0.1, True)]


def test_what_is_only_sent_alone_counts_where_it_is_named(tmp_path: Path) -> None:
    """A deletion is never part of the load, and can still be limited."""
    made = [
        request(1, PAGE),
        request(ALONE_BIT | 1, WRITE, client={"intended_start_ns": 0, "start_ns": 0}, server={"start_ns": 0}),
    ]
    operations = [operation(PAGE), operation(WRITE, category="Write")]
    run = analysed(
        tmp_path, operations, made, plan=plan_for(operations), info=run_info(thresholds=("max[Write] < 1s", "max < 1s"))
    )
    assert judged(run, "max < 1s").n == 1
    assert judged(run, "max[Write] < 1s").n == 1
