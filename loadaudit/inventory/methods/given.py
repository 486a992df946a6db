"""What a route hands to its view besides the request, where that may decide which methods the view refuses."""

import inspect
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import Unwrapped
from loadaudit.inventory.urlconf.routes import RoutedEndpoint, Slot


class _Text:
    """Something that stands in the path: neither None nor empty."""


class _Anything:
    """It may be any value, and it may be missing."""


TEXT, ANYTHING = _Text(), _Anything()

PLAIN = (bool, int, str, type(None))
"""Types of values that conditions in the source are decided by."""


_LITERAL = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Arguments and attributes of one view behind one route."""

    arguments: tuple[tuple[str, Any], ...] | None = ()
    """By name: a plain value, TEXT or ANYTHING; what is not among them is not handed over. None: not known."""
    attributes: tuple[tuple[str, Any], ...] = ()
    """Plain ones that `as_view()` was called with."""
    positional: tuple[Any, ...] = ()
    """What groups without a name match, in their order: the texts that are written there, or TEXT or ANYTHING."""
    is_direct: bool = True
    """The function gets the arguments itself; a helper sees only those of the view that it is a method of."""


NOTHING_KNOWN = Given(arguments=None)
"""Whatever the route hands over, the settings and attributes of the class are what they are."""


def given_by(one: RoutedEndpoint, view: Unwrapped, deciding: Iterable[types.FunctionType]) -> Given | None:
    """Return what the route hands to the view, or None where that makes no difference to the `deciding` functions."""
    told = one.endpoint.default_args or view.initkwargs or view.keywords
    is_told = bool(told) or any(_written(slot) for slot in one.slots)
    if not any(is_told or _takes_optional(function) for function in deciding):
        return None
    return handed_by(one, view)


def handed_by(one: RoutedEndpoint, view: Unwrapped) -> Given:
    """Return all that the route hands to the view."""
    values = {
        **_plainly(view.keywords),
        **dict(_of_path(one.reading, one.slots)),
        **_plainly(one.endpoint.default_args),
    }
    return Given(
        arguments=tuple(values.items()),
        attributes=_plain_items(view.initkwargs),
        positional=tuple(_of_groups(one.reading, one.slots)),
    )


def _plainly(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if type(value) in PLAIN else ANYTHING for name, value in values.items()}


def _plain_items(values: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value) for name, value in values.items() if type(value) in PLAIN)


def _of_path(reading: str, slots: Iterable[Slot]) -> Iterator[tuple[str, Any]]:
    """Yield what the path gives by name; it is open whether an optional part, or one of alternatives, is there."""
    for slot in slots:
        if slot.name.isdigit() or slot.converter == "language":
            continue
        yield slot.name, _value(reading, slot)


def _of_groups(reading: str, slots: Sequence[Slot]) -> Iterator[Any]:
    """Yield what groups without a name give in their order; Django passes none on where one has a name."""
    for slot in slots:
        if slot.converter == "language":
            continue
        if not slot.name.isdigit():
            return
        yield _value(reading, slot)


def _value(reading: str, slot: Slot) -> Any:
    before = reading[: max(reading.find(f"<{slot.name}>"), reading.find(f":{slot.name}>"))]
    is_sure = before.count("[") == before.count("]") and before.count("(") == before.count(")")
    return _written(slot) or TEXT if is_sure else ANYTHING


def _written(slot: Slot) -> str:
    """Return the only text that a group matches, `(new)`, or empty where it matches more than one."""
    return slot.pattern if slot.converter == "regex" and _LITERAL.fullmatch(slot.pattern) else ""


@lru_cache(maxsize=1024)
def _takes_optional(function: types.FunctionType) -> bool:
    """Whether one route may leave out what another hands to the function, or a setting may decide in it."""
    has_defaults = bool(function.__defaults__ or function.__kwdefaults__)
    takes_any = bool(function.__code__.co_flags & inspect.CO_VARKEYWORDS)
    return has_defaults or takes_any or any(map(_decides, mentioned(function.__code__)))


def _decides(name: str) -> bool:
    return name == "kwargs" or name.endswith("settings")
