"""What check constraints compare."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from loadaudit.planning.making.checked import better_values, obey_checks, told_by_checks


def _model(*conditions: models.Q) -> type[models.Model]:
    class Booking(models.Model):
        begin = models.DateField()
        end = models.DateField()
        seats = models.IntegerField(default=0)
        taken = models.IntegerField(default=0)

        class Meta:
            app_label = "projects"
            constraints = [_check(one, f"c{number}") for number, one in enumerate(conditions)]

    return Booking


def _check(condition: models.Q, name: str) -> models.CheckConstraint:
    made = models.CheckConstraint.__new__(models.CheckConstraint)
    models.constraints.BaseConstraint.__init__(made, name=name)
    made.condition = condition
    return made


@isolate_apps("tests.demo.projects")
def test_columns_come_in_the_order_that_is_asked() -> None:
    model = _model(models.Q(begin__lt=models.F("end")), models.Q(seats__gte=models.F("taken"), taken__gt=0))
    day = date(2026, 3, 1)
    row: Any = model(begin=day, end=day, seats=0, taken=0)
    obey_checks(row, ())
    assert (row.begin, row.end, row.taken) == (day, day + timedelta(days=1), 1)
    assert row.seats >= 1
    kept: Any = model(begin=day, end=day)
    obey_checks(kept, {"end"})
    assert kept.end == day


@isolate_apps("tests.demo.projects")
@pytest.mark.parametrize("condition", [~models.Q(seats__gt=5), models.Q(seats__gt=5) | models.Q(taken__gt=5)])
def test_what_is_only_one_of_several_ways_is_left_open(condition: models.Q) -> None:
    assert better_values(_model(condition), {"seats": 0, "taken": 0}) == {}


@isolate_apps("tests.demo.projects")
def test_only_the_constraint_of_a_name() -> None:
    model = _model(models.Q(seats__lte=5), models.Q(taken__gte=3))
    assert better_values(model, {"seats": 9, "taken": 0}, "c0") == {"seats": 5}


@isolate_apps("tests.demo.projects")
@pytest.mark.parametrize(
    "said",
    [
        '{"detail": ["Constraint “c0” is violated."]}',
        '{"detail": ["Constraint \\u201cc0\\u201d is violated."]}',
        "CHECK constraint failed: c0",
        'new row for relation "projects_booking" violates check constraint "c0"',
    ],
)
def test_an_error_names_the_constraint(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """In Django's words or those of the database; what was sent keeps its form."""
    model = _model(models.Q(begin__lt=models.F("end"), taken__gt=2))
    monkeypatch.setattr(apps, "get_models", lambda: [model])
    sent = {"begin": "2026-03-01", "end": "2026-03-01", "taken": 1}
    assert dict(told_by_checks(said, sent)) == {"end": "2026-03-02", "taken": 3}
    assert not [*told_by_checks(said.replace("c0", "c7").replace("201c7", "201cc7"), sent)]
    assert not [*told_by_checks(said, {**sent, "taken": float("inf")})]
