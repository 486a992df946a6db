"""Pages that have the status of an error themselves, as those to which others lead after a failure."""

import ast
import re
from http import HTTPStatus
from inspect import unwrap
from typing import Any

from loadaudit.inventory.source.trees import function_node
from loadaudit.inventory.source.unwrap import plain_function
from loadaudit.planning.preflight.view_code import class_of, view_at

_OF_REST_FRAMEWORK = re.compile(r"^HTTP_(\d{3})_")


def has_status_of_its_own(path: str, method: str, status: int) -> bool:
    """Whether all that the code behind a path returns has this status, whoever asks for it."""
    view = view_at(path)
    view_class = class_of(view)
    handler: Any = getattr(view_class, method.lower(), None) if view_class is not None else view
    function = plain_function(unwrap(handler)) if handler is not None else None
    node = function_node(function.__code__) if function is not None else None
    if node is None or isinstance(node, ast.Lambda):
        return False
    inner = list(ast.walk(node))
    returned = [one.value for one in inner if isinstance(one, ast.Return)]
    raises = any(isinstance(one, ast.Raise) for one in inner)
    return bool(returned) and not raises and all(_status_of(one) == status for one in returned)


def _status_of(value: ast.expr | None) -> int | None:
    """Return the status that is given to an answer by name; None where it is not known."""
    for one in value.keywords if isinstance(value, ast.Call) else ():
        if one.arg not in ("status", "status_code"):
            continue
        if isinstance(one.value, ast.Constant) and isinstance(one.value.value, int):
            return one.value.value
        name = one.value.attr if isinstance(one.value, ast.Attribute) else getattr(one.value, "id", "")
        if match := _OF_REST_FRAMEWORK.match(name):
            return int(match[1])
        return int(HTTPStatus[name]) if name in HTTPStatus.__members__ else None
    return None
