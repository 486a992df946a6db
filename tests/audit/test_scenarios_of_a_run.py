"""A project's own words in a whole run: the run of everything has a `loadtests.py` beside its settings."""

from loadaudit.runfile.reader import RunFile
from tests.audit.stores import SharedRun

HERE = "loadtests.py"


def test_scenarios_are_part_of_the_load(full_run: SharedRun) -> None:
    """Their virtual users come after those of the plan, and each request is its operation's."""
    mine = {"GET /projects/", "GET /about/"}
    with RunFile(full_run.path) as run:
        loaded = [one for one in run.samples() if not one.alone]
        traced = {one.number for one in run.traces() if one.view_ran}
        messages = "\n".join(run.messages())
    planned_users = {one.vu for one in loaded if one.operation_id not in mine}
    scripted = [one for one in loaded if one.vu not in planned_users]
    assert {one.operation_id for one in scripted} == mine
    assert all(one.number in traced for one in scripted if one.status == 200)
    assert f"Scenario browse ({HERE}" in messages


def test_a_scenario_that_fails_is_given_up_and_the_rest_goes_on(full_run: SharedRun) -> None:
    with RunFile(full_run.path) as run:
        messages = run.messages()
    (broken,) = [one for one in messages if one.startswith("Scenario broken")]
    assert "answered 200 and no JSON" in broken
    assert "Given up after 5 failures in a row" in broken
    assert full_run.outcome.code == 0


def test_a_scenario_may_not_use_the_database(full_run: SharedRun) -> None:
    with RunFile(full_run.path) as run:
        (note,) = [one for one in run.messages() if one.startswith("Scenario reads_rows")]
    assert "may not use the database 'default'" in note


def test_what_names_nothing_is_said(full_run: SharedRun) -> None:
    with RunFile(full_run.path) as run:
        messages = "\n".join(run.messages())
    assert "'exports:nothing', so this has no effect" in messages
    assert "nobody takes part as 'nobody'" in messages


def test_values_bodies_and_exclusions_are_those_of_the_project(full_run: SharedRun) -> None:
    with RunFile(full_run.path) as run:
        plan = run.plan()
    assert plan is not None
    reasons = {one.operation_id: one.reason for one in plan.exclusions}
    assert reasons["GET /exports/portfolio/"].endswith(": computes for long")
    assert "yields no value" in reasons["GET /accounts/confirm-email/<key>/"]
    (spend,) = [one for one in plan.requests if one.operation_id == "POST /projects/<int:project_id>/spend/"]
    assert spend.payload is not None
    assert spend.payload.document == '{"amount": "7.25"}'
