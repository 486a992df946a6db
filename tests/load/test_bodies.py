"""What bodies give away."""

import time

import pytest

from loadaudit.load.bodies import (
    EMPTY_FILE,
    ERROR_TEMPLATE,
    FILE,
    HTML_AS_FILE,
    INSPECTED_BYTES,
    LOGIN_FORM,
    LOGIN_PAGE,
    SOFT_FAILURE,
    is_handed_over,
    mark_of,
)
from loadaudit.records import PASSWORD_FORM

WITH_PASSWORD = b'<html><form method="post"><input name="login"><input type="password" name="password"></form></html>'


@pytest.mark.parametrize(
    "body",
    [
        b'{"ok": false}',
        b'{"success": false, "error": "no row"}',
        b'{"succeeded": false}',
        b'{"status": "error"}',
        b'{"data": null, "errors": [{"message": "Cannot query field"}]}',
        b'{"errors": ["Syntax Error"]}',
        b'{"status": "failed", "ok": true}',
        b'{"id": 3, "status": "error", "errorMessage": "no such book"}',
        b'{"id": null, "status": "error"}',
        b'{"id": 3, "ok": false, "created_at": "2026-03-01"}',
    ],
)
def test_json_that_says_it_failed_is_a_soft_failure(body: bytes) -> None:
    """A 200 over a failure is not a success."""
    assert mark_of("application/json", body) == SOFT_FAILURE


@pytest.mark.parametrize(
    "body",
    [
        b'{"ok": true}',
        b'{"ok": null}',
        b'{"ok": 0}',
        b'{"status": "open"}',
        b'{"id": 3, "status": "error", "error_message": ""}',
        b'{"id": 3, "status": "failed", "error_message": "timed out", "started_at": "2026-03-01T10:00:00Z"}',
        b'{"status": ["error"]}',
        b'[{"ok": false}]',
        b'{"rows": [{"ok": false}]}',
        b"false",
        b"",
        b'{"ok": fal',
        b"\xff\xfe\xfd",
    ],
)
def test_other_json_is_no_failure(body: bytes) -> None:
    """Only the answer as a whole counts, and only when it says so."""
    assert mark_of("application/json", body) == ""


def test_deeply_nested_json_is_no_error() -> None:
    """Python's parser gives up on it, the virtual user does not."""
    assert mark_of("application/json", b"[" * INSPECTED_BYTES) == ""


@pytest.mark.parametrize("content_type", ["application/problem+json", "Application/JSON; charset=utf-8"])
def test_json_is_known_by_its_media_type(content_type: str) -> None:
    """Parameters, letter case and the suffix of structured types do not matter."""
    assert mark_of(content_type, b'{"ok": false}') == SOFT_FAILURE


def test_page_with_a_password_field_is_a_login_page() -> None:
    """Without a trace this is what tells a login page from the page asked for."""
    assert mark_of("text/html; charset=utf-8", WITH_PASSWORD) == LOGIN_PAGE


def test_a_page_that_asks_who_somebody_is() -> None:
    """As Django's own form does it; a form that changes name or password is something else."""
    name = b'<input type="text" name="username" autocomplete="username">'
    password = b'<input type="password" name="password" autocomplete="current-password">'
    assert mark_of("text/html", name + password) == LOGIN_FORM
    assert mark_of("text/html", password) == LOGIN_PAGE
    assert mark_of("text/html", name + password + password.replace(b"current", b"new")) == LOGIN_PAGE


def test_a_form_for_a_password_and_nobodys_name_may_be_a_page_of_its_own() -> None:
    """What unlocks a page; with a name beside it, or without a form, it may be a login."""
    alone = b"<form method=post><input type=hidden name=csrf><input type=password name=word></form>"
    assert mark_of("text/html", b"<form><input name=q></form>" + alone) == PASSWORD_FORM
    assert mark_of("text/html", alone.replace(b"type=hidden", b"type=text")) == LOGIN_PAGE
    assert mark_of("text/html", alone + alone) == LOGIN_PAGE


@pytest.mark.parametrize(
    "name",
    [
        b"<input data-type=a name=user>",
        b"<input type=search name=user>",
        b"<input type=account name=user>",
        b"<input type = 'text' name = user>",
        b"<input type=hidden name=username value=anna>",
    ],
)
def test_whatever_takes_a_name_makes_a_login_of_a_form(name: bytes) -> None:
    """Else the login that a page shows in its own place, to nobody, counted as that page."""
    assert mark_of("text/html", b"<form>" + name + b"<input type=password name=word></form>") == LOGIN_PAGE


@pytest.mark.parametrize("piece", [b"<input ", b"<form><input type=password ", b"<input name= type="])
def test_a_page_of_pieces_is_read_once(piece: bytes) -> None:
    """Each worker of a load reads thousands of pages."""
    begun_s = time.process_time()
    mark_of("text/html", (piece * INSPECTED_BYTES)[:INSPECTED_BYTES])
    assert time.process_time() - begun_s < 1


def test_a_form_for_a_new_password_asks_for_no_login() -> None:
    """It stands there twice, as in a sign-up behind an invitation; a login form beside it still counts."""
    password = b"<input type=password name=password>"
    signup = b"<form><input name=username>" + 2 * password + b"</form>"
    assert mark_of("text/html", signup) == ""
    assert mark_of("text/html", signup + WITH_PASSWORD) == LOGIN_PAGE
    assert mark_of("text/html", b"<form>" + 3 * password + b"</form>") == LOGIN_PAGE


@pytest.mark.parametrize("field", [b"<INPUT TYPE='PASSWORD'>", b"<input\n name=p type=password>"])
def test_password_field_is_found_however_it_is_written(field: bytes) -> None:
    """HTML leaves quotes, letter case and order free."""
    assert mark_of("text/html", field) == LOGIN_PAGE


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", b"<h1>Reset your password</h1><input type=text>"),
        ("text/plain", WITH_PASSWORD),
        ("text/html", b'{"ok": false}'),
        ("", WITH_PASSWORD),
    ],
)
def test_other_bodies_carry_no_mark(content_type: str, body: bytes) -> None:
    """Words about passwords, and other types of content, are not evidence."""
    assert mark_of(content_type, body) == ""


@pytest.mark.parametrize(
    ("title", "mark"),
    [
        ("Server Error (500)", ERROR_TEMPLATE),
        ("Not Found", ERROR_TEMPLATE),
        ("404 - Page not found | Shop", ERROR_TEMPLATE),
        ("Error 503: Service unavailable", ERROR_TEMPLATE),
        ("403 Forbidden", ERROR_TEMPLATE),
        ("404 Main Street", ""),
        ("500 most sold", ""),
        ("Nothing was not found", ""),
        ("Errors of last week", ""),
    ],
)
def test_pages_with_the_title_of_an_error(title: str, mark: str) -> None:
    """As Django's own error pages and most projects' have it; numbers and words alone say nothing."""
    assert mark_of("text/html", f"<html><head><title>\n {title} </title>".encode()) == mark


@pytest.mark.parametrize(
    ("content_type", "body", "mark"),
    [
        ("application/pdf", b"", EMPTY_FILE),
        ("text/csv; charset=utf-8", b"", EMPTY_FILE),
        ("image/gif", b"", FILE),
        ("application/octet-stream", b"", FILE),
        ("application/pdf", b"\n<!DOCTYPE html><html>", HTML_AS_FILE),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"<html lang=en>", HTML_AS_FILE),
        ("application/vnd.ms-excel", b"<html><table>", FILE),
        ("application/pdf", b"%PDF-1.7", FILE),
        ("text/csv", b"id,name\n", ""),
    ],
)
def test_documents_that_are_none(content_type: str, body: bytes, mark: str) -> None:
    """A beacon's picture may be empty, and a spreadsheet of old may be HTML."""
    assert mark_of(content_type, body) == mark


def test_what_the_web_server_sends_is_not_empty() -> None:
    """Whatever the letter case of the header."""
    assert is_handed_over(b"HTTP/1.1 200 OK\r\nX-Accel-Redirect: /files/a.pdf\r\n\r\n")
    assert not is_handed_over(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n")
