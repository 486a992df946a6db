"""A run as it is by default: every operation alone, the load with writes, and what destroys behind it."""

import json
import sqlite3
from contextlib import closing

from loadaudit.records import Kind, Level, Trace
from loadaudit.runfile.reader import RunFile
from tests.audit.site import ONLY_PROJECTS, Site
from tests.audit.stores import SharedRun
from tests.reporting.schemas import assert_valid


def test_most_writes_succeed_and_the_source_stays_as_it_was(full_run: SharedRun) -> None:
    """Deep copies, deletes and resets included: all of that happened in the clone."""
    assert full_run.outcome.code == 0, full_run.outcome.stderr
    assert full_run.checksum_before == full_run.checksum_after
    with RunFile(full_run.path) as run:
        writes = {one.id for one in run.operations() if one.kind is Kind.WRITE}
    succeeded = full_run.outcome.succeeded()
    assert len(writes & succeeded) >= 0.6 * len(writes)
    assert {
        "POST /projects/new/",
        "PATCH /api/rest/suppliers/<pk>/",
        "POST /projects/<int:project_id>/copy/",
    } <= succeeded
    assert any(one.startswith("DELETE ") for one in succeeded)


def test_the_json_of_a_run_is_what_its_schema_says(full_run: SharedRun) -> None:
    """With everything that a whole run has to say."""
    assert_valid("analysis", full_run.outcome.document())


def test_the_runs_own_login_is_credited(full_run: SharedRun) -> None:
    """It is the one request for this operation that sends a right password."""
    levels = {one["id"]: one["level"] for one in full_run.outcome.document()["operations"]}
    assert levels["POST /accounts/login/"] == Level.SUCCEEDED.word


def test_what_did_not_work_has_the_servers_reason(full_run: SharedRun) -> None:
    with RunFile(full_run.path) as run:
        plan = run.plan()
    assert plan is not None
    reasons = {one.operation_id: one.reason for one in plan.exclusions}
    assert "rows: expected a list of objects" in reasons["POST /api/templates/import-file/"]
    assert "MaterialForm" in reasons["PUT /catalog/materials/new/"]


def test_what_destroys_is_sent_alone_and_not_in_the_load(full_run: SharedRun) -> None:
    with RunFile(full_run.path) as run:
        plan = run.plan()
        alone = {one.operation_id for one in run.samples() if one.alone}
        loaded = {one.operation_id for one in run.samples() if not one.alone}
    assert plan is not None
    assert set(plan.after_load) & loaded == set()
    assert set(plan.after_load) <= alone | {one.operation_id for one in plan.exclusions}
    assert "DELETE /projects/<int:project_id>/delete/" in alone | set(plan.after_load) or plan.after_load


def test_writes_are_part_of_the_load(full_run: SharedRun) -> None:
    with RunFile(full_run.path) as run:
        sent = {one.operation_id for one in run.samples() if not one.alone and one.status in (200, 201, 204, 302)}
    assert {"POST /projects/new/", "POST /funds/reserve/", "PUT /api/v2/items/<int:item_id>/"} <= sent


def test_an_operation_that_was_only_sent_alone_has_succeeded_and_is_not_loaded(full_run: SharedRun) -> None:
    levels = {one["id"]: one["level"] for one in full_run.outcome.document()["operations"]}
    assert levels["POST /projects/<int:project_id>/budget/reset/"] == Level.SUCCEEDED.word


def test_a_recorded_body_is_sent_with_rows_of_the_run(full_run: SharedRun) -> None:
    """The keys in it are of rows that only the tests had; the traces show that rows were made with those of the run."""
    operation_id = "POST /catalog/materials/new/"
    with RunFile(full_run.path) as run:
        plan = run.plan()
        sent = {one.number for one in run.samples() if one.operation_id == operation_id and one.status == 302}
        made = [one for one in run.traces() if one.number in sent and _inserts(one)]
    assert plan is not None
    (planned,) = [one for one in plan.requests if one.operation_id == operation_id]
    assert planned.payload is not None
    values = {one.name: one.value for one in planned.payload.pairs}
    assert planned.payload.origin == "recorded from tests/test_catalog.py in test_new"
    assert values["name"] == "Recorded in a test"
    assert not {"999999", "999998", "A-1"} & set(values.values())
    assert made
    with closing(sqlite3.connect(full_run.database)) as source:
        for column, table in (("category", "catalog_category"), ("supplier", "catalog_supplier")):
            assert source.execute(f"SELECT 1 FROM {table} WHERE id = ?", (values[column],)).fetchone()


def _inserts(trace: Trace) -> bool:
    return any(one.sql.startswith('INSERT INTO "catalog_material"') for one in trace.statements)


def test_the_preflight_alone_is_a_smoke_test(site: Site) -> None:
    site.configure(ONLY_PROJECTS)
    site.sends_all = True
    done = site.loadaudit("plan", "--preflight", "--only", "catalog", "--format", "json")
    assert done.code == 0, done.stderr
    plan = json.loads(done.stdout)
    works = {one["operation_id"] for one in plan["tried"] if one["outcome"] == "ok"}
    assert {"GET /catalog/materials/", "POST /catalog/materials/new/"} <= works
    assert site.run_paths() == []
    assert site.leftovers() == []


def test_hot_rows_bring_users_together(site: Site) -> None:
    """By default they spread over the rows that there are."""
    site.configure(ONLY_PROJECTS)
    operation = "GET /projects/<int:project_id>/"
    command = ("plan", "--only", operation, "--format", "json")
    wide, hot = (one.document() for one in site.one_after_the_other([command, (*command, "--hot-rows", "1")]))
    assert {len(one["paths"]) for one in wide["requests"] if one["operation_id"] == operation} != {1}
    assert {len(one["paths"]) for one in hot["requests"]} == {1}


def test_no_clone_no_writes(site: Site) -> None:
    """Reads only, where there is no clone to wreck, unless the operator says otherwise."""
    site.configure(ONLY_PROJECTS)
    command = ("plan", "--no-isolate", "--format", "json")
    plan, asked = (one.document() for one in site.one_after_the_other([command, (*command, "--writes")]))
    assert {one["method"] for one in plan["requests"]} == {"GET"}
    assert plan["changes"]["sent"] == []
    assert "POST" in {one["method"] for one in asked["requests"]}
    assert asked["after_load"] == []
    assert "POST /projects/new/" in asked["changes"]["sent"]
    assert "POST /projects/<int:project_id>/delete/" in asked["changes"]["held_back"]


def test_a_destructive_operation_can_be_chosen_alone(site: Site) -> None:
    """There is nothing to load then, and it is sent behind where the load would have been."""
    site.configure(ONLY_PROJECTS)
    site.sends_all = True
    done = site.loadaudit("run", "--only", "budget/reset", "--workers", "1", "--format", "json")
    assert done.code == 0, done.stderr
    assert done.succeeded() == {"POST /projects/<int:project_id>/budget/reset/"}
    assert done.document()["run"]["finish_reason"] == "completed"
    assert any("There was no load" in text for text in done.document()["messages"])


def test_nothing_to_send_is_bad_usage(site: Site) -> None:
    """The reason is that of what was chosen, and no run file is begun."""
    site.configure(ONLY_PROJECTS)
    done = site.loadaudit("run", "--only", "budget/reset")
    assert done.code == 2, done.stderr
    assert "it destroys something, and this run may not" in done.stderr
    assert site.run_paths() == []
