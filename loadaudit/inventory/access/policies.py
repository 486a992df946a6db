"""Permissions that views of Wagtail's admin ask of a policy: the policy names the model, the view the action."""

import inspect
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.functional import cached_property

from loadaudit.inventory.access.demand import NOTHING, Demand
from loadaudit.inventory.source.guards import dispatches_of
from loadaudit.records import Evidence

_MIXIN = "PermissionCheckedMixin"
_POLICY = "ModelPermissionPolicy"
_MODULE = "wagtail."


def of_policy(view_class: type, initkwargs: Mapping[str, Any]) -> Demand:
    """Return the one permission on its model that a view asks a plain model policy for; none where others decide."""
    if not _asks_policy(view_class):
        return NOTHING
    action = initkwargs.get("permission_required", getattr(view_class, "permission_required", None))
    policy = initkwargs.get("permission_policy", inspect.getattr_static(view_class, "permission_policy", None))
    if isinstance(policy, cached_property):
        if not getattr(policy.func, "__qualname__", "").startswith(f"{_MIXIN}."):
            # A view may well ask for permissions on another model than its own.
            return NOTHING
        model = _model_registered(initkwargs.get("model", getattr(view_class, "model", None)))
    else:
        model = _model_of(policy)
    if not isinstance(action, str) or not action.isidentifier() or model is None:
        return NOTHING
    permission = f"{model._meta.app_label}.{action}_{model._meta.model_name}"
    return Demand(permissions=(permission,), evidence=Evidence.INFERRED)


@lru_cache(maxsize=1024)
def _asks_policy(view_class: type) -> bool:
    """Whether a request passes Wagtail's own check, and the view leaves it as it is."""
    passed = any(one.owner.__name__ == _MIXIN and _is_wagtail(one.owner) for one in dispatches_of(view_class))
    return passed and _is_wagtail(getattr(view_class, "user_has_permission", None))


def _is_wagtail(found: object) -> bool:
    return str(getattr(found, "__module__", "")).startswith(_MODULE)


def _model_registered(model: object) -> type[models.Model] | None:
    """Return the model where Wagtail's registry has a plain policy for it, or none, which stands for the plain one."""
    registry = getattr(sys.modules.get("wagtail.permissions"), "policy_registry", None)
    if registry is None or not (isinstance(model, type) and issubclass(model, models.Model)):
        return None
    policy = registry.get_by_type(model, fallback=False)
    return model if policy is None else _model_of(policy)


def _model_of(policy: object) -> type[models.Model] | None:
    check = getattr(type(policy), "user_has_permission", None)
    if not (_is_wagtail(check) and getattr(check, "__qualname__", "").startswith(f"{_POLICY}.")):
        return None
    named = getattr(policy, "__dict__", {}).get("_model_or_name")
    if isinstance(named, str):
        try:
            return apps.get_model(named)
        except (LookupError, ValueError):
            return None
    return named if isinstance(named, type) and issubclass(named, models.Model) else None
