"""Databases beside the project's main one that nobody answers for: a run goes on without them, and cannot reach them.

What is out of reach now may be back in a minute, and then a run would write to the original. So the project is pointed
at a socket that is not there.
"""

import contextlib
import os
import re
import socket
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, router
from django.db.backends.base.base import BaseDatabaseWrapper

from loadaudit.planning.clones.admin import project_parameters
from loadaudit.planning.clones.reach import Reach

_NOWHERE = "/nonexistent/{}-was-out-of-reach"
"""The same in each run, as errors that name it stand in plans, which a seed makes alike."""

_NAMED = re.compile(r"[/\"]([^/\"]+)-was-out-of-reach\b")
_OTHER_WAYS = re.compile(
    r"host|service|db|database|socket|dsn|default_file|default_group|server|connection|params|pool"
)
"""In names of entries of OPTIONS that may lead elsewhere than HOST does."""

_PORTS = {"mysql": 3306, "microsoft": 1433}
"""Where servers listen whose settings name no port; without one an Oracle's NAME may be a whole address."""

_PING_TIMEOUT_S = 3


def set_aside(source: BaseDatabaseWrapper, why: str) -> Reach | None:
    """Return the way to nowhere for a database whose server does not answer; None where a run cannot do without it."""
    own = source.settings_dict
    host = str(own.get("HOST") or "")
    if not host or _goes_elsewhere(source) or source.alias in needed() or _answers(source, host):
        return None
    said = " ".join(why.split())
    note = f"DATABASES[{source.alias!r}] was out of reach when the run began, so what needs it fails: {said}"
    return Reach(settings={"HOST": _NOWHERE.format(source.alias)}, notes=(note,), leads_nowhere=True)


def needed() -> set[str]:
    """Return the aliases without which nobody can log in."""
    found = {DEFAULT_DB_ALIAS}
    with contextlib.suppress(Exception):  # routers and session engines are the project's own code
        found |= {router.db_for_read(get_user_model()), router.db_for_write(get_user_model())}
    with contextlib.suppress(Exception):
        sessions = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
        found |= {router.db_for_read(sessions), router.db_for_write(sessions)}
    return found


def advice_on(said: str) -> str:
    """Return what to do where an error tells of a database that was set aside, else empty."""
    named = _NAMED.search(said)
    if named is None:
        return ""
    return f"it uses DATABASES[{named[1]!r}], which was out of reach when the run began: start its server for the run"


def _goes_elsewhere(source: BaseDatabaseWrapper) -> bool:
    """Whether something else than HOST may tell where a connection goes."""
    if source.vendor == "postgresql":
        others: set[str] = {"host", "hostaddr", "service", "dbname"}
        return bool(others.intersection(source.settings_dict.get("OPTIONS") or {}) or os.environ.get("PGHOSTADDR"))
    return any(map(_OTHER_WAYS.search, source.settings_dict.get("OPTIONS") or {}))


def _answers(source: BaseDatabaseWrapper, host: str) -> bool:
    """Whether anybody answers where the project would connect, if only to refuse; True where that cannot be told."""
    if source.vendor == "postgresql":
        return _answers_as_postgresql(source)
    try:
        port = int(source.settings_dict.get("PORT") or _PORTS[source.vendor])
        # A path is that of a socket, and so is this name for MySQL's library.
        if host.startswith("/") or (source.vendor == "mysql" and host == "localhost"):
            return True
        socket.create_connection((host, port), timeout=_PING_TIMEOUT_S).close()
    except OSError:
        return False
    except (KeyError, ValueError):
        return True
    return True


def _answers_as_postgresql(source: BaseDatabaseWrapper) -> bool:
    from psycopg.conninfo import make_conninfo
    from psycopg.pq import PGconn, Ping

    where = {key: value for key, value in project_parameters(source).items() if key in ("host", "port")}
    text = make_conninfo("", connect_timeout=_PING_TIMEOUT_S, **where)
    # A plain number in the implementation in C.
    return PGconn.ping(text.encode()) != Ping.NO_RESPONSE
