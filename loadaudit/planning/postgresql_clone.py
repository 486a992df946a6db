"""A PostgreSQL database made from the project's as template, and dropped afterwards, also after a crash."""

import contextlib
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from loadaudit.errors import UnsafeError

if TYPE_CHECKING:
    import psycopg
    from django.db.backends.base.base import BaseDatabaseWrapper

_COMMENT = "loadaudit clone"
_MAINTENANCE_DATABASE = "postgres"
_CONNECT_KEYS = (
    *("host", "port", "user", "password", "passfile", "service"),
    *("sslmode", "sslrootcert", "sslcert", "sslkey"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresqlClone:
    """A clone whose run holds an advisory lock on it: only a clone with our comment and a free lock is dropped."""

    name: str
    connection: "psycopg.Connection[Any]"
    """To the maintenance database; advisory locks are local to a database, so all runs must meet there."""

    @classmethod
    def create(cls, source: "BaseDatabaseWrapper", name: str, run_id: str) -> Self:
        """Create the clone. Raises UnsafeError with the way out when the server does not allow it."""
        import psycopg
        from psycopg import sql

        connection = _connect(source)
        try:
            remove_leftovers(connection)
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
            template = sql.Identifier(str(source.settings_dict["NAME"]))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template))
            comment = f"{_COMMENT} run={run_id} host={socket.gethostname()} pid={os.getpid()}"
            connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), comment))
        except psycopg.Error as error:
            connection.close()
            raise _refusal(source, error) from error
        return cls(name=name, connection=connection)

    def drop(self) -> None:
        """Drop the clone and release its lock; when the server is gone, the next run drops it."""
        import psycopg
        from psycopg import sql

        with contextlib.suppress(psycopg.Error), self.connection:
            self.connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
            )


def remove_leftovers(connection: "psycopg.Connection[Any]") -> list[str]:
    """Drop the clones of runs that have died; return their names."""
    import psycopg
    from psycopg import sql

    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') LIKE %s", [f"{_COMMENT} %"]
    ).fetchall()
    dropped = []
    for (name,) in rows:
        free = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone()
        if not (free and free[0]):
            continue
        try:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            dropped.append(name)
        except psycopg.errors.InsufficientPrivilege:
            # Left by another role, whose next run removes it.
            pass
        connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
    return dropped


def _connect(source: "BaseDatabaseWrapper") -> "psycopg.Connection[Any]":
    try:
        import psycopg
    except ImportError as error:
        raise UnsafeError(
            f"Cloning a PostgreSQL database needs psycopg 3 with libpq, which cannot be loaded: {error}",
            hint="Install libpq, or pip install 'psycopg[binary]', or use --no-isolate on purpose.",
        ) from error
    parameters = source.get_connection_params()
    wanted = {key: parameters[key] for key in _CONNECT_KEYS if parameters.get(key)}
    try:
        return psycopg.connect(
            **wanted, dbname=_MAINTENANCE_DATABASE, autocommit=True, application_name="loadaudit", connect_timeout=10
        )
    except psycopg.Error as error:
        raise _refusal(source, error) from error


def _refusal(source: "BaseDatabaseWrapper", error: Exception) -> UnsafeError:
    name = source.settings_dict["NAME"]
    return UnsafeError(
        f"The database {name!r} cannot be cloned: {str(error).strip()}",
        hint=(
            "The role needs CREATEDB, and nobody else may be connected to the database while it is copied: stop the "
            "services that use it. To run against the database itself on purpose: --no-isolate."
        ),
    )
