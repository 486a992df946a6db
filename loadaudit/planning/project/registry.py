"""What `loadtests` modules have declared, kept as data with the place of each declaration."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

from loadaudit.records import Operation

DEFAULT_TIMEOUT_S = 60.0
"""For one call of what says nothing else; a time through a scenario has at most half of the load."""

_MOST_LAYERS = 10
"""Decorators and partial functions around one function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Values for parameters of routes."""

    names: tuple[str, ...]
    """Parameters that one value, or one tuple of values, is for."""
    source: Any
    """Values, or a function of nothing or of the identity that returns or yields them."""
    view: str = ""
    """Only for this view; empty: wherever a parameter has the name."""
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySource:
    """The body of a view's requests."""

    view: str
    source: Any
    """A dictionary or list, or a function of nothing or of the identity that returns one."""
    form: bool | None = None
    """Whether it is sent as a form; None: as the inventory says."""
    method: str = ""
    """Empty: of every method that has a body."""
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclude:
    """A view that is never to be sent."""

    view: str
    because: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A function that one virtual user goes through again and again."""

    name: str
    function: Callable[[Any], object]
    weight: int = 1
    role: str = ""
    """Whom it is for; empty: the role that most operations are for."""
    max_concurrency: int | None = None
    timeout_s: float | None = None
    """For one time through it; None: what it does not say."""
    place: str


@dataclass(slots=True, kw_only=True)
class Registry:
    """Everything that was declared, in order."""

    providers: list[Provider] = field(default_factory=list)
    bodies: list[BodySource] = field(default_factory=list)
    excludes: list[Exclude] = field(default_factory=list)
    scenarios: list[Scenario] = field(default_factory=list)
    on_login: list[Callable[[Any], object]] = field(default_factory=list)
    stubs: list[str] = field(default_factory=list)
    """Places of providers as `plan --stubs` prints them, which nobody has filled in."""

    def clear(self) -> None:
        """Forget everything."""
        for declared in (self.providers, self.bodies, self.excludes, self.scenarios, self.on_login, self.stubs):
            declared.clear()


REGISTRY = Registry()
"""Filled while the modules are imported, as the admin's registry is."""


def names_view(text: str, operation: Operation) -> bool:
    """Whether a declaration means this operation: by URL name, route, id, or the view's qualified name."""
    return text in (operation.name, *operation.other_names, operation.route, operation.id, operation.view)


def place_of_caller(depth: int = 2) -> str:
    """Return `file:line` of the code that called whoever calls this."""
    frame = sys._getframe(depth)
    return f"{short(frame.f_code.co_filename)}:{frame.f_lineno}"


def place_of(function: Callable[..., object]) -> str:
    """Return `file:line` of a function, or of what a class or an object is called by."""
    code = code_of(function)
    return f"{short(code.co_filename)}:{code.co_firstlineno}" if code is not None else repr(function)


def code_of(function: Any) -> CodeType | None:
    """Return the code that a call of something comes to, below decorators that tell what they stand around."""
    for _ in range(_MOST_LAYERS):
        if (inner := getattr(function, "func", None) or getattr(function, "__wrapped__", None)) is None:
            break
        function = inner
    if not hasattr(function, "__code__"):
        # An object is called by the method of its class, a class by what makes its objects.
        owner, name = (function, "__init__") if isinstance(function, type) else (type(function), "__call__")
        function = getattr(owner, name, None)
    code = getattr(function, "__code__", None)
    return code if isinstance(code, CodeType) else None


def name_of(function: Any) -> str:
    """Return what a function, a class or the class of an object is called."""
    inner = getattr(function, "func", function)
    return str(getattr(inner, "__name__", type(inner).__name__))


def short(name: str) -> str:
    """Return a path relative to the working directory where it is below it, else to where it was imported from."""
    path = Path(name)
    # An installed package's place on one machine says nothing on another.
    for folder in (Path.cwd(), *sorted(map(Path, filter(None, sys.path)), key=lambda one: -len(one.parts))):
        if path.is_relative_to(folder):
            return str(path.relative_to(folder))
    return name


def without_effect(registry: Registry, operations: Sequence[Operation]) -> list[str]:
    """Return a sentence for each declaration of nothing: its view or parameter is unknown, or it is an open stub."""
    parameters = {one.name for operation in operations for one in operation.parameters}
    found = []
    named = [
        *((one.view, one.place) for one in registry.providers),
        *((one.view, one.place) for one in registry.bodies),
        *((one.view, one.place) for one in registry.excludes),
    ]
    for view, place in named:
        if view and not any(names_view(view, operation) for operation in operations):
            found.append(f"{place}: no operation has the name, route or view {view!r}, so this has no effect.")
    for provider in registry.providers:
        if not provider.view and not parameters.intersection(provider.names):
            names = ", ".join(map(repr, provider.names))
            found.append(f"{provider.place}: no route has a parameter {names}, so this has no effect.")
    found += [f"{place}: this stub is not filled in, so it says nothing yet." for place in registry.stubs]
    return found
