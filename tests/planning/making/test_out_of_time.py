"""Days in rows that are over, or still to come, for what a view does."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import models
from django.http import HttpResponse
from django.test import override_settings
from django.test.utils import isolate_apps
from django.urls import path
from django.utils import timezone

from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.out_of_time import out_of_time
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.preflight.judge import Trial, Try, unanswered
from loadaudit.planning.preflight.told_times import is_of_time
from loadaudit.records import TOLD, Identity, Outcome, Parameter, PlannedPath
from tests.analysis.factories import operation, trace, use
from tests.demo.catalog.models import Category, Material, PriceRecord, Supplier
from tests.planning.preflight.rows import projects
from tests.planning.preflight.test_corrections import answer

pytestmark = pytest.mark.django_db

KEY = Parameter(name="pk", converter="int", model="catalog.PriceRecord", model_field="pk")
CANCEL = replace(operation("POST /prices/<int:pk>/"), parameters=(KEY,))
TOMORROW = timezone.localdate() + timedelta(days=1)
urlpatterns = [path("prices/<int:pk>/", lambda request, pk: HttpResponse())]


@pytest.fixture
def rows() -> list[PriceRecord]:
    """Return two rows of tomorrow."""
    category, supplier = Category.objects.create(name="one"), Supplier.objects.create(name="one")
    material = Material.objects.create(code="1", name="one", category=category, supplier=supplier, price=1)
    return [PriceRecord.objects.create(material=material, price=1, recorded_on=TOMORROW) for _ in range(2)]


def refused(row: Any, said: str) -> Try:
    """Return a request for a row that was led away with a message."""
    one = unanswered(CANCEL, Identity(role="user"), PlannedPath(path=f"/prices/{row.pk}/"), None, 1, "")
    return replace(one, outcome=Outcome.INVALID, trace=trace(refusals=(f"{TOLD}{said}",)), answer=answer(""))


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("This appointment can not be cancelled any more.", 21),
        ("It has started 2 hours ago: too late", 21),
        ("The course has not started yet.", -2),
        ("This is not yours.", 1),
    ],
)
def test_a_moment_on_the_side_of_now_that_is_wanted(rows: list[PriceRecord], said: str, days: int) -> None:
    """It goes back to what it was where that helps nothing; of others nothing is moved."""
    row, other = rows
    missing = MissingRows(rows=RowMaker(fence=nullcontext, today=date(2026, 3, 1)))
    with override_settings(ROOT_URLCONF=__name__):
        missing.make_for([(CANCEL, refused(row, said))], [Identity(role="user")])
    days_now = PriceRecord.objects.in_bulk([row.pk, other.pk])
    assert days_now[row.pk].recorded_on == timezone.localdate() + timedelta(days=days)
    assert days_now[other.pk].recorded_on == TOMORROW
    missing.settle({CANCEL.id})
    assert {one.recorded_on for one in PriceRecord.objects.all()} == {TOMORROW}


@pytest.mark.parametrize(("table", "moved"), [("catalog_pricerecord", True), ("catalog_supplier", False)])
def test_a_moment_of_what_hangs_on_the_row(rows: list[PriceRecord], table: str, *, moved: bool) -> None:
    """As the poll of a post does, where that was read last."""
    key = replace(KEY, model="catalog.Material")
    known = rows[0].material
    other = Material.objects.create(code="2", name="two", category=known.category, supplier=known.supplier, price=1)
    PriceRecord.objects.create(material=other, price=1, recorded_on=TOMORROW)
    closed = refused(known, "poll closed")
    closed = replace(closed, trace=trace(statements=(use(f'SELECT id FROM "{table}"'),), refusals=(f"{TOLD}closed",)))
    with override_settings(ROOT_URLCONF=__name__):
        found = [row.pk for row, values in out_of_time(replace(CANCEL, parameters=(key,)), closed) if values]
    assert found == ([one.pk for one in reversed(rows)] if moved else [])


@isolate_apps("tests.demo.catalog")
@pytest.mark.parametrize(
    ("said", "moved", "zones"),
    [
        ("Registration is not open yet.", {"begins_at", "start_date"}, True),
        ("Registration is not open yet.", {"begins_at", "start_date"}, False),
        ("Results come once it is over, and it has not ended.", {"begins_at", "start_date", "end_date"}, True),
    ],
)
def test_what_is_to_begin_does_not_end(
    monkeypatch: pytest.MonkeyPatch, settings: Any, said: str, moved: set[str], zones: bool
) -> None:
    """It would be refused as over at once; with and without time zones."""
    settings.USE_TZ = zones

    class Course(models.Model):
        begins_at = models.DateTimeField()
        start_date = models.DateField()
        end_date = models.DateField()

        class Meta:
            app_label = "catalog"

    row = Course(pk=1, begins_at=timezone.now() + timedelta(days=1), start_date=TOMORROW, end_date=TOMORROW)
    monkeypatch.setattr("loadaudit.planning.making.out_of_time.row_at", lambda *_: row)
    [(_, values)] = out_of_time(CANCEL, refused(row, said))
    assert set(values) == moved


def test_what_tells_when_something_was_done() -> None:
    """It is no time of the row's own."""
    (row,) = projects(("active", False))
    page = replace(CANCEL, parameters=(replace(KEY, model="projects.Project"),))
    with override_settings(ROOT_URLCONF=__name__):
        assert not any(values for _, values in out_of_time(page, refused(row, "It is too late.")))


def test_what_tells_when_something_was_done_and_a_view_goes_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was done a moment ago, and not in three weeks."""
    (row,) = projects(("active", False))
    named = frozenset({"created_at"})
    monkeypatch.setattr("loadaudit.planning.making.out_of_time.names_in_code_at", lambda *_: named)
    page = replace(CANCEL, parameters=(replace(KEY, model="projects.Project"),))
    row.created_at = timezone.now() - timedelta(days=90)
    row.save()
    denied = replace(refused(row, "The time to undo this is over."), outcome=Outcome.DENIED)
    with override_settings(ROOT_URLCONF=__name__):
        [(_, values)] = out_of_time(page, denied)
    assert timedelta() < timezone.now() - values["created_at"] < timedelta(minutes=5)  # type: ignore[operator]


def test_the_load_gets_the_rows_alone_that_were_moved(rows: list[PriceRecord]) -> None:
    """The others would be refused; what was not refused before goes to all of them."""
    row, other = rows
    missing = MissingRows(rows=RowMaker(fence=nullcontext, today=date(2026, 3, 1)))
    pool = tuple(PlannedPath(path=f"/prices/{one.pk}/") for one in rows)
    worked = Trial(operation=CANCEL, best=replace(refused(row, ""), outcome=Outcome.OK), tries=1, pool=pool)
    elsewhere = replace(worked, best=replace(refused(other, ""), outcome=Outcome.OK))
    with override_settings(ROOT_URLCONF=__name__):
        assert missing.settled({CANCEL.id: worked}, ()) == {CANCEL.id: worked}
        missing.make_for([(CANCEL, refused(row, "It is too late."))], [Identity(role="user")])
        assert missing.settled({CANCEL.id: worked}, ())[CANCEL.id].pool == pool[:1]
        assert missing.settled({CANCEL.id: elsewhere}, ())[CANCEL.id].pool == pool


@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ("You can cancel within 24 hours only.", True),
        ("The time to return this order is over.", True),
        ("You must be over 18.", False),
        ("Please hand over the keys first.", False),
        ("Amounts over the limit are refused.", False),
    ],
)
def test_words_of_time(said: str, is_told: bool) -> None:
    """An age and a limit are none."""
    assert is_of_time(said) is is_told


def test_a_row_out_of_its_time_tells_more_than_one_that_is_not_there() -> None:
    """Whoever may not at all is told so in other words."""
    (row,) = projects(("active", False))
    denied = replace(refused(row, ""), outcome=Outcome.DENIED)
    over, closed = (replace(denied, answer=answer(said)) for said in ("It is over.", "This is not yours."))
    assert over.rank < replace(over, outcome=Outcome.NOT_FOUND).rank < closed.rank
