"""How the project reaches its clone: as it reaches its own database, through a pooler too where there is one."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from loadaudit.errors import UnsafeError
from loadaudit.planning.clones.admin import CONNECT_TIMEOUT_S, Admin, is_pooled, project_parameters
from loadaudit.planning.clones.options import CloneOptions
from loadaudit.planning.clones.pgbouncer import PrivatePgBouncer, read_pool_settings
from loadaudit.planning.clones.reach import Reach

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_NOT_MEASURED = "how the pool of the configured pooler behaves was not measured"


def reach(source: "BaseDatabaseWrapper", admin: Admin, clone: str, options: CloneOptions, stack: ExitStack) -> Reach:
    """Return the settings under which the project's own role reaches the clone, proven by connecting.

    Raises UnsafeError when no way leads to the clone, above all when a name leads to another database.
    """
    own = project_parameters(source)
    if not options.admin_of(source.alias):
        _prove(own, clone, source.alias)
        return Reach(settings={"NAME": clone})
    if not _leads_to_pooler(own, admin.source):
        return _without_pooler(own, clone, source.alias, admin)
    if _leads_to(own, clone):
        return Reach(settings={"NAME": clone}, way="through the configured pooler")
    read = read_pool_settings(own, admin.source)
    started = PrivatePgBouncer.start(admin, own, clone, read, options, stack)
    if isinstance(started, PrivatePgBouncer):
        reached = {**own, "host": str(started.folder), "port": str(started.port)}
        _prove(reached, clone, source.alias)
        return Reach(
            settings={"NAME": clone, "HOST": reached["host"], "PORT": reached["port"]},
            notes=(
                f"The pooler of DATABASES[{source.alias!r}] does not know the clone, so a private PgBouncer stood "
                f"before it, {read.described}.",
            ),
            way="through a private PgBouncer",
        )
    direct = {**own, **_address(admin)}
    _prove(direct, clone, source.alias)
    return Reach(
        settings={"NAME": clone, "HOST": str(direct.get("host", "")), "PORT": str(direct.get("port", ""))},
        notes=(
            f"The pooler of DATABASES[{source.alias!r}] does not know the clone, and {started}, so the run went to "
            f"the database server directly: {_NOT_MEASURED}.",
        ),
        way=f"directly, past the pooler: {_NOT_MEASURED}",
    )


def _without_pooler(own: dict[str, Any], clone: str, alias: str, admin: Admin) -> Reach:
    """Return the way when CLONE_ADMIN only names another role, and the project's own address is a server."""
    if _leads_to(own, clone):
        return Reach(settings={"NAME": clone})
    direct = {**own, **_address(admin)}
    _prove(direct, clone, alias)
    return Reach(settings={"NAME": clone, "HOST": str(direct.get("host", "")), "PORT": str(direct.get("port", ""))})


def _address(admin: Admin) -> dict[str, Any]:
    return {key: value for key, value in admin.parameters.items() if key in ("host", "port")}


def _leads_to_pooler(parameters: dict[str, Any], database: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(**parameters, dbname=database, connect_timeout=CONNECT_TIMEOUT_S) as connection:
            return is_pooled(connection)
    except psycopg.Error as error:
        raise UnsafeError(
            f"The database {database!r} does not answer at the project's own address: {str(error).strip()}",
            hint="Check DATABASES; the project itself could not connect either.",
        ) from error


def _leads_to(parameters: dict[str, Any], clone: str) -> bool:
    """Whether the name of the clone leads to the clone; a pooler may map unknown names to the source itself."""
    import psycopg

    try:
        with psycopg.connect(**parameters, dbname=clone, connect_timeout=CONNECT_TIMEOUT_S) as connection:
            row = connection.execute("SELECT current_database()").fetchone()
            return row is not None and row[0] == clone
    except psycopg.Error:
        return False


def _prove(parameters: dict[str, Any], clone: str, alias: str) -> None:
    import psycopg

    try:
        with psycopg.connect(**parameters, dbname=clone, connect_timeout=CONNECT_TIMEOUT_S) as connection:
            row = connection.execute("SELECT current_database()").fetchone()
    except psycopg.Error as error:
        raise UnsafeError(
            f"The clone of DATABASES[{alias!r}] was made, but the project's role cannot connect to it: "
            f"{str(error).strip()}",
            hint="The server's pg_hba.conf must let the role into other databases too. Or use --no-isolate on purpose.",
        ) from error
    if row is None or row[0] != clone:
        raise UnsafeError(
            f"DATABASES[{alias!r}] leads to the database {row[0] if row else ''!r} when asked for its clone.",
            hint="Something on the way maps database names: give the direct address in LOADAUDIT['CLONE_ADMIN'].",
        )
