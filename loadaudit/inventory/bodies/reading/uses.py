"""Forms, serializers and annotated classes that a view hands its data to."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.db import models

from loadaudit.inventory.bodies.fields.annotated import fields_of_class, is_annotated_class
from loadaudit.inventory.bodies.fields.forms import FormFields, fields_of_form, is_form
from loadaudit.inventory.bodies.fields.formsets import fields_of_formset, is_formset
from loadaudit.inventory.bodies.fields.json_schema import fields_of_schema
from loadaudit.inventory.bodies.fields.models import writable_fields
from loadaudit.inventory.bodies.fields.serializers import fields_of_serializer, serializer_class_of
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.inventory.bodies.reading.frame import Arguments, Frame, is_from_body
from loadaudit.inventory.bodies.reading.values import OF_MODEL, Constant, Listed, Marker, Part, Shape, Table, Value
from loadaudit.records import BodyField, Evidence

_FACTORIES = frozenset({"formset_factory", "modelformset_factory", "inlineformset_factory", "modelform_factory"})
_FRAMEWORKS = ("django.views.", "django.contrib.", "rest_framework.")


def name_of(made: object) -> str:
    """Return a class's full name; a form that Django made of a model has only that."""
    model = getattr(getattr(made, "_meta", None), "model", None)
    if model is not None and getattr(made, "__module__", "").startswith("django.forms."):
        return f"of {model._meta.label}"
    return f"{getattr(made, '__module__', '')}.{getattr(made, '__qualname__', '')}"


def evidence_of(frame: Frame) -> Evidence:
    """Return how sure it is that what the function does happens: certain where a framework's own code does it."""
    own = [one for one in frame.reading.stack if one is not frame.scope.function.__code__]
    is_framework = frame.scope.function.__module__.startswith(_FRAMEWORKS)
    return Evidence.DECLARED if is_framework and len(own) <= 2 and not frame.doubt else Evidence.INFERRED


def use_form(frame: Frame, form: Any, arguments: Arguments, evidence: Evidence | None = None) -> Value | None:
    """Note a form or a formset that is bound to data; return it."""
    first = arguments.get(0, "data")
    if isinstance(first, Table) and is_form(form):
        _describe(first, fields_of_form(form).fields)
        return None
    # Forms such as SetPasswordForm want the user first.
    roots = (one for one in arguments.values if isinstance(one, Shape) and one.is_root)
    data = first if isinstance(first, Shape) else next(roots, None)
    if data is None and arguments.is_open and frame.reading.method == "POST":
        data = frame.reading.data("form")
    if data is None or not (data.is_root or data.name or data.is_used):
        return None
    prefix = arguments.get(3, "prefix")
    text = prefix.value if isinstance(prefix, Constant) and isinstance(prefix.value, str) else ""
    read = fields_of_formset(form, text) if is_formset(form) else _with_children(form, text)
    if evidence is None:
        evidence = evidence_of(frame)
    sure = evidence if read.exact else Evidence.INFERRED
    what = "formset" if is_formset(form) else "form"
    described = form.form if is_formset(form) else form
    return _take(frame, data, read.fields, f"{what} {name_of(described)}", sure, "form")


def _with_children(form: Any, prefix: str) -> FormFields:
    """Return a form's fields and those of the formsets that a ClusterForm carries by name."""
    read = fields_of_form(form, prefix)
    children = getattr(form, "formsets", None)
    fields = list(read.fields)
    for name, formset in children.items() if isinstance(children, dict) else ():
        if is_formset(formset):
            fields += fields_of_formset(formset, f"{prefix}-{name}" if prefix else name, may_be_empty=True).fields
    return replace(read, fields=tuple(fields))


def use_serializer(
    frame: Frame, serializer: Any, arguments: Arguments, evidence: Evidence | None = None
) -> Value | None:
    """Note a serializer that gets data; return it."""
    made, many = serializer_class_of(serializer)
    data = arguments.get(1, "data")
    if made is not None and isinstance(data, Table):
        _describe(data, fields_of_serializer(made))
    if made is None or not isinstance(data, Shape):
        return None
    given = arguments.named.get("many")
    many = many or (isinstance(given, Constant) and given.value is True)
    partial = arguments.named.get("partial")
    is_partial = frame.reading.method == "PATCH" or (isinstance(partial, Constant) and partial.value is True)
    fields = fields_of_serializer(made)
    if is_partial:
        fields = optional(fields)
    how = evidence if evidence is not None else evidence_of(frame)
    return _take(frame, data, fields, f"serializer {name_of(made)}", how, "serializer", many=many)


def _describe(data: Table, fields: tuple[BodyField, ...]) -> None:
    """Note what is asked of single keys of the body that the view puts under names of its own."""
    for one in fields:
        value = data.entries.get(one.name)
        if isinstance(value, Shape) and not value.is_root:
            value.describe(one)
            value.required = value.required or one.required


def optional(fields: tuple[BodyField, ...]) -> tuple[BodyField, ...]:
    """Return the fields with none of them required, as a partial update takes them."""
    return tuple(replace(one, required=False) for one in fields)


def use_class(frame: Frame, made: Any, data: Shape, *, many: bool = False) -> Value | None:
    """Note an annotated class or a model that is made from an object of the body."""
    if issubclass(made, models.Model):
        fields, what = writable_fields(made), OF_MODEL.rstrip()
    else:
        fields, what = fields_of_class(made), "class"
    target = data.item() if many and not data.is_root else data
    return _take(
        frame, target, fields, f"{what} {name_of(made)}", Evidence.INFERRED, "object", many=many and data.is_root
    )


def use_schema(frame: Frame, data: Shape, schema: Any) -> None:
    """Note a JSON Schema that an object of the body is checked against."""
    if isinstance(schema, dict):
        fields, many = fields_of_schema(schema, schema)
        if fields:
            _take(frame, data, fields, "JSON Schema in the source", Evidence.INFERRED, "object", many=many)


def _take(
    frame: Frame,
    data: Shape,
    fields: tuple[BodyField, ...],
    source: str,
    evidence: Evidence,
    holder: str,
    *,
    many: bool = False,
) -> Value:
    known = next((one for one in data.parts if one.source == source and one.fields == fields), None)
    if known is None:
        cleaned = Shape(holder=holder)
        known = Part(fields, source, evidence, cleaned, many=many, sure=not frame.doubt)
        data.parts.append(known)
    if many and holder == "serializer":
        return known.cleaned
    return Listed(known.cleaned) if many else known.cleaned


def is_taking(target: object) -> bool:
    """Whether the object is something that takes a body whole."""
    return (
        is_form(target)
        or is_formset(target)
        or serializer_class_of(target)[0] is not None
        or is_annotated_class(target)
    )


def use(frame: Frame, target: Any, arguments: Arguments) -> Value | None:
    """Note what a call of a form, a serializer or an annotated class takes."""
    if is_form(target) or is_formset(target):
        return use_form(frame, target, arguments)
    if serializer_class_of(target)[0] is not None:
        return use_serializer(frame, target, arguments)
    unpacked = next((one for one in arguments.unpacked if isinstance(one, Shape)), None)
    if unpacked is not None:
        return use_class(frame, target, unpacked)
    for one in fields_of_class(target):
        value = arguments.named.get(one.name)
        if isinstance(value, Shape) and not value.is_root:
            value.describe(one)
    return None


def made_by_factory(name: str, target: Any, arguments: Arguments) -> Value | None:
    """Return the class that one of Django's form factories makes of constants."""
    if name not in _FACTORIES or not callable(target):
        return None
    if any(is_from_body(one) or one is Marker.SELF for one in arguments.values) or None in arguments.positional:
        return None
    positional = [one.value for one in arguments.positional if isinstance(one, Constant)]
    named = {key: one.value for key, one in arguments.named.items() if isinstance(one, Constant)}
    made = _made(_Call(target, positional, named))
    return Constant(made) if isinstance(made, type) else None


class _Call:
    """A call that is equal to another one with equal arguments, lists and tables of them included."""

    def __init__(self, target: Callable[..., Any], positional: list[Any], named: dict[str, Any]) -> None:
        self.make: Callable[[], Any] = lambda: target(*positional, **named)
        self._key = (target, _frozen(positional), _frozen(named))

    def __hash__(self) -> int:
        try:
            return hash(self._key)
        except TypeError:
            return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, _Call) and self._key == other._key)


# Many views of a project, and each of them several times, make the class of the same formset.
@lru_cache(maxsize=256)
def _made(call: _Call) -> Any:
    return quietly(call.make)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((key, _frozen(one)) for key, one in value.items())
    return (type(value), *map(_frozen, value)) if isinstance(value, (list, tuple)) else value
