"""Clones of all databases of the project, as one context."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from loadaudit.errors import UnsafeError
from loadaudit.planning.clones import postgresql, sqlite
from loadaudit.planning.clones.options import CloneOptions, Clones
from loadaudit.planning.clones.out_of_reach import set_aside
from loadaudit.planning.clones.reach import Reach


@contextmanager
def cloned(options: CloneOptions) -> Iterator[Clones]:
    """Clone every database, point this process at the clones, and yield how they are reached.

    One beside the main one whose server does not answer is kept out of reach instead.

    At the end this process uses its own databases again and the PostgreSQL clones are dropped; SQLite clones
    lie in the run's folder, which its owner removes. Raises UnsafeError for a database that cannot be cloned.
    """
    # A project without a database has Django's dummy as `default`; nothing can be written there.
    aliases = [alias for alias in connections if not connections[alias].settings_dict["ENGINE"].endswith(".dummy")]
    with ExitStack() as stack:
        for alias in aliases:
            _disconnect(connections[alias])
        reached = _clone_all(aliases, options, stack)
        originals = {alias: _entries(connections[alias], reach.settings) for alias, reach in reached.items()}
        try:
            for alias, reach in reached.items():
                connections[alias].settings_dict.update(reach.settings)
            yield Clones(
                settings={alias: reach.settings for alias, reach in reached.items()},
                notes=tuple(dict.fromkeys(note for reach in reached.values() for note in reach.notes)),
                out_of_reach=tuple(alias for alias, reach in reached.items() if reach.leads_nowhere),
                facts={f"clone {alias}": reach.way for alias, reach in reached.items() if reach.way},
            )
        finally:
            for alias, entries in originals.items():
                _disconnect(connections[alias])
                connections[alias].settings_dict.update(entries)


def _clone_all(aliases: list[str], options: CloneOptions, stack: ExitStack) -> Mapping[str, Reach]:
    """Return how the clone of each alias is reached; aliases of one database share its clone.

    What is written through one alias, such as the primary, must be seen through the other, such as its replica.
    """
    known: dict[tuple[str, ...], Reach] = {}
    found: dict[str, Reach] = {}
    standbys = []
    for alias in aliases:
        connection = connections[alias]
        key = _identity_of(connection)
        if key not in known:
            reach = _clone(connection, options, stack)
            if reach is None:
                standbys.append(alias)
                continue
            known[key] = reach
        found[alias] = known[key]
    for alias in standbys:
        found[alias] = _of_primary(alias, found)
    return found


def _clone(connection: BaseDatabaseWrapper, options: CloneOptions, stack: ExitStack) -> Reach | None:
    """Clone one database; None for a standby, on which nothing can be created."""
    if connection.vendor == "sqlite":
        target = options.folder / f"clone-{connection.alias}.sqlite3"
        return Reach(settings={"NAME": str(sqlite.clone(connection, target, options.max_bytes))})
    if connection.vendor == "postgresql":
        try:
            return postgresql.clone(connection, options, stack)
        except UnsafeError as error:
            if (aside := set_aside(connection, error.message)) is None:
                raise
            return aside
    if (aside := set_aside(connection, f"nobody answers as {connection.vendor}")) is not None:
        return aside
    raise UnsafeError(
        f"DATABASES[{connection.alias!r}] is {connection.vendor}, which loadaudit cannot clone.",
        hint="It clones PostgreSQL and SQLite. To run against the database itself on purpose: --no-isolate.",
    )


def _of_primary(alias: str, found: Mapping[str, Reach]) -> Reach:
    """Return the clone of the primary that a standby copies: the one whose database has the same name."""
    name = connections[alias].settings_dict["NAME"]
    for other, reach in found.items():
        if connections[other].vendor == "postgresql" and connections[other].settings_dict["NAME"] == name:
            note = f"DATABASES[{alias!r}] is a standby: in the run it is the clone of DATABASES[{other!r}]."
            return Reach(settings=reach.settings, notes=(note,))
    raise UnsafeError(
        f"DATABASES[{alias!r}] is a standby, on which no clone can be made, and no other alias is its primary.",
        hint="Add its primary to DATABASES, or give the primary's address in LOADAUDIT['CLONE_ADMIN'].",
    )


def _disconnect(connection: BaseDatabaseWrapper) -> None:
    """Close the connection, and the pool of the process with it, which would stay on the other database."""
    connection.close()
    if (connection.settings_dict.get("OPTIONS") or {}).get("pool"):
        connection.close_pool()  # type: ignore[attr-defined]


def _entries(connection: BaseDatabaseWrapper, changed: Mapping[str, str]) -> dict[str, Any]:
    return {key: connection.settings_dict[key] for key in changed}


def _identity_of(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    settings = connection.settings_dict
    return connection.vendor, *(str(settings.get(key) or "") for key in ("HOST", "PORT", "NAME"))
