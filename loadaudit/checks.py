"""System checks of loadaudit: configuration errors, and what installing it may have changed."""

import importlib.util
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from loadaudit.conf import read_config
from loadaudit.errors import LoadauditError

_POSTGRESQL_ENGINES = ("django.db.backends.postgresql", "django.contrib.gis.db.backends.postgis")


@register()
def check_configuration(**kwargs: Any) -> Iterable[CheckMessage]:
    """loadaudit.E001: settings.LOADAUDIT is wrong."""
    try:
        read_config()
    except LoadauditError as error:
        yield Error(error.message, hint=error.hint, id="loadaudit.E001")


@register()
def check_database_driver(**kwargs: Any) -> Iterable[CheckMessage]:
    """loadaudit.W001: the project has psycopg2, but Django uses psycopg 3, which came with loadaudit."""
    if driver_has_changed():
        yield Warning(
            "psycopg2 and psycopg 3 are both installed, and Django prefers psycopg 3: this project may have run on "
            "psycopg2 before loadaudit brought psycopg 3 with it.",
            hint="To stay on psycopg2, write at the top of the settings: import sys; sys.modules['psycopg'] = None. "
            "To use psycopg 3 on purpose: pip uninstall psycopg2 psycopg2-binary.",
            id="loadaudit.W001",
        )


def driver_has_changed() -> bool:
    """Whether a PostgreSQL project that has psycopg2 installed runs on psycopg 3."""
    engines = {str(database.get("ENGINE", "")) for database in settings.DATABASES.values()}
    if engines.isdisjoint(_POSTGRESQL_ENGINES) or importlib.util.find_spec("psycopg2") is None:
        return False
    # Imports the driver, as the project's own database back end has done already.
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    return bool(is_psycopg3)
