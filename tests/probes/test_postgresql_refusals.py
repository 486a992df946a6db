"""What helps against each refusal: as a real PostgreSQL words it, and as others that need a server of their own do."""

from __future__ import annotations

import contextlib
from typing import Any

import psycopg
import pytest

from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.probes.postgresql_refusals import NEEDS_A_SESSION, remedy
from loadaudit.probes.series import NotObservedError
from tests import servers

THERE = {"user": "app", "dbname": "shop"}


@pytest.mark.parametrize(
    ("said", "helps"),
    [
        ('FATAL: password authentication failed for user "app"', "ALTER ROLE app PASSWORD"),
        ("fe_sendauth: no password supplied", "set PASSWORD"),
        ('FATAL: Peer authentication failed for user "app"', "run the command as app"),
        (
            'FATAL: no pg_hba.conf entry for host "10.1.1.1", user "app", no encryption',
            "OPTIONS['sslmode'] = 'require'",
        ),
        ('FATAL: no pg_hba.conf entry for host "10.1.1.1", user "app", SSL encryption', "a line that lets app"),
        ('FATAL: pg_hba.conf rejects connection for host "10.1.1.1", no encryption', "a line that lets app"),
        ("server does not support SSL, but SSL was required", "ssl = on"),
        ('root certificate file "/root/.postgresql/root.crt" does not exist', "sslrootcert"),
        ("SSL error: certificate verify failed", "sslrootcert"),
        ("FATAL: sorry, too many clients already", "Raise max_connections"),
        ("FATAL: remaining connection slots are reserved for roles with SUPERUSER", "Raise max_connections"),
        ('FATAL: too many connections for database "shop"', "ALTER DATABASE shop CONNECTION LIMIT"),
        ("FATAL: the database system is starting up", "Wait"),
        ("failed to resolve host 'db': Name or service not known", "mend HOST"),
        ("connection timeout expired", "firewall"),
        ('connection to server on socket "/tmp/.s.PGSQL.5432" failed: No such file or directory', "Nothing listens"),
        ("server login has been failing, try again later (server_login_retry)", "its log says why"),
        ("permission denied for function pg_blocking_pids", "GRANT EXECUTE ON FUNCTION pg_blocking_pids TO app;"),
        ("Zu viele Verbindungen", NEEDS_A_SESSION),
    ],
)
def test_each_has_its_own(said: str, helps: str) -> None:
    """By what the server and libpq say in English."""
    assert helps in remedy(said, THERE)


def test_a_real_server(postgres_server: servers.Postgres, postgres_database: str) -> None:
    """A role that is not there or may not come in or not look, and a database that is not there or closed."""
    server, database = postgres_server, postgres_database
    there: dict[str, Any] = {"host": server.host, "port": server.port, "user": server.user, "dbname": database}
    server.execute("CREATE ROLE plain")
    try:
        assert "CREATE ROLE nobody LOGIN;" in _hint(there | {"user": "nobody"})
        assert "CREATE DATABASE nowhere;" in _hint(there | {"dbname": "nowhere"})
        assert _hint(there | {"user": "plain"}) == "ALTER ROLE plain LOGIN;"
        server.execute("ALTER ROLE plain LOGIN")
        server.execute(f'REVOKE CONNECT ON DATABASE "{database}" FROM public')
        assert _hint(there | {"user": "plain"}) == f"GRANT CONNECT ON DATABASE {database} TO plain;"
        server.execute(f'GRANT CONNECT ON DATABASE "{database}" TO plain')
        server.execute("REVOKE SELECT ON pg_stat_user_tables FROM public", database)
        assert _hint(there | {"user": "plain"}) == "GRANT SELECT ON pg_stat_user_tables TO plain;"
        server.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
        assert _hint(there) == f"ALTER DATABASE {database} ALLOW_CONNECTIONS true;"
    finally:
        server.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')
        server.execute("DROP OWNED BY plain", database)
        server.execute("DROP ROLE plain")


def test_a_session_that_is_lost(postgres_server: servers.Postgres, postgres_database: str) -> None:
    """Room for a session is not what is missing then."""
    there = {"host": postgres_server.host, "port": postgres_server.port, "user": postgres_server.user}
    probe = PostgresqlProbe("default", {**there, "dbname": postgres_database})
    probe.start(lambda _: None)
    ended = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{postgres_database}'"
    postgres_server.execute(ended)
    with pytest.raises(NotObservedError, match="terminating connection") as caught:
        probe.read()
    with contextlib.suppress(psycopg.Error):
        probe.stop()
    assert caught.value.hint == ""


def _hint(parameters: dict[str, Any]) -> str:
    probe = PostgresqlProbe("default", parameters)
    with pytest.raises(NotObservedError) as caught:
        probe.start(lambda _: None)
    probe.stop()
    return str(caught.value.hint)
