"""Errors of other shapes than a name and a text."""

import json
import time
from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.corrections import complaints
from loadaudit.planning.preflight.error_documents import complaints_of
from loadaudit.planning.preflight.examples import somebody_else
from loadaudit.planning.preflight.nested import amended_within
from loadaudit.planning.preflight.places import place_in
from loadaudit.planning.preflight.plain_words import held_already, lacked
from loadaudit.planning.preflight.raised import of_no_package
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.worded_values import in_words
from loadaudit.records import BodyField, BodyKind, Identity, Payload
from tests.planning.payloads.test_values import needs
from tests.planning.preflight.test_corrections import answer

QUIZ = {"quiz": {"questions": [{"text": "a", "answers": [{"text": "b", "ok": True}]}]}, "title": "t", "folders": ["x"]}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"title": ["A valid integer is required."]}, Complaint(field="title", wants="integer")),
        (
            {"error": "invalid_request", "error_description": "title is required"},
            Complaint(field="title", choice=True),
        ),
        (
            {"data": "{'tags': [ErrorDetail(string='This field is required.', code='required')]}"},
            Complaint(field="tags", missing=True),
        ),
        (
            {"kinds": ["urn:a"], "detail": "1 validation error for A\nkinds\n  Not a list [type=list_type, x=1]"},
            Complaint(field="kinds", wants="array"),
        ),
        ({"error": "Not saved: {'kind': ['This field cannot be blank.']}"}, Complaint(field="kind", missing=True)),
        ({"title": ["Enter a valid IPv4 or IPv6 address."]}, Complaint(field="title", wants="ip")),
        (
            {"title": ["'a' does not appear to be an IPv4 or IPv6 network"]},
            Complaint(field="title", wants="network"),
        ),
        ({"title": ['Expected a list of items but got type "str".']}, Complaint(field="title", wants="array")),
        ({"errors": [{"field": "title", "message": "This field is required"}]}, Complaint(field="title", choice=True)),
        (
            {"error": {"problems": [{"field": "data.vin", "problem": "This field is required"}]}},
            Complaint(field="vin", missing=True),
        ),
        (
            {"errors": [{"pointer": "/quiz/questions", "messages": [{"0": {"text": ["This field is required."]}}]}]},
            Complaint(field="quiz", missing=True, place=("quiz", "questions", 0, "text")),
        ),
        (
            {"note": {"7" * 5000: {"text": ["This field is required."]}}},
            Complaint(field="text", missing=True),
        ),
        (
            {"errors": [{"field": "kind", "errors": ["This field is required."]}]},
            Complaint(field="kind", missing=True),
        ),
        ({"error": "Name is required"}, Complaint(field="name", missing=True)),
        (["barcode required during ticket creation"], Complaint(field="barcode", missing=True)),
        ({"error": "x requires a non-empty 'name'"}, Complaint(field="name", missing=True)),
        ({"error": "The e2e flag must be provided"}, Complaint(field="e2e", missing=True)),
        ({"error": "'Name' is required"}, Complaint(field="Name", missing=True)),
        ({"errors": [{"attr": "kind", "detail": "Field is required"}]}, Complaint(field="kind", missing=True)),
        (
            {"errors": [{"source": {"pointer": "/data/attributes/kind"}, "detail": "This field is required."}]},
            Complaint(field="kind", missing=True),
        ),
        (
            {"quiz": {"questions": [{"points": ["This field is required."]}]}},
            Complaint(field="quiz", missing=True, place=("quiz", "questions", 0, "points")),
        ),
        (
            {"quiz": {"non_field_errors": ["quiz.meta must be a mapping."]}},
            Complaint(field="quiz", wants="object", place=("quiz", "meta")),
        ),
        (
            {"folders": ["guest_token is not allowed for authenticated requests."]},
            Complaint(field="folders", unwanted=True),
        ),
        ({"folders": {"non_field_errors": ["Not a list."]}}, Complaint(field="folders", wants="array")),
        (
            [
                {
                    "type": "too_short",
                    "loc": ["body", "data", "quiz", "questions", 0, "answers"],
                    "ctx": {"min_length": 2},
                }
            ],
            Complaint(field="quiz", least=2, place=("quiz", "questions", 0, "answers")),
        ),
        (
            [{"type": "value_error", "loc": ["body", "quiz", "answers"], "msg": "at least two answers are needed"}],
            Complaint(field="quiz", least=2, place=("quiz", "answers")),
        ),
        (
            [{"type": "union_tag_not_found", "loc": ["quiz"], "ctx": {"discriminator": "'type'"}}],
            Complaint(field="quiz", place=("quiz", "type")),
        ),
        ({"detail": "quiz.title: required"}, Complaint(field="quiz", missing=True, place=("quiz", "title"))),
        (
            {"errors": {"quiz.questions[0].points": "must be a number greater than 0"}},
            Complaint(field="quiz", wants="number", place=("quiz", "questions", 0, "points")),
        ),
        (
            {"errors": [{"loc": ["body", "payload", "quiz", "questions", 0, "points"], "msg": "field required"}]},
            Complaint(field="quiz", missing=True, place=("quiz", "questions", 0, "points")),
        ),
        (
            {"type": "about:blank", "status": 400, "invalid-params": [{"name": "quiz.age", "reason": "required"}]},
            Complaint(field="quiz", missing=True, place=("quiz", "age")),
        ),
        (
            {"title": "Invalid", "status": 422, "errors": [{"pointer": "#/quiz/age", "detail": "must be an object"}]},
            Complaint(field="quiz", wants="object", place=("quiz", "age")),
        ),
        (
            [{"instancePath": "/quiz", "message": "must have required property 'age'"}],
            Complaint(field="quiz", missing=True, place=("quiz", "age")),
        ),
        (
            {"error": "'age' is a required property", "path": ["quiz", "questions", 0]},
            Complaint(field="quiz", missing=True, place=("quiz", "questions", 0, "age")),
        ),
        ({"error": "'x' is not of type 'array'", "path": ["folders"]}, Complaint(field="folders", wants="array")),
        ({"error": "missing_first_name"}, Complaint(field="first_name", missing=True)),
        ({"error": "missing_fields", "fields": ["first_name"]}, Complaint(field="first_name", missing=True)),
        (
            {"error": {"message": "folders must be a non-empty array", "field": "folders"}},
            Complaint(field="folders", wants="array"),
        ),
        ({"data.attributes": ["This field is required."]}, Complaint(field="data.attributes", missing=True)),
        (
            [{"type": "value_error", "loc": ["folders"], "msg": "Value error, the list must contain 'inbox'."}],
            Complaint(field="folders", value="inbox"),
        ),
    ],
)
def test_what_an_error_says_of_a_field(document: Any, expected: Complaint) -> None:
    """Wherever the field stands in what was sent, and whatever kind of value is wanted there."""
    assert complaints(answer(document), {**QUIZ, "title": ""} if expected.field == "title" else QUIZ) == [expected]


@pytest.mark.parametrize(
    "said",
    ["A required parameter is missing.", "Required query parameter(s) missing.", "login_required", "data: required"],
)
def test_words_that_name_no_field(said: str) -> None:
    """An article, and the kind of a parameter."""
    assert complaints(answer({"detail": said}), {}) == []


LONG = 100_000
"""Characters of what an error may repeat, such as a file in Base64."""


@pytest.mark.parametrize(
    "part",
    ["a_", "a.a", "a, ", "a ", "sender ", "not ", "in the ", "must be ", "required: ", "already ", "<script>", "<!--"],
)
def test_a_long_text_is_read_at_once(part: str) -> None:
    """To begin at each of its letters took minutes."""
    text, sent = (part * LONG)[:LONG], {"name": "la"}
    page = Answer(
        status=400, text="", location="", trace=None, number=1, content_type="text/html", content=text.encode()
    )
    began_ns = time.process_time_ns()
    for document in ({"detail": text}, {"name": [text]}, {"rows": [{"non_field_errors": [text]}]}):
        list(complaints_of(document))
    for read in (of_no_package, lambda said: held_already(said, sent), lambda said: lacked(said, sent)):
        read(text)
    in_words(text, [], sent, [], 1)
    list(somebody_else(text, sent, Identity(role="user", user_id="7")))
    assert said_of(page) == ""
    # A tenth of a second alone; what is quadratic takes thirty.
    assert time.process_time_ns() - began_ns < 5 * 10**9


def test_a_place_leaves_out_what_is_no_part_of_the_body() -> None:
    """Names of parameters, tags of unions and types of plain values stand between the keys."""
    assert place_in(["data", "quiz", "long", "questions", "0", "text", "str"], QUIZ) == ("quiz", "questions", 0, "text")
    assert place_in(["quiz", "questions", 3, "text"], QUIZ) == ("quiz", "questions")


def test_values_deep_within_a_body_are_amended_alone() -> None:
    """A list grows to what it must have at least, what is missing comes, what is unwanted goes."""
    fields = [
        BodyField(
            name="quiz",
            type="object",
            fields=(
                BodyField(
                    name="questions",
                    many=True,
                    type="object",
                    fields=(
                        BodyField(
                            name="answers",
                            many=True,
                            type="object",
                            fields=(
                                BodyField(name="text", required=True),
                                BodyField(name="ok", type="boolean", required=True),
                            ),
                        ),
                        BodyField(name="points", type="integer", minimum=3),
                    ),
                ),
            ),
        )
    ]
    where = ("quiz", "questions", 0)
    found = [
        Complaint(field="quiz", least=2, place=(*where, "answers")),
        Complaint(field="quiz", missing=True, place=(*where, "points")),
        Complaint(field="quiz", unwanted=True, place=(*where, "text")),
    ]
    payload = Payload(kind=BodyKind.JSON, document=json.dumps(QUIZ), origin="schema")
    made = json.loads(amended_within(payload, found, fields, needs(), lambda *_: None).document)
    (question,) = made["quiz"]["questions"]
    assert [one["ok"] for one in question["answers"]] == [True, False]
    assert len({one["text"] for one in question["answers"]}) == 2
    assert (question["points"], "text" in question, made["title"]) == (3, False, "t")


def test_a_list_that_is_too_short_gets_different_values() -> None:
    """Keys of rows where its name tells of which, else numbers one after the other."""
    payload = Payload(kind=BodyKind.JSON, document='{"task_ids": [7]}', origin="schema")
    found = [Complaint(field="task_ids", least=2, place=("task_ids",))]
    fields = [BodyField(name="task_ids", type="integer", many=True)]
    for named, expected in ((lambda _, number: [7, 9][number], [7, 9]), (lambda *_: None, [1, 2])):
        made = amended_within(payload, found, fields, needs(), named)
        assert json.loads(made.document) == {"task_ids": expected}


def test_the_key_of_an_error_is_about_no_field() -> None:
    """Logs are searched for it."""
    said = {"id": "2ea221ed-64d3-4fab-8aff-8c2a4e274a50", "errors": {"title": ["This field may not be null."]}}
    assert [one.field for one in complaints(answer(said), {"id": 1, "title": None})] == ["title"]


def test_a_place_that_another_answer_has_taken_away_is_passed_over() -> None:
    """What stood there for the complaint may be a list, or gone."""
    payload = Payload(kind=BodyKind.JSON, document='{"rows": [], "one": {}}', origin="schema")
    places = [("rows", "name"), ("rows", 0, "name"), ("rows", 0), ("two", "name")]
    found = [Complaint(field="name", missing=True, place=place) for place in places]
    made = amended_within(payload, found, (), needs(), lambda *_: "a")
    assert json.loads(made.document) == {"rows": [], "one": {}}


def test_the_path_of_a_request_is_no_field() -> None:
    """Some errors repeat it beside their text."""
    assert complaints(answer({"detail": "It is broken.", "path": "/api/title"}), {"title": "a"}) == []
