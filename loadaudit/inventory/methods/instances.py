"""What a class does on the way to its handlers beside naming them: it limits its instances, or refuses in a hook."""

import ast
import dis
import types
from functools import lru_cache

from loadaudit.inventory.methods.refusals import names_refusal
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.handlers import STANDARD_METHODS
from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.trees import constants, mentioned, nested_codes
from loadaudit.inventory.source.twins import methods_owner
from loadaudit.inventory.source.ways import is_frameworks, own_ways

_NAMES = "http_method_names"
_REFUSING = "http_method_not_allowed"
_MAKING = ("__init__", "setup")
_ANSWERING = (_REFUSING, "handle_exception")
_RESPONSES = frozenset({"Response", "JsonResponse", "HttpResponse"})
_HANDLERS = frozenset(one.lower() for one in STANDARD_METHODS)
_STORES = dis.opmap["STORE_ATTR"]
_WITHOUT_CONDITION = ("setup", "initial", "has_permission")
"""Hooks that a request passes whatever its method, and that can only raise."""


def limits_instances(view_class: type) -> bool:
    """Whether a method of the project sets `http_method_names` on an instance, or answers in place of a refusal.

    DRF raises what it refuses, and so an own `handle_exception` answers in its place, too.
    """
    return _limits_instances(methods_owner(view_class))


def softens_refusals(view_class: type) -> bool:
    """Whether EXCEPTION_HANDLER of DRF names a function of the project that may answer refusals with a success."""
    handler = getattr(getattr(view_class, "settings", None), "EXCEPTION_HANDLER", None)
    layers = layers_of_method(handler) if hasattr(view_class, "get_exception_handler") else ()
    return bool(layers) and not is_frameworks(layers[-1]) and _makes_success(layers[-1].__code__)


@lru_cache(maxsize=1024)
def _makes_success(code: types.CodeType) -> bool:
    names, held = mentioned(code), constants(code)
    if 200 in held or "HTTP_200_OK" in names:
        return True
    # A response that nobody gives a status is a success.
    has_status = any(isinstance(one, tuple) and "status" in one for one in held)
    sets_status = any(one.opname == "STORE_ATTR" and one.argval == "status_code" for one in dis.get_instructions(code))
    return sets_status or (not has_status and not names.isdisjoint(_RESPONSES))


@lru_cache(maxsize=1024)
def _limits_instances(view_class: type) -> bool:
    found = (layers_of_method(getattr(view_class, name, None)) for name in _ANSWERING)
    own = [one[-1] for one in found if one and not is_frameworks(one[-1])]
    answers = any(not _refuses(one) and "super" not in mentioned(one.__code__) for one in own)
    return answers or _NAMES in _set_on_instances(view_class)


def handlers_of_instances(view_class: type) -> frozenset[str]:
    """Return the methods for which the project puts a handler on an instance: `self.put = self.post` in `setup`."""
    names = _set_on_instances(methods_owner(view_class)) & _HANDLERS
    return frozenset(one.upper() for one in names)


def names_of_instances(view_class: type) -> tuple[str, ...] | None:
    """Return the `http_method_names` that every instance gets where it is made or set up; None where that is open."""
    return _names_of_instances(methods_owner(view_class)) if limits_instances(view_class) else None


@lru_cache(maxsize=1024)
def _names_of_instances(view_class: type) -> tuple[str, ...] | None:
    setting = [one for one in _own_functions(view_class) if _NAMES in _stored(one.__code__)]
    if len(setting) != 1 or setting[0].__name__ not in _MAKING:
        return None
    scope = Scope(setting[0], view_class)
    statements = getattr(scope.node, "body", ())
    # Under a condition it is another statement's, and what reads the names to change them is no list of texts.
    values = [one.value for one in statements if isinstance(one, ast.Assign) and _is_names(one.targets)]
    names = scope.strings(values[0]) if len(values) == 1 else None
    return tuple(sorted(names)) if names is not None else None


def _is_names(targets: list[ast.expr]) -> bool:
    return len(targets) == 1 and isinstance(targets[0], ast.Attribute) and targets[0].attr == _NAMES


def _own_functions(view_class: type) -> list[types.FunctionType]:
    own = [one for base in view_class.__mro__ for one in vars(base).values() if isinstance(one, types.FunctionType)]
    return [one for one in own if not is_frameworks(one)]


@lru_cache(maxsize=1024)
def _set_on_instances(view_class: type) -> frozenset[str]:
    wanted = _HANDLERS | {_NAMES}
    codes = [one.__code__ for one in _own_functions(view_class) if mentioned(one.__code__) & wanted]
    return frozenset(name for code in codes for name in _stored(code)) & wanted


# Classes of a project share most of their methods with others.
@lru_cache(maxsize=1024)
def _stored(code: types.CodeType) -> frozenset[str]:
    """Return the attributes of `self` that a method sets, those of functions inside it included."""
    found, before = set(), ""
    # To take instructions apart costs a hundred times more than to see that none of them sets anything.
    for instruction in dis.get_instructions(code) if _STORES in code.co_code[::2] else ():
        if instruction.opname == "STORE_ATTR" and before in ("self", "cls"):
            found.add(str(instruction.argval))
        before = instruction.argval if instruction.opname.startswith("LOAD_") else ""
    return frozenset(found).union(*map(_stored, nested_codes(code)))


@lru_cache(maxsize=1024)
def refusing_hooks(view_class: type, handler: str) -> tuple[types.FunctionType, ...]:
    """Return the project's methods that may refuse on the way to a handler, its `dispatch` and the handler left out."""
    known = {layers_of_method(getattr(view_class, name, None))[-1:] for name in ("dispatch", handler)}
    return tuple(
        one for one in own_ways(view_class, handler) if (one,) not in known and _refuses(one) and _is_hook(one)
    )


@lru_cache(maxsize=1024)
def refusing_permissions(classes: tuple[type, ...]) -> tuple[types.FunctionType, ...]:
    """Return the checks of the project's permission classes that may refuse a method altogether."""
    found = (layers_of_method(getattr(one, "has_permission", None)) for one in classes)
    return tuple(one[-1] for one in found if one and not is_frameworks(one[-1]) and _refuses(one[-1]))


def is_always_passed(hook: types.FunctionType) -> bool:
    """Whether each request gets to the hook or check, so that what it raises is an answer."""
    return hook.__name__ in _WITHOUT_CONDITION


def _is_hook(function: types.FunctionType) -> bool:
    return function.__name__ not in ("dispatch", _REFUSING)


def _refuses(function: types.FunctionType) -> bool:
    return names_refusal(function.__code__)
