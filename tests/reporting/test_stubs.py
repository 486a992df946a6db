"""Code for what is left out: it can be imported as it is, and says why it stands there."""

import pytest

from loadaudit.planning.project.registry import REGISTRY
from loadaudit.records import Body, BodyField, BodyKind, Exclusion, Operation, Parameter
from loadaudit.reporting.stubs import stubs
from tests.analysis.factories import operation

FIELDS = (
    BodyField(name="file", type="file"),
    BodyField(name="kind", type="string", choices=('a"b',)),
    BodyField(name="count", type="integer"),
    BodyField(name="title", type="string"),
)


def written(*entries: tuple[Operation, str]) -> str:
    """Return the stubs of operations that are left out for a reason."""
    exclusions = {one.id: Exclusion(operation_id=one.id, reason=reason) for one, reason in entries}
    return stubs(exclusions, {one.id: one for one, _ in entries})


def page(operation_id: str, *names: str, body: Body | None = None) -> Operation:
    """Return an operation with parameters."""
    parameters = tuple(Parameter(name=name, converter="str") for name in names)
    return operation(operation_id, name="shop:order", parameters=parameters, body=body or Body())


@pytest.fixture
def imported() -> object:
    """Return a function that runs a module's text."""
    REGISTRY.clear()
    yield lambda text: exec(compile(text, "loadtests.py", "exec"), {})
    REGISTRY.clear()


def test_values_are_asked_for_once_per_view(imported: object) -> None:
    text = written(
        (page("GET /orders/<a>/<b>/", "a", "b"), "no model is known for its parameter 'a'"),
        (page("POST /orders/<a>/<b>/", "a", "b"), "no model is known for its parameter 'a'"),
    )
    imported(text)  # type: ignore[operator]
    assert [(one.names, one.view) for one in REGISTRY.providers] == [(("a", "b"), "shop:order")]
    assert "# GET /orders/<a>/<b>/" in text
    assert "# no model is known for its parameter 'a'" in text


def test_a_body_with_its_fields(imported: object) -> None:
    body = Body(kind=BodyKind.MULTIPART, fields=FIELDS)
    imported(written((page("POST /orders/", body=body), "tried 4 times, the best answer: 400: {}")))  # type: ignore[operator]
    (declared,) = REGISTRY.bodies
    made = declared.source(None)
    assert (declared.method, declared.form) == ("POST", True)
    assert (made["kind"], made["count"], made["file"][0]) == ('a"b', 1, "file.txt")


@pytest.mark.parametrize("reason", ["tried once, the best answer: 405", "tried once, the best answer: 405: {}"])
def test_what_no_word_helps_is_left_out(reason: str) -> None:
    assert written((page("POST /orders/"), reason)) == ""
    assert written() == ""


def test_a_row_that_was_not_found_wants_a_value_and_a_write_a_body() -> None:
    tried = "tried 2 times, the best answer: 404"
    assert "@provide" in written((page("GET /orders/<a>/", "a"), tried))
    assert "@body" in written((page("PUT /orders/<a>/", "a"), tried))
