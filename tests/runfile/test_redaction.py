"""Secrets go, structure stays."""

import time

import pytest

from loadaudit.runfile.redaction import redact_path, redact_said, redact_sql, redact_text

SECRET = "hunter2"


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2",
        "clave=hunter2",
        "{'contraseña': 'hunter2'}",
        "senha: hunter2",
        "claveNueva=hunter2",
        "nuevaClave=hunter2",
        "hasło=hunter2",
        "sifre=hunter2",
        "PASSWORD: hunter2",
        "{'password': 'hunter2', 'a': 1}",
        '{"api_key": "x\\"hunter2"}',
        "DB_PASSWORD = 'hunter2'",
        "Authorization: Bearer hunter2",
        "Authorization: Basic hunter2",
        "Cookie: a=b; custom=hunter2",
        "Set-Cookie: custom=hunter2; Path=/",
        "sessionid=hunter2; csrftoken=hunter2",
        "X-CSRFToken: hunter2",
        "postgres://user:hunter2@host/db",
        "postgres://user:p@hunter2@host/db",
        "https://hunter2@sentry.example.org/1",
        "DETAIL:  Key (email, token)=(anna@example.org, hunter2) already exists.",
        "DETAIL:  Key (lower(name))=(hunter2 (old)) already exists.",
    ],
)
def test_secret_is_hidden(text: str) -> None:
    """Whatever quotes it or names it."""
    assert SECRET not in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "The database 'default' is empty, so its clone was migrated.",
        "http://staging.example.org/a/?email=a@b",
        "Mail to anna@example.org",
        "The password field is missing.",
        "KeyError: 'pk'",
    ],
)
def test_harmless_text_stays(text: str) -> None:
    """A message that says nothing would be no use."""
    assert redact_text(text) == text


def test_text_around_a_secret_stays() -> None:
    """What is hidden is the value only."""
    assert redact_text("login failed: password=hunter2, user=anna") == "login failed: password=…, user=anna"


@pytest.mark.parametrize(
    ("path", "redacted"),
    [
        ("/reset/?token=hunter2&next=/p/", "/reset/?token=…&next=…"),
        ("/p/?empty=&flag", "/p/?empty=…&flag"),
        ("/cb#access_token=hunter2", "/cb#access_token=…"),
        ("/p/1/", "/p/1/"),
        ("", ""),
    ],
)
def test_query_values_are_hidden(path: str, redacted: str) -> None:
    """Path and names stay, because they tell requests apart."""
    assert redact_path(path) == redacted


@pytest.mark.parametrize(
    ("sql", "redacted"),
    [
        ("SELECT 'it''s'", "SELECT ?"),
        (r"SELECT E'it\'s' || 'x'", "SELECT ? || ?"),
        (r"SELECT 'C:\', 'x'", "SELECT ?, ?"),
        ("SELECT '-- x', 'y' -- z", "SELECT ?, ?"),
        ("SELECT '/* x', 'y */'", "SELECT ?, ?"),
        ("SELECT /* it's */ 1", "SELECT  ?"),
        ("SELECT $$a'b$$, $tag$c$$d$tag$", "SELECT ?, ?"),
        ("SELECT X'AB', N'x', U&'d'", "SELECT ?, ?, ?"),
        ("SELECT 'never ends", "SELECT ?"),
        ("a = 1 AND b=-2.5e-3 AND c IN (1,2) LIMIT 21", "a = ? AND b=? AND c IN (?,?) LIMIT ?"),
        ("a = .5 OR b = 0xFF OR c = 10.", "a = ? OR b = ? OR c = ?"),
        ("ARRAY[1,'x']", "ARRAY[?,?]"),
        ("a-1", "a-?"),
    ],
)
def test_literals_become_placeholders(sql: str, redacted: str) -> None:
    """Texts, numbers and comments go, each taken for what it is."""
    assert redact_sql(sql) == redacted


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "table1"."column 2" FROM "it\'s" AS t1',
        "SELECT `col 1`, t2.c3 FROM app1_model2",
        "SELECT a FROM t WHERE id = %s AND b = %(name1)s",
        "SELECT a FROM t WHERE id = $1 AND b = ?1",
        'SAVEPOINT "s140234_x1"',
        'SELECT "with ""quotes"" 1"',
    ],
)
def test_identifiers_and_placeholders_stay(sql: str) -> None:
    """Digits in names are no values."""
    assert redact_sql(sql) == sql


def test_literal_after_a_quoted_identifier_is_hidden() -> None:
    """An apostrophe in a name does not turn the quotes around."""
    assert redact_sql("SELECT \"o'brien\" = 'hunter2'") == 'SELECT "o\'brien" = ?'


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Tom (tom.s@corp.co.uk) has it", "Tom (…) has it"),
        ("la-abc123@example.com is taken, so is a@shop.test", "la-abc123@example.com is taken, so is a@shop.test"),
        ("a@example.company.org", "…"),
        ("call +49 30 1234567 or 5", "call … or 5"),
        ("token=abc", "token=…"),
        ("at 5 @ home", "at 5 @ home"),
        ("x.PasswordForm: old_password (required)", "x.PasswordForm: old_password (required)"),
        ('{"password": ["This password is too short."]}', '{"password": ["This password is too short."]}'),
        ('{"token": "Invalid token a1b2c3d4e5f6a7b8"}', '{"token": "Invalid token …"}'),
        ("password: swordfish is wrong", "password: … is wrong"),
    ],
)
def test_persons_are_hidden_in_what_a_server_said(text: str, redacted: str) -> None:
    """What is reserved for examples (RFC 2606) belongs to nobody; a sentence about a password is none."""
    assert redact_said(text) == redacted


@pytest.mark.parametrize("part", ["\n", " \n", "password", "csrf"])
def test_long_texts_are_read_once(part: str) -> None:
    """What tries each place anew takes minutes."""
    begun_s = time.process_time()
    redact_said(part * (20_000 // len(part)))
    assert time.process_time() - begun_s < 2
