"""What of the project's settings and data moves figures, kept with each run."""

from collections.abc import Iterator
from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_SIZES = {
    "postgresql": "SELECT pg_database_size(current_database())",
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
}


def project_facts() -> dict[str, str]:
    """Return middleware, session store, caches and, per database, connection settings and size of the data.

    Asks the databases that are configured at this moment: in an isolated run the clones.
    """
    facts = {
        "middleware": ", ".join(settings.MIDDLEWARE),
        "session store": settings.SESSION_ENGINE,
        "caches": ", ".join(f"{alias}: {one.get('BACKEND', '')}" for alias, one in sorted(settings.CACHES.items())),
    }
    for alias in connections:
        facts |= dict(_of_database(alias, connections[alias]))
    return facts


def _of_database(alias: str, connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    own = connection.settings_dict
    pool = own.get("OPTIONS", {}).get("pool")
    yield (
        f"connections {alias}",
        f"CONN_MAX_AGE {own.get('CONN_MAX_AGE', 0)}{', pool ' + str(pool) if pool else ''}",
    )
    if connection.vendor in _SIZES:
        # A size is worth no run: a database may refuse to tell it.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(_SIZES[connection.vendor])
            yield f"data size {alias}", f"{cursor.fetchone()[0] / 1e6:.1f} MB"
