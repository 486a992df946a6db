"""New words for what another row has already."""

from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.there_already import with_new_words
from loadaudit.records import Body, BodyField, Parameter
from tests.analysis.factories import operation

CODE = BodyField(name="code", model="catalog.Category", model_field="code", pattern="^[a-z]{3}$")
OF_IT = 'SELECT 1 AS "a" FROM "catalog_category" WHERE "catalog_category"."code" = %s LIMIT 1'
OF_ANOTHER = 'SELECT 1 AS "a" FROM "catalog_supplier" LIMIT 1'


@pytest.mark.parametrize(
    ("method", "field", "status", "said", "statements", "variant", "expected"),
    [
        ("POST", {}, 400, b"Code taken", (), 1, True),
        ("POST", {}, 409, b"Conflict", (OF_IT, "ROLLBACK"), 1, True),
        # The row may be the right one, and what brings it together with another be there.
        ("POST", {}, 409, b"Conflict", (OF_IT, OF_ANOTHER), 1, False),
        ("POST", {}, 409, b"Conflict", (OF_IT, OF_ANOTHER), 2, True),
        ("POST", {}, 400, b"You are already a member", (OF_IT,), 1, False),
        ("PATCH", {}, 409, b"Code taken", (), 1, False),
        ("POST", {"model_field": "pk"}, 409, b"Code taken", (), 1, False),
        ("POST", {"model_field": "name"}, 409, b"Code taken", (), 1, False),
    ],
)
def test_what_makes_a_row_gets_a_word_that_none_has(
    method: str,
    field: dict[str, str],
    status: int,
    said: bytes,
    statements: tuple[str, ...],
    variant: int,
    expected: bool,
) -> None:
    """Where the view refuses the text of a row that is there; a pattern stays."""
    trace: Any = SimpleNamespace(
        statements=[SimpleNamespace(sql=one) for one in statements], exception=None, refusals=(), not_found=""
    )
    answer = Answer(status=status, text="", location="", trace=trace, content_type="text/plain", content=said)
    one = BodyField(**{name: getattr(CODE, name) for name in CODE.__slots__} | field)
    asked = operation(f"{method} /categories/", body=Body(fields=(one,)))
    found, names = with_new_words(asked, answer, {"code": "abc"}, variant)
    assert names == (("code",) if expected else ())
    (made,) = found.body.fields
    assert (made.model, made.column) == ((None, "catalog.Category.code") if expected else (one.model, None))
    assert made.pattern == CODE.pattern


def test_a_row_of_the_address_is_changed_and_not_made() -> None:
    """Which may be refused for the state of that row."""
    answer = Answer(status=409, text="", location="", trace=None, content_type="text/plain", content=b"code taken")
    asked = operation("POST /x/<pk>/", body=Body(fields=(CODE,)), parameters=(Parameter(name="pk"),))
    assert with_new_words(asked, answer, {"code": "abc"}, 1) == (asked, ())
