"""Bodies that answer a complaint: rows that are there instead of attributes that none has."""

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.identities import ANONYMOUS
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.corrected import corrected
from loadaudit.records import Body, BodyField, BodyKind, Identity, Operation, Payload
from tests.analysis.factories import operation
from tests.demo.projects.models import Membership, Project
from tests.planning.preflight.rows import projects


class Serializer:
    """Stand for one of REST framework's, whose nested one looks for a row."""

    class Meta:
        """Name the model."""

        model = Membership


FIELDS = (
    BodyField(name="project", type="object", required=True, fields=(BodyField(name="name", required=True),)),
    BodyField(name="role"),
)
ROWS = {(Project._meta.label, "pk"): [7, 8], (Membership._meta.label, "pk"): [3]}
SOURCE: Any = SimpleNamespace(
    identity=ANONYMOUS,
    today=date(2026, 3, 1),
    email="",
    needs_of=lambda operation, given=None, variant=0, invalid=frozenset(), asked=(): Needs(
        rows=lambda label, name: ROWS.get((label, name), []),
        today=date(2026, 3, 1),
        given=given or {},
        variant=variant,
    ),
)


def taking(*fields: BodyField, many: bool = False) -> Operation:
    """Return an operation whose body a serializer takes."""
    source = f"serializer {Serializer.__module__}.Serializer"
    body = Body(kind=BodyKind.JSON, fields=fields, source=source, many=many)
    return operation("POST /members/", body=body)


@pytest.mark.parametrize(("variant", "key"), [(1, 7), (2, 8)])
def test_a_row_that_no_attributes_find_is_named_by_its_key(variant: int, key: int) -> None:
    """«Not found» of an object says that the server looks for a row and makes none."""
    sent = Payload(kind=BodyKind.JSON, document='{"project": {"name": "a"}, "role": "b"}')
    said = [Complaint(field="project", choice=True)]
    assert json.loads(str(corrected(SOURCE, taking(*FIELDS), sent, said, variant).document)) == {
        "project": key,
        "role": "b",
    }


@pytest.mark.parametrize(("variant", "is_sent"), [(2, True), (3, False)])
def test_an_optional_field_that_takes_no_choice_is_left_out(variant: int, is_sent: bool) -> None:
    """As a person leaves it: a list of choices may be empty until a script fills it."""
    sent = Payload(kind=BodyKind.JSON, document='{"project": 7, "role": "b"}')
    said = [Complaint(field=name, choice=True) for name in ("project", "role")]
    made = json.loads(str(corrected(SOURCE, taking(*FIELDS), sent, said, variant).document))
    assert ("role" in made, "project" in made) == (is_sent, True)


def test_an_object_that_is_wrong_in_itself_stays_one() -> None:
    sent = Payload(kind=BodyKind.JSON, document='{"project": {"name": "a"}}')
    made = corrected(SOURCE, taking(*FIELDS), sent, [Complaint(field="project")], 1).document
    assert isinstance(json.loads(str(made))["project"], dict)


def test_a_list_names_rows_that_are_there() -> None:
    """What changes many at once has the key of each, which its serializer knows as a number alone."""
    asked = taking(BodyField(name="id", type="integer", required=True), BodyField(name="role"), many=True)
    sent = Payload(kind=BodyKind.JSON, document='[{"id": 1, "role": "b"}]')
    said = [Complaint(field="id", value=1), Complaint(field="id", choice=True)]
    assert json.loads(str(corrected(SOURCE, asked, sent, said, 1).document)) == [{"id": 3, "role": "b"}]


@pytest.mark.parametrize(("sent", "kind"), [('[{"name": "a"}]', list), ('{"name": "a"}', int)])
def test_what_is_said_of_a_value_within_a_list_leaves_the_list(sent: str, kind: type) -> None:
    """REST framework names no place of a row in a list that is sent as an object, and not by its key."""
    rows = BodyField(name="rows", type="object", many=kind is list, fields=(BodyField(name="name"),))
    said = [Complaint(field="rows", wants="integer", said="Incorrect type. Expected pk value, received dict.")]
    payload = Payload(kind=BodyKind.JSON, document=f'{{"rows": {sent}}}')
    made = json.loads(str(corrected(SOURCE, taking(rows), payload, said, 1).document))["rows"]
    assert isinstance(made, kind)
    assert not isinstance(made, list) or all(isinstance(one, int) for one in made)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "said", "many"),
    [
        ('[{"id": "1"}]', "'1' is not a valid id.", True),
        ('"1"', "projects must be a list of ids.", True),
        ('"1"', "'1' is not a valid id.", False),
        ('"1"', "Invalid.", None),
    ],
)
def test_ids_that_an_answer_asks_for_are_those_of_rows_called_as_the_field(
    sent: str, said: str, many: bool | None
) -> None:
    """Objects were made up for a list of which only the code knows that it holds keys."""
    row = projects(("open", False))[0]
    source = SimpleNamespace(**{**vars(SOURCE), "identity": Identity(role="user", user_id=str(row.owner_id))})
    own = replace(taking(BodyField(name="projects", type="json")), view="tests.demo.projects.views.save")
    payload = Payload(kind=BodyKind.JSON, document=f'{{"projects": {sent}}}')
    made = json.loads(str(corrected(source, own, payload, [Complaint(field="projects", said=said)], 1).document))
    assert (made["projects"] in ([row.pk], row.pk)) == (many is not None)
    assert isinstance(made["projects"], list) == bool(many) or many is None


@pytest.mark.parametrize(
    ("sent", "said", "other_row"),
    [
        ("first", "A plan with this title already exists.", False),
        ("first", "A plan with this title does not exist.", True),
        ("7", "A member with this user already exists.", True),
    ],
)
def test_a_text_that_a_row_has_is_not_taken_from_the_next_one(
    monkeypatch: pytest.MonkeyPatch, sent: str, said: str, other_row: bool
) -> None:
    """What no two rows may have gets new words; the key of another row may do."""
    monkeypatch.setattr(
        "loadaudit.planning.preflight.corrected.named",
        lambda operation, identity, names, *more: dict.fromkeys(names, "second"),
    )
    payload = Payload(kind=BodyKind.JSON, document=json.dumps({"title": sent}))
    complaint = Complaint(field="title", choice=True, said=said)
    made = json.loads(str(corrected(SOURCE, taking(BodyField(name="role")), payload, [complaint], 1).document))
    assert (made["title"] == "second") is other_row
    assert made["title"] != sent
