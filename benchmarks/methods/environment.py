"""A throw-away environment around a project's settings: databases, caches, mail, files and network."""

import os
import socket
import tempfile
import warnings
from typing import Any

import django
from django.conf import settings

_PLAIN_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"
LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")


def set_up(settings_module: str, *, keep_databases: bool) -> None:
    """Start Django with the settings, changed so that nothing that a view does outlives the process."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings_module
    warnings.simplefilter("ignore")
    for name, value in _changes(keep_databases).items():
        setattr(settings, name, value)
    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=settings.DEBUG)
    _create_databases()
    _refuse_network()


def _changes(keep_databases: bool) -> dict[str, Any]:
    directory = tempfile.mkdtemp(prefix="loadaudit-methods-")
    apps = [str(one) for one in settings.INSTALLED_APPS]
    has_sessions = any(one.startswith("django.contrib.sessions") for one in apps)
    changes: dict[str, Any] = {
        "ALLOWED_HOSTS": ["*"],
        "CACHES": {
            alias: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": alias}
            for alias in {"default", *settings.CACHES}
        },
        "CELERY_BROKER_URL": "memory://",
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        "MEDIA_ROOT": directory,
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "SECURE_SSL_REDIRECT": False,
        # A manifest needs collected files, and a page that misses one fails whatever its view answers.
        "STORAGES": {**settings.STORAGES, "staticfiles": {"BACKEND": _PLAIN_FILES}},
        "SESSION_ENGINE": f"django.contrib.sessions.backends.{'db' if has_sessions else 'signed_cookies'}",
    }
    if not keep_databases:
        changes["DATABASES"] = {
            alias: {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{directory}/{alias}.sqlite3"}
            for alias in {"default", *settings.DATABASES}
        }
    return changes


def _create_databases() -> None:
    """Create test databases; migrations that do not run on this engine are replaced by the models' tables."""
    from django.db import connections

    for alias in connections:
        connection = connections[alias]
        try:
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        except Exception as error:
            print(f"migrations of {alias!r} failed ({type(error).__name__}: {error}); creating tables without them")
            connection.settings_dict["TEST"]["MIGRATE"] = False
            if connection.vendor == "sqlite":
                connection.settings_dict["TEST"]["NAME"] = tempfile.mktemp(suffix=".sqlite3")
            try:
                connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            except Exception as again:
                print(f"tables of {alias!r} could not be created ({type(again).__name__}: {again}); going on without")


def _refuse_network() -> None:
    """Let connections to other machines fail at once."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOCAL_HOSTS:
            raise OSError(f"the benchmark connects to no other machine ({address[0]})")
        connect(self, address)

    socket.socket.connect = local_only  # type: ignore[method-assign]
