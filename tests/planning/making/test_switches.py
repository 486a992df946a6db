"""What a project keeps switched off in its rows is switched on on the clone."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from loadaudit.planning.control import Answer
from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.preflight.judge import Try, unanswered
from loadaudit.records import Identity, Outcome, Parameter, PlannedPath
from tests.analysis.factories import operation, trace, use

pytestmark = pytest.mark.django_db

USER = Identity(role="user", username="u", user_id="1")


def _option(key: str) -> bool:
    from tests.planning.extra.models import Option

    return Option.is_on(key)


def wall(request: HttpRequest) -> HttpResponse:
    """Be there where a setting says so."""
    return HttpResponse(status=200 if _option("wall.enabled") else 404, headers={"X-Allowed": "Allow"})


def shop(request: HttpRequest) -> HttpResponse:
    """Be open where the one row of the site says so."""
    from tests.planning.extra.models import Front

    front = Front.objects.first()
    return HttpResponse(status=200 if front.shop_open else 403)


def one_shop(request: HttpRequest, pk: int) -> HttpResponse:
    """Be open where the row of the address says so."""
    from tests.planning.extra.models import Front

    front = Front.objects.get(pk=pk)
    return HttpResponse(status=200 if front.shop_open or front.is_new else 403)


urlpatterns = [
    *(path("wall/", wall), path("deep/", lambda request: wall(request)), path("shop/", shop)),
    path("shops/<int:pk>/", one_shop),
]


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.planning.extra"]
    settings.ROOT_URLCONF = __name__
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE extra_option (id integer PRIMARY KEY, key varchar(50), value varchar(50))")
        cursor.execute("CREATE TABLE extra_front (id integer PRIMARY KEY, shop_open bool, is_new bool)")


@pytest.fixture
def missing() -> MissingRows:
    """What makes rows for a run."""
    return MissingRows(rows=RowMaker(fence=nullcontext, today=date(2026, 3, 1)))


def refused(at: str, outcome: Outcome, sql: str, rows: int = 0) -> tuple[Any, Try]:
    """Return a read that was refused behind a statement."""
    read = operation(f"GET {at}")
    one = unanswered(read, USER, PlannedPath(path=at), None, 1, "")
    return read, replace(one, outcome=outcome, trace=trace(statements=(replace(use(sql), rows=rows),)))


OPTION = 'SELECT "extra_option"."id" FROM "extra_option" WHERE "extra_option"."key" = %s'


def test_a_setting_that_is_not_there_is_made_in_the_words_of_its_code(missing: MissingRows) -> None:
    """Whatever else goes by the table may work then, too."""
    from tests.planning.extra.models import Option

    wall, deep = (refused(at, Outcome.NOT_FOUND, OPTION) for at in ("/wall/", "/deep/"))
    assert missing.make_for([wall], [USER]) == {"GET /wall/"}
    assert Option.objects.get(key="wall.enabled").value == "1"
    before = Option.objects.count()
    assert missing.make_for([deep], [USER]) == {"GET /deep/"}
    assert Option.objects.count() == before


@pytest.mark.parametrize(("said", "helped"), [("The wall is not enabled", {"GET /wall/"}), ("No such page", set())])
def test_a_refusal_of_any_other_status_that_says_so(missing: MissingRows, said: str, *, helped: set[str]) -> None:
    read, one = refused("/wall/", Outcome.CLIENT_ERROR, OPTION)
    answer = Answer(status=400, text="", location="", trace=one.trace, content_type="text/plain", content=said.encode())
    one = replace(one, answer=answer, sample=one.sample._replace(status=400))
    assert missing.make_for([(read, one)], [USER]) == helped


def test_a_setting_that_is_off_is_switched_on_and_off_again_where_it_helps_nothing(missing: MissingRows) -> None:
    from tests.planning.extra.models import Option

    Option.objects.create(key="wall.enabled", value="no")
    assert missing.make_for([refused("/wall/", Outcome.NOT_FOUND, OPTION, rows=1)], [USER])
    assert Option.is_on("wall.enabled")
    missing.settle({"GET /wall/"})
    assert Option.objects.get().value == "no"


def test_a_flag_of_the_one_row(missing: MissingRows) -> None:
    """That the code names, and no other."""
    from tests.planning.extra.models import Front

    Front.objects.create()
    read = refused("/shop/", Outcome.DENIED, 'SELECT "extra_front"."id" FROM "extra_front" LIMIT 1', rows=1)
    assert missing.make_for([read], [USER]) == {"GET /shop/"}
    front = Front.objects.get()
    assert (front.shop_open, front.is_new) == (True, False)
    assert "extra.Front" in missing.notes()[0]


@pytest.mark.parametrize(("said", "is_open"), [("Shopping is not enabled here", True), ("You may not see it", False)])
def test_a_flag_of_the_row_of_an_address_by_the_words_of_the_refusal(
    missing: MissingRows, said: str, *, is_open: bool
) -> None:
    from tests.planning.extra.models import Front

    Front.objects.bulk_create([Front(), Front()])
    read, one = refused("/shops/2/", Outcome.DENIED, 'SELECT "extra_front"."id" FROM "extra_front"', rows=1)
    pk = Parameter(name="pk", converter="int", model="extra.Front", model_field="pk")
    answer = Answer(status=403, text="", location="", trace=one.trace, content_type="text/plain", content=said.encode())
    one = replace(one, answer=answer, sample=one.sample._replace(status=403))
    missing.make_for([(replace(read, parameters=(pk,)), one)], [USER])
    assert list(Front.objects.order_by("pk").values_list("shop_open", "is_new")) == [(False, False), (is_open, False)]
