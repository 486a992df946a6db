"""The load worker as a real process: job in, samples out, gone when nobody needs it."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from loadaudit.load.correlation import summary_of
from loadaudit.load.job import Job, encode_job
from loadaudit.records import Sample
from loadaudit.runfile.codec import from_plain
from tests.load.builders import Answering, Handler, job, planned, serving, trace, user

ENDS_WITHIN_S = 10.0


@contextmanager
def worker(made: Job) -> Iterator["subprocess.Popen[str]"]:
    """Start a worker and give it the job; it never outlives the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "loadaudit.load.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdin is not None
            process.stdin.write(encode_job(made) + "\n")
            process.stdin.flush()
            yield process
        finally:
            process.kill()


def documents(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    """Yield what the worker writes until it ends."""
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


def tell(process: "subprocess.Popen[str]", line: str) -> None:
    """Write a line to the worker."""
    assert process.stdin is not None
    process.stdin.write(line)
    process.stdin.flush()


def test_samples_come_out_while_the_load_goes_on() -> None:
    """The parent sees every virtual user's requests without waiting for the end."""
    with serving({}) as site, worker(job(site.base_url, users=(user(0), user(1)))) as process:
        seen: set[int] = set()
        for document in documents(process):
            seen |= {from_plain(Sample, entry).vu for entry in document["samples"]}
            if seen == {0, 1}:
                break
        assert process.poll() is None


def test_word_stop_ends_the_load() -> None:
    """The last line says why, and the exit is clean."""
    with serving({}) as site, worker(job(site.base_url)) as process:
        next(documents(process))
        tell(process, "stop\n")
        *_, last = documents(process)
        assert last == {"finished": "stopped"}
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
    made = job(users=(user(light=(), heavy=(0,), heavy_rounds=3),), requests=(planned(heavy=True),))
    with worker(made) as process:
        everything = list(documents(process))
        assert everything[-1] == {"finished": "every virtual user is through"}
        assert sum(len(one["samples"]) for one in everything[:-1]) == 3
        assert process.wait(ENDS_WITHIN_S) == 0


def test_order_is_the_same_in_every_run() -> None:
    """Seed and user decide it, not the process."""
    requests = tuple(planned(f"GET /{number}/") for number in range(6))
    one = user(light=(), heavy=tuple(range(6)), heavy_rounds=2)
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
    made: dict[str, Any] = {"users": (user(light=(), heavy=(0,), heavy_rounds=1),), "target": {"summaries": True}}
    handlers: dict[str, Handler] = {"/page/": lambda request: request.answer(headers=headers)}
    with serving(handlers) as site, worker(job(site.base_url, **made)) as process:
        first = next(documents(process))
    assert [one["number"] for one in first["traces"]] == [one["number"] for one in first["samples"]]
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
        assert process.wait(ENDS_WITHIN_S) == 0


def test_worker_does_not_import_django() -> None:
    """Load processes start fast and cannot touch the project's database."""
    code = "import sys, loadaudit.load.worker; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
