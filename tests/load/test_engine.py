"""The engine starts real worker processes, yields what happens, and leaves none behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from loadaudit.load.engine import (
    Engine,
    Event,
    Finished,
    SamplesArrived,
    WorkerLost,
    keep_on_one_cpu,
)
from loadaudit.load.job import Job, VirtualUser
from loadaudit.load.sharing import USERS_PER_PROCESS, default_process_count, split_users
from loadaudit.records import Lane, Ramp, Shape, Stage, steady
from tests.load.builders import Answering, job, planned, serving, user


@contextmanager
def running(made: Job, tmp_path: Path, processes: int = 1) -> Iterator[tuple[Engine, list[int]]]:
    """Start an engine; yield it with the ids of its worker processes."""
    before = children()
    with Engine(made, log_path=tmp_path / "workers.log", processes=processes) as engine:
        engine.timed()
        engine.start()
        yield engine, sorted(children() - before)


def children() -> set[int]:
    """Return the ids of this process's children."""
    return {one.pid for one in psutil.Process().children()}


def until_samples(events: Iterator[Event]) -> list[Event]:
    """Return the events up to the first samples."""
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, SamplesArrived):
            break
    return seen


def told(events: Iterator[Event]) -> list[Event]:
    """Return the rest of the events that are more than the clock."""
    return [one for one in events if isinstance(one, (WorkerLost, Finished))]


def test_samples_come_before_the_end(tmp_path: Path) -> None:
    """`Finished` is last and says that the load was stopped."""
    with serving({}) as site, running(job(site.base_url), tmp_path) as (engine, _):
        events = engine.events()
        arrived = until_samples(events)[-1]
        engine.stop()
        rest = list(events)
    assert isinstance(arrived, SamplesArrived)
    assert arrived.samples[0].operation_id == "GET /page/"
    assert rest[-1] == Finished(reason="stopped")
    assert sum(isinstance(one, Finished) for one in rest) == 1


def test_every_process_gets_its_share(tmp_path: Path) -> None:
    """Two processes carry four users between them."""
    made = replace(job(), users=tuple(user(index) for index in range(4)))
    with serving({}) as site:
        made = replace(made, target=job(site.base_url).target)
        with running(made, tmp_path, processes=2) as (engine, pids):
            seen: set[int] = set()
            for event in engine.events():
                if isinstance(event, SamplesArrived):
                    seen |= {one.vu for one in event.samples}
                if len(seen) == 4:
                    break
    assert len(pids) == 2


def test_killed_worker_is_reported_lost(tmp_path: Path) -> None:
    """A worker that the system took away is no quiet end."""
    with serving({}) as site, running(job(site.base_url), tmp_path) as (engine, pids):
        events = engine.events()
        until_samples(events)
        os.kill(pids[0], signal.SIGKILL)
        lost, finished = told(events)
    assert isinstance(lost, WorkerLost)
    assert "code -9" in lost.detail
    assert finished == Finished(reason="workers ended")


def test_users_that_break_down_are_a_lost_worker_with_its_log(tmp_path: Path) -> None:
    """An error in a worker is not taken for the end of its work; the event carries the last lines."""
    broken: VirtualUser = user(positions=(99,))
    with running(job(users=(broken,)), tmp_path) as (engine, _):
        lost, _ = told(engine.events())
    assert isinstance(lost, WorkerLost)
    assert "code 1" in lost.detail
    assert "IndexError" in lost.detail


def test_worker_whose_users_are_through_is_not_lost(tmp_path: Path) -> None:
    """A plan of heavy requests alone ends by itself, with all its samples."""
    made = job(users=(user(lane=Lane.HEAVY, positions=(0,), rounds=3),), requests=(planned(lane=Lane.HEAVY),))
    with running(made, tmp_path) as (engine, _):
        events = list(engine.events())
    assert sum(len(one.samples) for one in events if isinstance(one, SamplesArrived)) == 3
    assert not [one for one in events if isinstance(one, WorkerLost)]
    assert events[-1] == Finished(reason="workers ended")


def test_kill_leaves_no_process(tmp_path: Path) -> None:
    """Whatever ends the run, its workers end with it; a second kill does nothing."""
    made = replace(job(), users=(user(0), user(1)))
    with running(made, tmp_path, processes=2) as (engine, pids):
        engine.kill()
        engine.kill()
        assert not [pid for pid in pids if psutil.pid_exists(pid)]


def test_error_in_the_block_leaves_no_process(tmp_path: Path) -> None:
    """The context manager ends what it started."""
    pids: list[int] = []

    def interrupted() -> None:
        with running(job(), tmp_path) as (_, started):
            pids.extend(started)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert pids
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


def test_stop_of_a_worker_that_has_ended_does_nothing(tmp_path: Path) -> None:
    """Its pipe is broken, which is no news."""
    with running(job(), tmp_path) as (engine, pids):
        os.kill(pids[0], signal.SIGKILL)
        psutil.Process(pids[0]).wait(10)
        engine.stop()
        assert told(engine.events()) == [Finished(reason="stopped")]


def test_job_is_not_visible_to_other_users_of_the_machine(tmp_path: Path) -> None:
    """Token and cookies travel over standard input, not in arguments or environment."""
    with running(job(token="v1.secret"), tmp_path) as (_, pids):
        process = psutil.Process(pids[0])
        assert "v1.secret" not in " ".join([*process.cmdline(), *process.environ().values()])


@pytest.mark.parametrize("processes", [1, 2, 3, 7, 20])
def test_users_are_dealt_out_once(processes: int) -> None:
    """Nobody is lost or doubled, and no process is started for nobody."""
    made = job(users=tuple(user(index) for index in range(7)))
    shares = split_users(made, processes)
    assert sorted(one.index for share in shares for one in share.users) == list(range(7))
    assert len(shares) == min(processes, 7)


def test_number_of_processes_follows_users_and_processors() -> None:
    """Ten users need one process; thousands need no more than there are processors."""
    assert default_process_count(10) == 1
    assert default_process_count(USERS_PER_PROCESS * 10_000) == os.cpu_count()


def test_iterations_are_shared_by_the_processes(tmp_path: Path) -> None:
    """Together they send as many as were asked for, and no more."""
    users = tuple(user(index) for index in range(3))
    with serving({}) as site:
        made = job(site.base_url, users=users, shape=Shape(iterations=7))
        with running(made, tmp_path, processes=2) as (engine, _):
            events = list(engine.events())
        assert len(site.seen) == 7
    assert sum(len(one.samples) for one in events if isinstance(one, SamplesArrived)) == 7


def test_rate_is_kept_by_all_processes_together(tmp_path: Path) -> None:
    """20 requests in one second, each due when its number says, whichever process sends it."""
    shape = Shape(rate=Ramp(start=20.0, stages=(Stage(duration_s=1.0, target=20.0),)))
    users = tuple(user(index) for index in range(4))
    with serving({}) as site:
        made = job(site.base_url, users=users, shape=shape)
        with running(made, tmp_path, processes=2) as (engine, _):
            arrived = [one for event in engine.events() if isinstance(event, SamplesArrived) for one in event.samples]
    due = sorted(one.intended_start_ns for one in arrived)
    assert due == [round(n / 20 * 1e9) for n in range(21)]
    assert all(one.latency_ns == one.response_ns + one.start_ns - one.intended_start_ns for one in arrived)


def test_users_that_are_all_waiting_drop_what_is_due(tmp_path: Path) -> None:
    """A target that stalls is not spared, and what was not sent is counted."""

    def stall(request: Answering) -> None:
        request.site.released.wait(30)

    with (
        serving({"/page/": stall}) as site,
        running(job(site.base_url, shape=Shape(rate=steady(50.0))), tmp_path) as (engine, _),
    ):
        end_s = time.monotonic() + 1.0
        for _ in engine.events():
            if time.monotonic() > end_s:
                break
        engine.stop()
        list(engine.events())
    assert 40 <= engine.dropped[Lane.LIGHT] <= 110


def test_places_of_an_operation_are_shared_by_those_who_send_it() -> None:
    """Three processes have two places between them; the third leaves the operation to the others."""
    requests = (planned(at_once=2),)
    shares = split_users(job(requests=requests, users=tuple(user(index) for index in range(3))), 3)
    assert [one.limits[0].at_once for one in shares] == [1, 1, 0]


def test_operation_has_at_most_so_many_under_way(tmp_path: Path) -> None:
    """Users without a place go on with something else."""
    under_way, most = 0, 0
    lock = threading.Lock()

    def slow(request: Answering) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.1)
        with lock:
            under_way -= 1
        request.answer()

    requests = (planned("GET /slow/", at_once=1), planned("GET /page/"))
    users = tuple(user(index, positions=(0, 1)) for index in range(4))
    with serving({"/slow/": slow}) as site:
        made = job(site.base_url, requests=requests, users=users, shape=Shape(iterations=20))
        with running(made, tmp_path) as (engine, _):
            list(engine.events())
        assert most == 1
        assert {one.path for one in site.seen} == {"/slow/", "/page/"}


def test_warming_up_is_marked(tmp_path: Path) -> None:
    """What was due before its end is in no figure."""
    shape = Shape(rate=Ramp(start=20.0, stages=(Stage(duration_s=1.0, target=20.0),)), warm_up_s=0.5)
    with serving({}) as site:
        made = job(site.base_url, users=(user(0), user(1)), shape=shape)
        with running(made, tmp_path) as (engine, _):
            arrived = [one for event in engine.events() if isinstance(event, SamplesArrived) for one in event.samples]
    assert {one.warm_up for one in arrived if one.intended_start_ns < 500_000_000} == {True}
    assert {one.warm_up for one in arrived if one.intended_start_ns >= 500_000_000} == {False}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds processes to CPUs")
def test_each_process_keeps_to_one_cpu() -> None:
    """Neighbours to different ones; one that has ended is no error."""
    cpus = os.sched_getaffinity(0)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        taken = set()
        for number in range(len(cpus)):
            os.sched_setaffinity(process.pid, cpus)
            keep_on_one_cpu(process.pid, number)
            taken |= os.sched_getaffinity(process.pid)
        process.kill()
    assert taken == cpus
    keep_on_one_cpu(process.pid, 0)
