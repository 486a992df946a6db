"""The settings that the embedded server changes for a run, each with a sentence that says so."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from loadaudit.probes.fence.spec import FenceSpec

PROBE_MIDDLEWARE = "loadaudit.probes.middleware.probe_middleware"
PUBLIC_MIDDLEWARE = "loadaudit.middleware.LoadauditMiddleware"

_TOOLBARS = {
    "debug_toolbar.middleware.DebugToolbarMiddleware": "django-debug-toolbar",
    "silk.middleware.SilkyMiddleware": "django-silk",
    "querycount.middleware.QueryCountMiddleware": "django-querycount",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What the run tells the server's workers; written to a private file."""

    settings_module: str
    run_id: str
    token_key: str
    socket_path: str
    present_https: bool = False
    databases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Alias → entries of DATABASES[alias] that lead to its clone."""
    out_of_reach: tuple[str, ...] = ()
    """Aliases whose entries lead nowhere."""
    host: str = ""
    tag_sql: bool = False
    """Whether statements carry their operation as a comment."""
    keep_values: bool = False
    """Whether values of slow statements go to the run, for the plans of its throw-away clone."""
    fence: FenceSpec | None = None
    """None: the run is not isolated, and the outside world is the real one."""


def apply(settings: Any, spec: Spec) -> tuple[str, ...]:
    """Change `settings` for the run, before Django is set up, and return what was changed."""
    return (
        *_middleware(settings),
        *_databases(settings, spec),
        *_hosts(settings, spec),
        *_debugging(settings),
    )


def _middleware(settings: Any) -> tuple[str, ...]:
    left_out = {*_TOOLBARS, PUBLIC_MIDDLEWARE, PROBE_MIDDLEWARE}
    kept = [entry for entry in settings.MIDDLEWARE if entry not in left_out]
    changes = [
        f"MIDDLEWARE: {_TOOLBARS[entry]} was left out, because it would be measured as the project's own time"
        for entry in settings.MIDDLEWARE
        if entry in _TOOLBARS
    ]
    settings.MIDDLEWARE = [PROBE_MIDDLEWARE, *kept]
    return (*changes, "MIDDLEWARE: the probe was put first")


def _databases(settings: Any, spec: Spec) -> tuple[str, ...]:
    changes = []
    for alias, entries in spec.databases.items():
        if alias not in settings.DATABASES:
            # A command of the project's own has added it in its process: a second way to a database, as a rule.
            settings.DATABASES[alias] = deepcopy(settings.DATABASES["default"])
        settings.DATABASES[alias].update(entries)
        where = "leads nowhere, as nobody answered" if alias in spec.out_of_reach else "as of the throw-away clone"
        changes.append(f"DATABASES[{alias!r}]: {', '.join(entries)} {where}")
    return tuple(changes)


def _hosts(settings: Any, spec: Spec) -> tuple[str, ...]:
    changes: tuple[str, ...] = ()
    if not settings.ALLOWED_HOSTS and not settings.DEBUG:
        settings.ALLOWED_HOSTS = [spec.host.partition(":")[0]]
        changes = (f"ALLOWED_HOSTS is empty, which refuses every request without DEBUG: {spec.host} was let in",)
    if not spec.present_https:
        return changes
    return (
        *changes,
        f"scheme: requests are presented as https://{spec.host}, because the settings demand https",
    )


def _debugging(settings: Any) -> tuple[str, ...]:
    if not settings.DEBUG:
        return ()
    return (
        "DEBUG is on, as set: error pages and templates are slower than in production; "
        "Django's log of queries was switched off",
    )
