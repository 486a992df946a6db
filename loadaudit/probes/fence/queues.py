"""Task queues of an isolated run: nothing is handed to a worker of the project, who would do it for real."""

import os
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

from loadaudit.probes.fence.patches import Patches

_BROKER = "memory://"
_RESULTS = "cache+memory://"
_CELERY = {
    "task_always_eager": True,
    "broker_url": _BROKER,
    "broker_read_url": _BROKER,
    "broker_write_url": _BROKER,
    "result_backend": _RESULTS,
}
_CELERY_VARIABLES = ("CELERY_BROKER_URL", "CELERY_BROKER_READ_URL", "CELERY_BROKER_WRITE_URL", "CELERY_RESULT_BACKEND")
_AT_ONCE = "django.tasks.backends.immediate.ImmediateBackend"

_IN_REDIS = "what is queued in Redis has the run's own prefix, is worked on by nobody and goes with the run"
_OTHERS = {
    "django_rq": f"django-rq: {_IN_REDIS}",
    "rq": f"rq: {_IN_REDIS}",
    "huey": f"huey: {_IN_REDIS}; a queue in a SQLite file of its own is the project's own",
    "dramatiq": f"dramatiq: {_IN_REDIS}; RabbitMQ is refused, also on loopback",
    "django_q": f"django-q: what is queued in the database is in the clone, and worked on by nobody; {_IN_REDIS}",
    "arq": f"arq: {_IN_REDIS}",
}


class CeleryFence:
    """Runs Celery's tasks at once, in the request that starts them. `install` and `restore` are idempotent."""

    def __init__(self) -> None:
        self._patches = Patches()

    def install(self) -> tuple[str, ...]:
        """Change every app that there is and that there will be; say so if there is one."""
        if self._patches or find_spec("celery") is None:
            return ()
        from celery import Celery, _state

        for name in _CELERY_VARIABLES:
            # Celery prefers them to its configuration.
            if name in os.environ:
                self._patches.later(partial(os.environ.__setitem__, name, os.environ.pop(name)))
        self._patches.put(Celery, "_load_config", self._changing(Celery._load_config))
        apps = list(_state._get_active_apps())
        for app in apps:
            if app.configured:
                self._change(app)
        if not apps:
            return ()
        return ("Celery: tasks run at once, in the request that starts them; nothing is sent to a broker",)

    def restore(self) -> None:
        """Put the configurations back."""
        self._patches.undo()

    def _changing(self, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return what loads an app's configuration, at its first use, with ours over it."""

        def load_config(app: Any) -> Any:
            conf = original(app)
            app._conf = conf
            self._change(app)
            return conf

        return load_config

    def _change(self, app: Any) -> None:
        changes = app._conf.changes
        self._patches.later(partial(_restore, app, {name: changes[name] for name in _CELERY if name in changes}))
        changes.update(_CELERY)
        _forget_connections(app)


def isolate_tasks(settings: Any, patches: Patches) -> tuple[str, ...]:
    """Run Django's own tasks at once where their back end is somebody else's server; name the queues in use."""
    changes = []
    entries = dict(getattr(settings, "TASKS", {}))
    for alias, entry in entries.items():
        backend = str(entry.get("BACKEND", ""))
        if not _is_own(backend):
            entries[alias] = {"BACKEND": _AT_ONCE}
            changes.append(f"TASKS[{alias!r}]: tasks run at once, in the request that starts them")
    if changes:
        patches.put_setting(settings, "TASKS", entries)
    installed = {name.partition(".")[0] for name in settings.INSTALLED_APPS}
    changes += [text for name, text in _OTHERS.items() if name in installed or name in sys.modules]
    return tuple(changes)


def _is_own(backend: str) -> bool:
    """Whether tasks of this back end stay in the process, in the clone or under the run's prefix."""
    local = backend.startswith("django.tasks.backends.") or ".database" in backend or ".rq" in backend
    return local or find_spec("django.tasks") is None


def _restore(app: Any, before: dict[str, Any]) -> None:
    for name in _CELERY:
        app._conf.changes.pop(name, None)
    app._conf.changes.update(before)
    _forget_connections(app)


def _forget_connections(app: Any) -> None:
    """Make the app open its broker and results anew; the ones that it has go to where they went before."""
    app._pool = None
    vars(app).pop("amqp", None)
    app._backend_cache = None
    vars(app._local).pop("backend", None)
