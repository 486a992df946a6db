"""How a stretch of a view's source may end."""

from collections.abc import Mapping
from dataclasses import dataclass


class End:
    """The ways to end, as bits: plain numbers, because enum.Flag took a third of the time."""

    NOWHERE = 0
    FALLS_THROUGH = 1
    ANSWERS = 2
    REJECTS = 4
    """It returns a refusal."""
    LEAVES_LOOP = 8
    RAISES = 16
    """It raises a refusal, which also ends whatever called it."""


def is_refused(end: int) -> bool:
    """Whether every way ends in a refusal."""
    return bool(end) and not end & ~(End.REJECTS | End.RAISES)


@dataclass(frozen=True, slots=True)
class Walk:
    """How a function may end for one method, and the lines on which it answers and refuses."""

    end: int
    answers: set[int]
    refusals: set[int]


def rejected_of(walks: Mapping[str, Walk]) -> frozenset[str]:
    """Return the methods that are refused on every way, or on all that go on behind a check which answers any method.

    An answer that any method gets before, as to a visitor or where too many requests came, lets none of them in.
    """
    shared = set[int]().union(*(one.answers for one in walks.values()))
    shared.intersection_update(*(one.answers for one in walks.values()))
    tells_apart = any(one.answers - shared for one in walks.values())
    return frozenset(
        method
        for method, one in walks.items()
        if is_refused(one.end) or (tells_apart and _is_refused_behind(one, shared))
    )


def _is_refused_behind(walk: Walk, checks: set[int]) -> bool:
    if not walk.refusals or walk.end & End.FALLS_THROUGH or not walk.answers or not walk.answers <= checks:
        return False
    return max(walk.answers) < min(walk.refusals)


def are_alike(one: str, other: str, compared: set[str]) -> bool:
    """Whether two methods go the same way: they are compared with nothing, and `request.POST` is only a POST's."""
    return compared.isdisjoint((one, other)) and "POST" not in (one, other)


def perhaps_refused_of(walks: Mapping[str, Walk]) -> frozenset[str]:
    """Return the methods that are refused in places to which another method never gets, and answered in others."""
    shared = [one.refusals for one in walks.values()]
    common = set[int]().union(*shared).intersection(*shared)
    return frozenset(method for method, one in walks.items() if one.refusals - common and not is_refused(one.end))


def never_as_get(walks: Mapping[str, Walk], method: str) -> bool:
    """Whether a method is always answered, and only in places to which GET never gets."""
    goes_on = walks[method].end & (End.FALLS_THROUGH | End.REJECTS)
    return not goes_on and walks[method].answers.isdisjoint(walks["GET"].answers)


def unanswered_of(walks: Mapping[str, Walk]) -> frozenset[str]:
    """Return the methods for which every way runs out without an answer, where another method gets one.

    Django fails on a view that returns None.
    """
    if not any(one.answers for one in walks.values()):
        return frozenset()
    return frozenset(method for method, one in walks.items() if one.end == End.FALLS_THROUGH)
