"""Fields and validators that code makes or takes from a model, and asks by itself whether a value will do."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core import validators
from django.db import models
from django.db.models.options import Options

from loadaudit.inventory.bodies.fields.forms import of_form_field
from loadaudit.inventory.bodies.fields.models import find_field, of_model_field
from loadaudit.inventory.bodies.fields.serializers import of_serializer_field
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.inventory.bodies.reading.frame import Arguments
from loadaudit.inventory.bodies.reading.values import Constant, Shape, Value
from loadaudit.records import BodyField

_ASKS = frozenset({"clean", "run_validators", "run_validation", "to_python", "to_internal_value", "validate"})
_OF_FRAMEWORKS = ("django.", "rest_framework.")
_FUNCTIONS: Mapping[str, str] = {
    "validate_ipv4_address": "ip",
    "validate_ipv6_address": "ipv6",
    "validate_ipv46_address": "ip",
}
_LIMITS = (validators.MinValueValidator, validators.MaxValueValidator)


def checker(name: str, owner: object, target: object, arguments: Arguments) -> Value | None:
    """Return a field that is taken from a model, `Model._meta.get_field("phone")`, or a checker that is made.

    Only those of frameworks are made: what a class of the project's own does when it is made is not known.
    """
    first = arguments.positional[0] if arguments.positional else None
    if name == "get_field" and isinstance(owner, Options) and isinstance(first, Constant):
        field = find_field(owner.model, str(first.value))
        return Constant(field) if field is not None else None
    if not (isinstance(target, type) and target.__module__.startswith(_OF_FRAMEWORKS) and _is_of_checkers(target)):
        return None
    given = [*arguments.positional, *arguments.named.values()]
    if arguments.is_open or arguments.unpacked or not all(isinstance(one, Constant) for one in given):
        return None
    positional = [one.value for one in arguments.positional if isinstance(one, Constant)]
    named = {key: one.value for key, one in arguments.named.items() if isinstance(one, Constant)}
    make: Callable[..., Any] = target
    made = quietly(lambda: make(*positional, **named))
    return Constant(made) if made is not None else None


def asked(name: str, owner: object, target: object, value: Shape) -> bool:
    """Note what a field or a validator says of a value that it is asked about; False where none is asked."""
    if name in _FUNCTIONS and getattr(target, "__module__", "") == validators.__name__:
        value.suggest(_FUNCTIONS[name])
        return True
    held = target if _is_validator(target) else owner if name in _ASKS else None
    known = _known(held, value.name) if held is not None and not isinstance(held, type) else None
    if known is None:
        return False
    value.describe(known)
    if value.min_length is None:
        value.min_length = known.min_length
    return True


def _is_of_checkers(made: type) -> bool:
    return issubclass(made, (forms.Field, models.Field)) or _is_validator(made) or _is_serializer_field(made)


def _is_serializer_field(made: type) -> bool:
    names = {base.__name__ for base in made.__mro__ if base.__module__.startswith("rest_framework.")}
    return "Field" in names and "BaseSerializer" not in names


def _is_validator(held: object) -> bool:
    kind = held if isinstance(held, type) else type(held)
    return kind.__module__ == validators.__name__ and hasattr(kind, "__call__")  # noqa: B004


def _known(held: Any, name: str) -> BodyField | None:
    if isinstance(held, models.Field):
        return of_model_field(held, name)
    if isinstance(held, forms.Field):
        return of_form_field(name, held)
    if _is_validator(held):
        return _of_validator(held, name)
    return of_serializer_field(name, held) if _is_serializer_field(type(held)) else None


def _of_validator(held: Any, name: str) -> BodyField:
    """Return what a column would say that has only this validator."""
    if isinstance(held, validators.URLValidator):
        return BodyField(name=name, type="uri")
    kind: type[models.Field[Any, Any]] = models.CharField
    if isinstance(held, validators.EmailValidator):
        kind = models.EmailField
    elif isinstance(held, _LIMITS):
        kind = models.IntegerField if isinstance(held.limit_value, int) else models.FloatField
    field = kind(validators=[held])
    field.set_attributes_from_name(name or "value")
    length = held.limit_value if isinstance(held, validators.MaxLengthValidator) else None
    least = held.limit_value if isinstance(held, validators.MinLengthValidator) else None
    found = of_model_field(field, name)
    return BodyField(
        name=name,
        type=found.type,
        pattern=found.pattern,
        minimum=found.minimum,
        maximum=found.maximum,
        max_length=length if isinstance(length, int) else None,
        min_length=least if isinstance(least, int) else None,
    )
