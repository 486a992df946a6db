"""What guards of well-known libraries demand, whose own source says it only to somebody who follows their settings."""

import types
from functools import lru_cache
from typing import Any

from loadaudit.inventory.access.demand import NOTHING, UNKNOWN, Demand
from loadaudit.inventory.source.guards import dispatches_of
from loadaudit.inventory.source.unwrap import cells
from loadaudit.records import Evidence


@lru_cache(maxsize=1024)
def of_library_mixins(view_class: type) -> Demand:
    """Return what a mixin of django-guardian or django-braces demands whose `dispatch` a request really passes.

    Of guardian's it is the permission on a row, of braces' one of the groups that the class names.
    """
    for one in dispatches_of(view_class):
        mixin = one.owner.__module__.partition(".")[0], one.owner.__name__
        if mixin == ("guardian", "PermissionRequiredMixin"):
            if not _is_guardians(view_class, "check_permissions"):
                return UNKNOWN
            named = _texts(getattr(view_class, "permission_required", None))
            is_any = len(named) > 1 and getattr(view_class, "any_perm", False)
            is_plain = _is_guardians(view_class, "get_required_permissions")
            return Demand(login=True, permissions=named if is_plain and not is_any else (), evidence=Evidence.INFERRED)
        if mixin == ("braces", "GroupRequiredMixin"):
            groups = _texts(getattr(view_class, "group_required", None))
            return Demand(login=True, groups=groups, evidence=Evidence.INFERRED)
    return NOTHING


def of_library_decorator(guard: types.FunctionType) -> Demand:
    """Return what `permission_required` of django-guardian demands."""
    if guard.__globals__.get("__name__") != "guardian.decorators":
        return NOTHING
    return Demand(login=True, permissions=_texts(cells(guard).get("perm")), evidence=Evidence.INFERRED)


def _is_guardians(view_class: type, name: str) -> bool:
    found = getattr(view_class, name, None)
    return found is None or str(getattr(found, "__module__", "")).startswith("guardian.")


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, (list, tuple)) else ()
