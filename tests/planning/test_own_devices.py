"""Codes of a user's own device, from the secret that the project keeps of it."""

import base64
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from loadaudit.planning import own_devices
from loadaudit.planning.own_devices import codes_for, secrets_of
from loadaudit.planning.payloads.one_time import code_of
from loadaudit.records import Identity

SECRET = b"twelve bytes"
USER = Identity(role="user", user_id="7")


class Rows(list[Any]):
    """Rows that are all of the user."""

    def filter(self, **_whose: Any) -> "Rows":
        """Return all."""
        return self

    order_by = filter

    def __getitem__(self, place: Any) -> Any:
        """Return a part."""
        return list(self)[place]


def model(name: str, column: str, **values: Any) -> Any:
    """Return a model with a link to the user and one more column, and a row of it."""
    users = get_user_model()
    columns = [
        SimpleNamespace(name="user", attname="user_id", related_model=users),
        SimpleNamespace(name=column, attname=column, related_model=None),
    ]
    rows = Rows([SimpleNamespace(**values)])
    rows.order_by = lambda *_: rows  # type: ignore[method-assign]
    return SimpleNamespace(__name__=name, _meta=SimpleNamespace(concrete_fields=columns), _base_manager=rows)


@pytest.mark.parametrize(
    ("found", "secrets"),
    [
        (model("TOTPDevice", "key", key=SECRET.hex(), bin_key=SECRET), [SECRET, SECRET]),
        (model("MfaProfile", "totp_secret", totp_secret=base64.b32encode(SECRET).decode()), [SECRET]),
        (model("Device", "secret_key", secret_key=SECRET), [SECRET]),
        (model("ApiToken", "key", key=SECRET.hex()), []),
        (model("OtpDevice", "key", key="no secret"), []),
    ],
)
def test_secrets_of_devices(monkeypatch: pytest.MonkeyPatch, found: Any, secrets: list[bytes]) -> None:
    """As bytes, in base32 or in hexadecimal; keys of what is about no second factor are none."""
    monkeypatch.setattr("django.apps.apps.get_models", lambda: [found])
    assert list(secrets_of("7")) == secrets


def test_a_code_is_sent_where_nothing_else_is_known_of_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clone alone, and behind what a page or a mail tells."""
    monkeypatch.setattr(own_devices, "secrets_of", lambda user_id: iter([SECRET]))
    monkeypatch.setattr("time.time", lambda: 59.0)
    names = ["otp_code", "name"]
    assert codes_for("", names, {}, USER, on_clone=True) == {"otp_code": code_of(SECRET, 59.0)}
    assert codes_for("", names, {"otp_code"}, USER, on_clone=True) == {}
    assert codes_for("", names, {}, USER, on_clone=False) == {}
    assert codes_for("", names, {}, Identity(role="anonymous"), on_clone=True) == {}


def test_a_code_that_was_used_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django-otp notes the last step of a device, and takes each once."""
    device = model("TOTPDevice", "key", key=SECRET.hex(), bin_key=SECRET, last_t=2, drift=0, step=30, t0=0)
    monkeypatch.setattr("django.apps.apps.get_models", lambda: [device])
    monkeypatch.setattr("time.time", lambda: 61.0)
    assert codes_for("", ["otp_token"], {}, USER, on_clone=True) == {"otp_token": code_of(SECRET, 90.0)}
    monkeypatch.setattr("time.time", lambda: 100.0)
    assert codes_for("", ["otp_token"], {}, USER, on_clone=True) == {"otp_token": code_of(SECRET, 100.0)}
