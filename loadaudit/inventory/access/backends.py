"""Whether a permission can be held without a login: that is for the authentication backends to say."""

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from loadaudit.inventory.access.demand import Demand
from loadaudit.records import Evidence

_DJANGO = "django.contrib.auth.backends"


def of_permissions(names: tuple[str, ...]) -> Demand:
    """Return the demand of Django's own checks for permissions, which nobody needs for an empty list.

    Whoever is not logged in has none, unless a backend of the project's gives some to everybody.
    """
    if not names:
        return Demand(evidence=Evidence.INFERRED)
    evidence = Evidence.DECLARED if _only_django_grants(tuple(settings.AUTHENTICATION_BACKENDS)) else Evidence.INFERRED
    return Demand(login=True, permissions=names, evidence=evidence)


@lru_cache(maxsize=8)
def _only_django_grants(backends: tuple[str, ...]) -> bool:
    return all(map(_grants_as_django, backends))


def _grants_as_django(path: str) -> bool:
    try:
        backend = import_string(path)
    except Exception:
        return False
    found = [getattr(backend, name, None) for name in ("has_perm", "get_all_permissions", "_get_permissions")]
    return all(one is None or getattr(one, "__module__", "") == _DJANGO for one in found)
