"""A PostgreSQL database made from the project's as template, and dropped afterwards, also after a crash."""

import contextlib
import os
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from loadaudit.errors import UnsafeError
from loadaudit.planning.clones.admin import Admin, check_clonable, connect_admin, other_sessions, refusal
from loadaudit.planning.clones.dump import Programs, dump_into, find_programs
from loadaudit.planning.clones.journal import forget, noted, noted_names
from loadaudit.planning.clones.options import CloneOptions
from loadaudit.planning.clones.pooler import reach
from loadaudit.planning.clones.reach import Reach

if TYPE_CHECKING:
    import psycopg
    from django.db.backends.base.base import BaseDatabaseWrapper
    from psycopg import sql

_COMMENT = "loadaudit clone"
_LEAVING_S = 1.0
_LOOK_S = 0.05
# Their values are lists of quoted names already, which a literal would turn into one name.
_NAME_LISTS = frozenset({"search_path", "temp_tablespaces"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresqlClone:
    """A clone whose run holds an advisory lock on it: only a clone with our comment and a free lock is dropped."""

    name: str
    connection: "psycopg.Connection[Any]"

    @classmethod
    def create(cls, admin: Admin, options: CloneOptions, programs: Programs | None = None) -> Self:
        """Create the clone: as a copy of the files, or with `programs` from a dump.

        Raises UnsafeError when the server does not allow it, and ObjectInUse when somebody is connected to the
        template; then nothing of the clone is left.
        """
        import psycopg
        from psycopg import sql

        name = f"loadaudit_{options.run_id}_{admin.alias}"
        identifier = sql.Identifier(name)
        connection = admin.connection
        clone = cls(name=name, connection=connection)
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        try:
            with noted(options.journal, name):
                template = sql.Identifier(admin.source if programs is None else "template0")
                shape = _shape(admin, dumped=programs is not None)
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}{}").format(identifier, template, shape))
                comment = f"{_COMMENT} run={options.run_id} host={socket.gethostname()} pid={os.getpid()}"
                connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(identifier, comment))
            if programs is not None:
                dump_into(admin, name, programs)
            _copy_settings(admin, name)
        except psycopg.errors.ObjectInUse:
            # Nothing was made, and the connection is needed for another try.
            forget(options.journal, name)
            _unlock(connection, name)
            raise
        except psycopg.Error as error:
            clone.drop()
            forget(options.journal, name)
            raise refusal(admin.source, error) from error
        except BaseException:
            clone.drop()
            raise
        return clone

    def drop(self) -> None:
        """Drop the clone and release its lock; when the server is gone, the next run drops it."""
        import psycopg
        from psycopg import sql

        with contextlib.suppress(psycopg.Error), self.connection:
            self.connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
            )


def clone(source: "BaseDatabaseWrapper", options: CloneOptions, stack: ExitStack) -> Reach | None:
    """Clone the database behind `source` until the stack unwinds; None on a standby.

    Raises UnsafeError with the way out when it cannot be cloned or the clone not be reached.
    """
    import psycopg

    admin = connect_admin(source, options)
    try:
        if admin.value("SELECT pg_is_in_recovery()"):
            admin.connection.close()
            return None
        remove_leftovers(admin.connection, options.journal)
        notes = check_clonable(admin, options)
        made = _made(admin, options, notes)
    except psycopg.Error as error:
        admin.connection.close()
        raise refusal(admin.source, error) from error
    except BaseException:
        admin.connection.close()
        raise
    stack.callback(made.drop)
    found = reach(source, admin, made.name, options, stack)
    return Reach(settings=found.settings, notes=(*notes, *found.notes), way=found.way)


def remove_leftovers(connection: "psycopg.Connection[Any]", journal: Path) -> list[str]:
    """Drop the clones of runs that have died; return their names."""
    import psycopg
    from psycopg import sql

    _mark_noted(connection, journal)
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') LIKE %s", [f"{_COMMENT} %"]
    ).fetchall()
    dropped = []
    for (name,) in rows:
        if not _try_lock(connection, name):
            continue
        try:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            dropped.append(name)
        except psycopg.errors.InsufficientPrivilege:
            # Left by another role, whose next run removes it.
            pass
        _unlock(connection, name)
    return dropped


def _mark_noted(connection: "psycopg.Connection[Any]", journal: Path) -> None:
    """Give the databases of the journal, which a run made and had no time to mark, the comment they lack."""
    import psycopg
    from psycopg import sql

    for name in noted_names(journal):
        if not _try_lock(connection, name):
            continue
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
            if row is not None and row[0] is None:
                comment = f"{_COMMENT} of a run that was killed while it made it"
                connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), comment))
            # Without a row the note may be about another server; there it is not ours to remove.
            if row is not None:
                forget(journal, name)
        _unlock(connection, name)


def _try_lock(connection: "psycopg.Connection[Any]", name: str) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone()
    return bool(row and row[0])


def _unlock(connection: "psycopg.Connection[Any]", name: str) -> None:
    connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def _made(admin: Admin, options: CloneOptions, notes: list[str]) -> PostgresqlClone:
    """Return the clone: a copy of the files, or a dump when somebody is connected to the source."""
    import psycopg

    sessions = _staying(admin)
    if not sessions:
        try:
            return PostgresqlClone.create(admin, options)
        except psycopg.errors.ObjectInUse:
            # Somebody has connected since.
            sessions = other_sessions(admin) or ["somebody who came and went"]
    return PostgresqlClone.create(admin, options, _programs(admin, sessions, notes))


def _staying(admin: Admin) -> list[str]:
    """Return who is connected to the source and stays: a session that was closed is listed until its process ends."""
    until_s = time.monotonic() + _LEAVING_S
    while (sessions := other_sessions(admin)) and time.monotonic() < until_s:
        time.sleep(_LOOK_S)
    return sessions


def _programs(admin: Admin, sessions: Sequence[str], notes: list[str]) -> Programs:
    """Return pg_dump and psql, because a source to which somebody is connected cannot be a template."""
    programs = find_programs(admin.version)
    if programs is None:
        raise UnsafeError(
            f"The database {admin.source!r} cannot be copied while others are connected to it: {'; '.join(sessions)}.",
            hint=(
                f"Stop the services that use it; or install pg_dump and psql of version {admin.version} or newer "
                "(postgresql-client), with which loadaudit copies a database in use; or use --no-isolate on purpose."
            ),
        )
    notes.append(
        f"Others are connected to {admin.source!r} ({'; '.join(sessions)}), so its clone was made with pg_dump: "
        "its tables are freshly packed, and its first statements read from disk."
    )
    return programs


def _shape(admin: Admin, *, dumped: bool) -> "sql.Composed":
    """Return the owner of the source as clause, where our role may give a database to it, and for a dump its locale."""
    from psycopg import sql

    owner = admin.value("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", admin.source)
    clauses: list[sql.Composable] = []
    if admin.value("SELECT pg_has_role(current_user, %s, 'MEMBER')", owner):
        clauses.append(sql.SQL(" OWNER {}").format(sql.Identifier(owner)))
    if dumped:
        row = admin.connection.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = %s",
            [admin.source],
        ).fetchone()
        for word, value in zip(("ENCODING", "LC_COLLATE", "LC_CTYPE"), row or (), strict=False):
            clauses.append(sql.SQL(" {} {}").format(sql.SQL(word), sql.Literal(value)))
    return sql.Composed(clauses)


def _copy_settings(admin: Admin, name: str) -> None:
    """Give the clone the source's own settings (ALTER DATABASE … SET), which no copy of a database carries."""
    from psycopg import sql

    rows: Sequence[tuple[str, list[str]]] = admin.connection.execute(
        "SELECT setrole::regrole::text, setconfig FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase "
        "WHERE datname = %s",
        [admin.source],
    ).fetchall()
    for role, entries in rows:
        for entry in entries:
            key, _, value = entry.partition("=")
            written = sql.SQL(value) if key in _NAME_LISTS else sql.Literal(value)
            of_role = sql.SQL("ROLE {} IN ").format(sql.SQL(role)) if role != "-" else sql.SQL("")
            statement = sql.SQL("ALTER {}DATABASE {} SET {} TO {}").format(
                of_role, sql.Identifier(name), sql.SQL(key), written
            )
            admin.connection.execute(statement)
