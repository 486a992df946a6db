"""Rows that are asked for again while nothing writes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from loadaudit.planning.project.bounded import called
from loadaudit.planning.rows import Which, own_and_others
from loadaudit.planning.rows_kept import rows_kept
from loadaudit.records import Identity
from tests.demo.catalog.models import Category

pytestmark = pytest.mark.django_db

_NOBODY = Identity(role="anonymous")


class _Composed:
    """A statement that is no text, as psycopg composes them."""

    text = "DELETE FROM catalog_category WHERE code = 'second'"


def _as_text(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
    """Do what a driver does with such a statement."""
    return execute(getattr(sql, "text", sql), *rest)


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
        with connection.execute_wrapper(_as_text), connection.cursor() as cursor:
            cursor.execute(_Composed())  # type: ignore[arg-type]
        assert _codes(which) == before
    with django_assert_num_queries(1):
        _codes(which)
