"""When requests are due and virtual users at work. Pure: times are seconds since the start of the load."""

import math
import random
from collections.abc import Iterator, Sequence

from loadaudit.records import Arriving, LaneRules, Ramp
from loadaudit.records.stretches import BLOCK


def due_s(slot: int, *, rate_per_s: float, phase_s: float = 0.0, stretch_s: float | None = None) -> float:
    """Return when arrival number `slot` is due, in seconds since the start of the load."""
    sending_s = phase_s + slot / rate_per_s
    if stretch_s is None:
        return sending_s
    block, rest_s = divmod(sending_s, 2 * stretch_s)
    pause_s = 2 * stretch_s if rest_s >= stretch_s else 0.0
    return block * BLOCK * stretch_s + rest_s + pause_s


def next_slot(
    slot: int, now_s: float, *, rate_per_s: float, phase_s: float = 0.0, stretch_s: float | None = None
) -> int:
    """Return the first arrival from `slot` on that is not past: what was missed is not sent in a burst."""
    while due_s(slot, rate_per_s=rate_per_s, phase_s=phase_s, stretch_s=stretch_s) < now_s:
        slot += 1
    return slot


def whole_block_s(lanes: Sequence[LaneRules]) -> float:
    """Return how long a load has to last for one comparison of each lane that is sent in stretches."""
    return max((BLOCK * one.stretch_s for one in lanes if one.stretch_s is not None), default=0.0)


def time_of(ramp: Ramp, count: float) -> float | None:
    """Return when a rate has summed up to `count` arrivals, or None when it never does.

    A stage without end stays at its target. In one from rate a to b of length d, a·t + (b − a)·t²/2d have come by t;
    this is solved for t.
    """
    level, begun_s = ramp.start, 0.0
    for stage in ramp.stages:
        if stage.duration_s is None:
            return begun_s + count / stage.target if stage.target else None
        slope = (stage.target - level) / stage.duration_s
        whole = (level + stage.target) / 2 * stage.duration_s
        if count <= whole:
            root = math.sqrt(max(level * level + 2 * slope * count, 0.0))
            return begun_s + (2 * count / (level + root) if count else 0.0)
        count -= whole
        level, begun_s = stage.target, begun_s + stage.duration_s
    return None


def arrivals(
    ramp: Ramp, arriving: Arriving, *, part: int = 0, parts: int = 1, seed: int = 0, of: str = "arrivals"
) -> Iterator[float]:
    """Yield when the arrivals of a rate are due, in order, until the rate has ended.

    Of `parts` senders, each of which goes through this with its own `part`, all together send at the rate: constant
    arrivals are dealt out in turn, and the sum of Poisson processes is one (Kingman, Poisson Processes, 1993). Two
    rates of one load differ in `of`, so that chance does not let them arrive together.
    """
    chance = random.Random(f"{of}:{seed}:{part}")
    count = float(part)
    if arriving is Arriving.POISSON:
        count = parts * chance.expovariate(1.0)
    while (due := time_of(ramp, count)) is not None:
        yield due
        count += parts * (chance.expovariate(1.0) if arriving is Arriving.POISSON else 1.0)


def level_at(ramp: Ramp, time_s: float) -> float:
    """Return the level at a time; before and behind the ramp it is 0."""
    if time_s < 0:
        return 0.0
    level = ramp.start
    for stage in ramp.stages:
        if stage.duration_s is None:
            return stage.target
        if time_s < stage.duration_s:
            return level + (stage.target - level) * time_s / stage.duration_s
        time_s -= stage.duration_s
        level = stage.target
    return 0.0


def at_work_from(ramp: Ramp, rank: int, time_s: float) -> float | None:
    """Return the first time from `time_s` on at which the level is above `rank`, or None when there is none.

    The virtual user of rank 0 begins as soon as the level is above 0, the next when it is above 1.
    """
    if level_at(ramp, time_s) > rank:
        return time_s
    level, begun_s = ramp.start, 0.0
    for stage in ramp.stages:
        if stage.duration_s is None:
            return max(begun_s, time_s) if stage.target > rank else None
        ended_s = begun_s + stage.duration_s
        if ended_s > time_s and stage.target > rank and level <= stage.target:
            share = max(rank - level, 0.0) / (stage.target - level) if stage.target > level else 0.0
            return max(begun_s + share * stage.duration_s, time_s)
        level, begun_s = stage.target, ended_s
    return None
