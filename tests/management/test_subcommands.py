"""What each subcommand prints, in each of its formats."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.audit.site import Outcome, Site
from tests.audit.stores import SharedRun, short_folder
from tests.reporting.schemas import assert_valid

FETCHED = re.compile(r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""", re.I)


def passed(outcome: Outcome) -> str:
    """Return standard output of a command that has passed without a word on standard error."""
    assert outcome.code == 0, outcome.stderr
    assert outcome.stderr == ""
    return outcome.stdout


def test_inventory_as_json(site: Site) -> None:
    """The document has every operation with its evidence."""
    document = json.loads(passed(site.loadaudit("inventory", "--format", "json")))
    assert_valid("inventory", document)
    assert 150 <= len(document["operations"]) <= 220
    assert all(one["method_evidence"] for one in document["operations"])


def test_inventory_as_table(site: Site) -> None:
    """The table is the default."""
    assert "/projects/<int:project_id>/" in passed(site.loadaudit("inventory", "--only", "projects"))


def test_inventory_as_csv(site: Site) -> None:
    """Each operation is one row that a spreadsheet can read, without empty lines between them."""
    text = passed(site.loadaudit("inventory", "--format", "csv"))
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) > 150
    assert {len(row) for row in rows} == {len(rows[0])}


def test_inventory_as_markdown(site: Site) -> None:
    """The rows of the table follow each other, as Markdown wants it."""
    lines = passed(site.loadaudit("inventory", "--format", "markdown")).splitlines()
    table = [line for line in lines if line.startswith("|")]
    first = lines.index(table[0])
    assert len(table) > 20
    assert lines[first + 1].startswith("|")


def test_only_and_exclude(site: Site) -> None:
    """The two patterns choose together."""
    done = site.loadaudit("inventory", "--format", "json", "--only", "health", "--exclude", "live")
    ids = [one["id"] for one in json.loads(passed(done))["operations"]]
    assert "GET /health/ready/" in ids
    assert not [one for one in ids if "live" in one or "health" not in one.lower()]


@pytest.fixture(scope="module")
def planned(database: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `plan` printed as JSON, for one seed."""
    with short_folder() as temporary:
        site = Site(tmp_path_factory.mktemp("planned"), temporary, DEMO_SQLITE_PATH=str(database))
        return passed(site.loadaudit("plan", "--format", "json", "--seed", "3"))


def test_plan_as_json(planned: str) -> None:
    """The plan has requests with values, and for all others the reason."""
    document = json.loads(planned)
    assert_valid("plan", document)
    assert len(document["requests"]) > 80
    assert document["exclusions"]
    assert all(one["reason"] for one in document["exclusions"])


def test_plan_is_deterministic(site: Site, planned: str) -> None:
    """The same seed gives the same plan."""
    assert passed(site.loadaudit("plan", "--format", "json", "--seed", "3")) == planned


def test_plan_is_what_run_sends(plain_run: SharedRun) -> None:
    """Nothing is sent that the plan of the same options does not show, and nothing of it is left out."""
    document = json.loads(passed(plain_run.site.loadaudit("plan", "--reads-only", "--format", "json", "--seed", "5")))
    planned = {one["operation_id"] for one in document["requests"]}
    sent = {one["id"] for one in plain_run.outcome.document()["operations"] if one["requests"]}
    assert sent == planned


def test_plan_as_table(site: Site) -> None:
    """The table is the default."""
    assert ["GET", "/health/live/"] in [line.split()[:2] for line in passed(site.loadaudit("plan")).splitlines()]


def test_diff_as_table(plain_run: SharedRun) -> None:
    """The table has a row per category, a total, and the operations that were missed."""
    text = passed(plain_run.site.loadaudit("diff"))
    for part in ("Category", "Coverage", "Total", "POST /projects/<int:project_id>/"):
        assert part in text


def test_diff_by_label_id_and_file(plain_run: SharedRun) -> None:
    """A run is found by its label, its id, its file, and as the latest."""
    names = ("plain", plain_run.path.stem, str(plain_run.path), "")
    outputs = {passed(plain_run.site.loadaudit("diff", *filter(None, [name]))) for name in names}
    assert len(outputs) == 1


def test_check_exits_by_its_limits(plain_run: SharedRun) -> None:
    """A read-only run of the demo keeps its logins and not its coverage of writes, which is a default criterion."""
    done = plain_run.site.loadaudit("check", "--threshold", "queries_p95 < 100000", "--format", "json")
    assert (done.code, done.stderr) == (1, "")
    assert_valid("criteria", done.document())
    verdicts = {one["text"]: one["verdict"] for one in done.document()["criteria"]}
    assert verdicts["queries_p95 < 100000"] == verdicts["auth_success_rate > 99%"] == "passed"
    assert verdicts["coverage > 75%"] == "failed"


def test_check_refuses_a_limit_of_nothing(plain_run: SharedRun) -> None:
    """A typing error would be a gate that lets everything through."""
    done = plain_run.site.loadaudit("check", "--threshold", "coverage[Wrte] > 1%")
    assert done.code == 2
    assert "Did you mean 'Write'" in done.stderr


def test_check_as_junit(plain_run: SharedRun) -> None:
    """CI servers read it."""
    suites = ElementTree.fromstring(plain_run.site.loadaudit("check", "--format", "junit").stdout)
    assert {one.get("name") for one in suites} == {"thresholds", "operations"}


def test_runs_as_json(plain_run: SharedRun) -> None:
    """The list has label, size, users, requests and coverage."""
    document = json.loads(passed(plain_run.site.loadaudit("runs", "--format", "json")))
    assert_valid("runs", document)
    (entry,) = document["runs"]
    assert entry["label"] == "plain"
    assert entry["users"] == 10
    assert entry["size_bytes"] == plain_run.path.stat().st_size
    assert entry["requests"] == plain_run.outcome.document()["totals"]["requests"]
    assert entry["coverage"]["succeeded"] == plain_run.outcome.document()["totals"]["succeeded"]


def test_runs_as_table(plain_run: SharedRun) -> None:
    """The table is the default."""
    assert "plain" in passed(plain_run.site.loadaudit("runs"))


@pytest.mark.parametrize(("name", "beginning"), [("html", "<!doctype html>"), ("markdown", "# "), ("json", "{\n")])
def test_report_to_stdout(plain_run: SharedRun, name: str, beginning: str) -> None:
    """Each format can be piped, and has nothing before its document."""
    text = passed(plain_run.site.loadaudit("report", "--format", name))
    assert text.lower().startswith(beginning)


def test_report_to_a_file_is_that_of_stdout(plain_run: SharedRun, site: Site) -> None:
    """A file has the same bytes as the pipe, and nothing half-written stays beside it."""
    target = site.folder / "report.md"
    arguments = ("report", str(plain_run.path), "--format", "markdown")
    done = site.loadaudit(*arguments, "-o", str(target))
    assert done.code == 0, done.stderr
    assert done.stdout == ""
    assert f"Report: {target}" in done.stderr
    assert target.read_text() == passed(site.loadaudit(*arguments))
    assert not list(site.folder.glob(".*.part"))


def test_html_report_fetches_nothing(plain_run: SharedRun) -> None:
    """The report is one file that works without a network."""
    text = passed(plain_run.site.loadaudit("report", "--format", "html"))
    assert FETCHED.findall(text) == []


def test_report_works_without_the_database(plain_run: SharedRun, site: Site) -> None:
    """A run file is analysed where the project's database and URLconf are not to be had."""
    site.configure("ROOT_URLCONF = 'no_such_module'\nDATABASES['default']['NAME'] = '/no/such/folder/db.sqlite3'")
    passed(site.loadaudit("diff", str(plain_run.path)))


def test_probes_as_table_and_json(site: Site) -> None:
    """The same probes in both."""
    document = json.loads(passed(site.loadaudit("probes", "--format", "json")))
    assert_valid("probes", document)
    names = [one["name"] for one in document["probes"]]
    assert "sql" in names
    table = passed(site.loadaudit("probes"))
    assert all(name in table for name in names)
