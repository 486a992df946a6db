"""How a stretch of a view's source may end."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loadaudit.inventory.methods.refusals import last_name


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


def instead_of_handlers(walks: Mapping[str, Walk], compared: set[str], nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return those of the `compared` methods that are always answered, and only in places that lead to no handler.

    Where the parent's `dispatch` is not called to return what it answers, that is where GET never gets.
    """
    if not walks:
        return frozenset()
    leading = _leading_on(nodes) or walks["GET"].answers
    return frozenset(
        method
        for method, one in walks.items()
        if method in compared and one.answers and one.answers.isdisjoint(leading)
        if not one.end & (End.FALLS_THROUGH | End.REJECTS)
    )


def _leading_on(nodes: Iterable[ast.AST]) -> set[int]:
    """Return the lines on which `super().dispatch(…)` is returned; none where it is called elsewhere, too."""
    calls, lines = 0, []
    for node in nodes:
        value = node.value if isinstance(node, ast.Return) else None
        called = value.value if isinstance(value, ast.Await) else value
        if isinstance(called, ast.Call) and last_name(called.func) == "dispatch":
            lines.append(getattr(node, "lineno", 0))
        calls += isinstance(node, ast.Call) and last_name(node.func) == "dispatch"
    return set(lines) if calls == len(lines) else set()


def unanswered_of(walks: Mapping[str, Walk]) -> frozenset[str]:
    """Return the methods for which every way runs out without an answer, where another method gets one.

    Django fails on a view that returns None.
    """
    if not any(one.answers for one in walks.values()):
        return frozenset()
    return frozenset(method for method, one in walks.items() if one.end == End.FALLS_THROUGH)
