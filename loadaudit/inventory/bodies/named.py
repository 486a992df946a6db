"""Bodies of views that hand a form to code which cannot be followed: the class names it in an attribute."""

import re
from typing import Any

from loadaudit.inventory.bodies.fields.forms import fields_of_form, is_form
from loadaudit.inventory.bodies.reading.uses import name_of
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import Unwrapped
from loadaudit.records import Body, BodyKind, Evidence

_NAMES_A_FORM = re.compile(r"(^|_)(form|input|payload|data|body|request)(_class|_classes)?$")


def named_body(view: Unwrapped, method: str) -> Body | None:
    """Return the body of the only form that the view's class names, for all methods or for this one; else None.

    It is JSON where the class parses some.
    """
    if view.view_class is None:
        return None
    forms = {id(form): form for form in _forms(view.view_class, method)}
    if len(forms) != 1:
        return None
    form = next(iter(forms.values()))
    found = fields_of_form(form)
    if not found.fields:
        return None
    files = any(one.type == "file" for one in found.fields)
    kind = BodyKind.MULTIPART if files else BodyKind.JSON if _parses_json(view.view_class) else BodyKind.FORM
    return Body(kind=kind, fields=tuple(found.fields), source=f"form {name_of(form)}", evidence=Evidence.ASSUMED)


def _forms(view_class: type, method: str) -> list[Any]:
    named = {name: getattr(view_class, name, None) for name in dir(view_class) if _NAMES_A_FORM.search(name)}
    values = (one.get(method) or one.get(method.lower()) if isinstance(one, dict) else one for one in named.values())
    return [one for one in values if is_form(one)]


def _parses_json(view_class: type) -> bool:
    own = [one for one in view_class.__mro__ if not one.__module__.startswith(("django.", "builtins"))]
    methods = (method for one in own for method in vars(one).values())
    return any(
        {"json", "loads"} <= mentioned(layer.__code__) for method in methods for layer in layers_of_method(method)
    )
