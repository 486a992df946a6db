"""Databases beside the project's main one that nobody answers for: a run goes on without them, and cannot reach them.

What is out of reach now may be back in a minute, and then a run would write to the original. So the project is pointed
at a socket that is not there.
"""

import contextlib
import os
import re
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
_OTHER_WAYS = ("host", "hostaddr", "service", "dbname")
"""Entries of OPTIONS that lead elsewhere than HOST does."""

_PING_TIMEOUT_S = 3


def set_aside(source: BaseDatabaseWrapper, why: str) -> Reach | None:
    """Return the way to nowhere for a database whose server does not answer; None where a run cannot do without it."""
    own = source.settings_dict
    others = {*_OTHER_WAYS}.intersection(own.get("OPTIONS") or {}) or os.environ.get("PGHOSTADDR")
    if others or not own.get("HOST") or source.alias in needed() or _answers(source):
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


def _answers(source: BaseDatabaseWrapper) -> bool:
    """Whether anybody answers where the project would connect, if only to refuse."""
    from psycopg.conninfo import make_conninfo
    from psycopg.pq import PGconn, Ping

    where = {key: value for key, value in project_parameters(source).items() if key in ("host", "port")}
    text = make_conninfo("", connect_timeout=_PING_TIMEOUT_S, **where)
    # A plain number in the implementation in C.
    return PGconn.ping(text.encode()) != Ping.NO_RESPONSE
