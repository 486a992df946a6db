"""What a run refuses to touch, and what it says to do."""

from typing import Any

import pytest

from loadaudit.conf import Config
from loadaudit.errors import ExitCode, UnsafeError, UsageError
from loadaudit.planning.safety import check_embedded, check_not_isolated, check_target, is_local

POSTGRESQL = "django.db.backends.postgresql"


def database(name: str = "site", host: str = "", **more: Any) -> dict[str, dict[str, Any]]:
    """Return DATABASES with one entry."""
    return {"default": {"ENGINE": POSTGRESQL, "NAME": name, "HOST": host, **more}}


@pytest.mark.parametrize(
    ("databases", "module", "place"),
    [
        (database("site_prod"), "site.settings", "DATABASES['default']['NAME']"),
        (database("PRODUCTION"), "site.settings", "DATABASES['default']['NAME']"),
        (database(host="db-live.example.org"), "site.settings", "DATABASES['default']['HOST']"),
        (database(OPTIONS={"host": "primary.db"}), "site.settings", "DATABASES['default']['HOST']"),
        (database(OPTIONS={"service": "prod"}), "site.settings", "DATABASES['default']['HOST']"),
        (database(), "site.settings.production", "the settings module"),
        (database("prod2"), "site.settings", "DATABASES['default']['NAME']"),
        (database("shopProd"), "site.settings", "DATABASES['default']['NAME']"),
        (database(OPTIONS={"dbname": "site_live"}), "site.settings", "DATABASES['default']['NAME']"),
        (database(host="db-prod01.example.org"), "site.settings", "DATABASES['default']['HOST']"),
        (database(host="localhost", OPTIONS={"hostaddr": "live"}), "site.settings", "DATABASES['default']['HOST']"),
        (database(OPTIONS={"read_default_file": "/etc/prod.cnf"}), "site.settings", "DATABASES['default']['HOST']"),
        (database("/srv/data/prod.sqlite3"), "site.settings", "DATABASES['default']['NAME']"),
    ],
)
def test_a_word_of_deny_is_refused(databases: Any, module: str, place: str) -> None:
    """The place is named, the exit code is 3, and the hint says what to write when the name misleads."""
    with pytest.raises(UnsafeError) as caught:
        check_embedded(databases, module, Config())
    assert caught.value.message.startswith(place)
    assert "DENY" in caught.value.hint
    assert caught.value.exit_code is ExitCode.UNSAFE


@pytest.mark.parametrize(
    "name",
    ["products", "reproduction", "olive", "delivery", "/home/prod/live/site.sqlite3", "C:\\prod\\site.sqlite3"],
)
def test_other_names_are_not_refused(name: str) -> None:
    """DENY is about words, not parts of words; of a SQLite path only the file's name counts."""
    check_embedded(database(name), "site.settings", Config())


def test_deny_is_the_operators_own() -> None:
    """A word that misleads can be taken out, another can be put in."""
    check_embedded(database("site_live"), "site.settings", Config(deny=("prod",)))
    with pytest.raises(UnsafeError):
        check_embedded(database("site_kunde"), "site.settings", Config(deny=("kunde",)))


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "127.8.8.8", "::1", "/var/run/postgresql"])
def test_this_machine(host: str) -> None:
    """Loopback, a socket, or nothing."""
    assert is_local(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "db", "localhost.example.org", "0.0.0.0", "example.org"])
def test_another_machine(host: str) -> None:
    """Whatever is not surely this one."""
    assert not is_local(host)


def test_no_isolate_on_this_machine() -> None:
    """A local database may be written to when asked for."""
    check_not_isolated(database(), Config())


@pytest.mark.parametrize(
    "more",
    [
        {"host": "db.example.org"},
        {"OPTIONS": {"host": "db.example.org"}},
        {"OPTIONS": {"service": "site"}},
        {"host": "localhost", "OPTIONS": {"hostaddr": "10.0.0.5"}},
        {"OPTIONS": {"read_default_file": "/etc/my.cnf"}},
    ],
)
def test_no_isolate_elsewhere_is_refused(more: dict[str, Any]) -> None:
    """Also where the driver takes the host from OPTIONS; the hint is the line to write."""
    with pytest.raises(UnsafeError) as caught:
        check_not_isolated(database(**more), Config())
    assert caught.value.exit_code is ExitCode.UNSAFE
    assert "\"DATABASES_ALLOWED\": ['site']" in caught.value.hint


def test_a_database_allowed_by_name() -> None:
    """The operator has written it down."""
    check_not_isolated(database(host="db.example.org"), Config(databases_allowed=("site",)))


@pytest.mark.parametrize("url", ["staging.example.org", "ftp://x", "https://", "https://[::1", ""])
def test_a_target_that_is_no_url(url: str) -> None:
    """Bad usage, with an example."""
    with pytest.raises(UsageError, match=r"--target must be a URL such as") as caught:
        check_target(url, Config())
    assert caught.value.exit_code is ExitCode.BAD_INPUT


def test_a_target_with_a_path() -> None:
    """The hint is the option as it should be."""
    with pytest.raises(UsageError) as caught:
        check_target("https://staging.example.org/app/?x=1", Config())
    assert "--target https://staging.example.org;" in caught.value.hint


def test_a_target_that_is_not_named() -> None:
    """Nobody else's host is ever loaded; the hint is the line to write."""
    with pytest.raises(UnsafeError) as caught:
        check_target("https://staging.example.org", Config())
    assert '"TARGETS": ["staging.example.org"]' in caught.value.hint


@pytest.mark.parametrize("url", ["https://staging.example.org/", "http://localhost:8000/", "http://127.0.0.1:8000"])
def test_a_target_that_may_be_loaded(url: str) -> None:
    """Named in TARGETS, or this machine; the slash goes."""
    assert check_target(url, Config(targets=("staging.example.org",))) == url.rstrip("/")


@pytest.mark.parametrize("variable", ["PGHOST", "PGHOSTADDR"])
def test_the_environment_may_name_the_host(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """libpq reads it where the settings are silent; other drivers do not."""
    monkeypatch.setenv(variable, "10.0.0.5")
    with pytest.raises(UnsafeError):
        check_not_isolated(database(), Config())
    check_not_isolated({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "site.sqlite3"}}, Config())
