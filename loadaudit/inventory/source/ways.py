"""The methods that a request to a class-based view may come to: `setup`, `dispatch`, the handler, what they name.

Most methods of a view are its framework's, and thousands of views share them. So what these lead to is found once
for each framework class and set of overridden names, and a view's own methods are followed from there.
"""

import types
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.twins import methods_owner

_FRAMEWORKS = ("django.", "rest_framework.", "ninja.")
_FIRST = ("setup", "dispatch")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
_ACTIONS = frozenset({"list", "create", "retrieve", "destroy"})
"""Names that dictionaries and managers have too: in a project's own code they tell of no method of the view."""
_MAX_DEPTH = 4

_Classes = tuple[type, ...]
_Functions = tuple[types.FunctionType, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    """What a request to one handler of a view may come to."""

    own: _Functions
    """Of the project."""
    names: frozenset[str]
    """That any method on the way uses, the frameworks' included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    """What frameworks' methods lead to from one of them on, as pairs of a distance in calls and what is there."""

    names: tuple[tuple[int, frozenset[str]], ...]
    """That each method uses."""
    overridden: tuple[tuple[int, str], ...]
    """Methods that the view has of its own."""


def own_ways(view_class: type, handler: str) -> _Functions:
    """Return the project's functions that a request to `handler` may run, found by the names that methods use."""
    return _ways(view_class, handler).own


def names_on_the_way(view_class: type, handler: str) -> frozenset[str]:
    """Return the names that all functions use which a request to `handler` may run."""
    return _ways(view_class, handler).names


@lru_cache(maxsize=1024)
def names_with_helpers(function: types.FunctionType) -> frozenset[str]:
    """Return the names that a function uses, and those of the project's functions that it names."""
    names = mentioned(function.__code__)
    helpers = (function.__globals__.get(name) for name in names)
    own = [one for one in helpers if isinstance(one, types.FunctionType) and not is_frameworks(one)]
    return names.union(*(mentioned(one.__code__) for one in own))


def is_frameworks(function: types.FunctionType) -> bool:
    """Whether Django or one of the API frameworks has written the function."""
    return (function.__module__ or "").startswith(_FRAMEWORKS)


def _ways(view_class: type, handler: str) -> _Ways:
    return _ways_of(methods_owner(view_class), handler)


@lru_cache(maxsize=1024)
def _ways_of(view_class: type, handler: str) -> _Ways:
    return _ways_among(*_overriding(view_class), handler)


# Keyed by what classes define, not by the classes: most views of a framework define attributes alone.
@lru_cache(maxsize=1024)
def _ways_among(tail: _Classes, own_methods: tuple[tuple[str, _Functions], ...], handler: str) -> _Ways:
    overriding = dict(own_methods)
    overridden = frozenset(overriding) & _all_mentioned(tail)
    levels: list[list[str]] = [[] for _ in range(_MAX_DEPTH + 1)]
    levels[0] += (*_FIRST, handler)
    own: list[types.FunctionType] = []
    used: list[frozenset[str]] = []
    seen: set[str] = set()
    # Level by level, so that each name is met at its least depth, whatever order a set of names has.
    for depth, level in enumerate(levels):
        for name in sorted({*level} - seen):
            seen.add(name)
            if name in overriding:
                functions = overriding[name]
                own += (one for one in functions if not is_frameworks(one))
                used += (mentioned(one.__code__) for one in functions)
                _add(levels, depth + 1, frozenset[str]().union(*map(_called, functions)))
            elif _is_method(tail, name):
                reached = _reached(tail, overridden, name)
                used += (names for distance, names in reached.names if depth + distance <= _MAX_DEPTH)
                for distance, one in reached.overridden:
                    _add(levels, depth + distance, {one})
    return _Ways(own=tuple(own), names=frozenset[str]().union(*used))


def _add(levels: list[list[str]], depth: int, names: frozenset[str] | set[str]) -> None:
    if depth < len(levels):
        levels[depth] += names


@lru_cache(maxsize=1024)
def _overriding(view_class: type) -> tuple[_Classes, tuple[tuple[str, _Functions], ...]]:
    """Return the frameworks' classes at the end of the MRO, and the methods that the classes before them define.

    A name that hides a framework's method without being one itself stands for no function.
    """
    mro = view_class.__mro__
    end = len(mro)
    while end and (mro[end - 1] is object or mro[end - 1].__module__.startswith(_FRAMEWORKS)):
        end -= 1
    tail = mro[end:]
    methods: dict[str, _Functions] = {}
    for base in mro[:end]:
        for name, value in base.__dict__.items():
            if name.startswith("__") or name in methods:
                continue
            if isinstance(value, (types.FunctionType, staticmethod)) or _is_method(tail, name):
                methods[name] = tuple(with_parents(mro, name))
    return tail, tuple(methods.items())


@lru_cache(maxsize=1024)
def _all_mentioned(classes: _Classes) -> frozenset[str]:
    """Return every name that a method of these classes uses."""
    layers = (layers_of_method(value) for one in classes for value in vars(one).values())
    return frozenset[str]().union(*(mentioned(found[-1].__code__) for found in layers if found))


@lru_cache(maxsize=1024)
def _reached(tail: _Classes, overridden: frozenset[str], first: str) -> _Reached:
    names: list[tuple[int, frozenset[str]]] = []
    stops: dict[str, int] = {}
    depths = {first: 0}
    waiting = deque([first])
    while waiting:
        depth = depths[name := waiting.popleft()]
        for function in _of_tail(tail, name):
            names.append((depth, mentioned(function.__code__)))
            for called in _called(function) - depths.keys():
                if called in overridden:
                    stops.setdefault(called, depth + 1)
                elif depth < _MAX_DEPTH and _is_method(tail, called):
                    depths[called] = depth + 1
                    waiting.append(called)
    return _Reached(names=tuple(names), overridden=tuple((depth, name) for name, depth in stops.items()))


@lru_cache(maxsize=1024)
def _called(function: types.FunctionType) -> frozenset[str]:
    """Return the names that a function uses and that may be methods of its view."""
    names = mentioned(function.__code__) - _VERBS
    return names if is_frameworks(function) else names - _ACTIONS


@lru_cache(maxsize=1024)
def _of_tail(tail: _Classes, name: str) -> _Functions:
    return tuple(with_parents(tail, name))


def with_parents(mro: _Classes, name: str) -> Iterator[types.FunctionType]:
    """Yield the first method of that name, and the next ones as long as they call `super`."""
    for base in mro:
        value = base.__dict__.get(name)
        layers = layers_of_method(value.__func__ if isinstance(value, staticmethod) else value)
        if layers:
            yield layers[-1]
        if name in base.__dict__ and not (layers and "super" in mentioned(layers[-1].__code__)):
            return


@lru_cache(maxsize=1024)
def _is_method(classes: _Classes, name: str) -> bool:
    """Whether the first of these classes that has the name has a function there."""
    if name.startswith("__"):
        return False
    value = next((vars(one)[name] for one in classes if name in vars(one)), None)
    return isinstance(value, (types.FunctionType, staticmethod))
