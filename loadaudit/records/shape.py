"""The shape of a load: how many, how often, for how long, and what is only warming up."""

from dataclasses import dataclass
from enum import StrEnum


class Arriving(StrEnum):
    """How the times between arrivals of a rate are chosen."""

    CONSTANT = "constant"
    POISSON = "poisson"
    """Independent of each other, as those of real users are: exponentially distributed gaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stretch of time in which the level goes in a straight line from where it was to a target."""

    duration_s: float | None
    """None, in the last one: without end."""
    target: float
    """Virtual users, or requests per second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """A level over time."""

    start: float
    stages: tuple[Stage, ...]

    @property
    def duration_s(self) -> float | None:
        """The length of all stages; None: without end."""
        lengths = [one.duration_s for one in self.stages]
        return None if None in lengths else sum(one or 0.0 for one in lengths)

    @property
    def highest(self) -> float:
        """The highest level."""
        return max((self.start, *(one.target for one in self.stages)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How requests of the light lane and scenarios are spread over time; by default by virtual users in a loop."""

    rate: Ramp | None = None
    """Requests begun per second, whether the ones before have ended or not; None: as the users get to it."""
    users: Ramp | None = None
    """Virtual users at work; None: all of them, all the time. Not together with `rate`."""
    arriving: Arriving = Arriving.CONSTANT
    iterations: int | None = None
    """Requests after which the load ends; warming up does not count."""
    warm_up_s: float = 0.0
    """At the beginning, and no part of any figure."""

    @property
    def duration_s(self) -> float | None:
        """How long the stages last; None without stages."""
        ramp = self.rate or self.users
        return ramp.duration_s if ramp is not None else None


IN_A_LOOP = Shape()
"""What `--users` alone makes."""


def scaled(ramp: Ramp, factor: float) -> Ramp:
    """Return a ramp whose levels are so many times as high, at the same times."""
    stages = tuple(Stage(duration_s=one.duration_s, target=one.target * factor) for one in ramp.stages)
    return Ramp(start=ramp.start * factor, stages=stages)


def steady(level: float) -> Ramp:
    """Return a level that never changes."""
    return Ramp(start=level, stages=(Stage(duration_s=None, target=level),))
