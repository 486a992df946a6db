"""What no two rows may have alike differs from request to request, and is no row's yet."""

import json
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.utils import timezone

from loadaudit.inventory.bodies.fields.models import of_model_field
from loadaudit.load.payloads import encode, settled
from loadaudit.load.words import Turns, sizes_in, words_in
from loadaudit.planning.forms import read_forms
from loadaudit.planning.payloads.bodies import payload_of
from loadaudit.planning.payloads.free_words import FreeWords, _texts_for
from loadaudit.planning.payloads.pages import payload_of_form
from loadaudit.planning.payloads.values import Needs
from loadaudit.records import Body, BodyField, BodyKind, Payload
from tests.demo.accounts.models import User
from tests.demo.budgets.models import BudgetItem
from tests.demo.projects.models import Membership, Project

TODAY = date(2026, 3, 1)
PAIR = tuple(of_model_field(Membership._meta.get_field(name)) for name in ("project", "user"))
PAGE = """<form method="post"><select name="project"><option value="">-</option><option value="1"{0}>a</option>
<option value="2">b</option></select><select name="user"><option value="">-</option><option value="7"{0}>c</option>
<option value="8">d</option><option value="9">e</option></select></form>"""

SEATS = """<form method="post"><input name="{0}col" required><select name="{0}row" required><option value="">-</option>
<option value="A">a</option><option value="B">b</option><option value="C">c</option></select></form>"""


def sent(template: Payload, count: int) -> list[dict[str, Any]]:
    """Return the bodies of so many requests."""
    turns = Turns()
    contents = [encode(template, 1, turns).content for _ in range(count)]
    return [json.loads(one) if template.document else dict(parse_qsl(one.decode())) for one in contents]


@pytest.mark.django_db
def test_pairs_that_no_row_has_go_together() -> None:
    users = [User.objects.create(username=name) for name in ("its_owner", "its_member")]
    projects = [Project.objects.create(name="p", owner=users[0], created_at=timezone.now()) for _ in range(3)]
    Membership.objects.create(project=projects[0], user=users[0])
    keys = {"accounts.User": [one.pk for one in users], "projects.Project": [one.pk for one in projects]}
    needs = Needs(rows=lambda label, name: keys[label], today=TODAY)
    template = payload_of(Body(kind=BodyKind.JSON), PAIR, needs)
    assert [*sizes_in(template.document).values()] == [4]
    kept = json.loads(settled(template, 0, Turns(equal=True)).document)
    pairs = [tuple(one.values()) for one in (*sent(template, 4), kept)]
    assert {*pairs} == {(one.pk, each.pk) for one in projects for each in users} - {(projects[0].pk, users[0].pk)}


@pytest.mark.parametrize(("chosen", "pairs"), [("", 5), (" selected", 1)], ids=["a new row", "one that is there"])
def test_pairs_are_of_what_a_page_offers(chosen: str, pairs: int) -> None:
    (form,) = read_forms(PAGE.format(chosen))
    needs = Needs(rows=lambda label, name: [], today=TODAY)
    made = payload_of_form(form, Body(kind=BodyKind.FORM, fields=PAIR), needs, all_fields=True)
    assert len({tuple(one.items()) for one in sent(made, 6)}) == pairs


def test_pairs_begin_alike_whatever_key_a_new_row_got() -> None:
    """It stands last in the list, and not where its key of chance would be among the others."""
    texts = [_texts_for(PAIR[0], {"project": "m"}, {"project": ["z", "m", new]}, TODAY) for new in ("a", "o")]
    assert texts == [("z", "m", "a"), ("z", "m", "o")]
    assert _texts_for(PAIR[0], {"project": "x"}, {"project": ["z", "m"]}, TODAY) == ("x", "z", "m")


ROW = BodyField(name="row", choices=("A", "B", "C"), column="projects.Membership.project")
COLUMN = BodyField(name="col", type="integer", minimum=1, maximum=40, column="projects.Membership.user")


@pytest.mark.parametrize("limits", [{}, {"maximum": 12}, {"type": "string", "minimum": None, "max_length": 1}])
def test_of_a_set_with_few_words_all_pairs_are_used_but_a_few(limits: dict[str, Any]) -> None:
    """A form, one of a formset and a serializer use them together, as whatever names they have."""
    column, needs = replace(COLUMN, **limits), Needs(rows=lambda label, name: [], today=TODAY)
    size = len(ROW.choices) * (36 if column.max_length else int(column.maximum or 0))
    turns, found = Turns(), list[tuple[str, ...]]()
    made = [payload_of(Body(kind=BodyKind.JSON), (ROW, column), needs)]
    for before in ("", "form-0-"):
        fields = [replace(one, name=before + one.name) for one in (column, ROW)]
        (form,) = read_forms(SEATS.format(before))
        made.append(payload_of_form(form, Body(kind=BodyKind.FORM, fields=tuple(fields)), needs, all_fields=False))
    (loaded,) = sizes_in(made[0].document).values()
    for number in range(loaded):
        content = encode(made[number % 3], 1, turns).content
        values = json.loads(content) if number % 3 == 0 else dict(reversed(parse_qsl(content.decode())))
        found.append(tuple(str(one) for one in values.values()))
    assert size * 0.93 < len(set(found)) == loaded < size


def test_sets_of_other_choices_begin_elsewhere() -> None:
    marks = [
        FreeWords().together((ROW, COLUMN), {"row": "A", "col": "1"}, {"row": rows}, TODAY)
        for rows in (["A", "B", "C"], ["A", "B"])
    ]
    assert len({tuple(words_in(one, lambda words: 0) for one in each.values()) for each in marks}) == 2


def test_of_a_set_with_a_text_that_alone_differs() -> None:
    """Also where a test has sent it."""
    fields = tuple(of_model_field(BudgetItem._meta.get_field(name)) for name in ("project", "code"))
    marks = FreeWords().together(fields, {"project": 1, "code": "A-1"}, {"project": ["1", "2"]}, TODAY)
    assert [*marks] == ["code"]


@pytest.mark.django_db
def test_words_begin_where_the_fewest_are_taken() -> None:
    for number in (*range(30), 99):
        User.objects.create(username=f"u{number:02}")
    name = BodyField(name="username", pattern=r"^u\d\d$", unique=True, required=True, column="accounts.User.username")
    needs = Needs(rows=lambda label, name: [], today=TODAY)
    words = {one["username"] for one in sent(payload_of(Body(kind=BodyKind.JSON), [name], needs), 40)}
    assert len(words) == 40
    assert not User.objects.filter(username__in=words).exists()


def test_choices_that_differ_begin_at_different_places() -> None:
    """Two roles that may name almost the same rows do not both begin with the first of them."""
    owner = BodyField(name="owner", column="shop.Basket.owner", unique=True)
    rows = [str(number) for number in range(50)]
    marks = [FreeWords().of(owner, rows[skipped:], TODAY) for skipped in range(3)]
    assert len({words_in(one, lambda words: 0) for one in marks}) == 3
