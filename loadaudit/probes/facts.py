"""Under which conditions a server process serves: versions and database drivers."""

import platform
from collections.abc import Mapping
from typing import Any

import django
from django.db import connections


def server_facts() -> Mapping[str, str]:
    """Return versions and the database drivers that this process uses."""
    facts = {"python": platform.python_version(), "django": django.get_version()}
    for alias in connections:
        connection = connections[alias]
        facts[f"database {alias}"] = f"{connection.vendor}, driver {driver_of(connection)}"
    return facts


def driver_of(connection: Any) -> str:
    """Return name and version of the module behind a connection, without opening it."""
    # Django's own stand-in for a database that is not there has none.
    module = getattr(connection, "Database", None)
    if module is None:
        return "none"
    name = module.__name__.removesuffix(".dbapi2")
    version = getattr(module, "__version__", None) or getattr(module, "sqlite_version", "")
    return f"{name} {str(version).split()[0]}" if version else name
