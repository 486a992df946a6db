"""Which HTTP methods a view answers, and how that is known."""

import ast
import types
from dataclasses import dataclass
from functools import lru_cache

from loadaudit.inventory.methods.declared import declared_methods
from loadaudit.inventory.methods.flow import MethodFacts, method_facts
from loadaudit.inventory.source.guards import guards_of, layers_of_method, with_decorators
from loadaudit.inventory.source.handlers import STANDARD_METHODS, class_methods, handler_of, in_order
from loadaudit.inventory.source.trees import constants, function_node, mentioned, walk
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function
from loadaudit.records import Evidence

_REFUSALS = frozenset({"HttpResponseNotAllowed", "MethodNotAllowed", "http_method_not_allowed"})


_NO_FACTS = MethodFacts()

# Their `dispatch` finds the handler, or turns a visitor away who may not come at all.
_CHECKING_FIRST = ("django.views.generic.base", "rest_framework.", "django.contrib.auth.mixins")


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """The methods of a view in the usual order, each with its evidence."""

    answered: tuple[tuple[str, Evidence], ...]
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """What one decorator lets through."""

    allowed: frozenset[str] | None = None
    """Declared list, or None when the decorator has none."""
    facts: MethodFacts = _NO_FACTS


def methods_of(view: Unwrapped) -> Methods:
    """Return the methods of an unwrapped view; HEAD and OPTIONS are never among them."""
    limits = [_limit(one, view.instances.get(one)) for one in guards_of(view)]
    if view.path_view is not None:
        found = {method.upper() for one in view.path_view.operations for method in one.methods}
        return _restricted(dict.fromkeys(found, Evidence.DECLARED), limits)
    if view.view_class is not None:
        return _restricted(_of_class(view, view.view_class), limits)
    return _of_function(view, limits)


def _restricted(found: dict[str, Evidence], limits: list[_Limit]) -> Methods:
    for limit in limits:
        found = {
            method: evidence
            for method, evidence in found.items()
            if (limit.allowed is None or method in limit.allowed) and method not in limit.facts.rejected
        }
    return Methods(answered=tuple((method, found[method]) for method in in_order(frozenset(found))))


def _of_class(view: Unwrapped, view_class: type) -> dict[str, Evidence]:
    own = _own_dispatch(view_class)
    if own is not None:
        facts = method_facts(own, view_class)
        return dict.fromkeys(_from_facts(facts), Evidence.ASSUMED if facts.silent else Evidence.INFERRED)
    found: dict[str, Evidence] = {}
    for method in class_methods(view_class, view.initkwargs, view.actions):
        handler = handler_of(view_class, method.lower(), view.actions, view.initkwargs)
        answer = _of_handler(handler, method) if isinstance(handler, types.FunctionType) else Evidence.DECLARED
        if answer is not None:
            found[method] = Evidence.INFERRED if _answers_itself(view_class) else answer
    return found


# Most classes inherit their handlers from few parents.
@lru_cache(maxsize=4096)
def _of_handler(handler: types.FunctionType, method: str) -> Evidence | None:
    """Return how sure it is that a handler answers the method that it is for; None when it refuses it."""
    layers = layers_of_method(handler)
    if any(_always_refuses(layer) for layer in layers):
        return None
    allowed = [declared_methods(one) for one in with_decorators(handler)]
    if any(one is not None and method not in one for one in allowed):
        return None
    doubtful = any(mentioned(layer.__code__) & _REFUSALS for layer in layers)
    return Evidence.INFERRED if doubtful else Evidence.DECLARED


def _own_dispatch(view_class: type) -> types.FunctionType | None:
    """Return a `dispatch` that neither calls its parent's nor looks handlers up, or None when there is none."""
    dispatch = getattr(view_class, "dispatch", None)
    layers = layers_of_method(dispatch)
    if not layers or _finds_handlers(layers[-1], view_class):
        return None
    return layers[-1]


@lru_cache(maxsize=4096)
def _answers_itself(view_class: type) -> bool:
    """Whether a `dispatch` of the class or a parent may answer before any handler is looked up, whatever the method."""
    for base in view_class.__mro__:
        layers = layers_of_method(base.__dict__.get("dispatch"))
        own = bool(layers) and not layers[-1].__module__.startswith(_CHECKING_FIRST)
        if own and _returns_own(layers[-1], view_class):
            return True
    return False


def _returns_own(function: types.FunctionType, view_class: type, depth: int = 3) -> bool:
    """Whether the function returns anything but what a `dispatch` or a refusal answers."""
    node = function_node(function.__code__)
    if node is None:
        return True
    values = [one.value for one in walk(node) if isinstance(one, ast.Return)]
    return any(not _passes_on(value, view_class, depth) for value in values)


def _passes_on(value: ast.expr | None, view_class: type, depth: int) -> bool:
    while isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call):
        return False
    name = getattr(value.func, "attr", getattr(value.func, "id", ""))
    if name in ("dispatch", "handle_no_permission") or _refuses(value):
        return True
    layers = layers_of_method(getattr(view_class, name, None))
    return bool(depth and layers) and not _returns_own(layers[-1], view_class, depth - 1)


@lru_cache(maxsize=4096)
def _finds_handlers(function: types.FunctionType, view_class: type, depth: int = 3) -> bool:
    """Whether a `dispatch`, or a method that it calls, leads to the handlers: itself or through its parent."""
    names = mentioned(function.__code__)
    if names & {"getattr", "http_method_names"} or {"super", "dispatch"} <= names:
        return True
    for name in names if depth else ():
        layers = layers_of_method(getattr(view_class, name, None))
        if layers and layers[-1] is not function and _finds_handlers(layers[-1], view_class, depth - 1):
            return True
    return False


def _of_function(view: Unwrapped, limits: list[_Limit]) -> Methods:
    layers = layers_of_method(plain_function(view.target))
    facts = method_facts(layers[-1], view.bound_to) if layers else MethodFacts(readable=False)
    declared = [limit.allowed for limit in limits if limit.allowed is not None]
    if declared:
        common = frozenset.intersection(*declared) - facts.rejected
        return _restricted(dict.fromkeys(common, Evidence.DECLARED), limits)
    around = [limit.facts for limit in limits if limit.facts.rejected]
    merged = MethodFacts(
        compared=facts.compared.union(*(one.compared for one in around), *(limit.facts.apart for limit in limits)),
        rejected=facts.rejected.union(*(one.rejected for one in around)),
        reads_body=facts.reads_body,
        delegates=facts.delegates,
    )
    found = _from_facts(merged)
    evidence = Evidence.ASSUMED if merged.silent else Evidence.INFERRED
    answered = dict.fromkeys(found, evidence)
    if merged.reads_body and not merged.compared and not merged.rejected and "GET" in answered:
        answered["GET"] = Evidence.ASSUMED
    return Methods(answered=tuple((method, answered[method]) for method in in_order(found)), readable=facts.readable)


def _from_facts(facts: MethodFacts) -> frozenset[str]:
    named = facts.compared | ({"POST"} if facts.reads_body else set())
    if facts.compared <= {"GET", "HEAD"} and facts.compared and not facts.rejected:
        # Whoever tells GET from the rest expects a rest.
        named = named | {"POST"}
    found = (named | {"GET"}) - facts.rejected
    if found or not facts.rejected:
        return frozenset(found)
    rest = [method for method in STANDARD_METHODS if method not in facts.rejected]
    return frozenset(rest[:1])


def _limit(function: types.FunctionType, instance: object = None) -> _Limit:
    allowed = declared_methods(function)
    if allowed is not None:
        return _Limit(allowed=allowed)
    if (function.__globals__.get("__name__") or "").startswith(("django.", "rest_framework.", "ninja.")):
        return _Limit()
    return _Limit(facts=method_facts(function, is_guard=True, instance=instance))


def _always_refuses(function: types.FunctionType) -> bool:
    """Whether a handler consists of nothing but a 405."""
    code = function.__code__
    if not (mentioned(code) & _REFUSALS or 405 in constants(code)):
        return False
    node = function_node(code)
    if node is None or isinstance(node, ast.Lambda):
        return False
    body = [one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    if len(body) != 1 or not isinstance(body[0], (ast.Return, ast.Raise)):
        return False
    return _refuses(body[0].value if isinstance(body[0], ast.Return) else body[0].exc)


def _refuses(value: ast.expr | None) -> bool:
    """Whether an expression is a 405, as an answer or as an exception."""
    called = value.func if isinstance(value, ast.Call) else value
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    if name in _REFUSALS:
        return True
    return isinstance(value, ast.Call) and any(
        isinstance(one.value, ast.Constant) and one.value.value == 405 for one in value.keywords
    )
