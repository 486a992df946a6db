"""What is sent next by what the server has said."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.complaint import Complaint, of_known
from loadaudit.planning.preflight.correcting import _of_code, _of_fields, _with_look_ups
from loadaudit.records import Body, BodyField, Identity, Outcome, PlannedPath
from tests.analysis.factories import operation


def decide(request: HttpRequest) -> HttpResponse:
    """Take one of two words, and refuse others without one."""
    if request.POST["action"] == "accept" or request.POST["action"] == "deny":
        return HttpResponse(request.POST["note"])
    return HttpResponse(status=400)


urlpatterns = [path("decide/", decide)]


@pytest.mark.parametrize(
    ("said", "variant", "expected"),
    [(b"", 1, ["accept"]), (b"", 2, ["deny"]), (b"", 3, []), (b"Not today", 1, []), (b"Bad action", 1, ["accept"])],
)
def test_a_refusal_without_a_word_gets_what_the_code_compares_with(
    settings: Any, said: bytes, variant: int, expected: list[str]
) -> None:
    """Only fields that were sent, and only where nothing is said but their names."""
    settings.ROOT_URLCONF = __name__
    answer = Answer(status=400, text="", location="", trace=None, content_type="text/plain", content=said)
    one: Any = SimpleNamespace(answer=answer, path=PlannedPath(path="/decide/"))
    asked = operation("POST /decide/", body=Body(source=f"{__name__}.decide"))
    found = _of_code(asked, one, {"action": "la", "note": "la"}, variant)
    assert [each.value for each in found] == expected


@pytest.mark.parametrize(("status", "expected"), [(400, ["owner", "note"]), (409, ["note"])])
def test_a_conflict_is_about_what_is_there(status: int, expected: list[str]) -> None:
    """`A company needs an owner` misses no key of which nobody knows."""
    one: Any = SimpleNamespace(sample=SimpleNamespace(status=status), answer=None, payload=None, outcome=Outcome.OK)
    asked = operation("POST /decide/", body=Body(fields=(BodyField(name="note"),)))
    missed = [Complaint(field=name, missing=True) for name in ("owner", "note")]
    assert [each.field for each in _of_fields(asked, one, missed, {}, {}, 1)] == expected


@pytest.mark.parametrize(
    ("said", "variant", "unique", "missing", "expected"),
    [
        (b"Unknown code: la_000001", 1, False, False, "draft"),
        # Another made-up one may be free, and then the row that was found is none to name.
        (b"la_000001 is taken", 1, False, False, None),
        (b"la_000001 is taken", 2, False, False, "draft"),
        (b"la_000001 is taken", 2, True, False, None),
        # It was sent all the same.
        (b"code is required", 1, False, True, "draft"),
    ],
)
def test_a_row_that_is_missed_is_taken_from_the_column_that_was_looked_up(
    said: bytes, variant: int, expected: str | None, *, unique: bool, missing: bool
) -> None:
    """At once, because another made-up value would be no row either; not where each row has one of its own."""
    looked_up = Complaint(field="code", choice=True, value="draft")
    candidates: Any = SimpleNamespace(seen=lambda *_: [looked_up], identity=Identity(role="user"))
    answer = Answer(status=400, text="", location="", trace=None, content_type="text/plain", content=said)
    one: Any = SimpleNamespace(answer=answer, path=PlannedPath(path="/rows/", origin=""))
    refused = [Complaint(field="code", choice=not missing, missing=missing)]
    asked = operation("GET /rows/", body=Body(fields=(BodyField(name="code", unique=unique),)))
    found = _with_look_ups(asked, candidates, one, {"code": "la_000001"}, refused, variant)
    assert [each.value for each in found] == [expected]


def test_no_row_is_named_for_what_only_the_new_one_has() -> None:
    """It is looked up to find out that it is free, also where the view then fails for something else."""
    asked_of: list[list[str]] = []

    def seen(operation: Any, answer: Any, names: list[str], *more: Any) -> list[Complaint]:
        asked_of.append(names)
        return []

    candidates: Any = SimpleNamespace(seen=seen, identity=None)
    answer = Answer(status=500, text="", location="", trace=None, content_type="text/plain", content=b"No XML")
    one: Any = SimpleNamespace(answer=answer, path=PlannedPath(path="/rows/", origin=""))
    asked = operation("POST /rows/", body=Body(fields=(BodyField(name="code", unique=True), BodyField(name="of"))))
    assert _with_look_ups(asked, candidates, one, {"code": "la_000001", "of": "draft"}, [], 1) == []
    assert asked_of == [["of"]]


def test_what_an_answer_tells_beside_its_errors_is_no_field() -> None:
    """A form that is shown again as JSON comes with its HTML and the order of its fields."""
    about, html, missing = Complaint(field="account"), Complaint(field="html"), Complaint(field="code", missing=True)
    assert of_known([about, html, missing], {"account"}) == [about, missing]
    assert of_known([html, missing], {"account"}) == [html, missing]
