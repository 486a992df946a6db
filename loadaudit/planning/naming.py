"""Values for parameters of which only the names tell something: columns, content types with a row, models of an app."""

import inspect
import itertools
import pydoc
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.apps import AppConfig, apps
from django.db import models

from loadaudit.inventory.source.relations import choices_of, is_of_app
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.planning.converted import converted
from loadaudit.planning.making.fitting import fits
from loadaudit.planning.neighbours import GENERIC
from loadaudit.planning.payloads.hyperlinks import address_of
from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.planning.rows import own_and_others
from loadaudit.records import BodyField, Identity, Operation, Parameter

ORIGIN = "rows that its names suggest"
OF_ANY_MODEL = "rows of any model, which its names ask for"
"""Origin of values for an app, a model and a row of it: that they belong together is sure, not which the view takes."""

_MOST = 8
"""Sets of values for one operation."""

_ROWS_EACH = 2
_APP = re.compile(r"^app(_?label|_?name)?$")
_MODEL = re.compile(r"^model(_?name|_?label)?$")
_CONTENT_TYPE = re.compile(r"^(content_?type|ct)(_?id|_?pk)?$")
_ROW = re.compile(r"^((object|obj|row|instance)_?)?(id|pk)$")
_ROW_OF_ANY = re.compile(r"^(object|obj|model|instance|content)_?(id|pk)$")
OF_THE_FRAMEWORK = frozenset({"django.contrib.admin", "django.contrib.contenttypes", "django.contrib.sessions"})
"""Apps whose rows nobody means who means a row of any model."""

_CONTENT_TYPES = "contenttypes.ContentType"

_WORDS = re.compile(r"^(?P<words>\w+?)_(?P<column>id|pk|uuid|slug|key)$")

_SEVERAL = re.compile(r"^\w+_(?:id|pk|uuid|slug|key)(?P<ending>s)$")
"""Names of lists of keys, as of the rows that are to be deleted together."""

_CODE = re.compile(r"(_|^)(id|code|token|key|uuid|number|slug)$")

Values = Mapping[str, object]


def values_by_name(
    operation: Operation, names: Sequence[str], identity: Identity, pairs: Sequence[Values] = ()
) -> list[Values]:
    """Return values for the parameters `names` of an operation, from rows that the identity can reach.

    Models of the app that the view belongs to come first; only those are asked for names that every app uses. Values
    that the address does not take leave room for others: its rows may be those whose keys are UUIDs. `pairs` of an app
    and a model that are known go before all others, each with a row of its own.
    """
    found: list[Values] = []
    patterns = {one.name: one.pattern for one in operation.parameters if one.pattern}
    called, kinds = _called(operation, names), kinds_among(names)
    types = [called.get(one.name, one.name) for one in operation.parameters]
    types = [name for name in types if _CONTENT_TYPE.match(name)]
    own_names = {name: own for own, name in called.items()}
    sets = _sets({called.get(name, name) for name in names}, types, _near(operation.view), identity)
    for values in itertools.chain(_rows_of_pairs(pairs, names, identity), sets):
        own = {own_names.get(name, name): value for name, value in values.items()}
        own = dict(converted(operation.parameters, own))
        is_taken = all(fits(patterns[name], value) for name, value in own.items() if name in patterns)
        # One row of each model, so that its UUID is for addresses that do not take its key.
        is_new = all(any(own[name] != one.get(name) for name in kinds or own) for one in found)
        if is_taken and is_new:
            found.append(own)
        if len(found) == _MOST:
            break
    return found


def kinds_among(names: Sequence[str]) -> list[str]:
    """Return the names of an app and a model of it, where all the others mean the key of a row; else nothing."""
    kinds = [next((each for each in (_APP, _MODEL, _ROW) if each.match(name)), None) for name in names]
    is_of_any = None not in kinds and {_APP, _MODEL} <= set(kinds)
    return [name for name, kind in zip(names, kinds, strict=True) if kind is not _ROW] if is_of_any else []


def of_any_model(operation: Operation, *, loosely: bool = False) -> Operation:
    """Return an operation without what is wrongly known of a kind of row and a row of it, which belong together.

    `loosely` also without what is known of them from rows that point to any other.
    """
    called = _called(operation, [one.name for one in operation.parameters])
    kinds, rows, parts = [], [], []
    for one in operation.parameters:
        name, is_kind = called.get(one.name, one.name), one.model in (None, _CONTENT_TYPES)
        if is_kind and _CONTENT_TYPE.match(name):
            kinds.append(one.name)
        elif is_kind and (_APP.match(name) or _MODEL.match(name)):
            parts.append(one.name)
        elif _ROW.match(name) and (is_kind or ((loosely or len(parts) > 1) and _points_to_any(one))):
            rows.append(one.name)
    # An app and a model are a kind in two parts.
    kinds += parts if len(parts) > 1 else []
    if len(kinds) != max(1, len(parts)) or len(rows) != 1:
        return operation
    return replace(
        operation,
        parameters=tuple(
            replace(one, model=None, model_field=None) if one.name in (*kinds, *rows) else one
            for one in operation.parameters
        ),
    )


def _points_to_any(one: Parameter) -> bool:
    """Whether a parameter is the column of a row in which the key of any other row stands."""
    try:
        model = apps.get_model(str(one.model))
    except (LookupError, ValueError):
        return False
    return any(getattr(each, "fk_field", "") == one.model_field for each in model._meta.private_fields)


def _called(operation: Operation, names: Sequence[str]) -> dict[str, str]:
    """Return for groups without a name, which have a number, what the function of the view calls them."""
    if not any(name.isdigit() for name in names):
        return {}
    try:
        view = unwrap(pydoc.locate(operation.view))  # type: ignore[arg-type]
        known = inspect.signature(getattr(view.target, operation.method.lower(), view.target)).parameters
    except (TypeError, ValueError, pydoc.ErrorDuringImport):
        return {}
    named = [one.name for one in known.values() if one.kind is one.POSITIONAL_OR_KEYWORD]
    called = [name for name in named if name not in ("self", "cls", "request")]
    return {name: called[int(name) - 1] for name in names if name.isdigit() and int(name) <= len(called)}


def value_by_name(name: str, view: str, identity: Identity, variant: int = 0, kind: str = "") -> object:
    """Return what a key of a query or a body most likely names, a row or a unique column of one; None for neither.

    0 takes the first row, 1 the second … Where a `kind` of value is wanted that the row's key is not of, it is another
    column that tells rows apart.

    Keys that name a row of any model together (its app, its model, its key) all mean the same one. A name in the plural
    gets a list with one.
    """
    name = in_snake_case(name)
    if _SEVERAL.match(name):
        one_value = value_by_name(name[:-1], view, identity, variant, kind)
        return None if one_value is None else [one_value]
    near = _near(view)
    if any(pattern.match(name) for pattern in (_APP, _MODEL, _CONTENT_TYPE, _ROW_OF_ANY)):
        return _of_any_model(name, near, identity)
    match = _WORDS.match(name)
    for one in _all(near):
        # A key that is a model's own name, as of a ForeignKey, means a row as one that ends in `_id` does.
        words = (match["words"] if match is not None else name).replace("_", "")
        called = str(one._meta.model_name)
        named = words == called or (match is not None and words.endswith(called))
        column = _key_of_kind(one, kind) if named else name if one in near and _tells_rows_apart(one, name) else ""
        found = _values(one, {name: column}, identity, of_all=variant > 0) if column else []
        if found:
            return found[variant % len(found)][name]
    related = _related(match["words"], near) if match is not None and match["column"] in ("id", "pk") else None
    found = _values(related, {name: "pk"}, identity, of_all=variant > 0) if related is not None else []
    return found[variant % len(found)][name] if found else None


def _key_of_kind(model: type[models.Model], kind: str) -> str:
    """Return the column by which rows of a model are told apart outside, where that is to be of a kind: uuid."""
    unique = [one.name for one in model._meta.concrete_fields if one.unique and isinstance(one, models.UUIDField)]
    return "pk" if kind != "uuid" or not unique else unique[0]


def _related(name: str, near: Sequence[type[models.Model]]) -> type[models.Model] | None:
    """Return the model that a relation of this name leads to from one of the models near the view."""
    fields = (one for model in near for one in (*model._meta.concrete_fields, *model._meta.many_to_many))
    found = (one.related_model for one in fields if one.is_relation and one.name == name)
    return next((one for one in found if isinstance(one, type)), None)


def key_by_name(name: str, view: str, identity: Identity) -> object:
    """Return the key of a row of the model that a key such as `user_id` names; None where there is neither."""
    name = in_snake_case(name)
    match = _WORDS.match(name)
    if match is None or match["column"] not in ("id", "pk", "uuid"):
        return None
    words = match["words"].replace("_", "")
    named = sorted(
        (one for one in _all(_near(view)) if words.endswith(str(one._meta.model_name))),
        key=lambda one: words != one._meta.model_name,
    )
    found = _values(named[0], {name: "pk"}, identity) if named else []
    return found[0][name] if found else None


def link_by_name(name: str, view: str, identity: Identity, variant: int = 0) -> str:
    """Return the address of a row of a model that is called as the key is, empty where there is none."""
    for model in _all(_near(view)):
        if str(model._meta.model_name) == name.replace("_", "").lower():
            rows = _values(model, {"pk": "pk"}, identity)
            return address_of(model._meta.label, "pk", rows[variant % len(rows)]["pk"]) if rows else ""
    return ""


def choice_by_name(name: str, view: str, variant: int = 0) -> object:
    """Return a choice of a column of this name that a model of the view's app has; None where none has choices."""
    for model in _near(view):
        field = next((one for one in model._meta.concrete_fields if one.name == name and choices_of(one)), None)
        known = [value for value, _ in choices_of(field) if value not in (None, "")] if field is not None else []
        if known:
            return known[variant % len(known)]
    return None


def of_one_row(names: Sequence[str], view: str, identity: Identity) -> dict[str, object]:
    """Return values for keys of a body that name one row of any model together: its app, its model, its key."""
    parts = [[name for name in names if pattern.match(name)] for pattern in (_APP, _MODEL, _ROW_OF_ANY)]
    if not all(parts):
        return {}
    found = {name: value_by_name(name, view, identity) for one in parts for name in one}
    return {name: value for name, value in found.items() if value is not None}


def kinds_and_rows(fields: Sequence[BodyField], view: str, identity: Identity) -> dict[str, object]:
    """Return values for fields of a body of which one names the kind of a row and another the row: both mean one."""
    found: dict[str, object] = {}
    names = {one.name for one in fields}
    for kind in (one for one in fields if (one.model == _CONTENT_TYPES or _is_named_as_kind(one)) and not one.many):
        stem = kind.name.removesuffix("_id")
        partners = [stem.replace("content_type", word) for word in ("object_id", "object_pk", "id")]
        partners += [stem.replace("_type", "_id"), "object_id", "object_pk"]
        partner = next((one for one in partners if one in names and one != kind.name), "")
        for model, key in _with_a_row(_near(view), identity) if partner else ():
            value = _kind_as(kind, model)
            found |= {kind.name: value, partner: key} if value is not None else {}
            break
    return found


def _is_named_as_kind(one: BodyField) -> bool:
    """Whether only the name of a field tells that it is a content type, and it takes a text."""
    is_open = not (one.model or one.choices) and one.type == "string"
    return is_open and bool(_CONTENT_TYPE.match(one.name)) and apps.is_installed("django.contrib.contenttypes")


def _kind_as(kind: BodyField, model: type[models.Model]) -> object:
    """Return the kind of a model's rows as a field takes it; a text that is no key is split at its point."""
    if not kind.model and not kind.name.endswith(("id", "pk")):
        return model._meta.label_lower
    of_kind = apps.get_model(_CONTENT_TYPES)._default_manager.get_for_model(model)
    return getattr(of_kind, kind.model_field or "pk", None)


def _of_any_model(name: str, near: Sequence[type[models.Model]], identity: Identity) -> object:
    for one, key in _with_a_row(near, identity):
        if _APP.match(name):
            return one._meta.app_label
        if _MODEL.match(name):
            return one._meta.model_name
        return key if _ROW_OF_ANY.match(name) else one._meta.label_lower
    return None


def _with_a_row(near: Sequence[type[models.Model]], identity: Identity) -> Iterator[tuple[type[models.Model], object]]:
    """Yield models with the key of a row, those first that gather the app's own rows, then those with a page.

    What the app has itself gathers them in turn, such as votes for comments, and is about others' rows.
    """

    def order(one: type[models.Model]) -> tuple[bool, bool, int, bool]:
        gathered = _gathered(one, near)
        return not gathered, bool(gathered) and one in near, -gathered, not hasattr(one, "get_absolute_url")

    known = [one for one in _all(near) if not is_of_app(one, OF_THE_FRAMEWORK)]
    for one in sorted(known, key=order):
        for values in _values(one, {"pk": "pk"}, identity)[:1]:
            yield one, values["pk"]


def _gathered(model: type[models.Model], near: Sequence[type[models.Model]]) -> int:
    """Return of how many models of the view's app, whose rows may point to any model, a model gathers its own."""
    return sum(bool(one.one_to_many) and one.related_model in near for one in model._meta.private_fields)


def _tells_rows_apart(model: type[models.Model], name: str) -> bool:
    field = next((one for one in model._meta.concrete_fields if one.name == name), None)
    return field is not None and not field.is_relation and (field.unique or bool(_CODE.search(name)))


def _sets(
    names: set[str], types: Sequence[str], near: Sequence[type[models.Model]], identity: Identity
) -> Iterator[Values]:
    rows = [name for name in names if _ROW.match(name)]
    if len(types) == 1 and len(rows) == 1 and names <= {*types, *rows}:
        yield from _typed_rows(types[0], rows[0], near, identity)
        return
    app = next((name for name in names if _APP.match(name)), "")
    model = next((name for name in names if _MODEL.match(name)), "")
    if app and model and names <= {app, model, *rows}:
        for one in _all(near):
            for key in _keys(one, rows[0], identity) if rows else [{}]:
                yield {app: one._meta.app_label, model: str(one._meta.model_name), **key}
        return
    if model and names <= {model, *rows}:
        # Who names a model alone writes it as Django does, or by its own name.
        for one in [each for each in _all(near) if not is_of_app(each, OF_THE_FRAMEWORK)]:
            for key in _values(one, {rows[0]: "pk"}, identity)[:1] if rows else [{}]:
                yield from ({model: text, **key} for text in (str(one._meta.model_name), one._meta.label))
        return
    for one in _all(near) if names else ():
        columns = _columns(one, names, is_near=one in near)
        if columns is not None:
            yield from _values(one, columns, identity)[:_ROWS_EACH]


def _rows_of_pairs(pairs: Sequence[Values], names: Sequence[str], identity: Identity) -> Iterator[Values]:
    """Yield known apps and models with the key of a row of each; a project may write their names in snake case."""
    row = next((name for name in names if _ROW.match(name)), "")
    for pair in pairs if row else ():
        said = {kind: str(value) for kind in (_APP, _MODEL) for name, value in pair.items() if kind.match(name)}
        try:
            model = apps.get_model(said[_APP], said[_MODEL].replace("_", "").replace("-", ""))
        except (LookupError, ValueError):
            continue
        yield from ({**pair, **key} for key in _keys(model, row, identity))


def _keys(model: type[models.Model], name: str, identity: Identity) -> Iterator[Values]:
    """Yield the key of a row of a model, and its UUID where that is another column."""
    for column in dict.fromkeys(("pk", _key_of_kind(model, "uuid"))):
        yield from _values(model, {name: column}, identity)[:1]


def _typed_rows(kind: str, row: str, near: Sequence[type[models.Model]], identity: Identity) -> Iterator[Values]:
    """Yield a content type, by its key and by its name, with a row of it."""
    if not apps.is_installed("django.contrib.contenttypes"):
        return
    from django.contrib.contenttypes.models import ContentType

    for one, key in _with_a_row(near, identity):
        label, number = one._meta.label_lower, ContentType.objects.get_for_model(one).pk
        for named in [number] if kind.endswith(("id", "pk")) else [label.replace(".", "-"), label, number]:
            yield {kind: named, row: key}


def _columns(model: type[models.Model], names: set[str], *, is_near: bool) -> dict[str, str] | None:
    """Return the column of the model for each of the names, or None when one has none."""
    held = {one.name for one in model._meta.concrete_fields} | {one.attname for one in model._meta.concrete_fields}
    columns = {}
    unique = [one.name for one in model._meta.concrete_fields if one.unique and not one.primary_key]
    for name in names:
        match = _WORDS.match(name)
        ending = next((column for column in unique if name.endswith(f"_{column}")), "")
        if name in held or name == "pk":
            columns[name] = name
        elif match is not None and str(model._meta.model_name) in match["words"].split("_"):
            columns[name] = match["column"] if match["column"] in held else "pk"
        elif ending:
            columns[name] = ending
        else:
            return None
    telling = any(name not in GENERIC and columns[name] not in ("pk", "id") for name in names)
    return columns if is_near or telling else None


def _values(
    model: type[models.Model], columns: Mapping[str, str], identity: Identity, *, of_all: bool = False
) -> list[Values]:
    """Return columns of rows that an identity can reach, `of_all` those of others behind its own."""
    try:
        own, others = own_and_others(model, (), list(columns.values()), identity)
        rows = [*own, *others] if of_all else own or others
    except Exception:  # a manager is the project's own code and may raise anything
        return []
    full = (row for row in rows if all(value not in (None, "") for value in row))
    return [dict(zip(columns, row, strict=True)) for row in full]


def _all(near: Sequence[type[models.Model]]) -> list[type[models.Model]]:
    """Return the models of an app, then those of others, Django's own last: a project's `Site` is mostly meant.

    The very last are those whose rows Django writes by itself, such as sessions.
    """
    others: list[Any] = [one for one in apps.get_models() if one not in near]

    def order(one: Any) -> tuple[bool, bool]:
        return (its_own := one.__module__.startswith("django.")), its_own and is_of_app(one, OF_THE_FRAMEWORK)

    return [*near, *sorted(others, key=order)]


def _near(view: str) -> list[type[models.Model]]:
    """Return the models of the app that a view belongs to, by its dotted name."""
    found: AppConfig | None = None
    for one in apps.get_app_configs():
        if view.startswith(f"{one.name}.") and (found is None or len(one.name) > len(found.name)):
            found = one
    return list(found.get_models()) if found is not None else []
