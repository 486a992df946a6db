"""Fields of a DRF serializer: declared ones from their instances, a ModelSerializer's from its model."""

import types
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.db import models

from loadaudit.inventory.bodies.fields.checks import checked_column
from loadaudit.inventory.bodies.fields.models import (
    as_text,
    choice_values,
    column_of,
    find_field,
    is_unique,
    label_of,
    of_model_field,
    pattern_of,
    type_by_class,
)
from loadaudit.inventory.bodies.fields.unique_together import demanded_together
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.records import BodyField

_MAX_DEPTH = 5
_BUILDERS = ("__init__", "get_fields", "get_field_names", "build_field", "build_standard_field", "get_extra_kwargs")
# By name, because DRF need not be installed; the first that a field's classes have counts.
_TEXTS = frozenset({"CharField", "RegexField"})
_TYPES = {
    "EmailField": "email",
    "URLField": "uri",
    "UUIDField": "uuid",
    "HyperlinkedRelatedField": "uri",
    "IntegerField": "integer",
    "FloatField": "number",
    "DecimalField": "number",
    "BooleanField": "boolean",
    "DateTimeField": "date-time",
    "DateField": "date",
    "TimeField": "time",
    "DurationField": "duration",
    "FileField": "file",
    "DictField": "object",
    "JSONField": "any",
    "ChoiceField": "string",
    "CharField": "string",
}
_NOT_SENT = frozenset({"HiddenField", "ReadOnlyField", "SerializerMethodField"})


def is_serializer(candidate: object) -> bool:
    """Whether the object is a serializer class."""
    return isinstance(candidate, type) and "BaseSerializer" in _names(candidate)


def serializer_class_of(candidate: Any) -> tuple[Any, bool]:
    """Return the class behind a serializer class or instance, and whether it stands for a list."""
    if is_serializer(candidate):
        child = getattr(candidate, "child", None)
        return (type(child), True) if child is not None and is_serializer(type(child)) else (candidate, False)
    if candidate is not None and is_serializer(type(candidate)):
        child = getattr(candidate, "child", None)
        return (type(child), True) if child is not None else (type(candidate), False)
    return None, False


@lru_cache(maxsize=1024)
def fields_of_serializer(serializer: Any, depth: int = 0) -> tuple[BodyField, ...]:
    """Return what a serializer class takes as input; fields that are only read are left out."""
    if depth > _MAX_DEPTH:
        return ()
    if kinds := _by_model(serializer):
        return kinds[0], *fields_of_serializer(kinds[1], depth)
    if any(_is_own(getattr(serializer, name, None)) for name in _BUILDERS):
        # Not `get_fields`: an `__init__` changes `fields`, which calls it first.
        asked = quietly(lambda: dict(serializer().fields.items()))
        if asked is not None:
            return tuple(_given(asked.items(), _model_of(serializer), depth))
    declared: dict[str, Any] = getattr(serializer, "_declared_fields", {})
    model = _model_of(serializer)
    if model is None or model._meta.abstract:
        return tuple(_given(declared.items(), None, depth))
    return tuple(_of_model(serializer, model, declared, depth))


def _by_model(serializer: Any) -> tuple[BodyField, Any] | None:
    """Return the field that tells of which model a row is, and the serializer of the first, where a table has several.

    The name of that field stands beside the table of models, as `resource_type_field_name = "resourcetype"` does.
    """
    held = {name: getattr(serializer, name, None) for one in serializer.__mro__ for name in vars(one)}
    named = next((one for name, one in held.items() if name.endswith("_field_name") and isinstance(one, str)), "")
    for table in held.values() if named else ():
        pairs = list(table.items()) if isinstance(table, dict) else []
        if pairs and all(isinstance(key, type) and issubclass(key, models.Model) for key, _ in pairs):
            model, made = next(((key, one) for key, one in pairs if not key._meta.abstract), pairs[0])
            inner, many = serializer_class_of(made)
            if inner is not None and not many:
                label = str(model._meta.object_name)
                return BodyField(name=named, type="string", required=True, choices=(label,)), inner
    return None


def _is_own(method: object) -> bool:
    return isinstance(method, types.FunctionType) and not (method.__module__ or "").startswith("rest_framework.")


def _model_of(serializer: type) -> Any:
    model = getattr(getattr(serializer, "Meta", None), "model", None)
    return model if isinstance(model, type) and issubclass(model, models.Model) else None


def _given(named: Iterable[tuple[str, Any]], model: type[models.Model] | None, depth: int) -> Iterator[BodyField]:
    for name, one in named:
        found = of_serializer_field(name, one, depth)
        if found is not None:
            source = getattr(one, "source", None) or name
            held = find_field(model, source) if model is not None else None
            if held is not None and (column := column_of(held)) is not None:
                found = replace(found, unique=found.unique or is_unique(held), column=column)
            if held is not None and (checked := checked_column(held)) is not None:
                found = replace(found, checked=checked)
            yield _of_a_relation(found, held)


def _of_a_relation(found: BodyField, held: Any) -> BodyField:
    """Return a plain field with the row that it means where its model links to one by a key of that type.

    As `animal = UUIDField()` for the foreign key of that name does.
    """
    is_link = getattr(held, "concrete", False) and held.is_relation and found.model is None
    known = of_model_field(held) if is_link else None
    if known is None or known.type != found.type or known.many != found.many:
        return found
    return replace(found, model=known.model, model_field=known.model_field)


def _of_model(serializer: type, model: type[models.Model], declared: dict[str, Any], depth: int) -> Iterator[BodyField]:
    meta: Any = getattr(serializer, "Meta", None)
    names = list(_names_of_fields(meta, model, declared))
    extra: dict[str, dict[str, Any]] = dict(getattr(meta, "extra_kwargs", None) or {})
    for name in getattr(meta, "read_only_fields", None) or ():
        extra[name] = {**extra.get(name, {}), "read_only": True}
    together = demanded_together(model, names) if getattr(meta, "validators", None) is None else {}
    for name in names:
        if name in declared:
            yield from _given([(name, declared[name])], model, depth)
            continue
        options = extra.get(name, {})
        held = find_field(model, options.get("source", name))
        if held is None and not options.get("read_only") and not getattr(meta, "depth", 0):
            reverse = _reverse(name, options.get("source", name), model)
            yield from (_with_options(_linked(one, serializer), options) for one in reverse)
        if held is None or options.get("read_only") or not _is_written(held, meta):
            continue
        found = of_model_field(held, name)
        if name in together:
            found = replace(found, required=together[name])
        yield _with_options(_linked(found, serializer), options)


def _reverse(name: str, source: str, model: type[models.Model]) -> Iterator[BodyField]:
    """Yield what a relation that other models have to this one takes, which a serializer may name like a column."""
    for one in model._meta.related_objects:
        related: Any = one.related_model
        through: Any = getattr(one, "through", None)
        if one.get_accessor_name() == source and (through is None or through._meta.auto_created):
            key = of_model_field(related._meta.pk, name)
            many = bool(one.one_to_many or one.many_to_many)
            yield replace(
                key,
                required=True,
                unique=False,
                column=None,
                many=many,
                default=None,
                model=label_of(related),
                model_field="pk",
            )


def _names_of_fields(meta: Any, model: type[models.Model], declared: dict[str, Any]) -> Iterable[str]:
    fields = getattr(meta, "fields", None)
    if isinstance(fields, (list, tuple)):
        return fields
    excluded = frozenset(getattr(meta, "exclude", None) or ())
    own = [one.name for one in (*model._meta.concrete_fields, *model._meta.many_to_many)]
    return (name for name in dict.fromkeys([*declared, *own]) if name not in excluded)


def _is_written(held: "models.Field[Any, Any]", meta: Any) -> bool:
    if getattr(meta, "depth", 0) and held.is_relation:
        return False
    through: Any = getattr(getattr(held, "remote_field", None), "through", None)
    if through is not None and not through._meta.auto_created:
        return False
    return held.editable and not isinstance(held, models.AutoField)


def _linked(found: BodyField, serializer: type) -> BodyField:
    related = getattr(serializer, "serializer_related_field", None)
    if found.model is None or related is None or "HyperlinkedRelatedField" not in _names(related):
        return found
    return replace(found, type="uri")


def _with_options(found: BodyField, options: dict[str, Any]) -> BodyField:
    required = found.required
    if "default" in options:
        required = False
    changes: dict[str, Any] = {"required": bool(options.get("required", required))}
    for ours, theirs in (("max_length", "max_length"), ("min_length", "min_length")):
        if isinstance(options.get(theirs), int):
            changes[ours] = options[theirs]
    for ours, theirs in (("minimum", "min_value"), ("maximum", "max_value")):
        if isinstance(options.get(theirs), (int, float)):
            changes[ours] = float(options[theirs])
    return replace(found, **changes)


def of_serializer_field(name: str, one: Any, depth: int = 0) -> BodyField | None:
    """Return the body field of one serializer field, or None when it is not part of the input."""
    kind: Any = type(one)
    names = _names(kind)
    if getattr(one, "read_only", False) or names & _NOT_SENT:
        return None
    plain = BodyField(name=name, required=bool(getattr(one, "required", False)), default=_default(one))
    if "BaseSerializer" in names:
        made, many = serializer_class_of(one)
        inner = fields_of_serializer(made, depth + 1) if made is not None else ()
        return replace(plain, type="object" if inner else "any", many=many, fields=inner)
    child = getattr(one, "child_relation", None) or (getattr(one, "child", None) if "ListField" in names else None)
    if child is not None:
        inside = of_serializer_field(name, child, depth)
        found = inside if inside is not None else replace(plain, type="any")
        return replace(found, many=True, required=plain.required, default=None)
    if "RelatedField" in names:
        return _related(plain, one, names)
    return _limited(plain, one, names)


@lru_cache(maxsize=1024)
def _names(made: Any) -> frozenset[str]:
    return frozenset(base.__name__ for base in made.__mro__)


def _related(plain: BodyField, one: Any, names: frozenset[str]) -> BodyField:
    model = getattr(getattr(one, "queryset", None), "model", None)
    label = label_of(model)
    if "HyperlinkedRelatedField" in names:
        return replace(plain, type="uri", model=label, model_field=getattr(one, "lookup_field", "pk"))
    if label is None or not isinstance(model, type):
        return replace(plain, type="any")
    key = getattr(one, "slug_field", None) or "pk"
    target = find_field(model, key)
    type_ = of_model_field(target).type if target is not None else "any"
    return replace(plain, type=type_, model=label, model_field=key)


def _limited(plain: BodyField, one: Any, names: frozenset[str]) -> BodyField:
    known = type_by_class(type(one))
    type_ = known or next((_TYPES[base.__name__] for base in type(one).__mro__ if base.__name__ in _TYPES), "any")
    if "ChoiceField" in names:
        return replace(plain, type=type_, many="MultipleChoiceField" in names, choices=_choices(one))
    return replace(
        plain,
        type=type_,
        min_length=_whole(getattr(one, "min_length", None)),
        max_length=_whole(getattr(one, "max_length", None)),
        minimum=_number(getattr(one, "min_value", None)),
        maximum=_number(getattr(one, "max_value", None)),
        pattern=_pattern(one) if names & _TEXTS else "",
    )


def _choices(one: Any) -> tuple[str, ...]:
    return quietly(lambda: choice_values(dict(one.choices).items())) or ()


def _default(one: Any) -> str | None:
    default = getattr(one, "default", None)
    return as_text(default) if isinstance(default, (str, int, float)) and default is not None else None


def _whole(limit: object) -> int | None:
    return limit if isinstance(limit, int) else None


def _number(limit: Any) -> float | None:
    return float(limit) if isinstance(limit, (int, float)) or type(limit).__name__ == "Decimal" else None


def _pattern(one: Any) -> str:
    return pattern_of(getattr(one, "validators", ()))
