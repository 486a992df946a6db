"""Rows that are asked for again while nothing writes."""

import pytest
from pytest_django import DjangoAssertNumQueries

from loadaudit.planning.project.bounded import called
from loadaudit.planning.rows import Which, own_and_others
from loadaudit.planning.rows_kept import rows_kept
from loadaudit.records import Identity
from tests.demo.catalog.models import Category

pytestmark = pytest.mark.django_db

_NOBODY = Identity(role="anonymous")


def _codes(which: Which) -> list[str]:
    return [code for rows in own_and_others(Category, (), ["code"], _NOBODY, which) for (code,) in rows]


@pytest.mark.parametrize("having", [{}, {"code__in": ["first", "second"]}])
def test_the_same_question_is_asked_once_and_again_when_something_was_written(
    having: dict[str, object], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    which = Which(having=having, model=Category)
    Category.objects.create(code="first")
    with rows_kept():
        before = _codes(which)
        with django_assert_num_queries(len(having)):  # a list is no key
            assert _codes(which) == before
        # A function of the project runs in a thread of its own, with this thread's connections.
        called(lambda: Category.objects.create(code="second"), 10)
        assert _codes(which) == [*before, "second"]
    with django_assert_num_queries(1):
        _codes(which)
