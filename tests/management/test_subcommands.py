"""What each subcommand prints, in each of its formats."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.audit.site import Outcome, Site
from tests.audit.stores import SharedRun, short_folder
from tests.reporting.schemas import assert_valid

FETCHED = re.compile(r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""", re.I)

SEEDED_PLAN = ("plan", "--format", "json", "--seed", "3")
OTHER_HASHES = {"PYTHONHASHSEED": "random"}
"""Makes a process of its own from its start, in which sets have another order."""
CHECK = ("check", "--threshold", "queries_p95 < 100000", "--format", "json")
WRONG_CHECK = ("check", "--threshold", "coverage[Wrte] > 1%")


def passed(outcome: Outcome) -> str:
    """Return standard output of a command that has passed without a word on standard error."""
    assert outcome.code == 0, outcome.stderr
    assert outcome.stderr == ""
    return outcome.stdout


Printed = Callable[..., Outcome]
"""What a command that was made with others in one process has left."""


def one_process(site: Site, *commands: tuple[str, ...]) -> Printed:
    """Make these commands, which only read, in one process; return a function from the arguments to what they left."""
    found = dict(zip(commands, site.one_after_the_other(commands), strict=True))
    return lambda *arguments: found[arguments]


@pytest.fixture(scope="module")
def read(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """What is printed of the project, without any run."""
    with short_folder() as temporary:
        site = Site(tmp_path_factory.mktemp("read"), temporary, DEMO_SQLITE_PATH=str(database))
        return one_process(
            site,
            ("inventory", "--format", "json"),
            ("inventory", "--only", "projects"),
            ("inventory", "--format", "markdown"),
            ("inventory", "--format", "json", "--only", "health", "--exclude", "live"),
            ("plan",),
            SEEDED_PLAN,
            ("probes",),
            ("probes", "--format", "json"),
        )


@pytest.fixture(scope="module")
def read_of_run(plain_run: SharedRun) -> Printed:
    """What is printed of a run."""
    return one_process(
        plain_run.site,
        ("plan", "--reads-only", "--format", "json", "--seed", "5"),
        ("diff",),
        ("diff", "plain"),
        ("diff", plain_run.path.stem),
        ("diff", str(plain_run.path)),
        CHECK,
        WRONG_CHECK,
        ("check", "--format", "junit"),
        ("runs",),
        ("runs", "--format", "json"),
        ("report", "--format", "markdown"),
        ("report", "--format", "json"),
        ("report", str(plain_run.path), "--format", "markdown"),
        ("report", str(plain_run.path), "--format", "markdown", "-o", "report.md"),
    )


@pytest.fixture(scope="module")
def html(plain_run: SharedRun) -> Outcome:
    """The HTML report, through a pipe."""
    return plain_run.site.loadaudit("report", "--format", "html")


def test_inventory_as_json(read: Printed) -> None:
    """The document has every operation with its evidence."""
    document = json.loads(passed(read("inventory", "--format", "json")))
    assert_valid("inventory", document)
    assert 150 <= len(document["operations"]) <= 220
    assert all(one["method_evidence"] for one in document["operations"])


def test_inventory_as_table(read: Printed) -> None:
    """The table is the default."""
    assert "/projects/<int:project_id>/" in passed(read("inventory", "--only", "projects"))


def test_inventory_as_csv(site: Site) -> None:
    """Each operation is one row that a spreadsheet can read, without empty lines between them."""
    text = passed(site.loadaudit("inventory", "--format", "csv"))
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) > 150
    assert {len(row) for row in rows} == {len(rows[0])}


def test_inventory_as_markdown(read: Printed) -> None:
    """The rows of the table follow each other, as Markdown wants it."""
    lines = passed(read("inventory", "--format", "markdown")).splitlines()
    table = [line for line in lines if line.startswith("|")]
    first = lines.index(table[0])
    assert len(table) > 20
    assert lines[first + 1].startswith("|")


def test_only_and_exclude(read: Printed) -> None:
    """The two patterns choose together."""
    done = read("inventory", "--format", "json", "--only", "health", "--exclude", "live")
    ids = [one["id"] for one in json.loads(passed(done))["operations"]]
    assert "GET /health/ready/" in ids
    assert not [one for one in ids if "live" in one or "health" not in one.lower()]


def test_plan_as_json(read: Printed) -> None:
    """The plan has requests with values, and for all others the reason."""
    document = json.loads(passed(read(*SEEDED_PLAN)))
    assert_valid("plan", document)
    assert len(document["requests"]) > 80
    assert document["exclusions"]
    assert all(one["reason"] for one in document["exclusions"])


def test_what_is_sent_alone_is_planned_like_all_else(read: Printed) -> None:
    """As whom, where, with which body, in which lane; passwords are sent by the run's own logins only."""
    document = json.loads(passed(read(*SEEDED_PLAN)))
    alone = {one["operation_id"]: one for one in document["alone"]}
    assert set(document["after_load"]) < set(alone)
    assert {one["lane"] for one in alone.values()} == {"alone"}
    assert all(one["role"] and one["paths"][0]["origin"] for one in alone.values())
    deleted = alone["POST /projects/<int:project_id>/delete/"]
    assert (deleted["role"], deleted["paths"][0]["origin"]) == ("owner", "row of projects.Project")
    assert alone["POST /accounts/logout/"]["role"] == "disposable"
    assert alone["POST /accounts/login/"]["paths"][0]["origin"] == "the run's own login"
    assert not alone.keys() & {one["operation_id"] for one in document["requests"]}
    table = passed(read("plan"))
    assert "row of projects.Project" in table[table.index("Sent alone, behind the load") :]


def test_plan_is_deterministic(site: Site, read: Printed) -> None:
    """The same seed gives the same plan, also in another process."""
    assert passed(site.loadaudit(*SEEDED_PLAN, **OTHER_HASHES)) == passed(read(*SEEDED_PLAN))


@pytest.mark.slow
def test_preflights_of_one_seed_give_one_plan(site: Site) -> None:
    """What was measured, and what the site makes of chance, stands apart."""
    command = (*SEEDED_PLAN, "--preflight", "--only", "/projects/*", "--only", "/accounts/*")
    first, second = (json.loads(site.loadaudit(*command, **OTHER_HASHES).stdout) for _ in range(2))
    assert first.pop("measured")["latencies"]
    assert second.pop("measured")["latencies"]
    assert first == second


def test_plan_is_what_run_sends(plain_run: SharedRun, read_of_run: Printed) -> None:
    """Nothing is sent that the plan of the same options does not show, and nothing of it is left out."""
    document = json.loads(passed(read_of_run("plan", "--reads-only", "--format", "json", "--seed", "5")))
    planned = {one["operation_id"] for one in document["requests"]}
    sent = {one["id"] for one in plain_run.outcome.document()["operations"] if one["requests"]}
    assert sent == planned


def test_plan_as_table(read: Printed) -> None:
    """The table is the default."""
    assert ["GET", "/health/live/"] in [line.split()[:2] for line in passed(read("plan")).splitlines()]


def test_diff_as_table(read_of_run: Printed) -> None:
    """The table has a row per category, a total, and the operations that were missed."""
    text = passed(read_of_run("diff"))
    for part in ("Category", "Coverage", "Total", "POST /projects/<int:project_id>/"):
        assert part in text


def test_diff_by_label_id_and_file(plain_run: SharedRun, read_of_run: Printed) -> None:
    """A run is found by its label, its id, its file, and as the latest."""
    names = ("plain", plain_run.path.stem, str(plain_run.path), "")
    outputs = {passed(read_of_run("diff", *filter(None, [name]))) for name in names}
    assert len(outputs) == 1


def test_check_exits_by_its_limits(read_of_run: Printed) -> None:
    """A read-only run of the demo keeps its logins and not its coverage of writes, which is a default criterion."""
    done = read_of_run(*CHECK)
    assert (done.code, done.stderr) == (1, "")
    assert_valid("criteria", done.document())
    verdicts = {one["text"]: one["verdict"] for one in done.document()["criteria"]}
    assert verdicts["queries_p95 < 100000"] == verdicts["auth_success_rate > 99%"] == "passed"
    assert verdicts["coverage > 75%"] == "failed"


def test_check_refuses_a_limit_of_nothing(read_of_run: Printed) -> None:
    """A typing error would be a gate that lets everything through."""
    done = read_of_run(*WRONG_CHECK)
    assert done.code == 2
    assert "Did you mean 'Write'" in done.stderr


def test_check_as_junit(read_of_run: Printed) -> None:
    """CI servers read it."""
    suites = ElementTree.fromstring(read_of_run("check", "--format", "junit").stdout)
    assert {one.get("name") for one in suites} == {"thresholds", "operations"}


def test_runs_as_json(plain_run: SharedRun, read_of_run: Printed) -> None:
    """The list has label, size, users, requests and coverage."""
    document = json.loads(passed(read_of_run("runs", "--format", "json")))
    assert_valid("runs", document)
    (entry,) = document["runs"]
    assert entry["label"] == "plain"
    assert entry["users"] == 10
    assert entry["size_bytes"] == plain_run.path.stat().st_size
    assert entry["requests"] == plain_run.outcome.document()["totals"]["requests"]
    assert entry["coverage"]["succeeded"] == plain_run.outcome.document()["totals"]["succeeded"]


def test_runs_as_table(read_of_run: Printed) -> None:
    """The table is the default."""
    assert "plain" in passed(read_of_run("runs"))


@pytest.mark.parametrize(("name", "beginning"), [("html", "<!doctype html>"), ("markdown", "# "), ("json", "{\n")])
def test_report_to_stdout(html: Outcome, read_of_run: Printed, name: str, beginning: str) -> None:
    """Each format can be piped, and has nothing before its document."""
    text = passed(html if name == "html" else read_of_run("report", "--format", name))
    assert text.lower().startswith(beginning)


def test_report_to_a_file_is_that_of_stdout(plain_run: SharedRun, read_of_run: Printed) -> None:
    """A file has the same bytes as the pipe, and nothing half-written stays beside it."""
    arguments = ("report", str(plain_run.path), "--format", "markdown")
    done = read_of_run(*arguments, "-o", "report.md")
    assert done.code == 0, done.stderr
    assert done.stdout == ""
    assert "Report: report.md" in done.stderr
    folder = plain_run.site.folder
    assert (folder / "report.md").read_text() == passed(read_of_run(*arguments))
    assert not list(folder.glob(".*.part"))


def test_html_report_fetches_nothing(html: Outcome) -> None:
    """The report is one file that works without a network."""
    assert FETCHED.findall(passed(html)) == []


def test_report_works_without_the_database(plain_run: SharedRun, site: Site) -> None:
    """A run file is analysed where the project's database and URLconf are not to be had."""
    site.configure("ROOT_URLCONF = 'no_such_module'\nDATABASES['default']['NAME'] = '/no/such/folder/db.sqlite3'")
    passed(site.loadaudit("diff", str(plain_run.path)))


def test_probes_as_table_and_json(read: Printed) -> None:
    """The same probes in both."""
    document = json.loads(passed(read("probes", "--format", "json")))
    assert_valid("probes", document)
    names = [one["name"] for one in document["probes"]]
    assert "sql" in names
    table = passed(read("probes"))
    assert all(name in table for name in names)
