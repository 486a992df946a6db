"""django-ninja operations: the models that ninja made of their functions' parameters."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from loadaudit.inventory.bodies.fields.annotated import is_pydantic, of_pydantic_field
from loadaudit.inventory.bodies.reading.reader import read_ninja
from loadaudit.inventory.bodies.reading.uses import name_of
from loadaudit.inventory.bodies.reading.values import Part, Shape, fields_of
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function
from loadaudit.records import Body, BodyField, BodyKind, Evidence

_KINDS = {"body": BodyKind.JSON, "form": BodyKind.FORM, "file": BodyKind.MULTIPART}


def ninja_body(view: Unwrapped, method: str) -> Body:
    """Return what the operation's body, form and file parameters take."""
    operation = next((one for one in view.path_view.operations if method in one.methods), None)
    models = [one for one in getattr(operation, "models", ()) if _source(one) in _KINDS]
    if operation is None or not models:
        return _read_from_request(view, method, operation)
    overlays = _overlays(models)
    function = plain_function(operation.view_func)
    if function is not None:
        read_ninja(view, method, function, dict(overlays))
    kinds = {_source(one) for one in models}
    kind = BodyKind.MULTIPART if len(kinds) > 1 else _KINDS[kinds.pop()]
    fields: list[BodyField] = []
    many = False
    for model in models:
        found, is_list = _fields_of(model, overlays, flat=kind is not BodyKind.JSON)
        fields += found
        many = many or is_list
    return Body(kind=kind, fields=tuple(fields), many=many, source=_described(models), evidence=Evidence.DECLARED)


def _source(model: Any) -> str:
    return str(getattr(model, "__ninja_param_source__", ""))


def _read_from_request(view: Unwrapped, method: str, operation: Any) -> Body:
    """Read an operation that has no such parameters, but may look at the request itself."""
    from loadaudit.inventory.bodies.assembled import body_from

    function = plain_function(operation.view_func) if operation is not None else None
    if function is None:
        return Body(evidence=Evidence.DECLARED if operation is not None else Evidence.ASSUMED)
    found = body_from(read_ninja(view, method, function, {}), readable=True)
    return replace(found, evidence=Evidence.DECLARED) if found.kind is BodyKind.NONE else found


def _overlays(models: list[Any]) -> dict[str, Shape]:
    """Return what stands for each parameter while the function is followed."""
    found: dict[str, Shape] = {}
    for model in models:
        for name, info in model.__pydantic_fields__.items():
            plain = of_pydantic_field(name, info)
            found[name] = Shape(name=name, holder="object" if plain.fields and not plain.many else "", type=plain.type)
            if plain.many:
                found[name].many = True
                found[name].item().holder = "object" if plain.fields else ""
    return found


def _fields_of(model: Any, overlays: dict[str, Shape], *, flat: bool) -> tuple[list[BodyField], bool]:
    single = getattr(model, "__read_from_single_attr__", None)
    found: list[BodyField] = []
    for name, info in model.__pydantic_fields__.items():
        plain = _with_overlay(of_pydantic_field(name, info), overlays[name])
        if single == name and plain.fields:
            return list(plain.fields), plain.many
        found += _flat(plain) if flat and _source(model) == "form" else [plain]
    if single is not None and len(found) == 1 and found[0].many:
        return [], True
    return found, False


def _with_overlay(plain: BodyField, overlay: Shape) -> BodyField:
    """Add the rows that the function selects with the values."""
    cleaned = Shape(keys={plain.name: overlay})
    return fields_of(Shape(parts=[Part((plain,), "", Evidence.DECLARED, cleaned)]), "any")[0]


def _flat(plain: BodyField) -> Iterator[BodyField]:
    """Yield the fields of a form's schemas, which ninja reads side by side."""
    if plain.fields and not plain.many:
        for one in plain.fields:
            yield from _flat(replace(one, required=one.required and plain.required))
    else:
        yield plain


def _described(models: list[Any]) -> str:
    named = [
        name_of(info.annotation)
        for model in models
        for info in model.__pydantic_fields__.values()
        if is_pydantic(info.annotation)
    ]
    return f"schema {', '.join(named)}" if named else "parameters of the operation"
