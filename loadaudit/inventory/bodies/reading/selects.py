"""Model rows that values of the body select or fill."""

import ast

from django.db import models

from loadaudit.inventory.bodies.fields.models import find_field, of_model_field
from loadaudit.inventory.bodies.reading.frame import Arguments, Frame, elements
from loadaudit.inventory.bodies.reading.values import Shape, Value
from loadaudit.inventory.source.expressions import SHORTCUTS
from loadaudit.inventory.source.relations import resolve_path

_GETS = frozenset({"get", "aget"}) | SHORTCUTS
_FILTERS = frozenset({"filter", "exclude", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"})
_WRITES = frozenset({"create", "acreate", "update", "aupdate", "create_user", "create_superuser"})
QUERIES = _GETS | _FILTERS | _WRITES | {"in_bulk", "exists", "aexists"}


def note_query(frame: Frame, node: ast.Call, name: str, arguments: Arguments) -> None:
    """Note the rows that the values given to a query select, or the fields that they fill."""
    if not (arguments.unpacked or any(_shape(one) for one in arguments.values)):
        _note_absence(frame, node, name)
        return
    if name in SHORTCUTS:
        model = frame.models.model(node.args[0]) if node.args else None
    else:
        model = frame.models.model(node.func.value) if isinstance(node.func, ast.Attribute) else None
    if model is None:
        return
    if name == "in_bulk":
        _select(frame, arguments.get(0, "id_list"), model, "pk__in", certain=True)
    for path, value in arguments.named.items():
        if name in _WRITES:
            fill(value, model, path)
        else:
            _select(frame, value, model, path, certain=name in _GETS)
    for one in arguments.unpacked:
        if isinstance(one, Shape) and name in _WRITES:
            from loadaudit.inventory.bodies.reading.uses import use_class

            use_class(frame, model, one)


def _shape(value: Value | None) -> Shape | None:
    """Return the value, or what stands for the values that a list or the keys of a dictionary hold."""
    if not isinstance(value, Shape):
        value = elements(value)
    return value if isinstance(value, Shape) and not value.is_root else None


def _select(frame: Frame, value: Value | None, model: type[models.Model], path: str, *, certain: bool) -> None:
    shape = _shape(value)
    if shape is None:
        return
    is_many = path.endswith("__in")
    resolved = resolve_path(model, path.removesuffix("__in"))
    if resolved is None:
        return
    found, name, relation = resolved
    field = find_field(found, name)
    if field is None:
        return
    if is_many and shape is value and (shape.many or shape.element is not None or not shape.type):
        shape.many = True
        shape = shape.item()
    known = of_model_field(field)
    if known.type != "any":
        shape.suggest(known.type)
    is_key = name == "pk" or (field.unique and not certain and isinstance(field, (models.UUIDField, models.SlugField)))
    if shape.model is None and (is_key or certain):
        shape.model, shape.model_field = found._meta.label, name
        if certain and name == "pk" and getattr(find_field(model, relation), "one_to_one", False):
            # Not everybody has a profile, and it is the profile that has to be there.
            shape.model, shape.model_field = model._meta.label, relation
    if not shape.max_length:
        shape.max_length = known.max_length
    if certain and not (frame.doubt or shape.has_default or shape.holder):
        shape.required = True


def _note_absence(frame: Frame, node: ast.Call, name: str) -> None:
    """Read `Model.objects.filter(email=value).exists()`: such a value must not be there yet."""
    query = node.func.value if isinstance(node.func, ast.Attribute) else None
    if name not in ("exists", "aexists") or not isinstance(query, ast.Call):
        return
    model = frame.models.model(query)
    for keyword in query.keywords:
        if model is None or keyword.arg is None:
            continue
        shape = _shape(frame.evaluate(keyword.value))
        resolved = resolve_path(model, keyword.arg.removesuffix("__iexact"))
        if shape is not None and resolved is not None and resolved[1] != "pk" and shape.model is None:
            shape.unique = True


def fill(value: Value | None, model: type[models.Model], name: str) -> None:
    """Note that a value is written into a field of a row."""
    shape = _shape(value)
    field = find_field(model, name) if shape is not None else None
    if shape is None or field is None or field.primary_key:
        return
    known = of_model_field(field)
    if field.is_relation and name == field.name and not field.many_to_many:
        # A row, not its key, is assigned to a relation.
        return
    if known.many:
        shape.many = True
        shape = shape.item()
    shape.describe(known)
