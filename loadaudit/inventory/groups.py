"""The routes that a project includes but did not write: the admin and the debugging tools."""

from collections.abc import Iterable
from typing import Any

from loadaudit.conf import ADMIN, DEBUG_TOOLBAR, SILK
from loadaudit.inventory.source.unwrap import attribute_of
from loadaudit.inventory.urlconf.walk import Endpoint

_MODULES = {"debug_toolbar": DEBUG_TOOLBAR, "silk.views": SILK, "django.contrib.admindocs": ADMIN}
_TOOLBAR_APP = "djdt"


class Groups:
    """Tells which group an endpoint belongs to, whatever namespace it was included under."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        # An app of the project may be called `admin` too: only callables made by an AdminSite prove one. What a
        # ModelAdmin adds beside them without `admin_view` carries no mark, but is below the same namespace.
        self._admin_sites = {
            one.namespaces for one in endpoints if one.namespaces and ADMIN in one.app_names and _by_admin(one.callback)
        }

    def of(self, endpoint: Endpoint, view_module: str) -> str | None:
        """Return the endpoint's group, or None for the project's own; `view_module` is where its view is written."""
        if _by_admin(endpoint.callback) or self._below_admin(endpoint.namespaces):
            return ADMIN
        if _TOOLBAR_APP in endpoint.app_names:
            return DEBUG_TOOLBAR
        for module, group in _MODULES.items():
            if view_module == module or view_module.startswith(f"{module}."):
                return group
        return None

    def _below_admin(self, namespaces: tuple[str, ...]) -> bool:
        if not self._admin_sites:
            return False
        return any(namespaces[:length] in self._admin_sites for length in range(1, len(namespaces) + 1))


def _by_admin(callback: Any) -> bool:
    """Whether `AdminSite.get_urls` or `ModelAdmin.get_urls` made the callable: both leave their mark on it."""
    marks = attribute_of(callback, "__dict__")
    return isinstance(marks, dict) and ("admin_site" in marks or "model_admin" in marks)
