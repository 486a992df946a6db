"""One function as it is being followed, and what is known of the whole operation."""

import ast
import builtins
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from loadaudit.inventory.bodies.reading.values import Constant, Listed, Mapped, Marker, Row, Several, Shape, Value
from loadaudit.inventory.source.expressions import ModelReader
from loadaudit.inventory.source.scope import MISSING, Scope
from loadaudit.inventory.source.unwrap import Unwrapped

MAX_DEPTH = 5
MOST_CALLS = 80
"""Helpers that are followed for one operation; whoever needs more is not described by keys anyway."""


@dataclass(slots=True, kw_only=True)
class Arguments:
    """Values of a call's arguments."""

    positional: list[Value | None] = field(default_factory=list)
    named: dict[str, Value | None] = field(default_factory=dict)
    unpacked: list[Value | None] = field(default_factory=list)
    """Values after `**`."""
    is_open: bool = False
    """Something that could not be read is unpacked into the call."""

    def get(self, position: int, name: str) -> Value | None:
        """Return one argument by position or name."""
        if name in self.named:
            return self.named[name]
        return self.positional[position] if 0 <= position < len(self.positional) else None

    @property
    def values(self) -> list[Value | None]:
        """All values."""
        return [*self.positional, *self.named.values(), *self.unpacked]


@dataclass(slots=True, kw_only=True)
class Reading:
    """What an operation does with its body."""

    view: Unwrapped
    method: str
    action: str = ""
    root: Shape = field(default_factory=lambda: Shape(is_root=True))
    kinds: set[str] = field(default_factory=set)
    """`form`, `json`, `data` (what DRF parsed), `raw`."""
    files: dict[str, Shape] = field(default_factory=dict)
    instance: dict[str, Value | None] = field(default_factory=dict)
    """Attributes that the object sets on itself which `self` means: the view, or a helper while that is followed."""
    held: dict[int, dict[str, Value | None]] = field(default_factory=dict)
    """The same of classes and objects of modules, by their ids."""
    request: dict[str, Value | None] = field(default_factory=dict)
    """Attributes that decorators and views set on the request."""
    calls_left: int = MOST_CALLS
    stack: list[types.CodeType] = field(default_factory=list)

    def data(self, kind: str) -> Shape:
        """Return the parsed body, whoever parsed it."""
        self.kinds.add(kind)
        return self.root

    def file(self, name: str, *, required: bool = False, many: bool = False) -> Shape:
        """Return an uploaded file."""
        found = self.files.setdefault(name, Shape(name=name, type="file", sure=True))
        found.required = found.required or required
        found.many = found.many or many
        return found


class Machine(Protocol):
    """What the parts of the interpreter need of each other."""

    def evaluate(self, frame: "Frame", node: ast.expr) -> Value | None:
        """Return what an expression stands for, noting what it does with the body."""

    def follow(
        self,
        frame: "Frame",
        function: types.FunctionType,
        arguments: Arguments,
        bound_to: type | None,
        *,
        always: bool = False,
    ) -> Value | None:
        """Follow a function that is called with these values and return what it returns.

        Unless `always`, only when the function may have to do with the body.
        """

    def delegate(self, frame: "Frame", view: Unwrapped) -> None:
        """Follow another view that answers the request."""

    def bind(self, frame: "Frame", target: ast.expr, value: Value | None) -> None:
        """Assign a value."""


@dataclass(slots=True, kw_only=True)
class Frame:
    """One call of one function."""

    reading: Reading
    machine: Machine
    scope: Scope
    models: ModelReader
    names: dict[str, Value | None] = field(default_factory=dict)
    returned: list[Value | None] = field(default_factory=list)
    depth: int = 0
    doubt: int = 0
    """In how many branches that need not be taken the statement is."""
    eager: bool = False
    """Every helper is followed: a class is looked for, which need not have to do with the request."""

    def evaluate(self, node: ast.expr) -> Value | None:
        """Return what an expression stands for."""
        return self.machine.evaluate(self, node)

    def lookup(self, name: str) -> Value | None:
        """Return what a name stands for."""
        if name in self.names:
            row = self.models.known.get(name)
            return Row(row) if row is not None else self.names[name]
        function = self.scope.function
        # Before the scope, which looks through all statements for an import of the name.
        if name not in function.__globals__ and name not in function.__code__.co_freevars and hasattr(builtins, name):
            return Constant(getattr(builtins, name))
        found = self.scope.value(ast.Name(id=name))
        return None if found is MISSING else Constant(found)


def elements(value: Value | None) -> Value | None:
    """Return what a loop over the value yields."""
    if isinstance(value, Shape):
        return None if value.holder in ("form", "serializer") or value.type == "file" else value.item()
    if isinstance(value, Mapped):
        return value.key
    if isinstance(value, Row):
        return value
    if isinstance(value, Several):
        known = [one for one in value.values if one is not None]
        return known[0] if known else None
    return getattr(value, "element", None)


def is_from_body(value: Value | None) -> bool:
    """Whether a value comes out of the request."""
    if isinstance(value, Shape):
        return True
    if isinstance(value, Marker):
        return value is not Marker.SELF
    if isinstance(value, Several):
        return any(is_from_body(one) for one in value.values)
    if isinstance(value, Mapped):
        return is_from_body(value.key) or is_from_body(value.value)
    return isinstance(value, Listed) and is_from_body(value.element)


def first_known(values: Sequence[Value | None]) -> Value | None:
    """Return the most telling of several values: one out of the body, then one that is known."""
    for value in values:
        if is_from_body(value):
            return value
    return next((one for one in values if one is not None and not _is_none(one)), None) or next(
        (one for one in values if one is not None), None
    )


def _is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def truth(value: Value | None) -> bool | None:
    """Return whether a value is true, or None when that is open."""
    if isinstance(value, Constant):
        held: Any = value.value
        plain = held is None or isinstance(held, (bool, int, str, tuple, list, dict, set, frozenset))
        return bool(held) if plain else True if isinstance(held, (type, types.FunctionType)) else None
    if isinstance(value, Shape) and value.is_root:
        return True
    return True if value in (Marker.RAW, Marker.FILES) else None
