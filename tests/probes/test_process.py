"""CPU and memory of the processes that a run starts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psutil
import pytest

from loadaudit.analysis.facts import PROCESS_PROBE
from loadaudit.probes.process import ProcessProbe
from loadaudit.probes.series import Note

WAITS = "import sys; print(flush=True); sys.stdin.read()"
BURNS = """
import sys, time
bulk = bytearray(30_000_000)
while time.process_time() < 0.3: pass
print(flush=True)
sys.stdin.read()
"""
STARTS_ANOTHER = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURNS!r}])"

REPLACES_CHILD = """
import subprocess, sys
waits = [sys.executable, "-c", "import sys; sys.stdin.read()"]
child = subprocess.Popen(waits, stdin=subprocess.PIPE)
print(flush=True)
sys.stdin.readline()
child.kill()
child.wait()
child = subprocess.Popen(waits, stdin=subprocess.PIPE)
print(flush=True)
sys.stdin.read()
"""

MASTER_REPLACES_WORKER = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {REPLACES_CHILD!r}])"
WORKER_STARTS_PROGRAMS = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {MASTER_REPLACES_WORKER!r}])"

BURNT_PERCENT = 25
"""Of one second; less than 30, because the system counts user and system time in ticks of 10 ms, rounded down."""

Start = Callable[[str, str], Callable[[], None]]


@pytest.fixture
def start() -> Iterator[Start]:
    """A function that runs a script named on its command line as a part of the run, until it has said a line.

    What it returns says a line to the script, and waits for the next one.
    """
    with ExitStack() as stack:

        def start(script: str, name: str) -> Callable[[], None]:
            command = [sys.executable, "-c", script, name]
            process = stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            assert process.stdin is not None
            stack.callback(process.stdin.close)
            said = process.stdout
            assert said is not None
            said.readline()

            def go_on() -> None:
                assert process.stdin is not None
                process.stdin.write("\n")
                process.stdin.flush()
                said.readline()

            return go_on

        yield start


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


def started(note: Note = lambda _: None) -> tuple[ProcessProbe, Clock]:
    """Return a started probe and its clock, one second on."""
    clock = Clock()
    probe = ProcessProbe(clock)
    probe.start(note)
    clock.now_ns += 1_000_000_000
    return probe, clock


def test_the_server_is_its_whole_family(start: Start) -> None:
    """The guardian's children do the work; 0.3 s of CPU in a second are 30 %."""
    probe, clock = started()
    start(STARTS_ANOTHER, "loadaudit.load.guardian")
    values = probe.read()
    assert BURNT_PERCENT <= values["server_cpu_percent"] < 300
    assert values["server_memory_bytes"] > 30_000_000
    assert "load_cpu_percent" not in values
    clock.now_ns += 1_000_000_000
    assert probe.read()["server_cpu_percent"] < BURNT_PERCENT


def test_cpu_used_before_the_start_does_not_count(start: Start) -> None:
    """Imports and warming up are not the load's."""
    start(BURNS, "loadaudit.load.worker")
    probe, _ = started()
    assert probe.read()["load_cpu_percent"] < BURNT_PERCENT


def test_load_workers_count_together(start: Start) -> None:
    """Two that use 0.3 s each."""
    probe, _ = started()
    start(BURNS, "loadaudit.load.worker")
    start(BURNS, "loadaudit.load.worker")
    assert probe.read()["load_cpu_percent"] >= 2 * BURNT_PERCENT


def test_other_children_do_not_count(start: Start) -> None:
    """What the project or the shell started besides."""
    probe, _ = started()
    start(WAITS, "something.else")
    assert set(probe.read()) == {"machine_cpu_percent", "machine_memory_bytes"}


def test_a_worker_that_ends_and_is_started_again(start: Start) -> None:
    """As gunicorn does after max_requests, a time-out or a kill; the workers of the beginning are none."""
    replace, notes = start(MASTER_REPLACES_WORKER, "loadaudit.load.guardian"), list[str]()
    probe, _ = started(notes.append)
    assert probe.read()["server_worker_restarts"] == 0
    replace()
    assert [probe.read()["server_worker_restarts"] for _ in range(2)] == [1, 1]
    probe.stop()
    assert "1 server workers ended in the load" in notes[0]
    assert "max_requests_jitter" in notes[0]


def test_programs_that_a_worker_starts_are_no_workers(start: Start) -> None:
    """They come and go with the requests."""
    replace = start(WORKER_STARTS_PROGRAMS, "loadaudit.load.guardian")
    probe, _ = started()
    replace()
    assert probe.read()["server_worker_restarts"] == 0


def test_the_machine_has_all_its_cores_as_100_percent() -> None:
    """As psutil says."""
    probe, _ = started()
    values = probe.read()
    assert 0 <= values["machine_cpu_percent"] <= 100
    assert 0 < values["machine_memory_bytes"] < psutil.virtual_memory().total


def test_a_process_that_ends_meanwhile_is_left_out(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """psutil says so at any of its calls."""

    def gone(process: psutil.Process) -> float:
        raise psutil.NoSuchProcess(process.pid)

    probe, _ = started()
    start(WAITS, "loadaudit.load.worker")
    monkeypatch.setattr(psutil.Process, "oneshot", gone)
    assert probe.read()["load_memory_bytes"] == 0


def test_the_analysis_knows_it_by_its_name() -> None:
    """The analysis cannot import a probe."""
    assert ProcessProbe.name == PROCESS_PROBE


def test_threads_and_open_files(start: Start) -> None:
    """Of every process of the family at least one thread and the three standard streams."""
    start(WAITS, "loadaudit.load.guardian")
    probe, _ = started()
    values = probe.read()
    assert values["server_threads"] >= 1
    assert values["server_open_files"] >= 3
