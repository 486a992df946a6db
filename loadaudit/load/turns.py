"""Whose turn comes when: the requests of one virtual user, each yielded when it is to be sent."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from loadaudit.load.job import Arrivals, Job, VirtualUser
from loadaudit.load.pacing import due_s, next_slot
from loadaudit.load.users import request_order, think_time_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One request to send now."""

    position: int
    path: str
    due_ns: int | None = None
    """When it should have begun, since the start of the load; None: whenever the one before has ended."""
    warm_up: bool = False


def turns_of(job: Job, user: VirtualUser, stop: threading.Event, dropped: Callable[[int], None]) -> Iterator[Turn]:
    """Yield each request of a virtual user when its time has come, until `stop`.

    `dropped` is told how many requests of a fixed rate could not begin in their time.
    """
    if user.arrivals is None:
        return _one_after_the_other(job, user, stop)
    return _at_fixed_times(job, user, user.arrivals, stop, dropped)


def _one_after_the_other(job: Job, user: VirtualUser, stop: threading.Event) -> Iterator[Turn]:
    chance = random.Random(f"think:{job.seed}:{user.index}")
    # A random phase keeps the users from starting in lock step.
    pause_s = think_time_s(job.think_time_s, chance.random()) * chance.random()
    for position, path in request_order(user, job.requests, job.seed):
        if stop.wait(pause_s):
            return
        yield Turn(position=position, path=path)
        pause_s = think_time_s(job.think_time_s, chance.random())


def _at_fixed_times(
    job: Job, user: VirtualUser, arrivals: Arrivals, stop: threading.Event, dropped: Callable[[int], None]
) -> Iterator[Turn]:
    rate_per_s, phase_s, stretch_s = arrivals.rate_per_s, arrivals.phase_s, arrivals.stretch_s
    order = request_order(user, job.requests, job.seed)
    for _ in range(arrivals.warm_up_requests):
        if stop.is_set():
            return
        position, path = next(order)
        yield Turn(position=position, path=path, warm_up=True)
    slot = next_slot(0, _now_s(job), rate_per_s=rate_per_s, phase_s=phase_s, stretch_s=stretch_s)
    for position, path in order:
        time_s = due_s(slot, rate_per_s=rate_per_s, phase_s=phase_s, stretch_s=stretch_s)
        if stop.wait(max(0.0, time_s - _now_s(job))):
            return
        yield Turn(position=position, path=path, due_ns=round(time_s * 1e9))
        # One that is late by less than the time between two is still sent, and its latency says so.
        from_s = _now_s(job) - 1 / rate_per_s
        following = next_slot(slot + 1, from_s, rate_per_s=rate_per_s, phase_s=phase_s, stretch_s=stretch_s)
        if following > slot + 1:
            dropped(following - slot - 1)
        slot = following


def _now_s(job: Job) -> float:
    return (time.monotonic_ns() - job.epoch_ns) / 1e9
