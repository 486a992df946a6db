"""A password is in no plan, and what only looks like one stays."""

import json

import pytest

from loadaudit.planning.hidden_passwords import HiddenPasswords

BEFORE = {
    "requests": [
        {"operation_id": "GET /admin/users/<int:pk>/", "role": "staff", "paths": [{"path": "/admin/users/1/"}]}
    ],
    "identities": [{"role": "staff", "username": "admin"}],
}
ODD = 'a"b\\cé&d'


def hidden(password: str, key: str, value: object) -> object:
    """Return what is left of a part of a plan that stands behind a key."""
    return HiddenPasswords([password], BEFORE).hidden(value, key)


@pytest.mark.parametrize("password", ["admin", "staff", "users"])
def test_a_password_that_is_a_word_spoils_no_plan(password: str) -> None:
    """A mark in a route or in the name of a role would also give it away."""
    assert hidden(password, "", BEFORE) == BEFORE
    body = {"kind": "json", "document": f'{{"username":"{password}","{password}":"x","as":"{password}s"}}'}
    assert hidden(password, "payload", body) == body
    assert (
        hidden(password, "reason", f"no page '{password}' there, {password}")
        == f"no page '{password}' there, {password}"
    )


@pytest.mark.parametrize(
    ("password", "key", "value", "left"),
    [
        ("admin", "document", '{"old": [{"password": "admin"}]}', '{"old": [{"password": "{password}"}]}'),
        ("hunter2", "document", '{"now":"hunter2","user":"hunter2"}', '{"now": "{password}", "user": "hunter2"}'),
        ("hunter2", "path", "/hunter2/hunter2s/?old=hunter2", "/{password}/hunter2s/?old={password}"),
        ("hunter2", "reason", "it's 'hunter2', no hunter2", "it's '{password}', no hunter2"),
        ("hunter2", "pairs", [{"name": "confirm", "value": "hunter2"}], [{"name": "confirm", "value": "{password}"}]),
        ("admin", "pairs", [{"name": "confirm", "value": "admin"}], [{"name": "confirm", "value": "{password}"}]),
        ("admin", "pairs", [{"name": "kind", "value": "admin"}], [{"name": "kind", "value": "admin"}]),
        (ODD, "document", json.dumps({"confirm": ODD}), '{"confirm": "{password}"}'),
        (ODD, "document", json.dumps({"text": f"is {ODD}."}, ensure_ascii=False), '{"text": "is {password}."}'),
        (ODD, "path", "/x/?p=a%22b%5Cc%C3%A9%26d", "/x/?p={password}"),
        (ODD, "detail", f"400: no {ODD} here", "400: no {password} here"),
    ],
)  # fmt: skip
def test_a_password_goes_wherever_it_stands(password: str, key: str, value: object, left: object) -> None:
    """As a whole value of whatever field but the user's name; what nobody writes by chance in any text."""
    assert hidden(password, key, value) == left
