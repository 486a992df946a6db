"""A load worker process: `python -m loadaudit.load.worker`; job on standard input, samples on standard output."""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from typing import TextIO

from loadaudit.load.batches import encode_batch
from loadaudit.load.correlation import read_summary
from loadaudit.load.job import HURRY, STOP, Job, VirtualUser, decode_job
from loadaudit.load.sessions import Doubt, Verdict, Watch
from loadaudit.load.transport import Transport
from loadaudit.load.turns import Turn, turns_of
from loadaudit.records import Lane, Sample, Trace
from loadaudit.runfile.codec import from_plain, to_plain

FLUSH_INTERVAL_S = 0.2
STOP_GRACE_S = 5.0
"""How long a request may still take after the load was told to stop; then it is given up, unless it is heavy."""

_POLL_S = 0.05


class Outbox:
    """Collects samples from many threads and writes them out in batches."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # Deques, because append and popleft are atomic: no sample is lost between two threads.
        self._samples: deque[Sample] = deque()
        self._traces: deque[Trace] = deque()
        self._under_way: dict[int, Sample] = {}
        self._dropped: Counter[Lane] = Counter()
        self._write_lock = threading.Lock()

    def begin(self, sample: Sample) -> None:
        """Remember a request that is under way."""
        self._under_way[sample.vu] = sample

    def give_up(self, now_ns: int) -> None:
        """Take the requests that are still under way as they are: the operation that stalls must not go unseen."""
        for sample in list(self._under_way.values()):
            waited_ns = now_ns - sample.start_ns
            self._samples.append(sample._replace(response_ns=waited_ns, latency_ns=now_ns - sample.intended_start_ns))

    def add(self, sample: Sample, trace: Trace | None) -> None:
        """Take one sample; called by every virtual user, so it only appends."""
        self._under_way.pop(sample.vu, None)
        self._samples.append(sample)
        if trace is not None:
            self._traces.append(trace)

    def dropped(self, lane: Lane, count: int) -> None:
        """Count requests that could not begin when they were due."""
        with self._write_lock:
            self._dropped[lane] += count

    def flush(self) -> None:
        """Write what has come in since the last flush as one line of JSON."""
        with self._write_lock:
            samples = [self._samples.popleft() for _ in range(len(self._samples))]
            traces = [self._traces.popleft() for _ in range(len(self._traces))]
            if samples:
                self._write(encode_batch(samples, traces))

    def ask(self, doubt: Doubt) -> None:
        """Write what was collected and then a doubt about a session, at once: its virtual user waits."""
        self.flush()
        with self._write_lock:
            self._line({"doubt": to_plain(doubt)})

    def finished(self, reason: str) -> None:
        """Flush, and say why this worker ended."""
        self.flush()
        with self._write_lock:
            self._line({"finished": reason, "dropped": {lane.value: count for lane, count in self._dropped.items()}})

    def _line(self, document: object) -> None:
        self._write(json.dumps(document, separators=(",", ":")))

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


class Users:
    """The virtual users of this worker and the watches over their sessions."""

    def __init__(self, job: Job, stop: threading.Event) -> None:
        self.job = job
        self.stop = stop
        self.hurry = threading.Event()
        """Set when nothing under way is to be waited for."""
        self._watches: dict[int, Watch] = {}
        limits = {one.lane: one.at_once for one in job.lanes}
        self._places = {lane: threading.Semaphore(most) for lane, most in limits.items() if most is not None}

    @contextlib.contextmanager
    def place(self, lane: Lane) -> Iterator[bool]:
        """Wait for one of the places of a lane and yield whether there is one; the end of the load comes first."""
        places = self._places.get(lane)
        taken = False
        while places is not None and not taken and not self.stop.is_set():
            taken = places.acquire(timeout=FLUSH_INTERVAL_S)
        try:
            yield places is None or (taken and not self.stop.is_set())
        finally:
            if places is not None and taken:
                places.release()

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
    transport = Transport(users.job, user)
    watch = users.watched(user, transport)
    try:
        for turn in turns_of(users.job, user, users.stop, lambda count: outbox.dropped(user.lane, count)):
            with users.place(user.lane) as free:
                sample = _sent(users.job, turn, transport, outbox) if free else None
            if sample is None or (watch is not None and not _may_go_on(watch, sample, outbox)):
                return
        last = watch.last_look() if watch is not None else None
        if last is not None:
            outbox.ask(last)
    finally:
        transport.close()


def _sent(job: Job, turn: Turn, transport: Transport, outbox: Outbox) -> Sample:
    planned = job.requests[turn.position]
    now_ns = time.monotonic_ns() - job.epoch_ns
    intended_ns = now_ns if turn.due_ns is None else turn.due_ns
    outbox.begin(transport.begun(planned, turn.path, intended_ns, now_ns))
    sample, summary = transport.send(planned, turn.path, intended_ns)
    if turn.due_ns is not None:
        sample = sample._replace(latency_ns=sample.response_ns + sample.start_ns - turn.due_ns)
    if turn.warm_up:
        sample = sample._replace(warm_up=True)
    trace = (
        read_summary(summary, number=sample.number, method=planned.method, status=sample.status) if summary else None
    )
    outbox.add(sample, trace)
    return sample


def _may_go_on(watch: Watch, sample: Sample, outbox: Outbox) -> bool:
    doubt = watch.doubt(sample)
    if doubt is None:
        return True
    outbox.ask(doubt)
    return watch.settle(doubt)


def watch_parent(users: Users) -> None:
    """Set `stop` when the parent says so, and `hurry`, too, when it will not wait or has died."""
    for line in sys.stdin:
        if line.strip() == HURRY:
            break
        if line.strip() == STOP:
            users.stop.set()
        else:
            users.tell(from_plain(Verdict, json.loads(line)))
    users.stop.set()
    users.hurry.set()


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
    _wait_for(threads, users, outbox)
    outbox.give_up(time.monotonic_ns() - job.epoch_ns)
    return "stopped"


def _wait_for(threads: list[threading.Thread], users: Users, outbox: Outbox) -> None:
    """Let requests that are under way end: a few seconds each, heavy ones as long as they may take."""
    patient = {f"vu-{user.index}" for user in users.job.users if user.lane is Lane.HEAVY}
    deadline_s = time.monotonic() + STOP_GRACE_S
    while alive := {thread.name for thread in threads if thread.is_alive()}:
        if time.monotonic() > deadline_s and (users.hurry.is_set() or alive.isdisjoint(patient)):
            return
        time.sleep(_POLL_S)
        outbox.flush()


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
