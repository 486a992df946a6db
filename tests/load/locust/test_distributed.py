"""A plan on a Locust master and its workers, as processes on loopback."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest
import zmq

from loadaudit.errors import AbortedError
from loadaudit.load.engine import Event, Finished, SamplesArrived, WorkerLost, worker_environment
from loadaudit.load.job import Job
from loadaudit.load.locust.distributed import DistributedEngine, Workers
from loadaudit.load.locust.planfile import new_plan_file
from loadaudit.load.locust.worker import share_of, share_sizes
from loadaudit.records import Sample
from tests.load.builders import Site, job, serving, user
from tests.processes import wait_until


@dataclass(slots=True, kw_only=True)
class Distributed:
    """A running load with the worker processes that a test has started for it."""

    engine: DistributedEngine
    workers: list["subprocess.Popen[bytes]"]
    said: list[str]
    samples: list[Sample] = field(default_factory=list)
    lost: list[WorkerLost] = field(default_factory=list)

    def take(self, events: Iterator[Event], *, until: int | None = None) -> None:
        """Take events until so many samples are there, or until the end."""
        for event in events:
            if isinstance(event, SamplesArrived):
                self.samples += event.samples
            elif isinstance(event, WorkerLost):
                self.lost.append(event)
            if isinstance(event, Finished) or (until is not None and len(self.samples) >= until):
                return


def four_users(base_url: str) -> Job:
    """Return a job with four virtual users."""
    return replace(job(base_url), users=tuple(user(index) for index in range(4)), think_time_s=0.02)


@contextlib.contextmanager
def two_workers(tmp_path: Path, site: Site) -> Iterator[Distributed]:
    """Start a master, and two workers with the command that it tells the operator."""
    said: list[str] = []
    workers: list[subprocess.Popen[bytes]] = []

    def say(text: str) -> None:
        said.append(text)
        if "start each with" in text:
            command = shlex.split(text.splitlines()[-1])
            # Somebody who is not ours speaks first.
            babble(command[command.index("--master") + 1])
            for _ in range(2):
                workers.append(start_worker(command, tmp_path))

    engine = DistributedEngine(
        four_users(site.base_url),
        Workers(expected=2, wait_s=30),
        scripted=None,
        plan_path=tmp_path / "run.plan",
        log_path=tmp_path / "log",
        say=say,
    )
    try:
        with engine:
            engine.begin()
            yield Distributed(engine=engine, workers=workers, said=said)
    finally:
        for process in workers:
            if process.poll() is None:
                process.kill()
            process.wait()


def start_worker(command: list[str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start a worker in a folder without any project."""
    environment = {name: value for name, value in worker_environment().items() if not name.startswith("DJANGO")}
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *command[1:]], cwd=folder, env=environment, stderr=log, start_new_session=True
        )


def babble(place: str) -> None:
    """Send the master what is not sealed: noise, and a message as an ordinary worker of Locust would send it."""
    with zmq.Context() as context, context.socket(zmq.DEALER) as stranger:
        stranger.setsockopt(zmq.LINGER, 500)
        stranger.setsockopt(zmq.IDENTITY, b"stranger_1")
        stranger.connect(f"tcp://{place}")
        stranger.send(b"\x80\x04noise")
        stranger.send(b"\x93\xacclient_ready\xa62.47.0\xaastranger_1")


def test_samples_come_home_with_names_and_one_is_lost(tmp_path: Path) -> None:
    """Both workers send, one is killed, the load goes on with the other, and it is said what is missing."""
    with serving({}) as site, two_workers(tmp_path, site) as load:
        engine = load.engine
        engine.job = replace(engine.job, epoch_ns=0)
        engine.start()
        events = engine.events()
        while len({one.vu for one in load.samples}) < 4:
            load.take(events, until=len(load.samples) + 1)
        assert {one.worker[-2:] for one in load.samples} == {"-1", "-2"}
        assert {one.vu for one in load.samples} == {0, 1, 2, 3}
        children = psutil.Process(load.workers[0].pid).children(recursive=True)
        os.kill(load.workers[0].pid, signal.SIGKILL)
        while not load.lost:
            load.take(events, until=len(load.samples) + 1)
        load.take(events, until=len(load.samples) + 20)
        assert len({one.vu for one in load.samples[-20:]}) <= 2
        engine.stop()
        load.take(events)
        nodes = engine.nodes()
        assert load.workers[1].wait(10) == 0
    assert [one.goes_on for one in load.lost] == [True]
    assert "its 2 virtual users" in load.lost[0].detail
    assert [bool(one.lost) for one in nodes].count(True) == 1
    assert sum(one.samples for one in nodes) == len(load.samples)
    assert all(one.round_trip_ns > 0 and abs(one.clock_offset_ns) < 50_000_000 for one in nodes)
    assert any("2 messages from somebody without the plan file were refused" in one for one in engine.notes)
    assert wait_until(lambda: not any(one.is_running() for one in children), within_s=10)
    assert not (tmp_path / "run.plan").exists()


def test_nobody_comes(tmp_path: Path) -> None:
    """Workers that do not come are waited for as long as was said, and nothing is left behind."""
    engine = DistributedEngine(
        four_users("http://127.0.0.1:1"),
        Workers(expected=2, wait_s=0.3),
        scripted=None,
        plan_path=tmp_path / "run.plan",
        log_path=tmp_path / "log",
        say=lambda text: None,
    )
    with engine, pytest.raises(AbortedError, match="Only 0 of 2 workers came"):
        engine.begin()
    assert not (tmp_path / "run.plan").exists()


def test_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """The master says that it cannot listen, and where."""
    with serving({}) as site:
        engine = DistributedEngine(
            four_users(site.base_url),
            Workers(expected=1, port=site.port),
            scripted=None,
            plan_path=tmp_path / "run.plan",
            log_path=tmp_path / "log",
            say=lambda text: None,
        )
        with engine, pytest.raises(AbortedError, match=f"cannot listen on 127.0.0.1:{site.port}"):
            engine.begin()


def test_every_user_belongs_to_one_worker() -> None:
    """The shares of all workers make the whole, whatever their number."""
    whole = replace(four_users("http://127.0.0.1:1"), users=tuple(user(index) for index in range(7)))
    plan = new_plan_file(whole, 3, None)
    carried = [one.index for index in range(3) for share in share_of(plan, index)[0] for one in share.users]
    assert sorted(carried) == list(range(7))
    assert sorted(share_sizes(plan)) == [2, 2, 3]


def run_worker(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a worker to its end."""
    return subprocess.run(
        [sys.executable, "-m", "loadaudit.load.locust.worker", *arguments],
        capture_output=True,
        text=True,
        env=worker_environment(),
        timeout=60,
    )


def test_worker_without_its_plan_says_what_to_do(tmp_path: Path) -> None:
    """A missing or damaged plan file is bad input."""
    missing = run_worker("--master", "127.0.0.1:1", "--plan", str(tmp_path / "missing"))
    (tmp_path / "damaged").write_text("{}")
    damaged = run_worker("--master", "127.0.0.1:1", "--plan", str(tmp_path / "damaged"))
    for done in (missing, damaged):
        assert done.returncode == 2
        assert "cannot be read" in done.stderr
        assert "Traceback" not in done.stderr
