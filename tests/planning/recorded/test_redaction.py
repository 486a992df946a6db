"""What is taken out of recorded requests, by name and by shape, and what stays."""

import time
from typing import Any

import pytest

from loadaudit.planning.recorded.redaction import MADE, MARK, redacted_pair, without_secrets


@pytest.mark.parametrize(
    "value",
    [
        "-----BEGIN PRIVATE KEY-----MIIabc",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "sk_live_51HabcdefGHIJKLmnop",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
        "Bearer abc123def",
        "4111 1111 1111 1111",
        4111111111111111,
        "paid with 4111111111111111 today",
        "DE89370400440532013000",
        "call anna@example.org",
        "+49 170 1234567",
        "078-05-1120",
        "pbkdf2_sha256$600000$abc$def",
        "u7Gf3kQz9XbT1mWc5RvL8nYp",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "data:image/png;base64,iVBORw0KGgo=",
        "my password: geheim1",
    ],
)
def test_secrets_by_shape(value: Any) -> None:
    """Whatever the key is called."""
    assert MARK.search(without_secrets(value, "data"))


@pytest.mark.parametrize(
    "name",
    [
        "passwort",
        "pw",
        "pwd",
        "cvv",
        "taxId",
        "tax_id",
        "card",
        "ssn",
        "iban",
        "contact",
        "Vorname",
        "contraseña",
        "mot_de_passe",
        "senha",
        "wachtwoord",
        "密码",
        "clientSecret",
        "private_key",
        "sig",
        "X-Auth-Token",
        "telefon",
        "geburtsdatum",
        "dob",
        "user[email]",
        "street",
    ],
)
def test_secrets_by_name(name: str) -> None:
    """In other languages, too."""
    assert without_secrets("anything", name) == MADE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "My-Great-Post-About-X1-2024"),
        ("kind", "UploadThePlanOfBuilding7"),
        ("id", "0b0f8a52-3d0c-4c5e-9a52-93b1a45a1c2e"),
        ("plan", "Basic subscription"),
        ("cuisine", "asianfoodrestaurant"),
        ("contact", 7),
        ("number", "4111111111111112"),
        ("footprint", "a"),
        ("link", "https://example.org/a/b?page=2#top"),
        ("start", "2026-03-01T10:00:00+02:00"),
        ("rows", '[{"a": 1}]'),
    ],
)
def test_what_is_nobodys_stays(name: str, value: Any) -> None:
    """A body without it would not work."""
    assert without_secrets(value, name) == value


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://bob:pa55@host/x?access_token=T&page=2", f"https://host/x?access_token={MADE}&page=2"),
        ("see https://host/u7Gf3kQz9XbT1mWc5RvL8nYp/a", f"see https://host/{MADE}/a"),
        ("/done/?sig=abc", f"/done/?sig={MADE}"),
        ("https://host/#access_token=T", f"https://host/#access_token={MADE}"),
    ],
)
def test_urls_lose_what_is_secret_in_them(url: str, kept: str) -> None:
    """They still are URLs, which views check."""
    assert without_secrets(url, "webhook") == kept


def test_what_secrets_are_gathered_in() -> None:
    """Keys of objects, objects of secrets, and JSON in texts."""
    assert without_secrets({"anna@example.org": 1}) == {MADE[:-2] + ":email__": 1}
    assert without_secrets({"credentials": {"value": "x"}}) == {"credentials": {"value": MADE}}
    assert redacted_pair("data", '{"pw": "x", "a": 1}').value == f'{{"pw": "{MADE}", "a": 1}}'
    assert redacted_pair("sig", "SECRETSIG123").value == MADE


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("pin", "١٢٣٤", MADE),
        ("dob", "٠١٢٣٤٥", MADE),
        ("tan", f"12{' ' * 80}3", MADE),
        ("note", "GB82\u017fEST12345698765432", "GB82\u017fEST12345698765432"),
    ],
)
def test_characters_beside_ascii(name: str, value: str, kept: str) -> None:
    """Digits of other scripts are no layout that could stand for them, and letters that Python folds are no account."""
    assert without_secrets(value, name) == kept


@pytest.mark.parametrize("part", ["abc.", "a(b);c=d;", "1", "1-", "a@", "a@.", "eyJ-", "sk-", "a+", "[", "/a"])
def test_long_texts_without_a_space_are_read_once(part: str) -> None:
    """A quadratic pattern takes many seconds here, and minutes for the largest body that is recorded."""
    text = part * (40_000 // len(part))
    begun_s = time.process_time()
    without_secrets(text, "text")
    without_secrets(text + "x", "note_pw")
    assert time.process_time() - begun_s < 3


def test_what_lies_too_deep_is_a_mark() -> None:
    """As a text, as a value, and as a value that only Python's own frames are too few for."""
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    assert without_secrets({"a": "[" * 50_000}) == {"a": MADE}
    assert without_secrets(deep) == MADE
    assert redacted_pair("a", "[" * 50_000).value == MADE


def test_a_graphql_document_with_variables_stays() -> None:
    """Its secrets are in the variables; one that is written into it is still found."""
    document = "mutation Login($password: String!) { login(password: $password) { ok } }"
    assert without_secrets(document, "query") == document
    assert without_secrets(document.replace("ok", 'a(password: "hunter2")'), "query") == MADE
    assert without_secrets("password: $ecret123", "query") == MADE


def test_a_value_is_called_what_stands_beside_it() -> None:
    """Lists of headers and of settings."""
    header = {"name": "Authorization", "value": "hunter2xyz"}
    assert without_secrets([header]) == [{"name": "Authorization", "value": MADE}]
    assert without_secrets({"key": "DB_PASSWORD", "value": "x"})["value"] == MADE
    assert without_secrets({"name": "colour", "value": "x"})["value"] == "x"
    assert without_secrets({"credentials": {"name": "a", "value": "x"}})["credentials"]["value"] == MADE


def test_a_relative_address_keeps_what_is_no_secret() -> None:
    """Of a link only the value of a parameter is secret."""
    assert without_secrets("/a/?token=abc", "next") == f"/a/?token={MADE}"
