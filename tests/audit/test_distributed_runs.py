"""The plan and the project's scenarios on Locust workers: one run file, and what a lost worker took with it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from loadaudit.records import LoadNode, Sample
from loadaudit.runfile.reader import RunFile
from tests.audit import stores
from tests.audit.site import ONLY_HEALTH, Outcome, Site
from tests.processes import wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the embedded server does not run on Windows")

SCENARIOS = """
from loadaudit.scenarios import scenario

@scenario(users="owner")
def look_around(user):
    user.get("dashboard")
"""

ONLY_A_FEW = "^(?!GET /(dashboard|projects|about)/$)"
"""Leaves out all other operations, and unlike --only no scenarios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostWorker:
    """A finished run of which one worker was killed in the middle."""

    outcome: Outcome
    samples: tuple[Sample, ...]
    nodes: tuple[LoadNode, ...]
    leftovers: list[str]

    @property
    def document(self) -> Any:
        """The analysis that it has printed."""
        return self.outcome.document()


@pytest.fixture(scope="module")
def lost_worker(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LostWorker]:
    """Start a run that waits for two workers, start both, and kill one when samples have come."""
    folder = tmp_path_factory.mktemp("distributed")
    copied = Path(shutil.copy(database, folder / database.name))
    (folder / "loadtests.py").write_text(SCENARIOS)
    with stores.short_folder() as temporary:
        site = Site(folder, temporary, DEMO_SQLITE_PATH=str(copied))
        site.configure(f"LOADAUDIT['EXCLUDE'] = [r'{ONLY_A_FEW}']")
        # Of eight virtual users two go through the scenario, one on each worker.
        options = (
            "--engine",
            "locust",
            "--expect-workers",
            "2",
            "--users",
            "8",
            "--login-vus",
            "1",
            "--duration",
            "10",
            # What is looked at is who sends, not how much.
            "--think-time",
            "100ms",
        )
        site.sends_all = True
        with site.started("run", *options, "--no-preflight", "--format", "json") as command:
            command.wait_for_phase("start each with")
            text = (folder / "stderr").read_text()
            found = re.search(r"^ *(python -m loadaudit\.load\.locust\.worker .*)$", text, re.MULTILINE)
            assert found is not None
            workers = [start(site, found[1]) for _ in range(2)]
            try:
                command.wait_for_samples(30)
                workers[0].send_signal(signal.SIGKILL)
                outcome = command.end()
                codes = [one.wait(30) for one in workers]
            finally:
                for one in workers:
                    one.kill()
        assert codes == [-9, 0]
        with RunFile(site.run_paths()[-1]) as run:
            yield LostWorker(
                outcome=outcome,
                samples=tuple(run.samples()),
                nodes=run.load_nodes(),
                leftovers=[one.name for one in site.runs.iterdir() if one.suffix == ".plan"],
            )


def start(site: Site, command: str) -> subprocess.Popen[bytes]:
    """Start a worker where the project's code is, as an operator would."""
    arguments = shlex.split(command)[1:]
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=site.folder,
        env=site.environment() | {"PYTHONWARNINGS": "default"},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_run_goes_on_and_is_reported(lost_worker: LostWorker) -> None:
    """The load of the other worker is a run like any other, and operations are proven."""
    assert lost_worker.outcome.code == 0, lost_worker.outcome.stderr
    assert lost_worker.document["run"]["finish_reason"] == "completed"
    assert lost_worker.outcome.succeeded() == {"GET /dashboard/", "GET /projects/", "GET /about/"}


def test_samples_have_the_name_of_their_worker(lost_worker: LostWorker) -> None:
    """All samples of the load came from one of both, in one run file."""
    names = {one.worker for one in lost_worker.samples if not one.alone}
    assert names == {one.name for one in lost_worker.nodes}
    assert len(names) == 2
    assert all(0 <= one.start_ns < 60e9 for one in lost_worker.samples if not one.alone)


def test_report_says_what_was_lost(lost_worker: LostWorker) -> None:
    """Which worker, how many virtual users, and from when on."""
    (lost,) = [one for one in lost_worker.document["load_nodes"] if one["lost"]]
    assert f"its {lost['users']} virtual users" in lost["lost"]
    message = next(one for one in lost_worker.document["messages"] if "was lost" in one)
    assert lost["name"] in message
    assert re.search(r"nothing came from it after \d+\.\d s", message)


def test_clock_offsets_are_measured(lost_worker: LostWorker) -> None:
    """Both clocks are this machine's, so that their offset is nearly none."""
    for node in lost_worker.nodes:
        assert 0 < node.round_trip_ns < 1_000_000_000
        assert abs(node.clock_offset_ns) <= node.round_trip_ns


def test_scenarios_run_on_the_workers(lost_worker: LostWorker) -> None:
    """A worker with the project's code carries its share of the hand-written scenarios."""
    assert any("Scenario look_around" in one and "times through" in one for one in lost_worker.document["messages"])


def test_plan_file_goes_with_the_run(lost_worker: LostWorker) -> None:
    """It holds sessions, and is gone when nobody needs it any more."""
    assert lost_worker.leftovers == []


def test_ctrl_c_while_waiting_aborts(site: Site) -> None:
    """Nothing was sent, and neither plan file nor process stays behind."""
    site.configure(ONLY_HEALTH)
    options = ("--engine", "locust", "--expect-workers", "2", "--anonymous", "--only", "health", "--format", "json")
    with site.started("run", *options) as command:
        command.wait_for_phase("start each with")
        command.remember_family()
        command.press_ctrl_c()
        outcome = command.end()
        assert wait_until(lambda: not command.survivors())
    assert outcome.code == 4
    assert list(site.runs.glob("*.plan")) == []
    assert site.leftovers() == []
