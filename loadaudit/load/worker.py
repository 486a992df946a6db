"""A load worker process: `python -m loadaudit.load.worker`; job on standard input, samples on standard output."""

import contextlib
import json
import os
import random
import signal
import sys
import threading
import time
from collections import deque
from dataclasses import replace
from typing import TextIO

from loadaudit.load.correlation import read_summary
from loadaudit.load.job import Job, VirtualUser, decode_job
from loadaudit.load.sessions import Doubt, Verdict, Watch
from loadaudit.load.transport import Transport
from loadaudit.load.users import request_order, think_time_s
from loadaudit.records import Sample, Trace
from loadaudit.runfile.codec import from_plain, to_plain

FLUSH_INTERVAL_S = 0.2
STOP_GRACE_S = 5.0
"""How long a request may still take after the load was told to stop; then it is given up."""


class Outbox:
    """Collects samples from many threads and writes them out in batches."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # Deques, because append and popleft are atomic: no sample is lost between two threads.
        self._samples: deque[Sample] = deque()
        self._traces: deque[Trace] = deque()
        self._under_way: dict[int, Sample] = {}
        self._write_lock = threading.Lock()

    def begin(self, sample: Sample) -> None:
        """Remember a request that is under way."""
        self._under_way[sample.vu] = sample

    def give_up(self, now_ns: int) -> None:
        """Take the requests that are still under way as they are: the operation that stalls must not go unseen."""
        for sample in list(self._under_way.values()):
            self._samples.append(replace(sample, latency_ns=now_ns - sample.start_ns))

    def add(self, sample: Sample, trace: Trace | None) -> None:
        """Take one sample; called by every virtual user, so it only appends."""
        self._under_way.pop(sample.vu, None)
        self._samples.append(sample)
        if trace is not None:
            self._traces.append(trace)

    def flush(self) -> None:
        """Write what has come in since the last flush as one line of JSON."""
        with self._write_lock:
            samples = [self._samples.popleft() for _ in range(len(self._samples))]
            traces = [self._traces.popleft() for _ in range(len(self._traces))]
            if samples:
                self._line({"samples": to_plain(samples), "traces": to_plain(traces)})

    def ask(self, doubt: Doubt) -> None:
        """Write what was collected and then a doubt about a session, at once: its virtual user waits."""
        self.flush()
        with self._write_lock:
            self._line({"doubt": to_plain(doubt)})

    def finished(self, reason: str) -> None:
        """Flush, and say why this worker ended."""
        self.flush()
        with self._write_lock:
            self._line({"finished": reason})

    def _line(self, document: object) -> None:
        self._stream.write(json.dumps(document, separators=(",", ":")) + "\n")
        self._stream.flush()


class Users:
    """The virtual users of this worker and the watches over their sessions."""

    def __init__(self, job: Job, stop: threading.Event) -> None:
        self.job = job
        self.stop = stop
        self._watches: dict[int, Watch] = {}

    def watched(self, user: VirtualUser, transport: Transport) -> Watch | None:
        """Return the watch over a virtual user's session; None for one that has none."""
        if not user.watched:
            return None
        watch = Watch(user.index, transport, frozenset(self.job.target.login_pages), self.stop)
        self._watches[user.index] = watch
        return watch

    def tell(self, verdict: Verdict) -> None:
        """Hand a word of the parent to the virtual user that it is for."""
        watch = self._watches.get(verdict.vu)
        if watch is not None:
            watch.tell(verdict)


def run_user(users: Users, user: VirtualUser, outbox: Outbox) -> None:
    """Send one virtual user's requests until told to stop, or until its session cannot be had again."""
    job, stop = users.job, users.stop
    transport = Transport(job, user)
    watch = users.watched(user, transport)
    chance = random.Random(f"think:{job.seed}:{user.index}")
    # A random phase keeps the users from starting in lock step.
    pause_s = think_time_s(job.think_time_s, chance.random()) * chance.random()
    try:
        for position, path in request_order(user, job.requests, job.seed):
            if stop.wait(pause_s):
                break
            planned = job.requests[position]
            start_ns = time.monotonic_ns() - job.epoch_ns
            outbox.begin(transport.begun(planned, path, start_ns))
            sample, summary = transport.send(planned, path, start_ns)
            trace = (
                read_summary(summary, number=sample.number, method=planned.method, status=sample.status)
                if summary
                else None
            )
            outbox.add(sample, trace)
            if watch is not None and not _may_go_on(watch, sample, outbox):
                return
            pause_s = think_time_s(job.think_time_s, chance.random())
        last = watch.last_look() if watch is not None else None
        if last is not None:
            outbox.ask(last)
    finally:
        transport.close()


def _may_go_on(watch: Watch, sample: Sample, outbox: Outbox) -> bool:
    doubt = watch.doubt(sample)
    if doubt is None:
        return True
    outbox.ask(doubt)
    return watch.settle(doubt)


def watch_parent(users: Users) -> None:
    """Set `stop` at the word `stop` or when standard input ends, which means that the parent has died."""
    for line in sys.stdin:
        if line.strip() == "stop":
            break
        users.tell(from_plain(Verdict, json.loads(line)))
    users.stop.set()


def run(users: Users, outbox: Outbox) -> str:
    """Run all virtual users of the job and return why it ended; empty: they broke down."""
    job, stop = users.job, users.stop
    through: deque[int] = deque()

    def run_one(user: VirtualUser) -> None:
        run_user(users, user, outbox)
        through.append(user.index)

    threads = [
        threading.Thread(target=run_one, args=(user,), daemon=True, name=f"vu-{user.index}") for user in job.users
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(FLUSH_INTERVAL_S):
        outbox.flush()
        # Users that end because they were told to are not through.
        if not any(thread.is_alive() for thread in threads) and not stop.is_set():
            return "every virtual user is through" if through else ""
    deadline = time.monotonic() + STOP_GRACE_S
    for thread in threads:
        thread.join(timeout=max(0.0, deadline - time.monotonic()))
    outbox.give_up(time.monotonic_ns() - job.epoch_ns)
    return "stopped"


def main() -> None:
    """Read the job, run it, and leave without waiting for requests that are still under way."""
    # Ctrl-C reaches the whole foreground group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    job = decode_job(sys.stdin.readline())
    users = Users(job, threading.Event())
    threading.Thread(target=watch_parent, args=(users,), daemon=True).start()
    outbox = Outbox(sys.stdout)
    # A closed pipe means that the parent is gone; there is nobody left to tell.
    with contextlib.suppress(BrokenPipeError):
        reason = run(users, outbox)
        if not reason:
            # Without a last word the parent counts this worker as lost, and shows what it wrote to its log.
            outbox.flush()
            os._exit(1)
        outbox.finished(reason)
    os._exit(0)


if __name__ == "__main__":
    main()
