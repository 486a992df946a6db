"""Forms of a page, as a browser would send them."""

import time
from datetime import date

import pytest

from loadaudit.planning.forms import HtmlForm, read_forms
from loadaudit.planning.payloads.pages import SHOWN, payload_of_form
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.typed_words import words_to_type
from loadaudit.records import Body

LOGIN = """
<form method="post" action="/login/">
  <input type="hidden" name="csrf" value="abc"><input type="email" name="login">
  <input type="password" name="pass"><input type="checkbox" name="remember">
  <button type="submit" name="go">Go</button><input type="submit" name="submit" value="Go">
</form>
"""
SEARCH = '<form action="/search/"><input name="q"></form>'
SIGN_UP = """
<form method="post"><input name="email"><input type="password" name="p1"><input type="password" name="p2"></form>
"""


def only(html: str) -> HtmlForm:
    """Return the only form of a page."""
    (form,) = read_forms(html)
    return form


def test_the_login_form_among_several() -> None:
    """The one with one password and a user's name before it."""
    logins = [form for form in read_forms(SEARCH + SIGN_UP + LOGIN) if form.password_field]
    assert [(one.action, one.method, one.user_field, one.password_field) for one in logins] == [
        ("/login/", "POST", "login", "pass")
    ]


def test_two_passwords_are_a_sign_up() -> None:
    """Or a change of password; neither is a login."""
    assert only(SIGN_UP).password_field == ""


def test_hidden_fields_and_the_first_button_are_sent() -> None:
    """As a browser does when the Enter key clicks the default button; a box that is not ticked is not sent."""
    assert only(LOGIN).filled({"login": "a", "pass": "b"}) == {"csrf": "abc", "login": "a", "pass": "b", "go": ""}


def test_a_button_that_deletes_is_not_clicked() -> None:
    """Nor one that is switched off, or that sends nothing."""
    form = only(
        '<form method="post"><button name="remove" value="1">x</button><button type="button" name="help">?</button>'
        '<button name="off" disabled>x</button><input type="submit" name="save" value="Save"></form>'
    )
    assert form.filled({}) == {"save": "Save"}


def test_a_ticked_box_is_sent() -> None:
    """With its value, or `on`."""
    form = only("<form><input type=checkbox name=a checked><input type=radio name=b value=2 checked></form>")
    assert form.filled({}) == {"a": "on", "b": "2"}


def test_a_select_sends_its_selected_option() -> None:
    """Or the first where none is selected."""
    form = only(
        "<form><select name=a><option value=1><option value=2 selected><option value=3></select>"
        "<select name=b><option value=x>X</option><option value=y>Y</option></select></form>"
    )
    assert form.filled({}) == {"a": "2", "b": "x"}


def test_a_textarea_sends_its_text() -> None:
    """And what follows it is no part of it."""
    assert only("<form><textarea name=a>some text</textarea> more</form>").filled({}) == {"a": "some text"}


def test_a_disabled_control_is_not_sent() -> None:
    """Whatever its value is."""
    assert only("<form><input name=a value=1 disabled><input name=b value=2></form>").filled({}) == {"b": "2"}


def test_broken_html_gives_what_is_there() -> None:
    """Unclosed tags, missing quotes, sections as XML and SGML have them, a form that never ends."""
    odd = "<![ 1 ]><![b]><![CDATA[<form>]]>"
    form = only(f'{odd}<div><form method=POST action=/in><p><input name=user><input type=PASSWORD name="pw"><b></div>')
    assert (form.method, form.user_field, form.password_field) == ("POST", "user", "pw")


def test_controls_outside_of_forms_are_ignored() -> None:
    """They are sent by nobody."""
    assert only('<input name="a"><form></form><input name="b">').fields == ()


def test_the_field_before_the_password_that_names_a_user() -> None:
    """Between it and the password there may be others."""
    form = only(
        "<form method=post><input name=shop><input name=user><input name=coupon><input type=password name=p></form>"
    )
    assert form.user_field == "user"
    assert only("<form><input name=a><input name=b><input type=password name=p></form>").user_field == "b"


def test_required_boxes_are_ticked_on_request() -> None:
    """Terms have to be accepted; to be remembered is nobody's duty."""
    form = only("<form><input type=checkbox name=terms value=1 required><input type=checkbox name=remember></form>")
    assert (form.filled({}), form.ticked()) == ({}, {"terms": "1"})


@pytest.mark.parametrize("part", ["\n", " ", "<script "])
def test_a_page_with_many_blanks_is_read_once(part: str) -> None:
    """As templates with loops make them."""
    begun_s = time.process_time()
    assert list(words_to_type(part * (20_000 // len(part)))) == []
    assert time.process_time() - begun_s < 1


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("<p>Type <b>al 7</b> to delete this member.</p>", "al 7"),
        ("<label>To confirm, type &quot;al 7&quot; below</label>", "al 7"),
        ("<p>Please enter <strong>“al 7”</strong>\n below to confirm</p>", "al 7"),
        ('<i title="Type al7 to confirm"></i>', "al7"),
        ("<p>Type DELETE to confirm.</p>", "DELETE"),
        ("<p>Type the member's or owner's name to delete it</p>", ""),
        ("<p>Enter your name to continue.</p>", ""),
        ("<p>Type the name</p><p>or <b>leave</b></p><p>to delete</p>", ""),
    ],
)
def test_a_word_that_the_page_wants_typed(said: str, typed: str) -> None:
    """In the field for it, whatever it is called, and of several in the one that is called so."""
    post, many = '<form method="post"><input name="x">', '<input name="confirm_name"><input name="note" value="a">'
    (one,) = only(f"{said}{post}</form>").fields
    assert one.typed == typed
    assert [one.typed for one in only(f"{said}{post}{many}</form>").fields] == ["", typed, ""]
    assert only(f"{said}<form><input name='q'></form>").fields[0].typed == ""
    made = payload_of_form(
        only(f"{said}{post}</form>"), Body(), Needs(rows=lambda *_: [], today=date(2026, 1, 1)), all_fields=False
    )
    assert (made.pairs[0].value, made.origin == SHOWN) == (typed, bool(typed))


def test_words_tell_what_a_form_is_for() -> None:
    """Its id, where it goes without the query, and its buttons, also those that send nothing."""
    form = only(
        '<form id=enter action="/in/?next=/register/"><button>Log <b>in</b></button><input type=submit value=Go></form>'
    )
    assert form.words.split() == ["enter", "/in/", "Log", "in", "Go"]
