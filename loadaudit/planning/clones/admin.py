"""The connection that creates and drops PostgreSQL clones, and what has to hold before it creates one."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadaudit.errors import UnsafeError, UsageError
from loadaudit.planning.clones.limits import check_size
from loadaudit.planning.clones.options import CloneOptions

if TYPE_CHECKING:
    import psycopg
    from django.db.backends.base.base import BaseDatabaseWrapper

MAINTENANCE_DATABASE = "postgres"
APPLICATION_NAME = "loadaudit"
CONNECT_TIMEOUT_S = 10
_CONNECT_KEYS = (
    *("host", "port", "user", "password", "passfile", "service"),
    *("sslmode", "sslrootcert", "sslcert", "sslkey"),
)
_LOCAL_SESSION = (
    "SELECT inet_server_addr() IS NULL OR inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1'"
)
_SESSIONS = """
    SELECT coalesce(nullif(application_name, ''), 'unnamed'), usename, count(*) FROM pg_stat_activity
    WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    GROUP BY 1, 2 ORDER BY 3 DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """An autocommit connection to the maintenance database of the server that holds a source database."""

    connection: "psycopg.Connection[Any]"
    parameters: dict[str, Any]
    """Without the database's name; they reach the server itself, not a pooler."""
    source: str
    """Name of the database to clone."""
    alias: str

    @property
    def version(self) -> int:
        """Major version of the server."""
        return self.connection.info.server_version // 10_000

    def value(self, sql: str, *parameters: Any) -> Any:
        """Return the first column of the first row, or None."""
        row = self.connection.execute(sql.encode(), parameters or None).fetchone()
        return row[0] if row else None


def connect_admin(source: "BaseDatabaseWrapper", options: CloneOptions) -> Admin:
    """Connect to the server of a database: with CLONE_ADMIN, else with the project's own parameters.

    Raises UnsafeError when the server refuses or a pooler is in between, UsageError when CLONE_ADMIN is no
    connection string.
    """
    psycopg = _driver()
    given = options.admin_of(source.alias)
    parameters = _given_parameters(given) if given else project_parameters(source)
    database = parameters.pop("dbname", "") if given else ""
    try:
        connection = psycopg.connect(**maintenance(parameters, database), autocommit=True)
    except psycopg.Error as error:
        raise refusal(str(source.settings_dict["NAME"]), error) from error
    try:
        if is_pooled(connection):
            raise UnsafeError(
                f"{'CLONE_ADMIN' if given else f'DATABASES[{source.alias!r}]'} leads to a connection pooler, "
                "through which no database can be created and no lock held.",
                hint=(
                    "Give the server's direct address and a role with CREATEDB: "
                    'LOADAUDIT = {"CLONE_ADMIN": "env:CLONE_ADMIN"}, with '
                    "CLONE_ADMIN=postgresql://role:password@host:5432/postgres. Or use --no-isolate on purpose."
                ),
            )
        return Admin(connection=connection, parameters=parameters, source=_name_of(source, psycopg), alias=source.alias)
    except BaseException:
        connection.close()
        raise


def maintenance(parameters: dict[str, Any], database: str = "") -> dict[str, Any]:
    """Return connection parameters for the database in which all runs meet: advisory locks are local to one."""
    own = {"application_name": APPLICATION_NAME, "connect_timeout": CONNECT_TIMEOUT_S}
    # A run may last for hours, in which this connection holds the clone's lock and says nothing.
    alive = {"keepalives": 1, "keepalives_idle": 60}
    return {**parameters, "dbname": database or MAINTENANCE_DATABASE, **own, **alive}


def project_parameters(source: "BaseDatabaseWrapper") -> dict[str, Any]:
    """Return how the project connects, as far as it concerns who and where."""
    parameters = source.get_connection_params()
    return {key: parameters[key] for key in _CONNECT_KEYS if parameters.get(key)}


def is_pooled(connection: "psycopg.Connection[Any]") -> bool:
    """Whether a pooler answers instead of the server: it tells the client a process id of its own making.

    Source: PgBouncer and Odyssey answer the start-up message themselves, with a made-up cancel key.
    """
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return row is not None and row[0] != connection.info.backend_pid


def check_clonable(admin: Admin, options: CloneOptions) -> list[str]:
    """Raise UnsafeError when the role, the size or the free space forbid a clone; return what could not be checked."""
    size_bytes = admin.value("SELECT pg_database_size(oid) FROM pg_database WHERE datname = %s", admin.source)
    if size_bytes is None:
        raise UnsafeError(
            f"The server of DATABASES[{admin.alias!r}] has no database {admin.source!r}.",
            hint="Is CLONE_ADMIN the server behind that address? Create the database, or correct its NAME.",
        )
    if not admin.value("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"):
        raise UnsafeError(
            f"The database {admin.source!r} cannot be cloned: the role {admin.connection.info.user!r} "
            "may not create databases.",
            hint=(
                f'Grant it: ALTER ROLE "{admin.connection.info.user}" CREATEDB. Or name a role that may in '
                "LOADAUDIT['CLONE_ADMIN']. Or use --no-isolate on purpose."
            ),
        )
    check_size(repr(admin.source), size_bytes, options.max_bytes)
    free_bytes = _free_bytes(admin)
    if free_bytes is None:
        return [f"The free space on the server of {admin.source!r} could not be read before cloning it."]
    # Half as much again, for what the run writes.
    if free_bytes < size_bytes * 1.5:
        raise UnsafeError(
            f"The clone of {admin.source!r} needs {size_bytes * 1.5 / 1e6:,.0f} MB on the database server, "
            f"where {free_bytes / 1e6:,.0f} MB are free.",
            hint="Free some space there, use a smaller copy, or --no-isolate on purpose.",
        )
    return []


def other_sessions(admin: Admin) -> list[str]:
    """Return who is connected to the source: PostgreSQL copies a template only when nobody is."""
    rows = admin.connection.execute(_SESSIONS, [admin.source]).fetchall()
    return [f"{count} × {application} as {user}" for application, user, count in rows]


def refusal(name: str, error: Exception) -> UnsafeError:
    """Return the error for a server that did not do as it was asked."""
    return UnsafeError(
        f"The database {name!r} cannot be cloned: {str(error).strip()}",
        hint=(
            "The role needs CREATEDB and the ownership of the database, on the server itself: with a pooler such as "
            "PgBouncer in between, give its direct address in LOADAUDIT['CLONE_ADMIN']. "
            "To run against the database itself on purpose: --no-isolate."
        ),
    )


def _free_bytes(admin: Admin) -> int | None:
    """Return the free bytes where the server keeps its data, or None when it is elsewhere or does not say."""
    psycopg = _driver()
    try:
        if not admin.value(_LOCAL_SESSION):
            return None
        return shutil.disk_usage(Path(str(admin.value("SHOW data_directory")))).free
    except (psycopg.Error, OSError):
        # SHOW data_directory needs pg_read_all_settings, and a container has a file system of its own.
        return None


def _name_of(source: "BaseDatabaseWrapper", psycopg: Any) -> str:
    """Return the name of the source; a service file may hold it instead of the settings."""
    name = str(source.settings_dict["NAME"] or "")
    if name:
        return name
    try:
        with psycopg.connect(**project_parameters(source), connect_timeout=CONNECT_TIMEOUT_S) as connection:
            return str(connection.info.dbname)
    except psycopg.Error as error:
        raise refusal(f"DATABASES[{source.alias!r}]", error) from error


def _given_parameters(text: str) -> dict[str, Any]:
    psycopg = _driver()
    from psycopg.conninfo import conninfo_to_dict

    try:
        return dict(conninfo_to_dict(text))
    except psycopg.Error as error:
        raise UsageError(
            "LOADAUDIT['CLONE_ADMIN'] is no connection string of PostgreSQL.",
            hint="Write postgresql://role:password@host:5432/postgres, best through the environment: env:CLONE_ADMIN.",
        ) from error


def _driver() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise UnsafeError(
            f"Cloning a PostgreSQL database needs psycopg 3 with libpq, which cannot be loaded: {error}",
            hint="Install libpq, or pip install 'psycopg[binary]', or use --no-isolate on purpose.",
        ) from error
    return psycopg
