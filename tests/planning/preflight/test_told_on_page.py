"""Forms written by hand that come again with what was wrong."""

from dataclasses import replace
from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.forms_by_put import is_form_by_put
from loadaudit.planning.preflight.judge import detail_of, judged
from loadaudit.planning.preflight.told_on_page import refusal_in_json, refusal_on_page, told_beside, told_on
from loadaudit.records import BodyKind, Identity, Pair, Payload, PlannedPath
from tests.analysis.factories import operation, trace

FORM = '<form method="post"><input name="code"><input type="hidden" name="csrfmiddlewaretoken" value="x"></form>'
SENT = Payload(kind=BodyKind.FORM, pairs=(Pair(name="code", value="123456"),))


def answered(
    page: str, *, writes: int = 0, status: int = 200, content_type: str = "text/html; charset=utf-8"
) -> Answer:
    """Return the answer that a page makes."""
    return Answer(
        status=status,
        text=page,
        content=page.encode(),
        content_type=content_type,
        location="",
        trace=replace(trace(), sql_writes=writes),
        number=1,
    )


@pytest.mark.parametrize(
    ("document", "writes", "status", "is_refused"),
    [
        ('{"created": 0, "errors": [{"line": 2, "errors": {"number": ["is wrong"]}}]}', 0, 207, True),
        ('{"created": 1, "errors": [{"line": 2}]}', 1, 207, False),
        ('{"created": 1, "errors": []}', 0, 200, False),
        ('{"errors": ["is wrong"]}', 0, 400, False),
        ('["errors"]', 0, 200, False),
    ],
)
def test_a_success_that_tells_of_errors_and_wrote_nothing(
    document: str, writes: int, status: int, *, is_refused: bool
) -> None:
    """An import that took some rows did its work."""
    answer = answered(document, writes=writes, status=status, content_type="application/json")
    assert refusal_in_json(SENT, answer) is is_refused
    assert not refusal_in_json(None, answer)


@pytest.mark.parametrize(
    "mark",
    [
        '<div class="alert alert-danger">{}</div>',
        '<ul class="messages"><li class="error">{}</li></ul>',
        '<p class="errornote">{}</p>',
        '<span class="form-error"><b>{}</b></span>',
    ],
)
def test_form_that_comes_again_with_an_error_took_nothing(mark: str) -> None:
    """The page says why."""
    assert refusal_on_page(SENT, answered(mark.format("This code is wrong.") + FORM)) == "This code is wrong."


def test_a_form_with_nothing_in_it_took_nothing() -> None:
    """Files that a page does not call required may be."""
    page = '<p class="error">Both files are needed</p>' + FORM
    assert refusal_on_page(replace(SENT, pairs=()), answered(page)) == "Both files are needed"


@pytest.mark.parametrize(
    "page",
    [
        FORM,
        '<div class="alert alert-success">Saved.</div>' + FORM,
        '<button class="btn btn-danger">Delete</button>' + FORM,
        '<div class="alert alert-danger d-none">The network is gone.</div>' + FORM,
        '<div class="alert alert-danger" style="display: none">The network is gone.</div>' + FORM,
        '<div class="error"></div>' + FORM,
        '<div class="alert alert-danger">The shop closes at 8.</div>',
        '<div class="error">No rows.</div><form method="get"><input name="code"></form>',
    ],
)
def test_other_pages_may_have_taken_it(page: str) -> None:
    """What is hidden, no error, or stands on a page without the form says nothing of what was sent."""
    assert refusal_on_page(SENT, answered(page)) == ""


def test_what_was_written_was_taken() -> None:
    """Whatever the page says of it."""
    page = '<div class="error">One of them was wrong.</div>' + FORM
    assert refusal_on_page(SENT, answered(page, writes=1)) == ""
    assert refusal_on_page(SENT, answered(page, content_type="application/json")) == ""
    assert refusal_on_page(None, answered(page)) == ""


def test_a_page_tells_what_it_marks_as_errors_or_what_an_error_has_to_say() -> None:
    assert told_on(answered(f'{FORM}<ul class="errorlist nonfield"><li>Not both.</li></ul>')) == "Not both."
    assert told_on(answered("<h1>Write at least three words.</h1>", status=400)) == "Write at least three words."
    assert told_on(answered("<h1>Saved.</h1>")) == ""
    assert told_on(answered('<![ 1 ]><p class="error">Not <![if b]>both.</p>')) == "Not both."
    assert told_on(answered("Not both.", content_type="text/plain")) == ""


@pytest.mark.parametrize(
    ("page", "refused", "words"),
    [
        ('<p class="field-error">Too short.</p><input name="a"><input name="b">', ["a"], {"a": "Too short."}),
        (
            '<input name="a"><b class="invalid-feedback">Too short.</b><input name="b"><i class="text-danger">*</i>'
            '<b class="invalid-feedback">Not so.</b><p class="error">Do it again.</p>',
            ["a", "b"],
            {"a": "Too short.", "b": "Not so."},
        ),
        ('<input name="a"><b class="help">Too short.</b>', ["a"], {}),
    ],
)
def test_errors_beside_inputs_are_of_these(page: str, refused: list[str], words: dict[str, str]) -> None:
    """Where there are as many as refused fields they are in the order of these."""
    assert told_beside(page, refused) == words


@pytest.mark.parametrize(
    ("page", "refused", "words"),
    [
        ('<ul class="errorlist" id="id_code_error"><li>Too short.</li></ul>', "code (invalid)", ": Too short."),
        ('<ul class="errorlist nonfield"><li>Not so.</li></ul>', "__all__ (invalid)", ": Not so."),
        ("<p>Look again.</p>", "__all__ (invalid)", ""),
    ],
)
def test_the_reason_quotes_what_the_page_of_a_refused_form_says(page: str, refused: str, words: str) -> None:
    answer = answered(f"{FORM}{page}")
    refusals = (f"shop.forms.F: {refused}",)
    told = replace(answer, trace=trace(1, "POST /x/", refusals=refusals, sql_writes=0))
    one = judged(
        operation("POST /x/"), Identity(role="user", user_id="7"), PlannedPath(path="/x/", origin=""), SENT, told
    )
    assert detail_of(one) == f"200: shop.forms.F: {refused}{words}"


@pytest.mark.parametrize(
    ("id_", "writes", "works"), [("PUT /form/", 0, False), ("PUT /form/", 1, True), ("PUT /plain/", 0, True)]
)
def test_a_form_that_a_put_shows_again(settings: Any, id_: str, *, writes: int, works: bool) -> None:
    """Nothing of it is required as far as anybody knows, as of a formset that was never sent."""
    settings.ROOT_URLCONF = "tests.planning.preflight.test_states"
    told = replace(answered(FORM), trace=trace(1, id_, sql_writes=writes))
    one, path = operation(id_), PlannedPath(path=id_.partition(" ")[2], origin="")
    tried = judged(one, Identity(role="user", user_id="7"), path, Payload(kind=BodyKind.JSON, document="{}"), told)
    assert tried.works is works
    assert is_form_by_put(one, tried) is not works
