"""Whose turn comes when: the requests of one virtual user, each yielded when it is to be sent."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from loadaudit.load.evening import Evening
from loadaudit.load.job import Arrivals, Job, VirtualUser
from loadaudit.load.pacing import at_work_from, due_s, next_slot
from loadaudit.load.schedule import Schedule
from loadaudit.load.sharing import shares_of
from loadaudit.load.users import request_order, think_time_s
from loadaudit.records import Lane

_NAP_S = 0.2


class Turn(NamedTuple):
    """One request to send now; a tuple, because there is one for each."""

    position: int
    path: str
    due_ns: int | None = None
    """When it should have begun, since the start of the load; None: whenever the one before has ended."""
    warm_up: bool = False


def turns_of(
    job: Job, user: VirtualUser, stop: threading.Event, schedule: Schedule, dropped: Callable[[int], None]
) -> Iterator[Turn]:
    """Yield each request of a virtual user when its time has come, until `stop`.

    `dropped` is told how many requests at fixed times of its own could not begin in their time.
    """
    if user.lane is not Lane.LIGHT and stop.wait(max(0.0, job.shape.warm_up_s - elapsed_s(job))):
        return iter(())
    if user.arrivals is not None:
        return _at_fixed_times(job, user, user.arrivals, stop, dropped)
    if user.lane is Lane.LIGHT and job.shape.rate is not None:
        return _as_they_arrive(job, user, stop, schedule)
    return _one_after_the_other(job, user, stop, schedule)


def _one_after_the_other(job: Job, user: VirtualUser, stop: threading.Event, schedule: Schedule) -> Iterator[Turn]:
    chance = random.Random(f"think:{job.seed}:{user.index}")
    light = user.lane is Lane.LIGHT
    ramp = job.shape.users if light else None
    # A random phase keeps the users from starting in lock step.
    pause_s = think_time_s(job.think_time_s, chance.random()) * chance.random()
    evening = Evening(user.positions, job.requests, job.room if light else 0.0)
    for position, path in request_order(user, job.requests, job.seed, evening, shares_of(user, job)):
        if ramp is not None:
            now_s = elapsed_s(job)
            from_s = at_work_from(ramp, user.rank, now_s + pause_s)
            if from_s is None:
                return
            pause_s = from_s - now_s
        if paused(stop, pause_s):
            return
        if light and not schedule.takes(elapsed_s(job)):
            return
        begun_s = elapsed_s(job)
        yield Turn(position, path)
        evening.took(position, elapsed_s(job) - begun_s + job.think_time_s)
        pause_s = think_time_s(job.think_time_s, chance.random())


def _as_they_arrive(job: Job, user: VirtualUser, stop: threading.Event, schedule: Schedule) -> Iterator[Turn]:
    """Take the next arrival whenever the one before has an answer: whichever user is free serves it."""
    evening = Evening(user.positions, job.requests, job.room)
    for position, path in request_order(user, job.requests, job.seed, evening, shares_of(user, job)):
        time_s = schedule.next_arrival(elapsed_s(job))
        if time_s is None or paused(stop, time_s - elapsed_s(job)):
            return
        begun_s = elapsed_s(job)
        yield Turn(position, path, round(time_s * 1e9))
        evening.took(position, elapsed_s(job) - begun_s)


def _at_fixed_times(
    job: Job, user: VirtualUser, arrivals: Arrivals, stop: threading.Event, dropped: Callable[[int], None]
) -> Iterator[Turn]:
    rate_per_s, phase_s, stretch_s = arrivals.rate_per_s, arrivals.phase_s, arrivals.stretch_s
    order = request_order(user, job.requests, job.seed, shares=shares_of(user, job))
    for _ in range(arrivals.warm_up_requests):
        if stop.is_set():
            return
        first = next(order, None)
        if first is None:
            # All that may be sent a few times only has been.
            return
        yield Turn(*first, warm_up=True)
    slot = next_slot(0, elapsed_s(job), rate_per_s=rate_per_s, phase_s=phase_s, stretch_s=stretch_s)
    for position, path in order:
        time_s = due_s(slot, rate_per_s=rate_per_s, phase_s=phase_s, stretch_s=stretch_s)
        if paused(stop, time_s - elapsed_s(job)):
            return
        yield Turn(position, path, round(time_s * 1e9))
        # One that is late by less than the time between two is still sent, and its latency says so.
        from_s = elapsed_s(job) - 1 / rate_per_s
        following = next_slot(slot + 1, from_s, rate_per_s=rate_per_s, phase_s=phase_s, stretch_s=stretch_s)
        if following > slot + 1:
            dropped(following - slot - 1)
        slot = following


def paused(stop: threading.Event, time_s: float) -> bool:
    """Wait for a time and return whether `stop` was set; of that it may hear a fifth of a second late.

    To wait for an event with a limit costs 25 µs more than to sleep, which is much where a request costs 50.
    """
    if time_s > _NAP_S:
        stop.wait(time_s - _NAP_S)
        time_s = _NAP_S
    if time_s > 0 and not stop.is_set():
        time.sleep(time_s)
    return stop.is_set()


def elapsed_s(job: Job) -> float:
    """Return the time since the start of the load."""
    return (time.monotonic_ns() - job.epoch_ns) / 1e9
