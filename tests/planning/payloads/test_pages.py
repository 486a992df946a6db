"""Forms of pages are filled as a person would fill them."""

import json
from datetime import date
from typing import Any

import pytest

from loadaudit.planning.forms import read_forms
from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.payloads.changes import WITH_A_CHANGE
from loadaudit.planning.payloads.pages import ORIGIN, SHOWN, payload_of_form, payloads_of_form, target_of
from loadaudit.planning.payloads.values import Needs
from loadaudit.records import Body, BodyField, BodyKind, Payload


def filled(html: str, *fields: BodyField, all_fields: bool = False, **changes: Any) -> Payload:
    """Return what is sent for the only form of a page."""
    needs = Needs(**{"rows": lambda model, name: [], "today": date(2026, 3, 1), **changes})
    (form,) = read_forms(html)
    return payload_of_form(form, Body(kind=BodyKind.FORM, fields=fields), needs, all_fields=all_fields)


def sent(payload: Payload) -> dict[str, str]:
    """Return the fields of a form by name."""
    return {one.name: one.value for one in payload.pairs}


def test_what_is_there_stays_and_what_is_needed_is_added() -> None:
    html = """<form method=post><input type=hidden name=csrfmiddlewaretoken value=t><input type=hidden name=v value=3>
    <input name=title value="old"><input name=mail type=email required><input name=note>
    <select name=kind required><option value=""><option value=a><option value=b></select>
    <input type=checkbox name=agree required><input type=checkbox name=news><button name=go>Go</button></form>"""
    found = sent(filled(html))
    assert found.pop("mail").endswith("@example.com")
    assert found == {"v": "3", "title": "old", "note": "", "kind": "a", "agree": "on", "go": ""}


def test_all_fields_are_filled_on_demand_but_nothing_is_deleted() -> None:
    html = "<form><input name=a><input type=checkbox name=b><input type=checkbox name=form-0-DELETE></form>"
    found = sent(filled(html, all_fields=True))
    assert set(found) == {"a", "b"}
    assert found["a"]


def test_one_radio_button_of_a_group_is_chosen() -> None:
    html = "<form><input type=radio name=r value=1><input type=radio name=r value=2></form>"
    assert sent(filled(html)) == {"r": "1"}


def test_facts_of_the_inventory_fill_what_the_page_does_not_tell() -> None:
    html = "<form><input name=n><input name=owner></form>"
    fields = (
        BodyField(name="n", type="integer", minimum=4, required=True),
        BodyField(name="owner", model="auth.User", required=True),
    )
    assert sent(filled(html, *fields, rows=lambda model, name: [8])) == {"n": "4", "owner": "8"}


def test_two_new_passwords_are_the_same_and_an_own_one_is_known() -> None:
    new = sent(filled("<form><input type=password name=p1 required><input type=password name=p2 required></form>"))
    assert new["p1"] == new["p2"] != ""
    own = filled("<form><input type=password name=password required></form>", known={"password": "own"})
    assert sent(own) == {"password": "own"}


def test_a_file_is_sent_where_one_is_needed() -> None:
    html = '<form enctype="multipart/form-data"><input type=file name=logo accept=image/* required></form>'
    payload = filled(html)
    assert (payload.kind, payload.uploads[0].content_type) == (BodyKind.MULTIPART, "image/png")


def test_a_form_goes_to_its_own_page_unless_it_says_otherwise() -> None:
    forms = read_forms("<form></form><form action='save/?x=1'></form><form action='https://other.example/a'></form>")
    assert [target_of(one, "/page/") for one in forms] == ["/page/", "/page/save/?x=1", "/a"]


def test_the_line_break_of_an_empty_text_is_no_text() -> None:
    """Django's widget writes one behind the tag, and a browser drops it."""
    assert sent(filled("<form><textarea name=a>\n</textarea><textarea name=b required>\n</textarea></form>"))["a"] == ""
    assert sent(filled("<form><textarea name=b required>\n</textarea></form>"))["b"].strip()


def test_a_choice_that_a_script_fetches_is_a_row() -> None:
    """And where nothing is known that could be chosen, the page's field is named."""
    html = "<form><select name=owner required></select></form>"
    known = BodyField(name="owner", model="auth.User", required=True)
    assert sent(filled(html, known, rows=lambda model, name: [5])) == {"owner": "5"}
    with pytest.raises(NoRow, match="offers nothing to choose for owner"):
        filled(html)


def test_json_in_a_form_is_never_empty() -> None:
    """To Django an empty list in a required field is no value."""
    html = "<form><input type=hidden name=tasks value=null></form>"
    found = sent(filled(html, BodyField(name="tasks", type="json", required=True)))
    assert json.loads(found["tasks"]) == ["loadaudit"]


def test_what_is_hidden_and_empty_is_filled_where_the_view_reads_it() -> None:
    """A script of the page would; what nobody reads, as a trap for robots, stays empty."""
    html = "<form><input type=hidden name=start value=''><input type=hidden name=trap value=''></form>"
    fact = BodyField(name="start", type="date")
    assert sent(filled(html, fact)) == {"start": "", "trap": ""}
    assert sent(filled(html, fact, all_fields=True)) == {"start": "2026-03-01", "trap": ""}


@pytest.mark.parametrize(
    ("buttons", "expected"),
    [
        ("<input type=submit name=delete value=X>", {"device": "1", "delete": "X"}),
        ("<button name=delete></button><button name=save></button>", {"device": "1", "save": ""}),
        ("<button name=delete></button><button name=remove></button>", {"device": "1"}),
        ("<button>Send</button><input type=submit name=cancel>", {"device": "1"}),
        ("<input type=submit name=cancel><input type=submit value=Send>", {"device": "1"}),
        ("<button type=button>?</button><button name=delete></button>", {"device": "1", "delete": ""}),
    ],
)
def test_a_form_with_one_button_is_for_what_that_does(buttons: str, expected: dict[str, str]) -> None:
    """Be it to delete; of several a person would not take that one."""
    assert sent(filled(f"<form method=post><input type=hidden name=device value=1>{buttons}</form>")) == expected


EDIT = """<form method=post><input type=hidden name=csrfmiddlewaretoken value=t><input name=slug value=old-one>
<input name=title value="{}"><input name=code value=7><select name=kind><option value=a></select></form>"""


@pytest.mark.parametrize(
    ("html", "fields", "changed"),
    [
        (EDIT.format("A"), (BodyField(name="slug"), BodyField(name="title")), "title"),
        (EDIT.format("Old"), (BodyField(name="slug"), BodyField(name="title")), ""),
        (EDIT.format("A"), (), "title"),
        ("<form><input name=carrier value=a><input name=weight value=3></form>", (), ""),
        ("<form><input name=carrier value=a><input name=weight type=number max=5 value=3></form>", (), "weight"),
        ("<form><input name=n value=3></form>", (BodyField(name="n", type="integer"),), "n"),
        ("<form><input name=title value=a readonly></form>", (), ""),
        ("<form><input name=title value=a><input name=title value=b></form>", (), ""),
        ("<form><input name=title value=a></form>", (BodyField(name="title", unique=True),), ""),
    ],
)
def test_one_field_of_what_a_page_shows_is_changed(html: str, fields: tuple[BodyField, ...], changed: str) -> None:
    """A person who saves a form has edited something; by the rule for what a GET answers, and then as it was."""
    (form,) = read_forms(html)
    needs = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))
    found = [*payloads_of_form(form, Body(kind=BodyKind.FORM, fields=fields), needs, "/rows/1/")]
    assert [one.origin for one in found] == [f"{SHOWN}{WITH_A_CHANGE}", SHOWN][not changed :]
    other = {name for name, value in sent(found[0]).items() if sent(found[-1])[name] != value}
    assert other == ({changed} if changed else set())


@pytest.mark.parametrize(
    ("html", "origin"),
    [
        ("<form><input name=a required><input type=hidden name=to value=/><input name=b type=checkbox></form>", ""),
        ("<form><input type=hidden name=object_pk value=3></form>", " and what it shows"),
        ("<form><input type=hidden name=form-0-id value=3></form>", " and what it shows"),
        ("<form><select name=state><option value=a selected></select></form>", " and what it shows"),
    ],
)
def test_what_a_page_shows_of_its_row_is_told(html: str, origin: str) -> None:
    """Other rows get what their own pages show."""
    assert filled(html).origin == f"{ORIGIN}{origin}"


@pytest.mark.parametrize(
    ("buttons", "expected"),
    [
        (("open:1", "open:2", "join:1", "remove:1"), ["open:1", "join:1"]),
        (("save", "delete"), ["save"]),
        (("remove:1", "delete:1"), [None, "remove:1", "delete:1"]),
    ],
)
def test_each_button_is_a_way_to_send_a_form(buttons: tuple[str, ...], expected: list[str | None]) -> None:
    """One of each word, and what deletes only where nothing else can be clicked."""
    clicked = "".join(f"<button name=action value={one}>" for one in buttons)
    (form,) = read_forms(f"<form method=post>{clicked}</form>")
    needs = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))
    made = payloads_of_form(form, Body(kind=BodyKind.FORM), needs, "/")
    assert [sent(one).get("action") for one in made] == expected


@pytest.mark.parametrize(
    ("html", "first"),
    [
        ("<form><input type=hidden name=to value=/><textarea name=comment></textarea></form>", True),
        ("<form><input name=title required><textarea name=comment></textarea></form>", False),
        ("<form><input name=title value=a><textarea name=comment></textarea></form>", False),
    ],
)
def test_nobody_sends_a_form_without_a_word(html: str, first: bool) -> None:
    """Where nothing has to be written, the first try says something all the same."""
    (form,) = read_forms(html)
    needs = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))
    made = [*payloads_of_form(form, Body(kind=BodyKind.FORM), needs, "/")]
    assert bool(sent(made[0])["comment"]) is first
    assert {bool(sent(one)["comment"]) for one in made} == {True, False}
