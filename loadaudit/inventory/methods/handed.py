"""What a call hands to the parameters of a helper, as far as it tells of HTTP methods."""

import ast
import types
from dataclasses import dataclass
from typing import Any

from loadaudit.inventory.methods.conditions import Mark, Reading

Bound = tuple[tuple[str, Any], ...]
"""What a call hands to parameters: the request, its method, or lists of methods."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The object that `self` is, compared by identity."""

    value: object


def handed(function: types.FunctionType, node: ast.Call, reading: Reading) -> Bound | None:
    """Return what a call hands to the parameters of a helper; None when that cannot be told."""
    if any(isinstance(one, ast.Starred) for one in node.args):
        return None
    code = function.__code__
    names = list(code.co_varnames[: code.co_argcount])
    if names and names[0] in ("self", "cls", "_self") and isinstance(node.func, ast.Attribute):
        names = names[1:]
    found = {name: _worth(one, reading) for name, one in zip(names, node.args, strict=False)}
    found |= {one.arg: _worth(one.value, reading) for one in node.keywords if one.arg is not None}
    if code.co_flags & 0x04:
        rest = [reading.strings(one) for one in node.args[len(names) :]]
        vararg = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
        found[vararg] = frozenset[str]().union(*(one for one in rest if one is not None)) or None
    return tuple((name, value) for name, value in found.items() if value is not None)


def _worth(node: ast.expr, reading: Reading) -> Mark | frozenset[str] | None:
    if reading.is_request(node):
        return Mark.REQUEST
    return Mark.METHOD if reading.spelling(node) is not None else reading.strings(node)
