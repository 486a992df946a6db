"""What an expression in a view stands for: the request, a value out of its body, or a constant."""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from django.db import models

from loadaudit.inventory.bodies.fields.models import NOTHING_SENT
from loadaudit.inventory.source.unwrap import Unwrapped
from loadaudit.records import BodyField, Evidence


class Marker(Enum):
    """Values that need no more than a name."""

    REQUEST = "request"
    SELF = "self"
    RAW = "raw"
    """The bytes of the body."""
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that does not come from the request: a literal, a class, a function."""

    value: Any


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several classes of forms, of which the request or a row tells which."""

    values: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """A tuple of known length."""

    values: "tuple[Value | None, ...]"


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that was made of one value after another."""

    element: "Value | None"


@dataclass(frozen=True, slots=True)
class Mapped:
    """A dictionary that was made of one pair after another."""

    key: "Value | None"
    value: "Value | None"


@dataclass(frozen=True, slots=True)
class Table:
    """A dictionary with known keys."""

    entries: "dict[Any, Value | None]"


@dataclass(frozen=True, slots=True)
class Absent:
    """The keys that were found missing."""

    shapes: "tuple[Shape, ...]"


@dataclass(frozen=True, slots=True)
class Made:
    """A view that `as_view` made in the middle of another."""

    view: Unwrapped


@dataclass(frozen=True, slots=True)
class Helper:
    """An object of a class of the project's own, which is neither a form nor a row."""

    made_of: type
    is_given: bool = False
    """It was made with something of the request."""
    attributes: "dict[str, Value | None]" = field(default_factory=dict, compare=False)
    """What it sets on itself."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row, or rows, of a model."""

    model: type[models.Model]


@dataclass(slots=True, eq=False)
class Part:
    """A form, a serializer or a class that takes a value whole."""

    fields: tuple[BodyField, ...]
    source: str
    evidence: Evidence
    cleaned: "Shape"
    """What the view does with the checked values."""
    many: bool = False
    sure: bool = True
    """It is used whatever else holds."""


@dataclass(slots=True, eq=False)
class Shape:
    """What has been learnt so far of one value out of the body."""

    name: str = ""
    is_root: bool = False
    holder: str = ""
    """`form` or `serializer` for an object that holds checked values, `object` for one whose attributes are fields."""
    type: str = ""
    sure: bool = False
    """The type was checked or converted to, and not only suggested by a default."""
    is_text: bool = False
    """A method of texts is called on it, whatever it says: `code.isdigit()`."""
    required: bool = False
    many: bool = False
    choices: dict[str, None] = field(default_factory=dict)
    pattern: str = ""
    """An expression for what a date or time is written as, or a column takes."""
    default: str | None = None
    has_default: bool = False
    """The view does without it."""
    max_length: int | None = None
    min_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    unique: bool = False
    column: str | None = None
    checked: str | None = None
    model: str | None = None
    model_field: str | None = None
    keys: "dict[str, Shape]" = field(default_factory=dict)
    element: "Shape | None" = None
    parts: list[Part] = field(default_factory=list)

    def key(self, name: str) -> "Shape":
        """Return the value under a key."""
        found = self.keys.get(name)
        if found is None:
            found = self.keys[name] = Shape(name=name, holder=self._inner_holder)
        return found

    def item(self) -> "Shape":
        """Return what stands for every value of a list."""
        if self.element is None:
            self.element = Shape(name=self.name, holder=self._inner_holder)
        return self.element

    @property
    def _inner_holder(self) -> str:
        """What is inside of an object with attributes has some as well."""
        return self.holder if self.holder == "object" else ""

    def suggest(self, type_: str) -> None:
        """Take a type that a default or a use suggests."""
        if not self.sure and self.type in ("", "any", "string"):
            self.type = type_

    def decide(self, type_: str) -> None:
        """Take a type that the view converts to or checks."""
        if not (self.sure and type_ == "string"):
            self.type, self.sure = type_, True

    def describe(self, known: BodyField) -> None:
        """Take what a model field says about its values."""
        if known.type != "any":
            self.suggest(known.type)
        if known.model is not None and self.model is None:
            self.model, self.model_field = known.model, known.model_field
        if not self.choices and known.choices:
            self.choices = dict.fromkeys(known.choices)
        self.max_length = self.max_length or known.max_length
        self.unique = self.unique or known.unique
        self.column = self.column or known.column
        self.checked = self.checked or known.checked
        self.minimum = known.minimum if self.minimum is None else self.minimum
        self.maximum = known.maximum if self.maximum is None else self.maximum
        self.pattern = self.pattern or known.pattern

    @property
    def is_used(self) -> bool:
        """Whether anything is known of the value."""
        return bool(
            self.keys
            or self.parts
            or self.type
            or self.model
            or self.choices
            or (self.element and self.element.is_used)
        )

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return self.many or (self.element is not None and self.element.is_used and not self.keys)


OF_MODEL = "model "
"""Beginning of the source of what is written into a row as a whole."""

_MOMENTS = frozenset({"date", "date-time", "time"})
_WRITTEN = _MOMENTS | {"string"}

Value = Marker | Constant | AnyOf | Several | Listed | Mapped | Table | Absent | Made | Helper | Row | Shape


def field_of(shape: Shape, unknown: str) -> BodyField:
    """Return the body field of a value; `unknown` is the type of values of which no type was seen."""
    if shape.is_list and shape.element is not None:
        inner = field_of(shape.element, unknown)
        model, model_field = inner.model or shape.model, inner.model_field or shape.model_field
        return replace(
            inner,
            name=shape.name,
            required=shape.required,
            many=True,
            default=None,
            model=model,
            model_field=model_field,
        )
    inside = fields_of(shape, "any")
    digits = _digits_of(shape, unknown)
    found = BodyField(
        name=shape.name,
        type="object" if inside else "string" if digits else shape.type or unknown,
        required=shape.required,
        many=shape.is_list,
        choices=_choices_of(shape),
        default=shape.default,
        pattern=digits or (shape.pattern if shape.type in _WRITTEN else ""),
        max_length=shape.max_length,
        min_length=shape.min_length,
        minimum=shape.minimum,
        maximum=shape.maximum,
        unique=shape.unique,
        column=shape.column,
        checked=shape.checked,
        model=shape.model,
        model_field=shape.model_field,
        fields=inside,
    )
    return _no_row_there(found)


def _as_written(one: BodyField, whole: Shape) -> BodyField:
    """Return a field with what no two rows may have of it, where all of its object is written into a row."""
    rows = (part for part in whole.parts if part.source.startswith(OF_MODEL))
    column = next((each for part in rows for each in part.fields if each.name == one.name), None)
    if column is None:
        return one
    unique, name = one.unique or column.unique, one.column or column.column
    return _no_row_there(replace(one, unique=unique, column=name, checked=one.checked or column.checked))


def _no_row_there(one: BodyField) -> BodyField:
    """Return a field that names no row where its value is written into the column by which one is looked for.

    No two rows may have the same there, so that the view only looks whether there is one already.
    """
    is_same = one.unique and one.column is not None and one.column == f"{one.model}.{one.model_field}"
    return replace(one, model=None, model_field=None) if is_same else one


def _digits_of(shape: Shape, unknown: str) -> str:
    """Return the expression of a number that is sent as text; empty for all else.

    JSON has numbers, and a method of texts fails on one; a form has none, but a length tells how it is written.
    """
    is_json = unknown == "any"
    if not shape.is_text or shape.type not in ("integer", "number") or shape.model is not None:
        return ""
    if shape.min_length is None and shape.max_length is None:
        return r"^[1-9]\d*$" if is_json else ""
    most = "" if shape.max_length is None else shape.max_length
    return rf"^\d{{{shape.min_length or 1},{most}}}$"


def _choices_of(shape: Shape) -> tuple[str, ...]:
    """Return what a value is compared with; words that code takes for a time beside others (`noon`) are no choices."""
    if shape.type in _MOMENTS:
        return tuple(one for one in shape.choices if any(each.isdigit() for each in one))
    return () if {one.lower() for one in shape.choices} <= NOTHING_SENT else tuple(shape.choices)


def fields_of(shape: Shape, unknown: str) -> tuple[BodyField, ...]:
    """Return the fields of an object: those of what takes it whole, then keys that are read beside."""
    found: dict[str, BodyField] = {}
    for part in shape.parts:
        # Of forms in branches one is enough.
        certain = part.sure or part is shape.parts[0]
        for one in part.fields:
            known = _with_uses(one, part.cleaned)
            found.setdefault(one.name, known if certain else replace(known, required=False))
    for name, inner in shape.keys.items():
        if name not in found:
            found[name] = field_of(inner, unknown)
        else:
            found[name] = _with_use(found[name], inner)
    return tuple(found.values())


def _with_uses(one: BodyField, cleaned: Shape) -> BodyField:
    use = cleaned.keys.get(one.name)
    return one if use is None else _with_use(one, use)


def _with_use(one: BodyField, use: Shape) -> BodyField:
    """Add what the view does with a checked value to what declares it."""
    element = use.element
    model = one.model or use.model or (element.model if element is not None else None)
    model_field = one.model_field or use.model_field or (element.model_field if element is not None else None)
    inner = element.keys if element is not None and element.keys else use.keys
    fields = tuple(_with_use(field_, inner[field_.name]) if field_.name in inner else field_ for field_ in one.fields)
    fields = tuple(_as_written(field_, use if element is None else element) for field_ in fields)
    choices = one.choices
    if not choices and one.type in ("string", "any") and not one.many:
        choices = tuple(use.choices)
    found = replace(
        one,
        model=model,
        model_field=model_field,
        fields=fields,
        choices=choices,
        unique=one.unique or use.unique,
        column=one.column or use.column,
        checked=one.checked or use.checked,
    )
    return _no_row_there(found)
