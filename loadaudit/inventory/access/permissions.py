"""Demands on the user that classes declare: mixins, DRF's permission classes, django-ninja's authentication."""

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loadaudit.inventory.source.trees import constants, mentioned
from loadaudit.records import Evidence, weakest

USER_CLUES = frozenset({"is_authenticated", "is_anonymous", "is_staff", "is_superuser", "has_perm", "has_perms"})

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one guard asks of the user; false when it asks nothing."""

    login: bool = False
    staff: bool = False
    api_key: bool = False
    permissions: tuple[str, ...] = ()
    evidence: Evidence = Evidence.DECLARED

    def __bool__(self) -> bool:
        return self.login or self.staff or self.api_key or bool(self.permissions)


def of_user_test(function: types.FunctionType, *, login: bool = True) -> Demand:
    """Infer what a function that looks at the user demands; `login` when it says nothing itself."""
    names = mentioned(function.__code__)
    named: tuple[str, ...] = ()
    if names & {"has_perm", "has_perms"}:
        strings = [one for one in constants(function.__code__) if isinstance(one, str)]
        named = tuple(sorted(one for one in strings if _is_permission(one)))
    staff = bool(names & {"is_staff", "is_superuser"})
    wants_login = login or staff or bool(named) or bool(names & {"is_authenticated", "is_anonymous"})
    return Demand(login=wants_login, staff=staff, permissions=named, evidence=Evidence.INFERRED)


def _is_permission(text: str) -> bool:
    app, dot, code = text.partition(".")
    return bool(dot) and app.isidentifier() and code.isidentifier()


def of_mixins(view_class: type) -> Demand:
    """Return what Django's access mixins among the bases demand."""
    names = {base.__name__ for base in view_class.__mro__ if base.__module__ == "django.contrib.auth.mixins"}
    login = bool(names & {"LoginRequiredMixin", "PermissionRequiredMixin"})
    named: tuple[str, ...] = ()
    if "PermissionRequiredMixin" in names:
        required = getattr(view_class, "permission_required", None) or ()
        named = (required,) if isinstance(required, str) else tuple(required)
    if "UserPassesTestMixin" in names:
        test = getattr(view_class, "test_func", None)
        if isinstance(test, types.FunctionType):
            found = of_user_test(test)
            return Demand(login=True, staff=found.staff, permissions=named, evidence=Evidence.INFERRED)
    return Demand(login=login, permissions=named)


def of_permission_classes(view_class: type, initkwargs: Mapping[str, Any], method: str) -> Demand:
    """Return what DRF's permission classes demand of `method`; an action's own classes come in `initkwargs`."""
    classes = initkwargs.get("permission_classes", getattr(view_class, "permission_classes", ()))
    try:
        found = union(_of_permission(one, view_class, method) for one in classes or ())
    except TypeError:
        return Demand(evidence=Evidence.INFERRED)
    chooser = getattr(view_class, "get_permissions", None)
    inferred = not (getattr(chooser, "__module__", "") or "").startswith("rest_framework.")
    # A token class does not ask for a login by itself; the permission does.
    token = bool(found) and not uses_session_authentication(view_class, initkwargs)
    return Demand(
        login=found.login,
        staff=found.staff,
        permissions=found.permissions,
        api_key=token and _has_authentication(view_class, initkwargs),
        evidence=Evidence.INFERRED if inferred else found.evidence,
    )


def union(demands: Iterable[Demand]) -> Demand:
    """Return the demand that meets all of `demands`."""
    total, *others = list(demands) or [Demand()]
    for one in others:
        total = Demand(
            login=total.login or one.login,
            staff=total.staff or one.staff,
            api_key=total.api_key or one.api_key,
            permissions=(*total.permissions, *one.permissions),
            evidence=weakest((total.evidence, one.evidence)),
        )
    return total


def _of_permission(permission: Any, view_class: type, method: str) -> Demand:
    first, second = getattr(permission, "op1_class", None), getattr(permission, "op2_class", None)
    if first is not None:
        return _of_composition(permission, first, second, view_class, method)
    if not isinstance(permission, type):
        return Demand(evidence=Evidence.INFERRED)
    names = [base.__name__ for base in permission.__mro__ if base.__module__ == "rest_framework.permissions"]
    own = permission.__module__ != "rest_framework.permissions"
    evidence = Evidence.INFERRED if own else Evidence.DECLARED
    closest = names[0] if names else ""
    if closest.endswith("ReadOnly") and method in _SAFE:
        return Demand(evidence=evidence)
    if closest == "IsAdminUser":
        return Demand(login=True, staff=True, evidence=evidence)
    if closest in ("IsAuthenticated", "IsAuthenticatedOrReadOnly"):
        return Demand(login=True, evidence=evidence)
    if closest.startswith("DjangoModelPermissions") or closest.startswith("DjangoObjectPermissions"):
        return Demand(login=True, permissions=_model_permissions(permission, view_class, method))
    return _of_own_permission(permission) if own else Demand()


def _of_composition(permission: Any, first: Any, second: Any, view_class: type, method: str) -> Demand:
    kind = getattr(getattr(permission, "operator_class", None), "__name__", "")
    left = _of_permission(first, view_class, method)
    if second is None:
        return Demand(evidence=Evidence.INFERRED)
    right = _of_permission(second, view_class, method)
    if kind == "AND":
        return union((left, right))
    return Demand(
        login=left.login and right.login,
        staff=left.staff and right.staff,
        evidence=Evidence.INFERRED,
    )


def _of_own_permission(permission: type) -> Demand:
    for name in ("has_permission", "has_object_permission"):
        check = getattr(permission, name, None)
        if isinstance(check, types.FunctionType) and not check.__module__.startswith("rest_framework."):
            names = mentioned(check.__code__)
            if names & USER_CLUES:
                return of_user_test(check, login=False)
            if "user" in names:
                return Demand(login=True, evidence=Evidence.INFERRED)
    return Demand(evidence=Evidence.INFERRED)


def _model_permissions(permission: type, view_class: type, method: str) -> tuple[str, ...]:
    model = getattr(getattr(view_class, "queryset", None), "model", None)
    patterns = getattr(permission, "perms_map", {}).get(method, ())
    if model is None:
        return ()
    names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
    return tuple(pattern % names for pattern in patterns)


def _authentication(view_class: type | None, initkwargs: Mapping[str, Any]) -> list[Any]:
    classes = initkwargs.get("authentication_classes", getattr(view_class, "authentication_classes", ()))
    return list(classes or ())


def _has_authentication(view_class: type | None, initkwargs: Mapping[str, Any]) -> bool:
    return bool(_authentication(view_class, initkwargs))


def uses_session_authentication(view_class: type | None, initkwargs: Mapping[str, Any]) -> bool:
    """Whether one of DRF's authentication classes accepts the session, and so checks the CSRF token."""
    return any(
        isinstance(one, type) and any(base.__name__ == "SessionAuthentication" for base in one.__mro__)
        for one in _authentication(view_class, initkwargs)
    )


def of_path_view(path_view: Any, method: str) -> Demand:
    """Return what django-ninja's authentication of the operation for `method` demands."""
    callbacks = [one for operation in _operations(path_view, method) for one in operation.auth_callbacks]
    if not callbacks:
        return Demand()
    bases = [{base.__name__ for base in type(one).__mro__} for one in callbacks]
    return Demand(
        login=True,
        staff=all(names & {"SessionAuthIsStaff", "SessionAuthSuperUser"} for names in bases),
        api_key=not any("SessionAuth" in names for names in bases),
        evidence=Evidence.DECLARED if all("AuthBase" in names for names in bases) else Evidence.INFERRED,
    )


def path_view_checks_csrf(path_view: Any, method: str) -> bool:
    """Whether django-ninja checks the CSRF token itself, as it does for keys in a cookie."""
    return any(
        getattr(one, "csrf", False)
        for operation in _operations(path_view, method)
        for one in operation.auth_callbacks
        if not getattr(operation, "csrf_exempt", False)
    )


def _operations(path_view: Any, method: str) -> list[Any]:
    return [one for one in path_view.operations if method in one.methods]
