"""settings.LOADAUDIT is read strictly, and its secrets stay out of sight."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from loadaudit.conf import CategoryRule, Config, LimitRule, RiskRule, UserCredential, read_config
from loadaudit.errors import ExitCode, UsageError
from loadaudit.records import Risk

SECRET = "hunter2"


def refusal(source: Any) -> UsageError:
    """Return the error that reading raises."""
    with pytest.raises(UsageError) as caught:
        read_config(source)
    return caught.value


def test_nothing_is_required() -> None:
    """An empty dictionary gives the defaults."""
    assert read_config({}) == Config()


@override_settings(LOADAUDIT={})
def test_settings_without_the_dictionary_give_the_defaults() -> None:
    """Adding the app is enough."""
    del settings.LOADAUDIT
    assert read_config() == Config()


@override_settings(LOADAUDIT={"SLOW_MS": 250})
def test_dictionary_of_the_settings_is_read() -> None:
    """Without an argument the project's settings are meant."""
    assert read_config().slow_ms == 250


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("LOGIN", "/accounts/login/", "/accounts/login/"),
        ("TARGETS", ["staging.example.org"], ("staging.example.org",)),
        ("TARGET_AUTH", "ann:secret", "ann:secret"),
        ("TOKEN_KEY", "key", "key"),
        ("DENY", (), ()),
        ("DATABASES_ALLOWED", ["default"], ("default",)),
        ("CLONE_ADMIN", "postgresql://a@b/postgres", {"": "postgresql://a@b/postgres"}),
        ("CLONE_ADMIN", {"default": "host=b"}, {"default": "host=b"}),
        ("CLONE_MAX_BYTES", 5, 5),
        ("RISKS", [("invite", "safe")], (RiskRule(pattern="invite", risk=Risk.SAFE),)),
        ("CATEGORIES", [("^GET /x", "X")], (CategoryRule(pattern="^GET /x", category="X"),)),
        ("EXCLUDE", ["/x/"], ("/x/",)),
        ("INCLUDE", ["silk", "admin"], ("admin", "silk")),
        ("SLOW_MS", 1, 1),
        ("RUNS_DIR", "runs", Path("runs")),
        ("OPENAPI", "docs/openapi.json", Path("docs/openapi.json")),
        ("RUNS_DIR", Path("/var/runs"), Path("/var/runs")),
        ("USERS", [], ()),
    ],
)
def test_key_is_read(key: str, value: object, expected: object) -> None:
    """Each key becomes the field of its name."""
    assert getattr(read_config({key: value}), key.lower()) == expected


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("LOGIN", 5),
        ("LOGIN", None),
        ("TARGETS", "https://staging.example.org"),
        ("TARGETS", [1]),
        ("TARGETS", ["https://staging.example.org"]),
        ("TARGETS", ["staging.example.org:8000"]),
        ("TARGET_AUTH", "only-a-name"),
        ("TOKEN_KEY", b"key"),
        ("DENY", "prod"),
        ("DATABASES_ALLOWED", {"default": True}),
        ("CLONE_ADMIN", 5),
        ("CLONE_ADMIN", {"default": None}),
        ("CLONE_MAX_BYTES", 0),
        ("RISKS", [("invite", "harmless")]),
        ("RISKS", [("(", "safe")]),
        ("RISKS", {"invite": "safe"}),
        ("CATEGORIES", {"a": "b"}),
        ("CATEGORIES", [("only pattern",)]),
        ("CATEGORIES", [("pattern", 5)]),
        ("EXCLUDE", None),
        ("INCLUDE", "admin"),
        ("INCLUDE", ["admin", "wagtail"]),
        ("SLOW_MS", 0),
        ("SLOW_MS", -1),
        ("SLOW_MS", True),
        ("SLOW_MS", 1.5),
        ("SLOW_MS", "500"),
        ("RUNS_DIR", 5),
        ("OPENAPI", None),
        ("USERS", {"username": "a", "password": "b"}),
        ("USERS", ["anna"]),
        ("USERS", [{"username": "anna"}]),
        ("USERS", [{"username": "anna", "password": "x", "mail": "y"}]),
        ("USERS", [{"username": "anna", "password": "x", "mail": "y", 5: "z"}]),
        ("USERS", [{"username": 7, "password": "x"}]),
        ("USERS", [{"username": "anna", "password": 7}]),
        ("USERS", [{"username": "anna", "password": "x", "role": None}]),
    ],
)
def test_wrong_value_is_explained(key: str, value: object) -> None:
    """The message names the key, the hint says what to do."""
    error = refusal({key: value})
    assert key in error.message
    assert error.hint
    assert error.exit_code == ExitCode.BAD_INPUT


@pytest.mark.parametrize(("key", "nearest"), [("USER", "USERS"), ("slow_ms", "SLOW_MS"), ("EXCLUDES", "EXCLUDE")])
def test_unknown_key_names_the_nearest(key: str, nearest: str) -> None:
    """A typing error is one look away from its correction."""
    error = refusal({key: []})
    assert repr(key) in error.message
    assert repr(nearest) in error.hint


@pytest.mark.parametrize("key", ["COMPLETELY_DIFFERENT_THING", 5])
def test_unknown_key_without_a_near_one_lists_all(key: object) -> None:
    """Then the choice is shown."""
    assert "RUNS_DIR" in refusal({key: 1}).hint


def test_unknown_group_names_the_nearest() -> None:
    """A misspelt group would be left out without a word."""
    assert "'debug toolbar'" in refusal({"INCLUDE": ["debug-toolbar"]}).hint


@pytest.mark.parametrize("source", [[], "USERS", 5])
def test_other_than_a_dictionary_is_refused(source: object) -> None:
    """The message says what was found."""
    assert type(source).__name__ in refusal(source).message


def test_role_of_a_user_is_optional() -> None:
    """One user needs no word for its role."""
    (user,) = read_config({"USERS": [{"username": "anna", "password": SECRET}]}).users
    assert user == UserCredential(username="anna", password=SECRET, role="user")


def test_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are committed, passwords are not."""
    monkeypatch.setenv("ANNA_PASSWORD", SECRET)
    (user,) = read_config({"USERS": [{"username": "anna", "password": "env:ANNA_PASSWORD"}]}).users
    assert user.password == SECRET


def test_token_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a password does."""
    monkeypatch.setenv("KEY", SECRET)
    assert read_config({"TOKEN_KEY": "env:KEY"}).token_key == SECRET


def test_missing_environment_variable_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty password would be a puzzling login failure."""
    monkeypatch.delenv("ANNA_PASSWORD", raising=False)
    error = refusal({"USERS": [{"username": "anna", "password": "env:ANNA_PASSWORD"}]})
    assert "ANNA_PASSWORD" in error.message
    assert "export ANNA_PASSWORD" in error.hint


def test_repr_shows_no_secret() -> None:
    """Tracebacks and debug pages print it."""
    config = read_config({"TOKEN_KEY": SECRET, "USERS": [{"username": "anna", "password": SECRET}]})
    assert "anna" in repr(config)
    assert SECRET not in repr(config)


def test_error_shows_no_password() -> None:
    """The message of a wrong entry does not print the entry."""
    error = refusal({"USERS": [{"username": "anna", "password": SECRET, "rolle": "owner"}]})
    assert SECRET not in str(error)


def test_limits_are_rules_on_operations() -> None:
    """What a rule leaves out stays as it is."""
    config = read_config({"LIMITS": [(r"^POST /reports/", {"timeout_s": 120, "at_once": 2})]})
    assert config.limits == (LimitRule(pattern=r"^POST /reports/", timeout_s=120, at_once=2),)


@pytest.mark.parametrize(
    "value",
    [
        "x",
        [("a", 5)],
        [("(", {"at_once": 1})],
        [("a", {"at_once": 0})],
        [("a", {"at_once": 1.5})],
        [("a", {"timeout": 1})],
        [("a", {"timeout_s": "1s"})],
        [("a", {"timeout_s": True})],
    ],
)
def test_wrong_limits_are_refused(value: object) -> None:
    """The message names the key."""
    with pytest.raises(UsageError, match="LIMITS"):
        read_config({"LIMITS": value})
