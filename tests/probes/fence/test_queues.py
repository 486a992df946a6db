"""Task queues of an isolated run: nothing is handed to the project's workers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.fence.queues import CeleryFence, isolate_tasks

AT_ONCE = "django.tasks.backends.immediate.ImmediateBackend"
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def celery() -> Any:
    """The library."""
    return pytest.importorskip("celery")


def _add(a: int, b: int) -> int:
    return a + b


def _double(a: int) -> int:
    return 2 * a


def app_of(celery: Any, name: str = "project") -> Any:
    """Return an app as a project makes it, whose broker nobody answers for."""
    settings = SimpleNamespace(CELERY_BROKER_URL=NOWHERE, CELERY_RESULT_BACKEND=NOWHERE)
    app = celery.Celery(name)
    app.config_from_object(settings, namespace="CELERY")
    return app


def test_tasks_run_at_once(celery: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the environment names a broker; what was there comes back."""
    monkeypatch.setenv("CELERY_BROKER_URL", NOWHERE)
    app = app_of(celery)
    add = app.task(name="add")(_add)
    assert app.conf.broker_url == NOWHERE
    fence = CeleryFence()
    (change,) = fence.install()
    assert "at once" in change
    assert add.delay(1, 2).get() == 3
    assert app.conf.broker_write_url == app.conf.broker_url == "memory://"
    fence.restore()
    fence.restore()
    assert app.conf.broker_url == app.conf.broker_write_url == app.conf.result_backend == NOWHERE
    assert not app.conf.task_always_eager


def test_tasks_sent_by_name_reach_nobody(celery: Any) -> None:
    """Celery does not run those at once; they end in the process."""
    app = app_of(celery)
    fence = CeleryFence()
    fence.install()
    with pytest.warns(celery.exceptions.AlwaysEagerIgnored):
        assert app.send_task("other.project.task").id
    assert app.connection_for_write().transport.driver_type == "memory"
    fence.restore()


def test_later_apps_are_fenced_too(celery: Any) -> None:
    """A view may import the module of an app."""
    fence = CeleryFence()
    fence.install()
    app = app_of(celery, "later")
    add = app.task(name="add")(_add)
    assert add.delay(1, 2).get() == 3
    fence.restore()


def test_shared_tasks_run_at_once(celery: Any) -> None:
    """Those of reusable apps, which belong to whichever app is there."""
    fence = CeleryFence()
    fence.install()
    app_of(celery, "shared").set_current()
    double = celery.shared_task(name="double")(_double)
    assert double.delay(4).get() == 8
    fence.restore()


@pytest.mark.parametrize(
    ("backend", "becomes"),
    [
        (AT_ONCE, AT_ONCE),
        ("django.tasks.backends.dummy.DummyBackend", "django.tasks.backends.dummy.DummyBackend"),
        ("django_tasks.backends.database.DatabaseBackend", "django_tasks.backends.database.DatabaseBackend"),
        ("cloud.tasks.QueueBackend", AT_ONCE),
    ],
)
def test_django_s_tasks_stay_here(backend: str, becomes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the process or the clone; another back end is replaced."""
    monkeypatch.setattr("loadaudit.probes.fence.queues.find_spec", lambda name: object())
    settings = SimpleNamespace(TASKS={"default": {"BACKEND": backend}}, INSTALLED_APPS=[])
    patches = Patches()
    isolate_tasks(settings, patches)
    assert settings.TASKS["default"]["BACKEND"] == becomes
    patches.undo()
    assert settings.TASKS["default"]["BACKEND"] == backend


def test_other_queues_are_named() -> None:
    """With what becomes of their tasks."""
    settings = SimpleNamespace(INSTALLED_APPS=["django_rq", "django_q.apps.Q", "news"])
    changes = isolate_tasks(settings, Patches())
    assert [change.partition(":")[0] for change in changes if change.startswith("django")] == ["django-rq", "django-q"]
