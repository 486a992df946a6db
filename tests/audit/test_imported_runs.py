"""A Locust that was started by hand with one import line in its locustfile becomes a run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from loadaudit.load.correlation import TOKEN_HEADER, read_token, summary_of
from tests.audit import stores
from tests.audit.site import ROOT, Outcome, Site
from tests.load.builders import Answering, Seen, serving, trace

KEY = "0123456789abcdef0123456789abcdef"

LOCUSTFILE = """
import loadaudit.contrib.locust
from locust import HttpUser, constant, task

class Website(HttpUser):
    wait_time = constant(0.05)
    turns = 0

    @task
    def pages(self):
        Website.turns += 1
        if Website.turns > 20:
            self.environment.runner.quit()
        self.client.get("/about/?token=secret-value")
        self.client.get("/dashboard/")
        self.client.post("/profile/preferences/", {"a": 1})
"""


def about(request: Answering) -> None:
    """Answer as a deployment with the probe does whose view ran."""
    seen = trace(method="GET", route="/about/", view_ran=True, user_id="")
    request.answer(body=b"about us", headers=[("Server-Timing", summary_of(seen))])


def dashboard(request: Answering) -> None:
    """Answer as one that turns somebody away."""
    seen = trace(method="GET", route="/dashboard/", view_ran=False, denied=True, user_id="")
    request.answer(403, headers=[("Server-Timing", summary_of(seen))])


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What a Locust that was started by hand has left behind, and the run of it."""

    site: Site
    locust: Outcome
    samples: Path
    imported: Outcome
    seen: list[Seen]

    @property
    def document(self) -> Any:
        """The analysis that `import` has printed."""
        return self.imported.document()


def run_locust(site: Site, host: str, **variables: str) -> Outcome:
    """Run the locustfile of a site's folder with Locust's own command."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "LOADAUDIT"))}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "locust",
            "-f",
            "locustfile.py",
            "--headless",
            "-H",
            host,
            "-u",
            "2",
            "-r",
            "2",
            # It ends by itself, however busy the machine is.
            "-t",
            "60s",
        ],
        cwd=site.folder,
        env=environment | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Outcome(code=done.returncode, stdout=done.stdout, stderr=done.stderr)


@pytest.fixture(scope="module")
def by_hand(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ByHand]:
    """Run Locust by hand and import its samples."""
    folder = tmp_path_factory.mktemp("by_hand")
    (folder / "locustfile.py").write_text(LOCUSTFILE)
    with (
        stores.short_folder() as temporary,
        serving({"/about/?token=secret-value": about, "/dashboard/": dashboard}) as to,
    ):
        site = Site(folder, temporary, DEMO_SQLITE_PATH=str(database))
        locust = run_locust(site, to.base_url, LOADAUDIT_TOKEN_KEY=KEY, LOADAUDIT_RUNS_DIR="runs")
        (samples,) = (folder / "runs").glob("*.samples")
        imported = site.loadaudit("import", str(samples), "--label", "by-hand", "--format", "json")
        yield ByHand(site=site, locust=locust, samples=samples, imported=imported, seen=list(to.seen))


def test_requests_carry_a_token_of_the_shared_key(by_hand: ByHand) -> None:
    """The target's probe would take them for requests of a run."""
    tokens = {one.headers[TOKEN_HEADER.lower()] for one in by_hand.seen}
    (token,) = tokens
    assert read_token(KEY, token, now=0.0) is not None


def test_what_changes_data_is_held_back(by_hand: ByHand) -> None:
    """Without LOADAUDIT_WRITES nothing unsafe is sent, and the report says so."""
    assert {one.method for one in by_hand.seen} == {"GET"}
    assert any("POST /profile/preferences/: changes data" in one for one in by_hand.document["messages"])


def test_locust_says_what_to_do_with_its_samples(by_hand: ByHand) -> None:
    """The last words name the file and the command."""
    assert "manage.py loadaudit import" in by_hand.locust.stderr
    assert by_hand.samples.stat().st_mode & 0o777 == 0o600
    assert "secret-value" not in by_hand.samples.read_text()


def test_import_makes_a_run(by_hand: ByHand) -> None:
    """Operations are found by the resolver and proven by the summaries of their traces."""
    assert by_hand.imported.code == 0, by_hand.imported.stderr
    assert by_hand.imported.succeeded() == {"GET /about/"}
    rows = {one["operation_id"]: one for one in by_hand.document["tool"]["rows"]}
    assert rows["GET /about/"]["proven"] == rows["GET /about/"]["requests"] > 0
    assert rows["GET /dashboard/"]["proven"] == 0
    assert by_hand.document["run"]["finish_reason"] == "completed"
    assert by_hand.document["run"]["users"] == 2


def test_cut_short_samples_are_a_run_that_was_cut_short(by_hand: ByHand, site: Site) -> None:
    """A Locust that was killed leaves whole lines and half a line; the run says that it has no end."""
    killed = site.folder / "killed.samples"
    killed.write_text(by_hand.samples.read_text().replace('{"bye":true}\n', '{"samples":[[1'))
    outcome = site.loadaudit("import", str(killed), "--format", "json")
    assert outcome.code == 0, outcome.stderr
    assert outcome.document()["run"]["cut_short"]
    assert outcome.succeeded() == {"GET /about/"}


def test_other_files_are_bad_input(site: Site) -> None:
    """What is not recognised is named, with what writes a file that is."""
    (site.folder / "other.csv").write_text("Type,Name\n")
    outcome = site.loadaudit("import", str(site.folder / "other.csv"))
    assert outcome.code == 2
    assert "is not recognised" in outcome.stderr
