"""The load worker as a real process: job in, samples out, gone when nobody needs it."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest

from loadaudit.load.batches import samples_of
from loadaudit.load.correlation import summary_of
from loadaudit.load.frames import read_frames
from loadaudit.load.job import Arrivals, Job, encode_job
from loadaudit.load.worker import STOP_GRACE_S
from loadaudit.records import Lane, LaneRules
from tests.load.builders import Answering, Handler, job, planned, serving, trace, user

ENDS_WITHIN_S = 10.0


@contextmanager
def worker(made: Job) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a worker and give it the job; it never outlives the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "loadaudit.load.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        try:
            assert process.stdin is not None
            process.stdin.write(f"{encode_job(made)}\n".encode())
            process.stdin.flush()
            yield process
        finally:
            process.kill()


def documents(process: "subprocess.Popen[bytes]") -> Iterator[dict[str, Any]]:
    """Yield what the worker writes until it ends, but for what it says about itself."""
    assert process.stdout is not None
    for document in read_frames(process.stdout):
        if "strain" in document or "ready" in document:
            continue
        yield document | {"samples": samples_of(document)} if "samples" in document else document


def tell(process: "subprocess.Popen[bytes]", line: str) -> None:
    """Write a line to the worker."""
    assert process.stdin is not None
    process.stdin.write(line.encode())
    process.stdin.flush()


def test_samples_come_out_while_the_load_goes_on() -> None:
    """The parent sees every virtual user's requests without waiting for the end."""
    with serving({}) as site, worker(job(site.base_url, users=(user(0), user(1)))) as process:
        seen: set[int] = set()
        for document in documents(process):
            seen |= {one.vu for one in document["samples"]}
            if seen == {0, 1}:
                break
        assert process.poll() is None


def test_word_stop_ends_the_load() -> None:
    """The last line says why, and the exit is clean."""
    with serving({}) as site, worker(job(site.base_url)) as process:
        next(documents(process))
        tell(process, "stop\n")
        *_, last = documents(process)
        assert last == {"finished": "stopped", "dropped": {}}
        assert process.wait(ENDS_WITHIN_S) == 0


def test_worker_ends_when_its_input_does() -> None:
    """The parent was killed: nobody would ever say stop."""
    with serving({}) as site, worker(job(site.base_url)) as process:
        next(documents(process))
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(ENDS_WITHIN_S) == 0


def test_worker_ends_when_nobody_reads() -> None:
    """The parent's end of the pipe is gone."""
    with serving({}) as site, worker(job(site.base_url)) as process:
        next(documents(process))
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(ENDS_WITHIN_S) == 0


def test_worker_is_through_when_its_users_are() -> None:
    """Heavy requests alone have an end."""
    made = job(users=(user(lane=Lane.HEAVY, positions=(0,), rounds=3),), requests=(planned(lane=Lane.HEAVY),))
    with worker(made) as process:
        everything = list(documents(process))
        assert everything[-1] == {"finished": "every virtual user is through", "dropped": {}}
        assert sum(len(one["samples"]) for one in everything[:-1]) == 3
        assert process.wait(ENDS_WITHIN_S) == 0


def test_order_is_the_same_in_every_run() -> None:
    """Seed and user decide it, not the process."""
    requests = tuple(planned(f"GET /{number}/") for number in range(6))
    one = user(lane=Lane.HEAVY, positions=tuple(range(6)), rounds=2)
    orders = []
    for _ in range(2):
        with serving({}) as site, worker(job(site.base_url, requests=requests, users=(one,))) as process:
            assert process.wait(ENDS_WITHIN_S) == 0
            orders.append([seen.path for seen in site.seen])
    assert orders[0] == orders[1]
    assert len(orders[0]) == 12


def test_summary_of_a_remote_target_comes_out_as_a_trace() -> None:
    """It carries the sample's own number."""
    headers = [("Server-Timing", summary_of(trace()))]
    made: dict[str, Any] = {"users": (user(lane=Lane.HEAVY, positions=(0,), rounds=1),), "target": {"summaries": True}}
    handlers: dict[str, Handler] = {"/page/": lambda request: request.answer(headers=headers)}
    with serving(handlers) as site, worker(job(site.base_url, **made)) as process:
        first = next(documents(process))
    assert [one["number"] for one in first["traces"]] == [one.number for one in first["samples"]]
    assert first["traces"][0]["route"] == trace().route


def test_request_under_way_does_not_hold_the_worker() -> None:
    """Its grace is seconds, whatever the request's own limit is."""
    under_way = threading.Event()

    def slow(request: Answering) -> None:
        under_way.set()
        site.released.wait(30)

    with serving({"/page/": slow}) as site, worker(job(site.base_url)) as process:
        assert under_way.wait(ENDS_WITHIN_S)
        tell(process, "stop\n")
        first, *_ = documents(process)
        assert process.wait(ENDS_WITHIN_S) == 0
    # What was waited for in vain is the thing to know.
    assert [one.error for one in first["samples"]] == ["first_byte_timeout"]


def test_a_lane_has_at_most_so_many_under_way() -> None:
    """Three users of the lane, of three roles; two of them wait for each other's places."""
    under_way, most = 0, 0
    lock = threading.Lock()

    def slow(request: Answering) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.05)
        with lock:
            under_way -= 1
        request.answer()

    users = tuple(user(n, lane=Lane.HEAVY, rounds=2) for n in range(3))
    lanes = (LaneRules(lane=Lane.HEAVY, users=3, at_once=2, rounds=2),)
    made = {"users": users, "lanes": lanes, "requests": (planned(lane=Lane.HEAVY),)}
    with serving({"/page/": slow}) as site, worker(job(site.base_url, **made)) as process:
        assert process.wait(ENDS_WITHIN_S) == 0
        assert len(site.seen) == 6
    assert most == 2


def test_heavy_request_under_way_is_waited_for() -> None:
    """It may take minutes, also when the load around it has ended."""
    under_way = threading.Event()

    def slow(request: Answering) -> None:
        under_way.set()
        request.site.released.wait(30)
        request.answer()

    made = {"users": (user(lane=Lane.HEAVY),), "requests": (planned(lane=Lane.HEAVY),)}
    with serving({"/page/": slow}) as site, worker(job(site.base_url, **made)) as process:
        assert under_way.wait(ENDS_WITHIN_S)
        tell(process, "stop\n")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(STOP_GRACE_S + 0.3)
        site.released.set()
        (first, *_) = documents(process)
        assert [one.status for one in first["samples"]] == [200]


def test_paced_user_keeps_its_rate_and_counts_what_it_missed() -> None:
    """Latency counts from when a request was due; what had no time to begin is not sent in a burst."""
    calls = 0

    def first_one_hangs(request: Answering) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            time.sleep(0.5)
        request.answer()

    paced = user(lane=Lane.HEALTH, rounds=8, arrivals=Arrivals(rate_per_s=20.0, warm_up_requests=2))
    made = {"users": (paced,), "requests": (planned(lane=Lane.HEALTH),), "epoch_ns": time.monotonic_ns()}
    with serving({"/page/": first_one_hangs}) as site, worker(job(site.base_url, **made)) as process:
        everything = list(documents(process))
    samples = [sample for one in everything[:-1] for sample in one["samples"]]
    assert [one.warm_up for one in samples] == [True, True, *[False] * 6]
    assert {one.lane for one in samples} == {Lane.HEALTH}
    assert everything[-1]["dropped"]["health"] in range(7, 11)
    assert samples[2].latency_ns >= 500_000_000
    gaps_ns = [b.intended_start_ns - a.intended_start_ns for a, b in pairwise(samples[4:])]
    assert gaps_ns == pytest.approx([50_000_000] * len(gaps_ns), abs=1000)


def test_worker_does_not_import_django() -> None:
    """Load processes start fast and cannot touch the project's database."""
    code = "import sys, loadaudit.load.worker; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
