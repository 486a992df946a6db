"""Other values for rows that are refused as a whole."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import models

from loadaudit.planning.making.alternatives import columns_at_fault, in_agreement, left_empty, other_value, told_value
from loadaudit.planning.payloads.values import NOTHING
from tests.demo.budgets.models import BudgetItem
from tests.demo.projects.models import Project
from tests.planning.preflight.rows import projects

pytestmark = pytest.mark.django_db


class Line(models.Model):
    """Names an item and, once more, its project."""

    item = models.ForeignKey(BudgetItem, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")

    class Meta:
        # A registry of its own: nothing else sees a table that is not there.
        app_label = "alternatives"
        apps = Apps()

    def __str__(self) -> str:
        return str(self.pk)


class Shift(models.Model):
    """Has places, as many as one likes, or was called off."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    is_canceled = models.BooleanField(default=False)
    places = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "alternatives"
        apps = Apps()

    def __str__(self) -> str:
        return str(self.pk)

    def clean(self) -> None:
        """Refuse what nobody can come to."""
        if not self.is_canceled and self.places <= 0:
            raise ValidationError("a shift needs places")


class Entry(models.Model):
    """Belongs to a project that is in the same state as its other one."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")

    class Meta:
        app_label = "alternatives"
        apps = Apps()

    def __str__(self) -> str:
        return str(self.pk)

    def clean(self) -> None:
        """Refuse projects that do not go together."""
        if self.project == self.other or self.project.status != self.other.status:
            raise ValidationError({"other": "The other one must be in the same state."})


def validate_code(value: str) -> None:
    """Take codes of a certain form."""
    if not re.match(r"^AB-\d{4}$", value):
        raise ValidationError("Not a code.")


class Parcel(models.Model):
    """Has a code that only a function knows."""

    code = models.CharField(max_length=7, validators=[validate_code])

    class Meta:
        app_label = "alternatives"
        apps = Apps()

    def __str__(self) -> str:
        return self.code


def test_what_a_validator_compares_a_value_with() -> None:
    """A text made from its pattern."""
    column = Parcel._meta.get_field("code")
    assert told_value(Parcel(code="a"), column, [ValidationError("Not a code.")]) == "AB-1111"


def test_a_link_leads_to_a_row_that_goes_together_with_another() -> None:
    """What the model's own validation says nothing of; nothing where it refuses all."""
    one, other, alike, closed = projects(("draft", False), ("active", False), ("draft", False), ("closed", False))
    row = Entry(project=one, other=one)
    link = Entry._meta.get_field("other")
    said = [ValidationError("The other one must be in the same state.")]
    assert told_value(row, link, said) == alike
    assert row.other == one
    row = Entry(project=closed, other=other)
    assert told_value(row, link, said) == alike
    assert row.project == one
    alike.delete()
    assert told_value(Entry(project=closed, other=other), link, said) is NOTHING


def test_links_follow_others() -> None:
    """The project of a line is that of its item, unless somebody asked for another."""
    one, two = projects(("draft", False), ("active", False))
    values = {"item": BudgetItem(project=one), "project": two}
    assert in_agreement(Line, values, ()) == {"project": one}
    assert in_agreement(Line, values, ("project",)) == {}


def test_values_in_turn() -> None:
    """Rows, choices and numbers that the row has not; nothing where there are no more."""
    one, two = projects(("draft", False), ("active", False))
    item = Line(project=one)
    link, status, count = (
        model._meta.get_field(name)
        for model, name in ((Line, "project"), (Project, "status"), (Project, "expense_count"))
    )
    assert [other_value(item, link, number) for number in (1, 2)] == [two, NOTHING]
    assert [other_value(one, status, number) for number in (1, 2, 3)] == ["active", "closed", NOTHING]
    assert other_value(one, count, 2) == 2


def test_columns_named_by_the_refusing_code() -> None:
    """Numbers that `clean()` looks at come first, flags that let any row pass later, then what it does not name."""
    row = Shift(project_id=1)
    found = columns_at_fault(row, ValidationError("a shift needs places"), ())
    assert [one.name for one in found] == ["places", "is_canceled", "project"]
    assert [other_value(row, found[1], number) for number in (1, 2)] == [True, NOTHING]


def test_a_moment_is_moved_on() -> None:
    """To behind another one, or to where nothing else is booked; one that is empty stays so."""

    class Booking(models.Model):
        begins = models.DateField()
        ends = models.DateField(null=True)

        class Meta:
            app_label = "booked"
            apps = Apps()

        def __str__(self) -> str:
            return str(self.pk)

    row = Booking(begins=date(2026, 3, 1))
    begins, ends = (Booking._meta.get_field(name) for name in ("begins", "ends"))
    assert [other_value(row, begins, number) for number in (1, 2)] == [date(2026, 3, 9), date(2026, 3, 17)]
    assert other_value(row, ends, 1) is NOTHING


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [
        ("places", "Places must be at least 5.", 5),
        ("places", "This should be greater than 0", 1),
        ("places", "must be less than or equal to 9", 9),
        ("price", "Price 1 is wrong at 1 % tax (expected about 1.01).", Decimal("1.01")),
        ("begins", "It must be in the future.", date(2999, 3, 8)),
        ("begins", "It cannot be in the future.", date.today() - timedelta(days=7)),
        ("begins", "It must be 3 days long", NOTHING),
        ("places", "Choose another one.", NOTHING),
    ],
)
def test_what_a_refusal_names(name: str, said: str, value: object) -> None:
    """A number, or the other side of today."""

    class Offer(models.Model):
        places = models.IntegerField()
        price = models.DecimalField(max_digits=9, decimal_places=2)
        begins = models.DateField()

        class Meta:
            app_label = "alternatives"
            apps = Apps()

        def __str__(self) -> str:
            return str(self.pk)

    row = Offer(places=1, price=1, begins=date(2999, 3, 1))
    assert told_value(row, Offer._meta.get_field(name), [ValidationError(said)]) == value


def test_what_is_taken_stays_empty_where_it_may() -> None:
    """A flag that one row may have has no other value."""
    taken = [ValidationError("taken", code="unique")]
    (may,) = [one for one in Project._meta.concrete_fields if one.name == "area_m2"]
    must = Project._meta.get_field("client")
    row = Project(area_m2=1, client="a")
    assert told_value(row, may, taken) is None
    assert told_value(row, must, taken) is NOTHING


def test_an_empty_column_of_which_all_values_differ_needs_no_form() -> None:
    class Choice(models.Model):
        first = models.BooleanField(unique=True, null=True)
        note = models.TextField(null=True)
        extra = models.JSONField(default=dict)
        title = models.CharField(max_length=9, default="")

        class Meta:
            app_label = "alternatives"
            apps = Apps()

        def __str__(self) -> str:
            return str(self.pk)

    # What begins as an empty list or table does in every row.
    assert left_empty(Choice()) == {"first", "extra"}
    assert left_empty(Choice(first=True, extra={"a": 1})) == set()
    # Nor does one that a view looks for without a value.
    assert left_empty(Choice(first=True, extra=[1]), {"note": None, "first": True}) == {"note"}
