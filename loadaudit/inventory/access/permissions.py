"""Demands on the user that DRF's permission classes declare."""

import itertools
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from loadaudit.inventory.access.choice import chosen_permissions
from loadaudit.inventory.access.demand import NOTHING, UNKNOWN, Demand, union
from loadaudit.inventory.access.keys import demand_of_key_test
from loadaudit.inventory.access.user_tests import of_user_test
from loadaudit.inventory.access.visitors import Asked, answer
from loadaudit.inventory.source.expressions import returned_model
from loadaudit.inventory.source.guards import dispatches_of, layers_of_method
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.twins import methods_owner
from loadaudit.records import Evidence

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CHECKING = ("initial", "check_permissions")
"""Methods of APIView on the way to the permissions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a request gets to the permission classes of a view class."""

    arrives: bool
    chooser: types.FunctionType | None
    """The project's `get_permissions`."""
    is_plain: bool
    """Nothing on the way is the project's own."""


def of_permission_classes(view_class: type, initkwargs: Mapping[str, Any], asked: Asked) -> Demand:
    """Return what DRF's permission classes demand; an action's own classes come in `initkwargs`."""
    classes = initkwargs.get("permission_classes", getattr(view_class, "permission_classes", ()))
    way = _way_to_permissions(methods_owner(view_class))
    if not way.arrives:
        return UNKNOWN
    authentication = _authentication(view_class, initkwargs)
    takes_token = bool(authentication) and not _of_session(authentication)
    chooser = way.chooser
    if chooser is None and _are_plain(classes):
        return _of_plain(tuple(classes), asked.method, is_plain=way.is_plain, takes_token=takes_token)
    chosen = chosen_permissions(chooser, view_class, classes, asked) if chooser is not None else None
    try:
        found = union(
            _of_permission(one, view_class, asked) for one in (chosen if chosen is not None else classes or ())
        )
    except TypeError:
        return UNKNOWN
    is_guess = chooser is not None and chosen is None
    return _summed(found, is_plain=way.is_plain, is_guess=is_guess, takes_token=takes_token)


def _are_plain(classes: object) -> bool:
    """Whether all are classes of DRF's own that look at nothing of the view."""
    return isinstance(classes, (list, tuple)) and all(
        isinstance(one, type) and one.__module__ == "rest_framework.permissions" and not hasattr(one, "perms_map")
        for one in classes
    )


# Most views of a project ask few of them.
@lru_cache(maxsize=1024)
def _of_plain(classes: tuple[type, ...], method: str, *, is_plain: bool, takes_token: bool) -> Demand:
    found = union(_of_permission(one, object, Asked(method=method)) for one in classes)
    return _summed(found, is_plain=is_plain, is_guess=False, takes_token=takes_token)


def _summed(found: Demand, *, is_plain: bool, is_guess: bool, takes_token: bool) -> Demand:
    return Demand(
        login=found.login,
        staff=found.staff,
        superuser=found.superuser,
        permissions=found.permissions,
        groups=found.groups,
        attributes=found.attributes,
        # A token class does not ask for a login by itself; the permission does.
        api_key=found.api_key or (bool(found) and takes_token),
        evidence=_evidence(found, is_plain=is_plain, is_guess=is_guess),
        may_ask_more=found.may_ask_more or is_guess,
    )


def _evidence(found: Demand, *, is_plain: bool, is_guess: bool) -> Evidence:
    # What `get_permissions` chooses was not understood, and the classes of the view are only what stands beside it.
    if is_guess:
        return Evidence.ASSUMED
    return found.evidence if is_plain else Evidence.INFERRED


@lru_cache(maxsize=1024)
def _way_to_permissions(view_class: type) -> _Way:
    steps = [layer for layer in (_first_own(view_class, name) for name in _CHECKING) if layer is not None]
    chooser = _first_own(view_class, "get_permissions")
    return _Way(
        arrives=_is_dispatched(view_class) and all(map(_goes_on, steps)),
        chooser=chooser,
        is_plain=chooser is None
        and not steps
        and _first_own(view_class, "permission_denied") is None
        and _answers_errors_as_usual(view_class),
    )


def _is_dispatched(view_class: type) -> bool:
    """Whether a request gets to APIView's `dispatch`, which asks the permissions."""
    passed = dispatches_of(view_class)
    return bool(passed) and passed[-1].owner.__module__.startswith("rest_framework.")


def _first_own(view_class: type, name: str) -> types.FunctionType | None:
    """Return a method of APIView that a class of the project overrides, or None."""
    found = getattr(view_class, name, None)
    is_framework = (getattr(found, "__module__", "") or "").startswith("rest_framework.")
    return found if isinstance(found, types.FunctionType) and not is_framework else None


def _answers_errors_as_usual(view_class: type) -> bool:
    own = _first_own(view_class, "handle_exception")
    return own is None or "super" in mentioned(own.__code__)


def _goes_on(function: types.FunctionType) -> bool:
    return bool(mentioned(function.__code__) & {"super", "check_permissions", "get_permissions", "has_permission"})


def _of_permission(permission: Any, view_class: type, asked: Asked) -> Demand:
    first, second = getattr(permission, "op1_class", None), getattr(permission, "op2_class", None)
    if first is not None:
        return _of_composition(permission, first, second, view_class, asked)
    if not isinstance(permission, type):
        return UNKNOWN
    check = getattr(permission, "has_permission", None)
    if isinstance(check, types.FunctionType) and not check.__module__.startswith("rest_framework."):
        return _of_own_check(permission, check, view_class, asked)
    names = [base.__name__ for base in permission.__mro__ if base.__module__ == "rest_framework.permissions"]
    own = permission.__module__ != "rest_framework.permissions"
    evidence = Evidence.INFERRED if own else Evidence.DECLARED
    closest = names[0] if names else ""
    if closest.endswith("ReadOnly") and asked.method in _SAFE:
        return Demand(evidence=evidence)
    if closest == "IsAdminUser":
        return Demand(login=True, staff=True, evidence=evidence)
    if closest in ("IsAuthenticated", "IsAuthenticatedOrReadOnly"):
        return Demand(login=True, evidence=evidence)
    if closest.startswith("DjangoModelPermissions") or closest.startswith("DjangoObjectPermissions"):
        return _of_model_permissions(permission, view_class, asked.method)
    of_row = getattr(permission, "has_object_permission", None)
    if own and isinstance(of_row, types.FunctionType):
        return of_user_test(of_row, permission, asked)
    return UNKNOWN if own else NOTHING


def _of_model_permissions(permission: type, view_class: type, method: str) -> Demand:
    """Return what DRF's permissions on the model demand; its rows may come from a method of the project."""
    named = _model_permissions(permission, view_class, method)
    model = _model_of(view_class)
    is_sure = model is not None and _first_own(view_class, "get_queryset") is None
    login = bool(named) or getattr(permission, "authenticated_users_only", True) is True
    return Demand(
        login=login,
        permissions=named,
        evidence=Evidence.DECLARED if is_sure else Evidence.INFERRED,
        may_ask_more=model is None,
    )


def _of_own_check(permission: type, check: types.FunctionType, view_class: type, asked: Asked) -> Demand:
    found = of_user_test(check, permission, asked)
    if not found and found.may_ask_more and answer(check, permission, asked, {}, inherited=False) is False:
        # `if not super().has_permission(…): return False`: whoever the parent refuses is refused.
        parent = next(iter(_above(permission, check)), None)
        found = _of_own_check(permission, parent, view_class, asked) if parent is not None else found
    if found and "super" in mentioned(check.__code__) and hasattr(permission, "perms_map"):
        named = _model_permissions(permission, view_class, asked.method)
        return union((found, Demand(permissions=named, evidence=Evidence.INFERRED)))
    return found if found else demand_of_key_test(check) or found


def _above(permission: type, check: types.FunctionType) -> Iterator[types.FunctionType]:
    """Yield what `super()` means in a method of the project, unless it is the framework's."""
    own = (one.__dict__.get(check.__name__) for one in permission.__mro__)
    layers = [one for one in own if isinstance(one, types.FunctionType)]
    for below, above in itertools.pairwise(layers):
        if below is check and not above.__module__.startswith("rest_framework."):
            yield above


def _of_composition(permission: Any, first: Any, second: Any, view_class: type, asked: Asked) -> Demand:
    kind = getattr(getattr(permission, "operator_class", None), "__name__", "")
    left = _of_permission(first, view_class, asked)
    if second is None:
        return UNKNOWN
    right = _of_permission(second, view_class, asked)
    if kind == "AND":
        return union((left, right))
    lets_everybody_in = any(not one and not one.may_ask_more for one in (left, right))
    return Demand(
        login=left.login and right.login,
        staff=any(one.staff for one in (left, right)) and all(one.staff or one.superuser for one in (left, right)),
        superuser=left.superuser and right.superuser,
        api_key=left.api_key and right.api_key,
        evidence=Evidence.INFERRED,
        may_ask_more=not lets_everybody_in and (left.may_ask_more or right.may_ask_more),
    )


def _model_permissions(permission: type, view_class: type, method: str) -> tuple[str, ...]:
    patterns = getattr(permission, "perms_map", {}).get(method, ())
    model = _model_of(view_class)
    if model is None:
        return tuple(one for one in patterns if "%(" not in one)
    names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
    return tuple(pattern % names for pattern in patterns)


@lru_cache(maxsize=1024)
def _model_of(view_class: type) -> Any:
    """Return the model of the view's queryset, or of what its own `get_queryset` returns; None where neither tells."""
    own = _first_own(view_class, "get_queryset")
    declared = getattr(getattr(view_class, "queryset", None), "model", None)
    return declared if declared is not None or own is None else returned_model(own, view_class)


def _authentication(view_class: type | None, initkwargs: Mapping[str, Any]) -> tuple[Any, ...]:
    classes = initkwargs.get("authentication_classes", getattr(view_class, "authentication_classes", ()))
    # A property chooses them for each request; read from the class it is only the property.
    return tuple(classes) if isinstance(classes, (list, tuple, set, frozenset)) else ()


def checks_session_csrf(view_class: type | None, initkwargs: Mapping[str, Any]) -> Evidence | None:
    """Return how sure it is that DRF checks the CSRF token of whoever comes with a session; None where it does not."""
    found = map(_checks_csrf, _of_session(_authentication(view_class, initkwargs)))
    return next((one for one in found if one is not None), None)


def _of_session(authentication: Iterable[Any]) -> list[type]:
    """Return those of DRF's authentication classes that accept the session."""
    return [one for one in authentication if isinstance(one, type) and _is_session(one)]


@lru_cache(maxsize=1024)
def _checks_csrf(authentication: type) -> Evidence | None:
    layers = layers_of_method(getattr(authentication, "enforce_csrf", None))
    if layers and not layers[-1].__module__.startswith("rest_framework."):
        # An empty override is how projects switch the check off.
        checks = not {"super", "CSRFCheck", "process_view"}.isdisjoint(mentioned(layers[-1].__code__))
        return Evidence.INFERRED if checks else None
    own = layers_of_method(getattr(authentication, "authenticate", None))
    is_plain = bool(own) and own[-1].__module__.startswith("rest_framework.")
    asks = is_plain or bool(own and {"super", "enforce_csrf"} & mentioned(own[-1].__code__))
    return (Evidence.DECLARED if is_plain else Evidence.INFERRED) if asks else None


@lru_cache(maxsize=1024)
def _is_session(authentication: type) -> bool:
    return any(base.__name__ == "SessionAuthentication" for base in authentication.__mro__)
