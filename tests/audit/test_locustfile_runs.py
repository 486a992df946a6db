"""A team's own locustfile against the embedded clone: what is proven of what Locust calls a success."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from loadaudit.runfile.reader import RunFile
from tests.audit import stores
from tests.audit.site import ONLY_HEALTH, Site
from tests.audit.stores import SharedRun

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the embedded server does not run on Windows")

LOCUSTFILE = """
from locust import HttpUser, LoadTestShape, constant, task

class Owner(HttpUser):
    # A first login may renew the password's hash, which ends sessions that began at the same moment.
    fixed_count = 1
    host = "https://staging.example.org"
    wait_time = constant(0.05)

    def on_start(self):
        page = self.client.get("/accounts/login/")
        self.client.post("/accounts/login/", {
            "login": "owner@example.com", "password": "demo-pass-1234",
            "csrfmiddlewaretoken": self.client.cookies["csrftoken"],
        }, headers={"Referer": page.url})
        # Once in any case: which tasks come is chance, and the load ends as soon as all were sent.
        self.client.get("/dashboard/")

    @task
    def dashboard(self):
        self.client.get("/dashboard/")

    @task
    def project(self):
        self.client.get("/projects/?page=1", name="all of them")

    @task
    def no_csrf(self):
        with self.client.post("/profile/preferences/", {"x": 1}, catch_response=True) as response:
            if response.status_code == 403:
                response.success()

    @task
    def elsewhere(self):
        self.client.get("http://127.0.0.1:9/other")

class UntilAllWereSent(LoadTestShape):
    use_common_options = True

    def tick(self):
        counts = {name: entry.num_requests for (name, _), entry in self.runner.stats.entries.items()}
        wanted = {"/dashboard/": 20, "all of them": 3, "/profile/preferences/": 3, "/other": 1}
        enough = all(counts.get(name, 0) >= count for name, count in wanted.items())
        return None if enough or self.get_run_time() > 60 else (4, 4)
"""
VISITORS = """
from locust import FastHttpUser, constant, task

class Visitor(FastHttpUser):
    wait_time = constant(0.05)

    @task
    def dashboard(self):
        self.client.get("/dashboard/")
"""


@pytest.fixture(scope="module")
def locust_run(database: Path, tmp_path_factory: pytest.TempPathFactory) -> SharedRun:
    """A run of two locustfiles, one of which logs in as the demo's owner."""
    folder = tmp_path_factory.mktemp("locust")
    (folder / "locustfile.py").write_text(LOCUSTFILE)
    (folder / "visitors.py").write_text(VISITORS)
    options = ("--locustfile", "locustfile.py,visitors.py", "--", "-u", "4")
    return stores.finished_run(folder, database, *options, sends_all=True)


def row(run: SharedRun, operation_id: str) -> Any:
    """Return what Locust said and what is proven of one operation."""
    return next(one for one in run.outcome.document()["tool"]["rows"] if one["operation_id"] == operation_id)


def test_run_passes_and_says_what_it_was(locust_run: SharedRun) -> None:
    """The load is the locustfile's, with Locust's own options, and its host stood for the clone."""
    assert locust_run.outcome.code == 0, locust_run.outcome.stderr
    document = locust_run.outcome.document()
    assert document["run"]["users"] == 4
    assert document["run"]["finish_reason"] == "completed"
    assert document["run"]["environment"]["load"] == "locustfile locustfile.py, visitors.py"
    assert any("https://staging.example.org" in one and "stood for the target" in one for one in document["messages"])


def test_users_log_in_by_themselves_and_traces_prove_them(locust_run: SharedRun) -> None:
    """Operations behind the login are covered, by requests whose trace shows the user."""
    assert {"GET /dashboard/", "GET /projects/"} <= locust_run.outcome.succeeded()
    with RunFile(locust_run.path) as run:
        # The server was warmed up by requests of nobody, which are no samples.
        sent = {sample.number for sample in run.samples()}
        users = {one.user_id for one in run.traces() if one.route == "/projects/" and one.number in sent}
    assert len(users) == 1
    assert "" not in users
    logins = locust_run.outcome.document()["logins"]
    assert (logins["attempts"], logins["proven"], [one["role"] for one in logins["roles"]]) == (1, 1, ["Owner"])


def test_hidden_addresses_are_resolved(locust_run: SharedRun) -> None:
    """What `name=` calls otherwise counts for its operation."""
    with RunFile(locust_run.path) as run:
        names = {one.name for one in run.tool_verdicts()}
        operations = {one.operation_id for one in run.samples()}
    assert "all of them" in names
    assert "GET /projects/" in operations


def test_redirect_to_the_login_is_no_success(locust_run: SharedRun) -> None:
    """Locust calls every dashboard a success; those of visitors were the login page."""
    dashboard = row(locust_run, "GET /dashboard/")
    assert dashboard["successes"] == dashboard["requests"]
    assert 0 < dashboard["proven"] < dashboard["requests"]
    assert dashboard["outcome"] == "denied"


def test_accepted_rejection_is_no_success(locust_run: SharedRun) -> None:
    """A 403 that the file calls a success is a CSRF rejection."""
    preferences = row(locust_run, "POST /profile/preferences/")
    assert preferences["successes"] == preferences["requests"] > 0
    assert preferences["proven"] == 0
    assert preferences["outcome"] == "csrf_rejected"


def test_what_was_held_back_is_listed(locust_run: SharedRun) -> None:
    """A request to another service of this machine was not sent, and the report says so."""
    messages = locust_run.outcome.document()["messages"]
    assert any("GET http://127.0.0.1:9: another host than the target" in one for one in messages)


def test_what_was_not_sent_names_the_file(locust_run: SharedRun) -> None:
    """The reason why an operation is missing is that the file does not have it."""
    missing = [one for one in locust_run.outcome.document()["operations"] if one["level"] == "untouched"]
    assert missing
    assert {one["reason"] for one in missing} == {"locustfile.py, visitors.py did not send it"}


def test_nothing_is_left_behind(locust_run: SharedRun) -> None:
    """Neither the source database nor the folder has anything new but the run file."""
    assert locust_run.checksum_after == locust_run.checksum_before
    assert {path.name for path in locust_run.site.runs.iterdir()} == {locust_run.path.name, ".gitignore"}
    content = locust_run.path.read_bytes()
    assert b"demo-pass-1234" not in content


WRONG = (
    (("--locustfile", "manage.py,nowhere.py"), "nowhere.py: there is no such file"),
    (("--", "--headless"), "behind --"),
    (("--locustfile", "manage.py", "--", "--master"), "cannot be given"),
    (("--locustfile", "manage.py", "--rate", "5"), "a load shape of its own"),
    (("--expect-workers", "2"), "Add --engine locust"),
)


def test_wrong_options_are_bad_input(site: Site) -> None:
    """What cannot be run is said before anything begins; all in one process, which costs as much as each."""
    site.configure(ONLY_HEALTH)
    (site.folder / "manage.py").write_text("")
    found = site.one_after_the_other([("run", *arguments) for arguments, _ in WRONG])
    assert [one.code for one in found] == [2] * len(WRONG)
    assert [wanted for one, (_, wanted) in zip(found, WRONG, strict=True) if wanted not in one.stderr] == []
    assert site.run_paths() == []


@pytest.mark.slow
def test_locustfile_that_fails_leaves_no_run(site: Site) -> None:
    """One that cannot be imported is bad input: its own error is shown, and there is no run file."""
    site.configure(ONLY_HEALTH)
    (site.folder / "locustfile.py").write_text("import no_such_module\n")
    outcome = site.loadaudit("run", "--locustfile", "locustfile.py")
    assert outcome.code == 2
    assert "no_such_module" in outcome.stderr
    assert site.run_paths() == []
    assert site.leftovers() == []
