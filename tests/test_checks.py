"""The system checks."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from loadaudit.checks import (
    check_configuration,
    check_guard,
    check_login,
    check_middleware,
    check_token_key,
    driver_has_changed,
)

ROOT = Path(__file__).parent.parent

DRIVER = """
import sys
import django
from django.conf import settings
from django.core import checks
exec(sys.argv[1])
settings.configure(
    INSTALLED_APPS=["loadaudit"],
    DATABASES={"default": {"ENGINE": sys.argv[2], "NAME": "site"}},
)
django.setup()
from loadaudit.checks import check_database_driver
print([(one.id, one.hint) for one in check_database_driver()])
"""
POSTGRESQL = "django.db.backends.postgresql"
SQLITE = "django.db.backends.sqlite3"
NOTHING = ""
ANY_NAME = """
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    if name.isupper():
        return len(name)
    return type(name, (), {"__init__": lambda self, *args, **kwargs: None})
"""
STUB = f"""
import pathlib, tempfile
folder = tempfile.TemporaryDirectory()
package = pathlib.Path(folder.name, "psycopg2")
package.mkdir()
for name in ("errors", "extensions", "extras", "sql"):
    (package / (name + ".py")).write_text({ANY_NAME!r})
(package / "__init__.py").write_text("from psycopg2 import errors, extensions, extras, sql")
sys.path.insert(0, folder.name)
"""
ON_PSYCOPG2 = f"sys.modules['psycopg'] = None\n{STUB}"


def warnings(prepare: str, engine: str) -> str:
    """Return the warnings of a project with this engine, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, prepare, engine], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ({"USER": []}, "unknown key 'USER'", "Did you mean 'USERS'?"),
        ({"SLOW_MSEC": 3}, "unknown key 'SLOW_MSEC'", "Did you mean 'SLOW_MS'?"),
        ({"SLOW_MS": "fast"}, "must be a positive whole number, found 'fast'", "LOADAUDIT['SLOW_MS']"),
        (["USERS"], "must be a dictionary, found list", "LOADAUDIT = {"),
    ],
)
def test_a_bad_setting_is_an_error(settings: Any, value: Any, message: str, hint: str) -> None:
    """E001 says what was found, and names the nearest key."""
    settings.LOADAUDIT = value
    (error,) = check_configuration()
    assert error.id == "loadaudit.E001"
    assert message in error.msg
    assert hint in (error.hint or "")


def test_a_good_setting_is_none(settings: Any) -> None:
    """Nor is a missing one."""
    assert list(check_configuration()) == []
    del settings.LOADAUDIT
    assert list(check_configuration()) == []


def test_the_checks_are_registered() -> None:
    """`manage.py check` runs them."""
    from django.core.checks.registry import registry

    names = {getattr(check, "__name__", "") for check in registry.get_checks()}
    assert {
        "check_configuration",
        "check_database_driver",
        "check_guard",
        "check_middleware",
        "check_token_key",
    } <= names


@pytest.mark.parametrize(
    ("key", "found"),
    [("", []), ("k" * 32, []), ("short", ["loadaudit.W002"]), ("the secret key of these settings", ["loadaudit.E002"])],
)
def test_the_secret_of_a_target_is_one_of_its_own(settings: Any, key: str, found: list[str]) -> None:
    """Django's SECRET_KEY has no place on a laptop."""
    settings.SECRET_KEY = "the secret key of these settings"
    settings.LOADAUDIT = {"TOKEN_KEY": key}
    assert [one.id for one in check_token_key()] == found


@pytest.mark.parametrize(("position", "found"), [(None, []), (0, []), (1, ["loadaudit.W003"])])
def test_the_probe_of_a_deployment_is_first(settings: Any, position: int | None, found: list[str]) -> None:
    """It sees nothing of what is before it."""
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    if position is not None:
        settings.MIDDLEWARE.insert(position, "loadaudit.middleware.LoadauditMiddleware")
    assert [one.id for one in check_middleware()] == found


@pytest.mark.parametrize(
    ("module", "found"), [("shop.settings.staging", []), ("shop.settings.production", ["loadaudit.I001"])]
)
def test_settings_that_a_run_would_refuse_are_named(
    monkeypatch: pytest.MonkeyPatch, module: str, found: list[str]
) -> None:
    """Before somebody tries; it is no fault of a production deployment that it is one."""
    monkeypatch.setattr("loadaudit.checks.settings_module", lambda: module)
    assert [one.id for one in check_guard()] == found


def test_psycopg2_beside_psycopg_3_is_a_warning() -> None:
    """Django has changed the driver; the hint says how to stay and how to go."""
    output = warnings(STUB, POSTGRESQL)
    assert "loadaudit.W001" in output
    assert "sys.modules['psycopg'] = None" in output
    assert "pip uninstall psycopg2" in output


def test_without_psycopg2_there_is_no_warning() -> None:
    """The project never ran on it."""
    assert warnings(NOTHING, POSTGRESQL) == "[]\n"


def test_without_postgresql_there_is_no_warning() -> None:
    """Which driver Django would take is of no matter."""
    assert warnings(STUB, SQLITE) == "[]\n"


def test_an_installed_loadaudit_slows_no_start_down() -> None:
    """What only its own commands need is not imported at every start of the project."""
    heavy = ("pycurl", "requests", "rich", "loadaudit.inventory", "loadaudit.load", "loadaudit.analysis")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, django; from django.core import checks; from django.conf import settings\n"
            "settings.configure(INSTALLED_APPS=['loadaudit']); django.setup(); checks.run_checks()\n"
            f"print([name for name in {heavy} if name in sys.modules])",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_staying_on_psycopg2_as_the_hint_says_is_no_warning() -> None:
    """The line of the hint does what it promises."""
    assert warnings(ON_PSYCOPG2, POSTGRESQL) == "[]\n"


def test_the_demo_has_no_changed_driver() -> None:
    """It runs on SQLite here."""
    assert not driver_has_changed()


@pytest.mark.parametrize("login", ["", "session", "/accounts/login/", "account_login", "/accounts/login/?next=/"])
def test_a_login_that_the_project_has(settings: Any, login: str) -> None:
    """A path, a URL name, or the server's own sessions."""
    settings.LOADAUDIT = {"LOGIN": login} if login else {}
    assert list(check_login()) == []


@pytest.mark.parametrize("login", ["/no/such/page/", "no-such-name"])
def test_a_login_that_the_project_does_not_have(settings: Any, login: str) -> None:
    """It would be passed over in silence."""
    settings.LOADAUDIT = {"LOGIN": login}
    (error,) = check_login()
    assert (error.id, login in error.msg) == ("loadaudit.E003", True)
    assert "'session'" in str(error.hint)
