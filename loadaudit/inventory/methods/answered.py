"""Which HTTP methods a view answers, and how that is known."""

import ast
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from loadaudit.inventory.methods.bodies import needs_body
from loadaudit.inventory.methods.declared import declared_methods
from loadaudit.inventory.methods.dispatch import (
    answers_itself,
    handlers_by_table,
    handlers_named_in,
    is_framework_dispatch,
    named_handlers,
    own_dispatch,
)
from loadaudit.inventory.methods.flow import NO_FACTS, MethodFacts, method_facts, refuses
from loadaudit.inventory.methods.given import NOTHING_KNOWN, Given
from loadaudit.inventory.methods.instances import (
    handlers_of_instances,
    is_always_passed,
    limits_instances,
    names_of_instances,
    refusing_hooks,
    refusing_permissions,
    softens_refusals,
)
from loadaudit.inventory.methods.never import never_finds
from loadaudit.inventory.methods.refusals import is_refusal, names_refusal
from loadaudit.inventory.source.guards import dispatches_of, guards_of, layers_of_method, with_decorators
from loadaudit.inventory.source.handlers import NOT_OPERATIONS, STANDARD_METHODS, class_methods, handler_of, in_order
from loadaudit.inventory.source.resources import methods_declared
from loadaudit.inventory.source.trees import function_node
from loadaudit.inventory.source.twins import added_names, methods_owner
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function
from loadaudit.records import Evidence
from loadaudit.records.making import quickly_made

_FRAMEWORKS = ("django.", "rest_framework.", "ninja.")
_DECIDING = frozenset({"http_method_names", "permission_classes", "settings", "get_exception_handler"}) | {
    one.lower() for one in (*STANDARD_METHODS, *NOT_OPERATIONS)
}
"""Attributes that decide which methods a class answers whose `dispatch` is a framework's."""
_GET_ASSUMED = (("GET", Evidence.ASSUMED),)


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """The methods of a view in the usual order, each with its evidence."""

    answered: tuple[tuple[str, Evidence], ...]
    readable: bool = True
    deciding: tuple[types.FunctionType, ...] = ()
    """The project's functions that tell methods apart in their source."""
    never_finds: bool = False
    """It answers 404 whatever it is asked."""


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """What one decorator lets through."""

    function: types.FunctionType
    allowed: frozenset[str] | None = None
    """Declared list, or None when the decorator has none."""
    facts: MethodFacts = NO_FACTS
    doubtful: bool = False
    """It refuses something and no method altogether, so it asks more than the method: an argument, a setting, a row."""
    names_refusal: bool = False

    def is_doubtful(self, method: str) -> bool:
        """Whether it may refuse a method that it does not refuse altogether."""
        return self.doubtful or (self.names_refusal and method in self.facts.perhaps)


def methods_of(view: Unwrapped, given: Given | None = None) -> Methods:
    """Return the methods of an unwrapped view; HEAD and OPTIONS are never among them.

    `given` is what its route hands to it, where that makes a difference.
    """
    owner = view.view_class
    each = [_limit(one, view.instances.get(one), owner, given) for one in guards_of(view)]
    limits = [one for one in each if one is not None]
    if view.path_view is not None:
        found = {method.upper() for one in view.path_view.operations for method in one.methods}
        return _restricted(dict.fromkeys(found, Evidence.DECLARED), limits)
    deciding = [one.function for one in limits if one.doubtful or not one.facts.silent]
    if view.view_class is not None:
        if _is_function_that_never_finds(view, view.view_class):
            return Methods(answered=(), never_finds=True)
        shared = _shared_of_class(view, view.view_class) if given is None else None
        of_class = _of_class(view, view.view_class, given, deciding) if shared is None else dict(shared)
        # What a `dispatch` answers itself needs no handler.
        instead = frozenset[str]().union(*(one.facts.instead for one in limits if one.function.__name__ == "dispatch"))
        of_class |= dict.fromkeys(instead - of_class.keys(), Evidence.INFERRED)
        return _restricted(of_class, limits, deciding)
    return _of_function(view, limits, given, deciding)


def _is_function_that_never_finds(view: Unwrapped, view_class: type) -> bool:
    """Whether REST framework made the class of a function that answers 404 whatever it is asked."""
    if not view_class.__qualname__.endswith("WrappedAPIView"):
        return False
    names = [one for one in class_methods(view_class, view.initkwargs, view.actions) if one != "OPTIONS"]
    handlers = [handler_of(view_class, one.lower(), view.actions, view.initkwargs) for one in names]
    layers = [layers_of_method(one) for one in handlers if isinstance(one, types.FunctionType)]
    return bool(layers) and all(one and never_finds(one[-1]) for one in layers)


def _restricted(
    found: dict[str, Evidence], limits: list[_Limit], deciding: Iterable[types.FunctionType] = ()
) -> Methods:
    for limit in limits:
        found = {
            method: Evidence.INFERRED if evidence is Evidence.DECLARED and limit.is_doubtful(method) else evidence
            for method, evidence in found.items()
            if (limit.allowed is None or method in limit.allowed) and method not in limit.facts.rejected
        }
    answered = tuple((method, found[method]) for method in in_order(frozenset(found)))
    return Methods(answered=answered, deciding=tuple(deciding))


def _shared_of_class(view: Unwrapped, view_class: type) -> Mapping[str, Evidence] | None:
    """Return what a class answers that adds only attributes to its parent which no method depends on; else None."""
    owner = methods_owner(view_class)
    if owner is view_class or not is_framework_dispatch(owner):
        return None
    decided_by = _decided_by(owner)
    added, actions = added_names(view_class), view.actions or {}
    if not (added.isdisjoint(decided_by) and added.isdisjoint(actions.values())):
        return None
    if not decided_by.isdisjoint(view.initkwargs):
        return None
    return _of_owner(owner, tuple(actions.items()), view.actions_are_read)


@lru_cache(maxsize=1024)
def _decided_by(owner: type) -> frozenset[str]:
    """Return the attributes that decide what a class answers whose methods are those of `owner`."""
    names = getattr(owner, "http_method_names", ())
    return _DECIDING.union([one for one in names if isinstance(one, str)] if isinstance(names, (list, tuple)) else ())


@lru_cache(maxsize=1024)
def _of_owner(owner: type, actions: tuple[tuple[str, str], ...], are_read: bool) -> Mapping[str, Evidence] | None:
    """Return what all classes answer with the methods of `owner`; None where the project's code has a say in it."""
    view = Unwrapped(target=owner, view_class=owner, actions=dict(actions) or None, actions_are_read=are_read)
    deciding: list[types.FunctionType] = []
    found = _of_class(view, owner, None, deciding)
    has_hooks = any(refusing_hooks(owner, view.handler_name(one)) for one in STANDARD_METHODS)
    return None if deciding or has_hooks or not found or _refusing_checks(view, owner) else found


def _of_class(
    view: Unwrapped, view_class: type, given: Given | None, deciding: list[types.FunctionType]
) -> dict[str, Evidence]:
    own = own_dispatch(view_class)
    if own is not None:
        deciding.append(own)
        facts = method_facts(own, view_class, given=given)
        return dict.fromkeys(_from_facts(facts), Evidence.ASSUMED if facts.silent else Evidence.INFERRED)
    if named := named_handlers(view_class) or _named_by_maker(view, view_class):
        return dict.fromkeys(named, Evidence.INFERRED)
    found: dict[str, Evidence] = {}
    is_open = limits_instances(view_class) or softens_refusals(view_class)
    owner, checks = methods_owner(view_class), _refusing_checks(view, view_class)
    names = names_of_instances(view_class) if is_open else None
    initkwargs = view.initkwargs if names is None else {"http_method_names": names, **view.initkwargs}
    for method in class_methods(view_class, initkwargs, view.actions):
        handler = handler_of(view_class, method.lower(), view.actions, view.initkwargs)
        is_function = isinstance(handler, types.FunctionType)
        answer = _of_handler(handler, method) if is_function else Evidence.DECLARED
        name = view.handler_name(method)
        hooks = (*refusing_hooks(owner, name), *checks)
        if answer is Evidence.INFERRED or (answer is not None and is_function and hooks):
            inner = layers_of_method(handler)[-1]
            deciding.append(inner)
            answer = None if refuses(inner, view_class, method, given or NOTHING_KNOWN) else answer
        if answer is not None and not any(_refuses_here(one, view_class, method, given) for one in hooks):
            is_read = view.actions_are_read or bool(hooks) or answers_itself(view_class)
            found[method] = Evidence.INFERRED if is_read or is_open else answer
    for method in handlers_of_instances(view_class) - found.keys():
        found[method] = Evidence.INFERRED
    # A class without a single handler gets them from somewhere: its own `as_view`, `setup` or `__getattribute__`,
    # or its `dispatch` finds others.
    has_none = bool(dispatches_of(view_class)) and is_framework_dispatch(view_class) and not _may_get_handlers(view)
    return found if found or has_none else _of_last_dispatch(view_class, given, deciding)


def _named_by_maker(view: Unwrapped, view_class: type) -> frozenset[str] | None:
    """Return what the function of an own `as_view` looks up on a class that has no `dispatch`."""
    return handlers_named_in(view.wrappers[-1], view_class) if view.wrappers and not dispatches_of(view_class) else None


def _of_last_dispatch(view_class: type, given: Given | None, deciding: list[types.FunctionType]) -> dict[str, Evidence]:
    """Return what the `dispatch` of a class without handlers tells apart itself; GET where it tells nothing."""
    passed = dispatches_of(view_class)
    if passed and not is_framework_dispatch(view_class):
        facts = method_facts(passed[-1].function, view_class, given=given)
        if facts.rejected:
            deciding.append(passed[-1].function)
            return dict.fromkeys(_from_facts(facts), Evidence.INFERRED)
    return {"GET": Evidence.ASSUMED}


def _refusing_checks(view: Unwrapped, view_class: type) -> tuple[types.FunctionType, ...]:
    classes = view.initkwargs.get("permission_classes", getattr(view_class, "permission_classes", ()))
    if not isinstance(classes, (list, tuple)):
        return ()
    return refusing_permissions(tuple(one for one in classes if isinstance(one, type)))


def _refuses_here(hook: types.FunctionType, view_class: type, method: str, given: Given | None) -> bool:
    """Whether a hook that each request passes raises for the method, and lets another one through."""
    return is_always_passed(hook) and method in method_facts(hook, view_class, given=given).raised


def _may_get_handlers(view: Unwrapped) -> bool:
    """Whether the project's own code makes the view's instances, and no actions say what they answer."""
    made_by = getattr(view.target, "__code__", None)
    is_framework = (getattr(view.target, "__globals__", {}).get("__name__") or "").startswith(_FRAMEWORKS)
    return view.actions is None and made_by is not None and not is_framework


# Most classes inherit their handlers from few parents.
@lru_cache(maxsize=1024)
def _of_handler(handler: types.FunctionType, method: str) -> Evidence | None:
    """Return how sure it is that a handler answers the method that it is for, whatever its class; None if it does not.

    It is inferred where the handler names a refusal.
    """
    layers = layers_of_method(handler)
    if any(_always_refuses(layer) for layer in layers):
        return None
    allowed = [declared_methods(one) for one in with_decorators(handler)]
    if any(one is not None and method not in one for one in allowed):
        return None
    doubtful = any(_may_refuse(layer) for layer in layers)
    return Evidence.INFERRED if doubtful else Evidence.DECLARED


def _of_function(
    view: Unwrapped, limits: list[_Limit], given: Given | None, deciding: list[types.FunctionType]
) -> Methods:
    if (told := methods_declared(view)) is not None:
        return _restricted(dict.fromkeys(told, Evidence.DECLARED), limits)
    layers = layers_of_method(plain_function(view.target))
    if layers and never_finds(layers[-1]):
        return Methods(answered=(), never_finds=True)
    facts = method_facts(layers[-1], view.bound_to, given=given) if layers else MethodFacts(readable=False)
    if not facts.silent:
        deciding.append(layers[-1])
    declared = [limit.allowed for limit in limits if limit.allowed is not None]
    if declared:
        # One that fails for want of an answer stays: it is not refused, and the view says that it has it.
        common = frozenset.intersection(*declared) - facts.rejected
        # What a decorator lets through the function may refuse for some routes or rows.
        doubtful = len(common) > 1 and any(_may_refuse(layer) for layer in layers)
        return _restricted(
            dict.fromkeys(common, Evidence.INFERRED if doubtful else Evidence.DECLARED), limits, deciding
        )
    if facts is NO_FACTS and all(one.facts is NO_FACTS for one in limits):
        return Methods(answered=_GET_ASSUMED, deciding=tuple(deciding))
    # A decorator of the project's may make a response of nothing.
    fails = facts.unanswered if all(_is_framework(one.function) for one in limits) else frozenset[str]()
    around = [limit.facts for limit in limits if limit.facts.rejected]
    merged = MethodFacts(
        compared=facts.compared.union(*(one.compared for one in around), *(limit.facts.apart for limit in limits)),
        rejected=(facts.rejected | fails).union(*(one.rejected for one in around)),
        reads_body=facts.reads_body,
        delegates=facts.delegates,
    )
    found = _from_facts(merged)
    evidence = Evidence.ASSUMED if merged.silent else Evidence.INFERRED
    answered = dict.fromkeys(found, evidence)
    if merged.reads_body and not merged.compared and not merged.rejected and "GET" in answered:
        answered["GET"] = Evidence.ASSUMED
        if layers and needs_body(layers[-1]):
            del answered["GET"]
    refused = _refused_by_table(view, layers[-1], given, deciding) if layers and len(found) > 1 else frozenset()
    return Methods(
        answered=tuple((method, answered[method]) for method in in_order(frozenset(answered) - refused)),
        readable=facts.readable,
        deciding=tuple(deciding),
    )


def _refused_by_table(
    view: Unwrapped, dispatch: types.FunctionType, given: Given | None, deciding: list[types.FunctionType]
) -> frozenset[str]:
    """Return the methods whose handler, found in a table of the object that is called, does nothing but refuse."""
    owner = view.bound_to
    handlers = handlers_by_table(owner, dispatch) if owner is not None else {}
    deciding += handlers.values()
    refused = [
        method
        for method, handler in handlers.items()
        if owner is not None and refuses(handler, owner, method, given or NOTHING_KNOWN)
    ]
    return frozenset(refused)


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


def _limit(
    function: types.FunctionType, instance: object, view_class: type | None, given: Given | None
) -> _Limit | None:
    """Return what a decorator lets through; None for those of frameworks that let everything through."""
    allowed = declared_methods(function)
    if allowed is not None:
        return _Limit(function=function, allowed=allowed)
    if _is_framework(function):
        return None
    owner = view_class if given is not None else None
    facts = method_facts(function, owner, is_guard=True, instance=instance, given=given)
    names_refusal = _may_refuse(function)
    doubtful = names_refusal and not facts.rejected
    return _Limit(function=function, facts=facts, doubtful=doubtful, names_refusal=names_refusal)


def _is_framework(function: types.FunctionType) -> bool:
    return (function.__globals__.get("__name__") or "").startswith(_FRAMEWORKS)


def _may_refuse(function: types.FunctionType) -> bool:
    """Whether the code names a refusal, by its class or its status."""
    return names_refusal(function.__code__)


def _always_refuses(function: types.FunctionType) -> bool:
    """Whether a handler consists of nothing but a 405."""
    if not _may_refuse(function):
        return False
    node = function_node(function.__code__)
    if node is None or isinstance(node, ast.Lambda):
        return False
    body = [one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    if len(body) != 1 or not isinstance(body[0], (ast.Return, ast.Raise)):
        return False
    return is_refusal(body[0].value if isinstance(body[0], ast.Return) else body[0].exc)
