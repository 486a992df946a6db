"""What a PostgreSQL, or a PgBouncer before it, says when it lets a probe not in or not read, and what helps."""

import re
from collections.abc import Mapping
from typing import Any

NEEDS_A_SESSION = (
    "The probe needs one session of its own, for which max_connections, the role's CONNECTION LIMIT and pg_hba.conf "
    "must leave room."
)

_REMEDIES = (
    ("max_client_conn", "Raise max_client_conn in pgbouncer.ini: its clients have taken all of them."),
    ("query_wait_timeout", "Raise default_pool_size in pgbouncer.ini: no server connection came free in time."),
    ("no such database", "Name {database} in the section [databases] of pgbouncer.ini, or mend NAME."),
    ("login has been failing", "PgBouncer cannot log in at the server behind it: its log says why."),
    (
        "Connection refused|No such file or directory",
        "Nothing listens where DATABASES leads: start PgBouncer or PostgreSQL, or mend HOST and PORT.",
    ),
    ("could not translate host name|failed to resolve host", "This machine knows no such name: mend HOST."),
    (
        "timeout expired|timed out|No route to host|Network is unreachable",
        "Nothing answered: mend HOST and PORT, or let this machine through the firewall between.",
    ),
    (
        "(?<!Peer )(?<!Ident )authentication failed|no such user",
        "USER and PASSWORD must be those of the server (ALTER ROLE {user} PASSWORD …;), and those of auth_file or "
        "auth_query where a PgBouncer stands before it.",
    ),
    ("no password supplied", "The server wants a password: set PASSWORD, or OPTIONS['passfile']."),
    (
        "(Peer|Ident) authentication failed",
        "The server asks who the user of the system is: run the command as {user}, or set HOST and PASSWORD.",
    ),
    ("role .* does not exist", "Mend USER, or CREATE ROLE {user} LOGIN;"),
    ("is not permitted to log in", "ALTER ROLE {user} LOGIN;"),
    ("database .* does not exist", "Mend NAME, or CREATE DATABASE {database};"),
    ("permission denied for database", "GRANT CONNECT ON DATABASE {database} TO {user};"),
    ("not currently accepting connections", "ALTER DATABASE {database} ALLOW_CONNECTIONS true;"),
    (
        "no pg_hba.conf entry.*(SSL off|no encryption)",
        "Where pg_hba.conf lets {user} in with TLS only (hostssl), set OPTIONS['sslmode'] = 'require'; else it needs a "
        "line for {user}, {database} and this machine.",
    ),
    ("pg_hba.conf", "pg_hba.conf needs a line that lets {user} from this machine into {database}."),
    (
        "does not support SSL",
        "OPTIONS['sslmode'] asks for TLS: set ssl = on in postgresql.conf, or sslmode to 'prefer'.",
    ),
    (
        "root certificate file|certificate verify failed|server certificate for",
        "OPTIONS['sslrootcert'] must name the authority that signed the server's certificate, and HOST its name.",
    ),
    ("too many connections for role", "ALTER ROLE {user} CONNECTION LIMIT -1; or a higher one: it is used up."),
    (
        "too many connections for database",
        "ALTER DATABASE {database} CONNECTION LIMIT -1; or a higher one: it is used up.",
    ),
    (
        "too many clients already|connection slots are reserved",
        "Raise max_connections in postgresql.conf, or let fewer sessions idle: all of them are taken.",
    ),
    ("database system is (starting|shutting)|in recovery mode", "Wait until the server is up, and run again."),
    ("permission denied for schema (?P<object>[^ .]+)", "GRANT USAGE ON SCHEMA {object} TO {user};"),
    ("permission denied for function (?P<object>[^ .]+)", "GRANT EXECUTE ON FUNCTION {object} TO {user};"),
    ("permission denied for (view|table) (?P<object>[^ .]+)", "GRANT SELECT ON {object} TO {user};"),
    ("permission denied", "GRANT pg_monitor TO {user};"),
)
"""What it says as a regular expression, and what helps; the first that fits counts."""


def remedy(said: str, parameters: Mapping[str, Any], otherwise: str = NEEDS_A_SESSION) -> str:
    """Return what helps against what the server said; `parameters` are those that Django connects with.

    Servers that speak another language get what is true of all refusals.
    """
    names = {"user": parameters.get("user") or "the role", "database": parameters.get("dbname") or "the database"}
    for pattern, helps in _REMEDIES:
        found = re.search(pattern, said)
        if found is not None:
            return helps.format_map(names | found.groupdict())
    return otherwise
