"""Other values for rows that are refused as a whole."""

import pytest
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import models

from loadaudit.planning.making.alternatives import columns_at_fault, in_agreement, other_value
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
