"""Permissions that the views of a ModelAdmin ask for, as long as its `has_…_permission` methods are Django's own."""

from typing import Any

from django.db import models

from loadaudit.inventory.access.demand import NOTHING, Demand
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function
from loadaudit.records import Evidence

_ACTIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("changelist_view", "GET"): ("view",),
    ("changelist_view", "POST"): ("view",),
    ("history_view", "GET"): ("view",),
    ("add_view", "GET"): ("add",),
    ("add_view", "POST"): ("add",),
    ("change_view", "GET"): ("view",),
    ("change_view", "POST"): ("change",),
    ("delete_view", "GET"): ("delete",),
    ("delete_view", "POST"): ("delete",),
    ("user_change_password", "GET"): ("change",),
    ("user_change_password", "POST"): ("change",),
}
"""View and method → the least permissions on the model with which it answers (`ModelAdmin` and `UserAdmin`)."""
_ALWAYS_WITH: dict[tuple[str, str], tuple[str, ...]] = {("django.contrib.auth.admin", "add_view"): ("change",)}
"""A user is made in two steps, and the second is a change."""


def of_model_admin(view: Unwrapped, method: str) -> Demand:
    """Return the permissions on its model that a view of a ModelAdmin asks for."""
    admin: Any = getattr(view.target, "__self__", None)
    function = plain_function(view.target)
    model = getattr(admin, "model", None)
    if function is None or not (isinstance(model, type) and issubclass(model, models.Model)):
        return NOTHING
    module = function.__module__ or ""
    actions = _ACTIONS.get((function.__name__, method), ())
    if not actions or not hasattr(admin, "has_module_permission"):
        return NOTHING
    actions += _ALWAYS_WITH.get((module, function.__name__), ())
    checks = [getattr(type(admin), f"has_{one}_permission", None) for one in actions]
    if not all((getattr(one, "__module__", "") or "").startswith("django.") for one in checks):
        # Whatever they ask instead, it is none of the model's permissions that is sure.
        return NOTHING
    label, name = model._meta.app_label, model._meta.model_name
    return Demand(
        permissions=tuple(f"{label}.{one}_{name}" for one in actions),
        evidence=Evidence.DECLARED if module.startswith("django.contrib.") else Evidence.INFERRED,
    )
