"""How each of the project's scenarios goes, and which of them one more virtual user may begin."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from loadaudit.planning.project.registry import DEFAULT_TIMEOUT_S, Scenario

MOST_FAILURES = 5
"""Failures in a row after which a scenario is not tried again."""

NEVER_BEGUN = "its turn did not come: give the load more time or users, or it more weight"

_PART_OF_LOAD = 0.5
"""Longest time through of a scenario that does not say how long it takes: what takes longer is gone through once."""


@dataclass(slots=True, kw_only=True)
class Course:
    """How one scenario goes."""

    scenario: Scenario
    timeout_s: float = DEFAULT_TIMEOUT_S
    """For one time through it."""
    at_first: int | None = None
    """How many virtual users may be in it before one has come to its end; None: as many as get to it.

    It may be without an end, and others want their turns.
    """
    through: int = 0
    failures: int = 0
    in_a_row: int = 0
    first_error: str = ""
    begun: int = 0
    under_way: int = 0
    stopped: bool = False
    rests_until_s: float | None = None
    """On the monotonic clock; None: the last one did not run out of its time."""
    cut_off: str = ""
    """How long one that was under way when the load ended had gone on, and where it was."""
    forced: str = ""
    """What became of one that did not end with the load."""

    def free(self, now_s: float) -> bool:
        """Whether one more virtual user may begin it."""
        if self.stopped or (self.rests_until_s is not None and (now_s < self.rests_until_s or self.under_way)):
            return False
        limits = (self.scenario.max_concurrency, None if self.through else self.at_first)
        return all(most is None or self.under_way < most for most in limits)

    def ended(self, error: str, *, late_s: float | None) -> None:
        """Note that one has ended; `late_s` is when it ran out of its time, on the monotonic clock."""
        if not error:
            self.through += 1
            self.in_a_row, self.rests_until_s = 0, None
            return
        self.failures += 1
        self.in_a_row += 1
        self.first_error = self.first_error or error
        self.stopped = self.in_a_row >= MOST_FAILURES
        if late_s is not None and self.at_first is not None:
            # As long as it took: so it has at most half of the time of one virtual user.
            self.rests_until_s = late_s + self.timeout_s

    def out_of_time(self, place: str) -> str:
        """Return what is said of one that took too long, there."""
        own = self.scenario.timeout_s
        if own is not None:
            return f"it took longer than its timeout_s of {own:g} s{place}"
        part = "" if self.timeout_s == DEFAULT_TIMEOUT_S else ", half of the load"
        return f"it took longer than {self.timeout_s:g} s{part}, which it has without a timeout_s{place}"

    def note(self, others: Sequence["Course"] = ()) -> str:
        """Return how it went beside the others, in one sentence."""
        one = self.scenario
        text = f"Scenario {one.name} ({one.place}): {self.through} times through"
        if self.failures:
            text += f", {self.failures} not to the end: {self.first_error}"
        elif not self.through and self.begun:
            text += f", because none came to its end before that of the load{self.cut_off}"
        elif not self.through:
            endless = [each.scenario for each in others if each.begun and not each.through]
            names = ", ".join(each.name for each in endless if each.role == one.role)
            text += f", because {NEVER_BEGUN}"
            text += f"; what did not come to its end held it up: {names}" if names else ""
        text += f"; {self.forced}" if self.forced else ""
        return text + (f". Given up after {MOST_FAILURES} failures in a row." if self.stopped else ".")


def courses_of(scenarios: Sequence[Scenario], users: Callable[[str], int], load_s: float | None) -> list[Course]:
    """Return the scenarios at their beginning; `users` counts the virtual users of a role, of a load of so long."""
    default_s = DEFAULT_TIMEOUT_S if load_s is None else min(DEFAULT_TIMEOUT_S, load_s * _PART_OF_LOAD)
    return [
        Course(
            scenario=one,
            timeout_s=default_s if one.timeout_s is None else one.timeout_s,
            at_first=_at_first(one, [other for other in scenarios if other.role == one.role], users(one.role)),
        )
        for one in scenarios
    ]


def _at_first(one: Scenario, of_role: Sequence[Scenario], users: int) -> int | None:
    """Return its share of the virtual users by its weight, one of whom is left to others where there are any."""
    if len(of_role) == 1:
        return None
    share = ceil(Fraction(users * one.weight, sum(other.weight for other in of_role)))
    return max(1, min(share, users - 1))


def chosen(courses: Sequence[Course], role: str, chance: random.Random, now_s: float) -> Course | None:
    """Return one that a virtual user of the role may begin, as often as its weight says, or None."""
    free = [one for one in courses if one.scenario.role == role and one.free(now_s)]
    return chance.choices(free, [one.scenario.weight for one in free])[0] if free else None
