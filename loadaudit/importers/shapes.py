"""Paths with placeholders beside routes with parameters: do they have the same shape?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_ROUTE_PARAMETER = re.compile(r"<(?:(?P<converter>[^>:]+):)?(?P<name>[^>]+)>")
_PLACEHOLDER = re.compile(
    r"\[(?P<square>[^\]/]*)\]|\$?\{(?P<curly>[^}/]*)\}|<(?:[^>:/]+:)?(?P<angle>[^>/]*)>|(?<![^/]):(?P<colon>\w+)"
    r"|\*+|%[sd]"
)
_VARIANT = re.compile(r" (?:#\d+|@\S+)")
"""What the inventory adds to routes that read the same, or that belong to another URLconf."""

_VALUES = {"int": re.compile(r"\d+"), "uuid": re.compile(r"[0-9a-fA-F-]{36}"), "slug": re.compile(r"[-\w]+")}
_NARROW = frozenset({"int", "uuid"})
_ANY = re.compile(r".+")
_HOLE = "\0"

CONCRETE = 100
"""Added to the distance for each parameter beside which a value stands, and not a placeholder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a path between slashes; `text` has a mark where a placeholder or parameter stands."""

    text: str
    names: tuple[str, ...] = ()
    converters: tuple[str, ...] = ()

    @property
    def is_literal(self) -> bool:
        """Whether nothing in it stands for a value."""
        return not self.names


@lru_cache(maxsize=16384)
def route_segments(route: str) -> tuple[Segment, ...]:
    """Return the segments of an inventory's route."""
    return tuple(_route_segment(part) for part in _split(_VARIANT.sub("", route)))


def path_segments(path: str) -> tuple[Segment, ...]:
    """Return the segments of a path as a load test names it."""
    return tuple(_path_segment(part) for part in _split(path))


def has_placeholders(path: str) -> bool:
    """Say whether a path has something that stands for a value."""
    return bool(_PLACEHOLDER.search(path))


def distance(path: Sequence[Segment], route: Sequence[Segment]) -> int | None:
    """Return how far a path is from a route of as many segments; None: it is none of its paths.

    0 is a perfect fit. Each placeholder that is called otherwise than its parameter adds 1, each value that
    stands for a parameter adds `CONCRETE`. A placeholder never stands for a fixed text.
    """
    if len(path) != len(route):
        return None
    total = 0
    for one, other in zip(path, route, strict=True):
        found = _segment_distance(one, other)
        if found is None:
            return None
        total += found
    return total


def prefix_distance(path: Sequence[Segment], route: Sequence[Segment]) -> int | None:
    """Return the distance when one of both has fixed segments in front that the other lacks; None: it does not fit.

    What both have needs a fixed text: without one, two words would fit every route that ends in two parameters.
    """
    longer, shorter = (path, route) if len(path) > len(route) else (route, path)
    extra = len(longer) - len(shorter)
    if not extra or not all(one.is_literal for one in longer[:extra]):
        return None
    pairs = _behind(path, route)
    if not any(one.is_literal and one.text == other.text for one, other in pairs):
        return None
    return distance(*zip(*pairs, strict=True))


def reads_a_word_as_value(path: Sequence[Segment], route: Sequence[Segment]) -> bool:
    """Say whether a word of the path would be the value of a parameter that takes any word."""
    return any(
        one.is_literal and one.text != other.text and not _NARROW.issuperset(other.converters)
        for one, other in _behind(path, route)
    )


def _behind(path: Sequence[Segment], route: Sequence[Segment]) -> list[tuple[Segment, Segment]]:
    """Return the segments beside each other, without those that only one of both has in front."""
    count = min(len(path), len(route))
    return list(zip(path[len(path) - count :], route[len(route) - count :], strict=True))


def breadth(route: Sequence[Segment]) -> int:
    """Return how many of the route's parameters take any text."""
    return sum(converter not in _VALUES for segment in route for converter in segment.converters)


def could_stand_for(path: Sequence[Segment], route: Sequence[Segment]) -> bool:
    """Say whether placeholders that stand for fixed texts would make the path one of the route's."""
    if len(path) != len(route):
        return False
    return all(
        one.text == _HOLE or _segment_distance(one, other) is not None for one, other in zip(path, route, strict=True)
    )


def _segment_distance(one: Segment, other: Segment) -> int | None:
    if one.text == other.text:
        return sum(_plain(a) != _plain(b) for a, b in zip(one.names, other.names, strict=False))
    if one.is_literal and not other.is_literal and _value_fits(one.text, other):
        return CONCRETE
    return None


def _value_fits(value: str, parameter: Segment) -> bool:
    patterns = [_VALUES.get(one, _ANY).pattern for one in parameter.converters]
    pieces = [re.escape(piece) for piece in parameter.text.split(_HOLE)]
    pattern = pieces[0] + "".join(f"(?:{one}){piece}" for one, piece in zip(patterns, pieces[1:], strict=True))
    return re.fullmatch(pattern, value) is not None


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_")


def _split(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _route_segment(text: str) -> Segment:
    found = list(_ROUTE_PARAMETER.finditer(text))
    return Segment(
        text=_ROUTE_PARAMETER.sub(_HOLE, text),
        names=tuple(one["name"] for one in found),
        converters=tuple(one["converter"] or "str" for one in found),
    )


def _path_segment(text: str) -> Segment:
    found = list(_PLACEHOLDER.finditer(text))
    names = tuple(one["square"] or one["curly"] or one["angle"] or one["colon"] or "*" for one in found)
    return Segment(text=_PLACEHOLDER.sub(_HOLE, text), names=names)
