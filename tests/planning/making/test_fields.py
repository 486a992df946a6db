"""Values for columns of rows, those that only PostgreSQL has among them."""

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField, DateRangeField, HStoreField
from django.db import models
from django.test.utils import isolate_apps

from loadaudit.planning.making.fields import filled_by_itself, plain_value
from loadaudit.planning.payloads.values import Needs

DAY = date(2026, 3, 1)


def value(field: Any) -> Any:
    """Return what a row gets for the field."""
    field.set_attributes_from_name("labels")
    return plain_value(field, Needs(rows=lambda label, name: [], today=DAY), 900_000)


def test_pairs_of_texts() -> None:
    """A text is no such pairs, and an empty dictionary counts as none."""
    assert value(HStoreField()) == {"loadaudit": "1"}


def test_ranges_begin_before_they_end() -> None:
    """Of days, they hold today."""
    lower, upper = value(DateRangeField())
    assert lower == DAY < upper


def test_list_that_may_not_be_empty() -> None:
    """It has one value of what is in it; one that may be empty is."""
    assert value(ArrayField(models.IntegerField(), blank=True)) == []
    (only,) = value(ArrayField(models.EmailField()))
    assert "@" in only


def test_a_key_of_a_row_that_nothing_counts() -> None:
    """It tells the row from all others."""
    assert value(models.BigIntegerField(primary_key=True)) != value(models.BigIntegerField())


@isolate_apps("tests.demo.projects")
def test_kind_that_the_constructor_tells() -> None:
    """A made-up kind would be one of no model."""

    class Node(models.Model):
        kind = models.TextField(default=None)
        title = models.TextField()

        class Meta:
            app_label = "projects"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.kind = self.kind or "node"

    assert filled_by_itself(Node) == {"kind"}
