"""Settings behind an object of an app: `app_settings.BY_CODE`, a property that looks up `ACCOUNT_BY_CODE`."""

import ast
import types
from typing import Any

from django.conf import settings

from loadaudit.inventory.source.scope import MISSING, static_attribute
from loadaudit.inventory.source.trees import function_node, mentioned


def own_setting(owner: Any, name: str) -> Any:
    """Return what a property of the object, or of the one behind a module, looks up in Django's settings, or MISSING.

    Read is a property that returns a call with the setting's name and a written default, and runs nothing.
    """
    for held in (owner, *_behind(owner)):
        found = static_attribute(type(held), name) if not isinstance(held, types.ModuleType) else MISSING
        if isinstance(found, property) and isinstance(found.fget, types.FunctionType):
            return _looked_up(found.fget, held)
    return MISSING


def _behind(owner: Any) -> list[Any]:
    """Return what a module's own `__getattr__` takes names from."""
    found = vars(owner).get("__getattr__") if isinstance(owner, types.ModuleType) else None
    if not isinstance(found, types.FunctionType) or "getattr" not in mentioned(found.__code__):
        return []
    return [found.__globals__[one] for one in mentioned(found.__code__) if one in found.__globals__]


def _looked_up(getter: types.FunctionType, held: Any) -> Any:
    node = function_node(getter.__code__)
    body = [one for one in getattr(node, "body", ()) if not isinstance(one, ast.Expr)]
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    if not (isinstance(call, ast.Call) and len(call.args) == 2 and "setting" in _last_name(call.func)):
        return MISSING
    name, default = call.args
    if not (isinstance(name, ast.Constant) and isinstance(name.value, str) and isinstance(default, ast.Constant)):
        return MISSING
    prefixes = [one for one in getattr(held, "__dict__", {}).values() if isinstance(one, str)]
    written = [one + name.value for one in ("", *prefixes) if hasattr(settings, one + name.value)]
    return getattr(settings, written[0]) if written else default.value


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
