"""What the embedded server changes in the settings, and that it says so."""

from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.probes.overrides import PROBE_MIDDLEWARE, PUBLIC_MIDDLEWARE, Spec, apply

COMMON = "django.middleware.common.CommonMiddleware"


def settings(**changes: Any) -> Any:
    """Return settings with one middleware and one database."""
    made: dict[str, Any] = {"MIDDLEWARE": [COMMON], "DATABASES": {"default": {"NAME": "site"}}, "DEBUG": False}
    made["ALLOWED_HOSTS"] = ["shop.example.org"]
    return SimpleNamespace(**(made | changes))


def spec(**changes: Any) -> Spec:
    """Return what a run tells its server."""
    return Spec(**({"settings_module": "site.settings", "run_id": "r", "token_key": "k", "socket_path": "s"} | changes))


def test_the_probe_comes_first() -> None:
    """Outermost, so that everything of the project is inside."""
    changed = settings()
    assert apply(changed, spec()) == ("MIDDLEWARE: the probe was put first",)
    assert changed.MIDDLEWARE == [PROBE_MIDDLEWARE, COMMON]


@pytest.mark.parametrize("name", [PUBLIC_MIDDLEWARE, PROBE_MIDDLEWARE])
def test_the_probe_is_not_doubled(name: str) -> None:
    """A project that has the middleware already is still recorded once."""
    changed = settings(MIDDLEWARE=(name, COMMON))
    apply(changed, spec())
    assert changed.MIDDLEWARE == [PROBE_MIDDLEWARE, COMMON]


@pytest.mark.parametrize(
    ("middleware", "name"),
    [
        ("debug_toolbar.middleware.DebugToolbarMiddleware", "django-debug-toolbar"),
        ("silk.middleware.SilkyMiddleware", "django-silk"),
        ("querycount.middleware.QueryCountMiddleware", "django-querycount"),
    ],
)
def test_tools_that_would_be_measured_are_left_out(middleware: str, name: str) -> None:
    """And named."""
    changed = settings(MIDDLEWARE=[COMMON, middleware])
    changes = apply(changed, spec())
    assert changed.MIDDLEWARE == [PROBE_MIDDLEWARE, COMMON]
    assert any(name in change for change in changes)


def test_each_clone_is_named_by_its_alias() -> None:
    """The databases point to the clones before Django connects."""
    databases = {"default": {"NAME": "site"}, "archive": {"NAME": "old"}}
    changed = settings(DATABASES=databases)
    changes = apply(changed, spec(databases={"default": {"NAME": "clone-1"}, "archive": {"NAME": "clone-2"}}))
    assert [one["NAME"] for one in changed.DATABASES.values()] == ["clone-1", "clone-2"]
    assert [alias for alias in databases if any(repr(alias) in change for change in changes)] == list(databases)


def test_database_that_only_the_command_knows() -> None:
    """A command of the project's own may have added it to its settings, and the server reads them from the file."""
    changed = settings(DATABASES={"default": {"ENGINE": "e", "NAME": "site"}})
    apply(changed, spec(databases={"logs": {"NAME": "clone-2"}}))
    assert changed.DATABASES == {"default": {"ENGINE": "e", "NAME": "site"}, "logs": {"ENGINE": "e", "NAME": "clone-2"}}


def test_a_host_is_let_in_where_none_is_allowed() -> None:
    """Django refuses every request then, unless DEBUG is on; a list that names hosts stays as it is."""
    changed = settings(ALLOWED_HOSTS=[])
    changes = apply(changed, spec(host="localhost:8000"))
    assert changed.ALLOWED_HOSTS == ["localhost"]
    assert any("ALLOWED_HOSTS is empty" in change for change in changes)
    for same in (settings(), settings(ALLOWED_HOSTS=[], DEBUG=True)):
        before = list(same.ALLOWED_HOSTS)
        apply(same, spec(host="localhost"))
        assert before == same.ALLOWED_HOSTS


def test_https_is_named() -> None:
    """With the host that requests carry."""
    (_, change) = apply(settings(), spec(present_https=True, host="staging.example.org"))
    assert "https://staging.example.org" in change


def test_debug_stays_and_is_named() -> None:
    """The setting is the project's; what it distorts is said."""
    changed = settings(DEBUG=True)
    (_, change) = apply(changed, spec())
    assert changed.DEBUG is True
    assert change.startswith("DEBUG is on")
