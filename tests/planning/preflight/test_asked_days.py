"""Days of rows for addresses of a day on which there was none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.preflight.asked_days import paths_of_days
from loadaudit.records import Identity, Parameter
from tests.analysis.factories import operation, trace, use
from tests.demo.accounts.models import User
from tests.demo.projects.models import Project


def of_a_week(request: HttpRequest, year: int, week: int) -> HttpResponse:
    """Show a week."""
    return HttpResponse(f"{year} {week}")


def of_a_day(request: HttpRequest, day: str) -> HttpResponse:
    """Show a day."""
    return HttpResponse(day)


urlpatterns = [path("weeks/<int:year>/<int:week>/", of_a_week), path("agenda/<day>/", of_a_day)]


@pytest.mark.django_db
def test_the_newest_days_of_rows_by_whose_date_the_view_looked_come_next(settings: Any) -> None:
    """Not those by whose other columns it looked, and none without such a statement."""
    settings.ROOT_URLCONF = __name__
    owner = User.objects.create(username="o")
    for day, hour in ((3, 12), (3, 12), (4, 12), (20, 8), (20, 9), (20, 10)):
        Project.objects.create(name="p", owner=owner, created_at=datetime(2024, 5, day, hour, tzinfo=UTC))
    read = operation("GET /weeks/<int:year>/<int:week>/", parameters=(Parameter(name="year"), Parameter(name="week")))

    def found(where: str) -> list[str]:
        table = Project._meta.db_table
        seen = trace(statements=(use(f'SELECT "{table}"."id" FROM "{table}" WHERE {where} LIMIT 21'),))
        paths = paths_of_days(read, seen, Identity(role="user"), RouteIndex.from_urlconf(None))
        assert all(one.origin == "day of a row of projects.Project" for one in paths)
        return [one.path for one in paths]

    column = f'"{Project._meta.db_table}"."created_at"'
    assert found(f"({column} >= %s AND {column} < %s)") == ["/weeks/2024/21/", "/weeks/2024/18/"]
    assert found(f'"{Project._meta.db_table}"."name" = %s') == []
    assert paths_of_days(read, None, Identity(role="user"), RouteIndex.from_urlconf(None)) == ()
    whole = Parameter(name="day", type="date", example="1980-05-05")
    read = operation("GET /agenda/<day>/", parameters=(whole,))
    assert found(f"({column} >= %s AND {column} < %s)") == [f"/agenda/2024-05-{one}/" for one in ("20", "04", "03")]
