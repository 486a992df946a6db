"""Parts of dates, and the dates of rows that views show."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.views.generic.dates import MonthArchiveView

from loadaudit.planning import dates
from loadaudit.planning.dates import as_written, dates_shown
from loadaudit.planning.making import constants
from loadaudit.planning.making.constants import look_ups_at
from loadaudit.records import Parameter
from tests.demo.accounts.models import User
from tests.demo.projects.models import Project


class Closed(MonthArchiveView):  # type: ignore[type-arg]
    """A month of projects."""

    queryset = Project.objects.filter(status="closed")
    date_field = "created_at"


@pytest.mark.parametrize(
    ("pattern", "view", "written"),
    [
        ("[0-9]+", None, "3"),
        ("[a-z]{3}", None, "mar"),
        (r"\d{2}", None, "03"),
        ("[^/]+", Closed.as_view(), "mar"),
        ("[^/]+", Closed.as_view(month_format="%m"), "03"),
    ],
)
def test_a_month_as_its_address_takes_it(
    monkeypatch: pytest.MonkeyPatch, pattern: str, view: Any, written: str
) -> None:
    monkeypatch.setattr(dates, "view_at", lambda path: view)
    month = Parameter(name="month", pattern=pattern)
    assert as_written([month], {"month": 3, "pk": 1}, "/") == {"month": written, "pk": 1}


@pytest.mark.parametrize(("pattern", "written"), [("[a-z]{3}", "eur"), ("[A-Z]{3}", "EUR"), ("[a-z]{2}", "Eur")])
def test_a_text_in_the_letters_that_a_pattern_takes(pattern: str, written: str) -> None:
    assert as_written([Parameter(name="code", pattern=pattern)], {"code": "Eur"}) == {"code": written}


@pytest.mark.django_db
def test_dates_of_what_a_view_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest first, and only rows that its query takes; what that compares is known, too."""
    for module in (dates, constants):
        monkeypatch.setattr(module, "view_at", lambda path: Closed.as_view())
    owner = User.objects.create(username="one")
    for status, month in (("closed", 3), ("closed", 5), ("active", 6)):
        day = datetime(2024, month, 2, tzinfo=UTC)
        Project.objects.create(owner=owner, name="one", status=status, created_at=day)
    assert list(dates_shown("/", ("year", "month"))) == [{"year": 2024, "month": 5}, {"year": 2024, "month": 3}]
    found = look_ups_at("/")[0]
    assert (found.model, found.values, found.named) == (Project, (("status", "closed"),), ("created_at",))
