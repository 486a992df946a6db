"""What check constraints compare."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from loadaudit.planning.making.checked import obey_checks, told_by_checks
from loadaudit.planning.payloads.obeyed import better_values


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


SEATS, TAKEN = models.F("seats"), models.F("taken")
Q = models.Q


@isolate_apps("tests.demo.projects")
@pytest.mark.parametrize(
    ("conditions", "seats", "taken", "better"),
    [
        ((~Q(seats__gt=5),), 9, 0, {"seats": 5}),
        ((~Q(seats__lte=TAKEN),), 3, 3, {"seats": 4}),
        ((Q(seats__gt=5) | Q(taken__gt=5),), 0, 0, {"seats": 6}),
        ((Q(seats__gt=5) | Q(taken__gt=5),), 0, 7, {}),
        ((Q(seats=1, taken=2) | Q(seats=3, taken=4),), 3, 2, {"seats": 1}),
        ((Q(seats__range=(10, 20)),), 25, 0, {"seats": 20}),
        ((Q(seats__in=[4, 6]),), 5, 0, {"seats": 4}),
        ((~Q(seats__in=[4, 5]) & ~Q(seats=6),), 4, 0, {"seats": 7}),
        ((Q(seats__gt=TAKEN), Q(seats__lte=10)), 10, 10, {"taken": 9}),
        ((Q(seats__isnull=True) | Q(taken__isnull=True),), 1, 1, {"seats": None}),
        ((Q(seats__gt=5) ^ Q(taken__gt=5),), 0, 0, {}),
        ((Q(seats__gt=TAKEN + 1) | Q(seats__lt=-1),), 0, 0, {}),
        ((Q(begin__year__gt=3000), Q(seats__gt=models.F("project__seats"))), 0, 0, {}),
        ((Q(seats__gte=models.Value(3)),), 0, 0, {"seats": 3}),
        ((Q(*[("seats", number) for number in range(40)], _connector=Q.OR),), 39, 0, {}),
    ],
)
def test_values_that_conditions_take(conditions: tuple[Q, ...], seats: int, taken: int, better: dict[str, Any]) -> None:
    """Of several ways the one that changes least; what cannot be read is left open."""
    assert better_values(_model(*conditions), {"seats": seats, "taken": taken}) == better


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
        "La contrainte « c0 » n’est pas respectée.",
        "Bedingung „c0“ ist nicht erfüllt.",
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
