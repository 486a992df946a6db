"""Keys for a forgotten password, made for an account of the run."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.utils.http import urlsafe_base64_decode

from loadaudit.planning.account_keys import keys_of_account, web_tokens_of_account
from loadaudit.planning.rows_before import RowsBefore, rows_there
from loadaudit.records import Body, BodyField, BodyKind, Identity, Operation
from tests.analysis.factories import operation


def taking(*names: str, source: str = "serializer shop.serializers.Logout") -> Operation:
    """Return an operation whose JSON body has these fields."""
    fields = tuple(BodyField(name=one, required=True) for one in names)
    return operation("POST /logout/", body=Body(kind=BodyKind.JSON, fields=fields, source=source))


@pytest.mark.django_db
def test_the_keys_are_those_that_a_mail_would_have() -> None:
    """Where a body asks for both, and for an account that is there."""
    user = get_user_model()._default_manager.create_user("ann", email="ann@example.com", password="x")
    ann = Identity(role="disposable", username="ann", user_id=str(user.pk))
    made, of_allauth = keys_of_account(["uid", "token", "new_password"], ann)
    assert urlsafe_base64_decode(made["uid"]).decode() == str(user.pk)
    assert default_token_generator.check_token(user, made["token"])
    assert of_allauth["uid"] != made["uid"]
    assert keys_of_account(["token", "new_password"], ann) == []
    assert keys_of_account(["uid", "token"], Identity(role="anonymous")) == []
    nobody_in = Identity(role="anonymous")
    since = RowsBefore(highest={get_user_model()._meta.label: user.pk - 1})
    assert keys_of_account(["uid", "token"], nobody_in, before=since, anyone=True)[0]["uid"] == made["uid"]
    # One that was there before the run is somebody's, and the key would open it in the original as well.
    for before in (RowsBefore(), rows_there()):
        assert keys_of_account(["uid", "token"], nobody_in, before=before, anyone=True, waiting=True) == []
    assert keys_of_account(["name", "uid"], ann) == []
    assert list(keys_of_account(["name", "uid"], ann, asked=["uid"])[0]) == ["uid"]
    nobody = keys_of_account(["uid", "token"], Identity(role="anonymous"), "ann@example.com")
    assert nobody[0]["uid"] == made["uid"]


@pytest.mark.django_db
def test_a_token_to_refresh_is_one_of_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """`token` may be any other key unless the package itself reads it, and without the package there is none."""
    user = get_user_model()._default_manager.create_user("ann", email="ann@example.com", password="x")
    ann = Identity(role="user", username="ann", user_id=str(user.pk))
    name = "rest_framework_simplejwt.tokens"
    monkeypatch.delitem(sys.modules, name, raising=False)
    assert web_tokens_of_account(taking("refresh"), ann) == {}

    def for_user(whose: Any) -> str:
        return f"of {whose.pk}"

    monkeypatch.setitem(sys.modules, name, SimpleNamespace(RefreshToken=SimpleNamespace(for_user=for_user)))
    assert web_tokens_of_account(taking("refresh", "token"), ann) == {"refresh": f"of {user.pk}"}
    of_the_package = taking("token", source="serializer rest_framework_simplejwt.serializers.TokenVerifySerializer")
    assert web_tokens_of_account(of_the_package, ann) == {"token": f"of {user.pk}"}
    other = SimpleNamespace(RefreshToken=SimpleNamespace(for_user=lambda whose: "another's"))
    monkeypatch.setitem(sys.modules, "ninja_jwt.tokens", other)
    of_another = taking("token", source="schema ninja_jwt.schema.TokenVerifyInputSchema")
    assert web_tokens_of_account(of_another, ann) == {"token": "another's"}
    assert web_tokens_of_account(taking("refresh"), Identity(role="anonymous")) == {}
    assert web_tokens_of_account(taking("title"), ann) == {}
