"""Clients that wait and server connections of the PgBouncer before an audited database, through its admin console."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connections

from loadaudit.probes.postgresql import APPLICATION_NAME, NOT_LIBPQ
from loadaudit.probes.postgresql_refusals import NEEDS_A_SESSION, remedy
from loadaudit.probes.series import NotApplicableError, Note, NotObservedError
from loadaudit.records import TimeLimit

if TYPE_CHECKING:
    import psycopg

_CONSOLE = "pgbouncer"
_CONNECT_TIMEOUT_S = 5
_SERVER_STATES = ("sv_active", "sv_idle", "sv_used", "sv_tested", "sv_login")
_UNLIMITED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSide:
    """What the project's settings say that PgBouncer's must fit to."""

    alias: str
    threads: int
    """Of all server workers; 0: not known."""
    max_age_s: int | None
    """CONN_MAX_AGE."""
    named_cursors: bool
    """Whether `iterator()` opens cursors on the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolerSide:
    """What PgBouncer is set to for the audited database."""

    pool_mode: str
    pool_size: int
    max_clients: int
    query_wait_timeout_s: float


class PgBouncerProbe:
    """Reads SHOW POOLS and SHOW CLIENTS; `parameters` are those that Django connects with."""

    def __init__(self, project: ProjectSide, parameters: Mapping[str, Any]) -> None:
        self.name = f"pgbouncer {project.alias}"
        self._project = project
        self._database = str(parameters.get("dbname") or "")
        self._user = str(parameters.get("user") or "the role")
        self._parameters = {key: value for key, value in parameters.items() if key not in NOT_LIBPQ} | {
            "application_name": APPLICATION_NAME,
            "connect_timeout": _CONNECT_TIMEOUT_S,
        }
        self._console: psycopg.Connection[Any] | None = None
        self._pool_size = 0.0
        self._limits: list[TimeLimit] = []

    def start(self, note: Note) -> None:
        """Open the console, and note settings that contradict the project's.

        Raises NotApplicableError where no PgBouncer stands before the database, NotObservedError where its console
        lets nobody in.
        """
        try:
            import psycopg
        except ImportError as error:
            raise NotObservedError(f"psycopg 3 cannot be loaded: {error}.", hint="pip install psycopg") from error
        otherwise = NEEDS_A_SESSION
        try:
            if not self._is_pooled():
                raise NotApplicableError("DATABASES leads to the server itself, not to a PgBouncer.")
            otherwise = f"Its console needs stats_users = {self._user} in pgbouncer.ini."
            # The console speaks the simple protocol only and knows no transactions.
            self._console = psycopg.connect(
                **(self._parameters | {"dbname": _CONSOLE}), autocommit=True, cursor_factory=psycopg.ClientCursor
            )
            pooler = self._settings()
        except psycopg.Error as error:
            said = " ".join(str(error).split())
            raise NotObservedError(said, hint=remedy(said, self._parameters, otherwise)) from error
        self._pool_size = float(pooler.pool_size)
        if pooler.query_wait_timeout_s:
            self._limits = [TimeLimit(name="query_wait_timeout", seconds=pooler.query_wait_timeout_s, source=self.name)]
        note(
            f"{self.name}: pool_mode = {pooler.pool_mode}, {pooler.pool_size or 'any number of'} server connections, "
            f"{pooler.max_clients or 'any number of'} clients at most."
        )
        for text in contradictions(self._project, pooler):
            note(f"{self.name}: {text}")

    def read(self) -> Mapping[str, float]:
        """Return clients and server connections of the pools of the audited database, all users together."""
        pools = [one for one in self._rows("SHOW POOLS") if one["database"] == self._database]
        if not pools:
            return {}
        clients = [one for one in self._rows("SHOW CLIENTS") if one["database"] == self._database]
        return {
            "clients_idle": float(sum(not one["link"] and "waiting" not in one["state"] for one in clients)),
            "clients": float(sum(one["cl_active"] + one["cl_waiting"] for one in pools)),
            "clients_waiting": float(sum(one["cl_waiting"] for one in pools)),
            "longest_wait_s": max(one["maxwait"] + one.get("maxwait_us", 0) / 1e6 for one in pools),
            "servers": float(sum(one.get(state, 0) for one in pools for state in _SERVER_STATES)),
            "servers_active": float(sum(one["sv_active"] for one in pools)),
            "pool_size": self._pool_size,
        }

    def take(self) -> Sequence[TimeLimit]:
        """Return after what time it gives up a client that waits, once."""
        found, self._limits = self._limits, []
        return found

    def stop(self) -> None:
        """Close the console."""
        console, self._console = self._console, None
        if console is not None:
            console.close()

    def _is_pooled(self) -> bool:
        import psycopg

        with psycopg.connect(**self._parameters, autocommit=True, prepare_threshold=None) as connection:
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
            # A pooler answers the start-up itself, with a process id of its own making.
            return row is not None and row[0] != connection.info.backend_pid

    def _settings(self) -> PoolerSide:
        config = {str(one["key"]): str(one["value"] or "") for one in self._rows("SHOW CONFIG")}
        databases = [one for one in self._rows("SHOW DATABASES") if one["name"] == self._database]
        own = databases[0] if databases else {}
        return PoolerSide(
            pool_mode=str(own.get("pool_mode") or config.get("pool_mode", "session")),
            pool_size=int(own.get("pool_size") or config.get("default_pool_size") or 0),
            max_clients=int(config.get("max_client_conn") or 0),
            query_wait_timeout_s=float(config.get("query_wait_timeout") or 0),
        )

    def _rows(self, command: str) -> list[dict[str, Any]]:
        if self._console is None:
            return []
        cursor = self._console.execute(command.encode())
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def contradictions(project: ProjectSide, pooler: PoolerSide) -> Iterator[str]:
    """Yield a sentence for each setting of PgBouncer that does not fit the project's, with what to change."""
    if project.threads > pooler.pool_size > _UNLIMITED:
        yield (
            f"its pool has {pooler.pool_size} server connections for {project.threads} threads of the server, so that "
            "requests wait for one. Raise default_pool_size (or the database's pool_size), or serve with fewer threads."
        )
    if project.threads > pooler.max_clients > _UNLIMITED:
        yield f"max_client_conn = {pooler.max_clients} lets in fewer clients than the server has threads."
    if pooler.pool_mode == "session" and project.max_age_s == 0:
        yield (
            "pool_mode = session with CONN_MAX_AGE = 0: each request logs in anew and holds a server connection to its "
            "end. Set CONN_MAX_AGE, or pool_mode = transaction."
        )
    if pooler.pool_mode == "session" and project.max_age_s != 0 and project.threads > pooler.pool_size > _UNLIMITED:
        yield "pool_mode = session with persistent connections: threads keep their server connections, others wait."
    if pooler.pool_mode in ("transaction", "statement") and project.named_cursors:
        yield (
            f"pool_mode = {pooler.pool_mode} with cursors on the server: iterator() fails once its rows come from "
            "another connection. Set DISABLE_SERVER_SIDE_CURSORS = True."
        )
    if pooler.query_wait_timeout_s == 0:
        yield "query_wait_timeout = 0: a request waits for a server connection without end."


def project_probes(threads: int = 0) -> tuple[PgBouncerProbe, ...]:
    """Return one probe for each PostgreSQL address of this process's settings; opens no connection.

    `threads` is how many requests the server works on at once, 0 where that is not known.
    """
    probes: dict[tuple[str, ...], PgBouncerProbe] = {}
    for alias in connections:
        connection = connections[alias]
        if connection.vendor == "postgresql":
            parameters, settings = connection.get_connection_params(), connection.settings_dict
            project = ProjectSide(
                alias=alias,
                threads=threads,
                max_age_s=settings.get("CONN_MAX_AGE", 0),
                named_cursors=not settings.get("DISABLE_SERVER_SIDE_CURSORS", False),
            )
            place = tuple(str(parameters.get(key)) for key in ("service", "host", "port", "dbname"))
            probes.setdefault(place, PgBouncerProbe(project, parameters))
    return tuple(probes.values())
