"""The demo project on its databases and caches, in processes of their own as an operator starts them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests import servers
from tests.audit.ready import executed
from tests.demo import databases

ROOT = Path(__file__).parent.parent
SEED = ("seed_demo", "--projects", "10", "--items", "3", "--prices", "400")

READ_AS_OWNER = """
from django.test import Client
from django.contrib.auth import get_user_model
client = Client()
client.force_login(get_user_model().objects.get(pk=1), "django.contrib.auth.backends.ModelBackend")
for path in ("/projects/", "/projects/1/", "/catalog/prices/search/", "/reports/market-index/", "/health/ready/"):
    assert client.get(path).status_code == 200, path
assert client.post("/projects/1/invoice-number/").json() == {"ok": True, "number": "1-000001"}
assert client.post("/funds/reserve/", {"amount": 5}, "application/json").json()["ok"]
"""

# Django REST framework tries to import psycopg by itself and does without it, so that not to have
# the drivers at all is what can be tested.
NO_DRIVERS = """
import sys
sys.modules |= dict.fromkeys(("psycopg", "psycopg2", "redis", "django_redis"))
import django
django.setup()
import tests.demo.urls
from django.core.cache import cache
from django.db import connection
assert connection.vendor == "sqlite" and cache.get("any") is None
"""


def environment_of(**variables: str) -> dict[str, str]:
    """Return an environment with only the demo variables given, and warnings as errors."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEMO_")}
    return kept | {"DJANGO_SETTINGS_MODULE": "tests.demo.settings", "PYTHONWARNINGS": "error"} | variables


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python in an interpreter that has imported nothing yet."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment_of(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def migrate_seed_and_read(**variables: str) -> None:
    """Fill the database and read some pages, each step in a process of its own."""
    for arguments in (("migrate", "-v0"), SEED, SEED, ("shell", "-v0", "-c", READ_AS_OWNER)):
        command = (str(ROOT / "manage.py"), *arguments)
        done = executed(*command, folder=ROOT, environment=environment_of(**variables), timeout_s=120)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow  # `make demo` does the same
def test_sqlite_from_an_empty_folder(tmp_path: Path) -> None:
    """The demo migrates, seeds twice and answers on SQLite."""
    migrate_seed_and_read(DEMO_SQLITE_PATH=str(tmp_path / "demo.sqlite3"))


def test_postgresql_and_redis(
    postgres_server: servers.Postgres, postgres_database: str, redis_server: servers.Redis
) -> None:
    """The demo migrates, seeds twice and answers on PostgreSQL with a Redis cache."""
    server = postgres_server
    url = f"postgres://{server.user}@{server.host}:{server.port}/{postgres_database}"
    migrate_seed_and_read(DEMO_DATABASE_URL=url, DEMO_REDIS_URL=redis_server.url(9))


def test_sqlite_needs_no_other_driver() -> None:
    """The demo starts where neither psycopg nor redis is installed."""
    done = run("-c", NO_DRIVERS)
    assert done.returncode == 0, done.stderr


def test_unknown_flaw_stops_the_start() -> None:
    """A misspelt DEMO_FLAWS is an error of the settings."""
    done = run("-c", "import tests.demo.settings", DEMO_FLAWS="n_plus_two")
    assert done.returncode == 1
    assert "expected 'all', 'none' or names of flaws, found 'n_plus_two'" in done.stderr


def test_url_names_every_part() -> None:
    """User, password, host, port and name come out of the URL, unquoted."""
    found = databases.postgresql("postgres://ann:p%40ss@db.example.org:6432/budgets")
    assert {key: found[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")} == {
        "USER": "ann",
        "PASSWORD": "p@ss",
        "HOST": "db.example.org",
        "PORT": "6432",
        "NAME": "budgets",
        "OPTIONS": {},
    }


def test_url_of_a_unix_socket() -> None:
    """The `host` parameter names the socket's folder; other parameters are handed to the driver."""
    found = databases.postgresql("postgres://ann@/budgets?host=/run/pg&sslmode=disable")
    assert found["HOST"] == "/run/pg"
    assert found["OPTIONS"] == {"sslmode": "disable"}


@pytest.mark.parametrize("url", ["mysql://ann@host/budgets", "postgres://ann@host"])
def test_url_of_something_else_is_refused(url: str) -> None:
    """Only PostgreSQL URLs with a database name are taken."""
    with pytest.raises(ImproperlyConfigured, match="DEMO_DATABASE_URL"):
        databases.postgresql(url)
