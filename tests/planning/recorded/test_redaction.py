"""What is taken out of recorded requests, by name and by shape, and what stays."""

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
