"""Putting the probes in and taking them out."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import caches
from django.core.handlers.base import BaseHandler
from django.core.signals import got_request_exception
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.backends.utils import CursorWrapper
from django.middleware.csrf import CsrfViewMiddleware
from django.template.base import Template

from loadaudit.probes.accounts import AccountProbe
from loadaudit.probes.active import ActiveProbes, Probe, active_probes
from loadaudit.probes.cache import CacheProbe
from loadaudit.probes.exceptions import ExceptionProbe
from loadaudit.probes.http import HttpProbe
from loadaudit.probes.recorder import Recorder, recording
from loadaudit.probes.sessions import SessionProbe
from loadaudit.probes.sql import SqlProbe
from loadaudit.probes.templates import TemplateProbe
from loadaudit.probes.threads import ThreadCarrier
from loadaudit.probes.transactions import TransactionProbe
from loadaudit.probes.views import ViewProbe

ROOT = Path(__file__).parents[2]
PROBES: tuple[Callable[[], Probe], ...] = (
    AccountProbe,
    ThreadCarrier,
    SqlProbe,
    ViewProbe,
    ExceptionProbe,
    CacheProbe,
    TransactionProbe,
    TemplateProbe,
    SessionProbe,
    HttpProbe,
)

IMPORT_ALL = """
import importlib, pkgutil
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()
from tests.probes.test_active import patched_things
before = patched_things()
import loadaudit.probes
for module in pkgutil.iter_modules(loadaudit.probes.__path__, "loadaudit.probes."):
    importlib.import_module(module.name)
after = patched_things()
assert before == after, (before, after)
"""


def patched_things() -> list[object]:
    """Return every object that a probe may replace, and the receivers that it may add."""
    return [
        threading.Thread.start,
        ThreadPoolExecutor.submit,
        BaseDatabaseWrapper.connect,
        BaseDatabaseWrapper.queries_logged,
        BaseHandler.resolve_request,
        vars(CsrfViewMiddleware)["_reject"],
        type(caches).create_connection,
        vars(BaseDatabaseWrapper)["_commit"],
        vars(BaseDatabaseWrapper)["_rollback"],
        vars(BaseDatabaseWrapper)["_savepoint"],
        CursorWrapper.callproc,
        CursorWrapper._execute_with_wrappers,  # type: ignore[attr-defined]
        Template.render,
        vars(SessionStore).get("load"),
        vars(SessionStore).get("save"),
        HTTPConnection.send,
        HTTPConnection.getresponse,
        HTTPResponse.read,
        len(connection_created.receivers),
        len(got_request_exception.receivers),
        len(user_logged_out.receivers),
        len(user_login_failed.receivers),
        list(connection.execute_wrappers),
        sorted(vars(connection)),
        sorted(vars(caches["default"])),
    ]


def identical(before: list[object], after: list[object]) -> bool:
    """Whether the callables are the same objects and the rest is equal."""
    return all(one is other or (not callable(one) and one == other) for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize("make", PROBES)
@pytest.mark.django_db
def test_restore_puts_back_the_identical_objects(make: Callable[[], Probe]) -> None:
    """After install and restore everything that could be patched is the very object that it was."""
    before = patched_things()
    probe = make()
    probe.install()
    assert not identical(before, patched_things())
    probe.restore()
    assert identical(before, patched_things())


@pytest.mark.parametrize("make", PROBES)
@pytest.mark.django_db
def test_install_and_restore_are_idempotent(make: Callable[[], Probe]) -> None:
    """A second install or restore changes nothing."""
    before = patched_things()
    probe = make()
    probe.restore()
    assert identical(before, patched_things())
    probe.install()
    installed = patched_things()
    probe.install()
    assert identical(installed, patched_things())
    probe.restore()
    probe.restore()
    assert identical(before, patched_things())


@pytest.mark.django_db
def test_connections_that_are_open_already_are_observed() -> None:
    """Those of other threads too: the probe stands in the class of all cursors, and on no connection."""
    connection.ensure_connection()
    probe, recorder = SqlProbe(), Recorder(1, 1)
    cursor = connection.cursor()
    probe.install()
    with recording(recorder):
        cursor.execute("SELECT 1")
    probe.restore()
    with recording(recorder), cursor:
        cursor.execute("SELECT 2")
    assert [one.sql for one in recorder.executions()] == ["SELECT 1"]
    assert connection.execute_wrappers == []


def test_restore_takes_all_probes_out() -> None:
    """The whole set leaves nothing behind, and no probes are active any more."""
    before = patched_things()
    active = ActiveProbes.install(token_key="k")
    assert active_probes() is active
    active.restore()
    active.restore()
    assert active_probes() is None
    assert identical(before, patched_things())


def test_importing_patches_nothing() -> None:
    """A project that only has the modules imported runs exactly as before."""
    subprocess.run([sys.executable, "-c", IMPORT_ALL], cwd=ROOT, check=True)
