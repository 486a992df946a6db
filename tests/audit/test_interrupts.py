"""Ctrl-C, termination and violent death: what is printed, what is kept, what is left running."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from loadaudit.runfile.reader import RunFile
from tests.audit import stores
from tests.audit.site import ONLY_HEALTH, Command, Outcome, Site
from tests.processes import wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the embedded server does not run on Windows")

FEW = ("--users", "2", "--workers", "1", "--think-time", "20ms")
LIGHT = ("run", "--anonymous", "--only", "health", *FEW, "--duration", "600", "--format", "json")
"""A long load of a few light operations, which starts fast and ends only when told to."""

GUARDIAN = "loadaudit.load.guardian"
SERVER = "loadaudit.load.gunicorn_app"
LOAD_WORKER = "loadaudit.load.worker"


@contextmanager
def loading(site: Site) -> Iterator[Command]:
    """Start a load and wait until it is under way."""
    site.configure(ONLY_HEALTH)
    with site.started(*LIGHT) as command:
        command.wait_for_samples()
        yield command


def reason(outcome: Outcome) -> str:
    """Return why the printed run ended."""
    text: str = outcome.document()["run"]["finish_reason"]
    return text


@pytest.mark.slow
def test_sigterm_ends_the_load_with_a_report(site: Site) -> None:
    """A signal to the command ends the load, and what it has is reported as a run that was interrupted."""
    with loading(site) as command:
        command.process.send_signal(signal.SIGTERM)
        outcome = command.end()
        assert command.all_gone()
    assert outcome.code == 0, outcome.stderr
    assert reason(outcome) == "interrupted"
    assert outcome.document()["totals"]["requests"] >= 20


def test_ctrl_c_ends_the_load_with_a_report(site: Site) -> None:
    """Ctrl-C, which a terminal sends to all processes of the run, ends it in order."""
    with loading(site) as command:
        command.press_ctrl_c()
        outcome = command.end()
        assert command.all_gone()
    assert outcome.code == 0, outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert reason(outcome) == "interrupted"
    assert {one["code"] for one in outcome.document()["findings"] if one["severity"] not in ("info",)} == set()
    assert site.leftovers() == []


def test_ctrl_c_twice_aborts(site: Site) -> None:
    """A second Ctrl-C does not wait for the end of the load; what was recorded is kept."""
    with loading(site) as command:
        command.press_ctrl_c()
        command.press_ctrl_c()
        # Two that are delivered as one are one.
        time.sleep(0.02)
        command.press_ctrl_c()
        outcome = command.end()
        assert command.all_gone()
    assert outcome.code == 4, outcome.stderr
    assert "Interrupted twice." in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert site.sample_count() >= 20
    assert site.leftovers() == []


@pytest.mark.parametrize("phase", ["Reading the URLconf", "Cloning the database", "Starting the server"])
def test_ctrl_c_before_the_load_aborts(site: Site, phase: str) -> None:
    """Ctrl-C before anything was sent ends the command with exit code 4 and leaves nothing behind."""
    with site.started(*LIGHT) as command:
        command.wait_for_phase(phase)
        command.remember_family()
        command.press_ctrl_c()
        outcome = command.end()
        assert wait_until(lambda: not command.survivors())
    assert outcome.code == 4, outcome.stderr
    assert "Interrupted before the load" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert site.run_paths() == []
    assert site.leftovers() == []


@pytest.mark.slow
def test_ignored_hangup_stays_ignored(site: Site) -> None:
    """A run under `nohup` outlives its terminal."""
    site.configure(ONLY_HEALTH)
    arguments = [*LIGHT[:-4], "--duration", "4", "--format", "json"]
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with site.started(*arguments) as command:
            command.wait_for_samples()
            command.process.send_signal(signal.SIGHUP)
            outcome = command.end()
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    assert outcome.code == 0, outcome.stderr
    assert reason(outcome) == "completed"


def last_end_s(site: Site) -> float:
    """Return when the last sample of the newest run file ended, by the load's clock."""
    with RunFile(site.run_paths()[-1]) as run:
        return max(one.start_ns + one.latency_ns for one in run.samples()) / 1e9


def test_killed_command_leaves_nothing_running_and_all_samples(site: Site) -> None:
    """After SIGKILL all processes and the temporary folder go by themselves, and the file lacks at most a second."""
    with loading(site) as command:
        assert all(command.relatives(part) for part in (GUARDIAN, SERVER, LOAD_WORKER))
        # The load's clock starts right before its workers do.
        began_s = command.relatives(LOAD_WORKER)[0].create_time()
        time.sleep(1)
        # A machine that is too busy for what comes in is another case.
        assert wait_until(lambda: time.time() - began_s - last_end_s(site) < 1.0)
        time.sleep(1)
        lasted_s = time.time() - began_s
        command.process.kill()
        command.end()
        assert command.all_gone(), command.survivors()
    assert site.leftovers() == []
    with RunFile(site.run_paths()[0]) as run:
        ends_ns = {sample.number: sample.start_ns + sample.latency_ns for sample in run.samples()}
        traced = {trace.number for trace in run.traces()}
    last_ns = max(ends_ns.values())
    assert lasted_s - 1.2 < last_ns / 1e9 < lasted_s + 0.2
    # The command collects the traces, too: of what had ended a second before none is missing.
    assert {number for number, end_ns in ends_ns.items() if end_ns < last_ns - 1e9} <= traced
    (entry,) = site.loadaudit("runs", "--format", "json").document()["runs"]
    assert entry["cut_short"]
    assert entry["requests"] >= 20
    assert "cut short" in site.loadaudit("runs").stdout
    assert "cut short" in site.loadaudit("diff").stdout


@pytest.mark.slow
def test_killed_guardian_aborts_the_run(site: Site) -> None:
    """When the server's guardian is gone the command ends with exit code 4 and keeps what was recorded."""
    with loading(site) as command:
        command.relatives(GUARDIAN)[0].kill()
        outcome = command.end()
        assert command.all_gone(), command.survivors()
    assert outcome.code == 4, outcome.stderr
    assert "server ended during the load" in outcome.stderr
    assert site.sample_count() >= 20
    assert site.leftovers() == []


@pytest.mark.slow
def test_killed_server_aborts_the_run(site: Site) -> None:
    """When the server itself dies the command says so, with exit code 4, and keeps what was recorded."""
    with loading(site) as command:
        command.relatives(SERVER)[1].kill()
        outcome = command.end()
        assert command.all_gone(), command.survivors()
    assert outcome.code == 4, outcome.stderr
    assert reason(outcome).startswith("aborted: the embedded server ended")
    assert site.leftovers() == []


@pytest.mark.slow
def test_killed_server_worker_costs_what_it_had_in_hand(site: Site) -> None:
    """gunicorn replaces it, and the run goes on to its end; of what the dead one had answered the traces of its last
    second are lost at most.
    """
    site.configure(ONLY_HEALTH)
    with site.started(*LIGHT[:-4], *stores.duration(6), "--format", "json") as command:
        command.wait_for_samples()
        command.relatives(SERVER)[-1].kill()
        before = site.sample_count()
        assert wait_until(lambda: site.sample_count() >= before + 20, within_s=60)
        outcome = command.end()
        assert command.all_gone(), command.survivors()
    assert outcome.code == 0, outcome.stderr
    assert reason(outcome) == "completed"
    with RunFile(site.run_paths()[0]) as run:
        samples, traces = list(run.samples()), {one.number: one for one in run.traces()}
        notes = run.messages()
    assert len([one for one in samples if one.status != 200]) <= int(FEW[1])
    lost_ns = [one.start_ns for one in samples if one.status == 200 and one.number not in traces]
    assert not lost_ns or max(lost_ns) - min(lost_ns) < 1e9
    assert len({one.worker for one in traces.values()}) == 2
    assert any("1 server workers ended in the load" in text for text in notes)


@pytest.mark.slow
def test_killed_load_worker_aborts_the_run(site: Site) -> None:
    """When a load worker dies the run ends with exit code 4 and keeps what it had recorded."""
    with loading(site) as command:
        command.relatives(LOAD_WORKER)[0].kill()
        outcome = command.end()
        assert command.all_gone(), command.survivors()
    assert outcome.code == 4, outcome.stderr
    assert "load worker 0 ended with code -9" in outcome.stderr
    assert outcome.document()["totals"]["requests"] >= 20
