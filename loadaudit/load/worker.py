"""A load worker process: `python -m loadaudit.load.worker`; job on standard input, samples on standard output."""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections import deque

from loadaudit.load.correlation import read_summary
from loadaudit.load.gauge import Gauge
from loadaudit.load.job import HURRY, STOP, Job, VirtualUser, decode_job
from loadaudit.load.outbox import Outbox
from loadaudit.load.places import Places
from loadaudit.load.schedule import Schedule
from loadaudit.load.sessions import Verdict, Watch
from loadaudit.load.transport import Transport
from loadaudit.load.turns import Turn, turns_of
from loadaudit.records import Lane, PlannedRequest, Sample
from loadaudit.runfile.codec import from_plain

FLUSH_INTERVAL_S = 0.4
STOP_GRACE_S = 5.0
"""How long a request may still take after the load was told to stop; then it is given up, unless it is heavy."""

_POLL_S = 0.05

STACK_BYTES = 512 * 1024


class Users:
    """The virtual users of this worker and the watches over their sessions."""

    def __init__(self, job: Job, stop: threading.Event) -> None:
        self.job = job
        self.stop = stop
        self.hurry = threading.Event()
        """Set when nothing under way is to be waited for."""
        self.schedule = Schedule(job)
        self.places = Places(job, stop.is_set)
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
    job, places = users.job, users.places
    transport = Transport(job, user)
    watch = users.watched(user, transport)
    try:
        for turn in turns_of(job, user, users.stop, users.schedule, lambda count: outbox.dropped(user.lane, count)):
            planned = job.requests[turn.position]
            with places.place(user.lane, planned) as free:
                sample = _sent(job, turn, planned, transport, outbox, user.index) if free else None
            if sample is not None:
                if watch is not None and not _may_go_on(watch, sample, outbox):
                    return
            elif users.stop.is_set():
                return
            else:
                users.schedule.put_back(arrived=turn.due_ns is not None)
        last = watch.last_look() if watch is not None else None
        if last is not None:
            outbox.ask(last)
    finally:
        transport.close()


def _sent(job: Job, turn: Turn, planned: PlannedRequest, transport: Transport, outbox: Outbox, vu: int) -> Sample:
    _, path, due_ns, warm_up = turn
    outbox.begin(vu, transport, planned, path, due_ns)
    sample, summary = transport.send(planned, path, due_ns, warm_up=warm_up)
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

    # The default would reserve 8 MiB of addresses for each, of which curl and a few frames need little.
    threading.stack_size(STACK_BYTES)
    threads = [
        threading.Thread(target=run_one, args=(user,), daemon=True, name=f"vu-{user.index}") for user in job.users
    ]
    for thread in threads:
        thread.start()
    gauge = Gauge(job.epoch_ns)
    while not gauge.wait(stop, FLUSH_INTERVAL_S):
        outbox.flush(gauge.strain())
        # Users that end because they were told to are not through.
        if not any(thread.is_alive() for thread in threads) and not stop.is_set():
            _count_dropped(users, outbox)
            return "every virtual user is through" if through else ""
    stopped_ns = time.monotonic_ns()
    _wait_for(threads, users, outbox)
    outbox.give_up()
    _count_dropped(users, outbox, stopped_ns)
    return "stopped"


def _count_dropped(users: Users, outbox: Outbox, now_ns: int | None = None) -> None:
    now_s = ((now_ns or time.monotonic_ns()) - users.job.epoch_ns) / 1e9
    if count := users.schedule.dropped(now_s):
        outbox.dropped(Lane.LIGHT, count)


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
    outbox = Outbox(sys.stdout.buffer)
    with contextlib.suppress(BrokenPipeError):
        outbox.ready()
    line = sys.stdin.readline()
    if not line:
        # The parent has given up before there was anything to do.
        os._exit(0)
    job = decode_job(line)
    users = Users(job, threading.Event())
    threading.Thread(target=watch_parent, args=(users,), daemon=True).start()
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
