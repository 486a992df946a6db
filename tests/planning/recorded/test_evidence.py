"""Values of recorded requests that named rows of the tests become values of rows of the run."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from loadaudit.audit.recorded import Gathered
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.recorded.hook import listening
from loadaudit.planning.recorded.rebinding import (
    UNIQUE_ID,
    recorded_headers,
    recorded_look_ups,
    recorded_payloads,
    recorded_queries,
)
from loadaudit.planning.recorded.store import Recorded, collect, left_out, read
from loadaudit.planning.recorded.unused import notes_on_unused
from loadaudit.records import Body, BodyField, BodyKind
from tests.analysis.factories import operation
from tests.demo.accounts.models import User
from tests.demo.catalog.models import Category, Supplier


@csrf_exempt
def rename(request: HttpRequest, place: str) -> HttpResponse:
    """Look a row up by a name that says nothing, and another one by its key; make a third one."""
    sent = json.loads(request.body)
    Category.objects.get(code=place)
    Supplier.objects.filter(pk=sent["supplier"]).update(rating=sent["rating"])
    Supplier.objects.create(name=sent["name"])
    return HttpResponse()


@csrf_exempt
def compare(request: HttpRequest) -> HttpResponse:
    """Compare what was sent with all rows, without a look-up."""
    sent = [one["which"] for one in json.loads(request.body)]
    return HttpResponse(status=200 if all(one.name in sent for one in Supplier.objects.all()) else 400)


def listed(request: HttpRequest, of: str) -> HttpResponse:
    """Read all rows, and look for a text of an address in them."""
    return HttpResponse(status=200 if [one for one in Category.objects.all() if one.name == of] else 404)


@csrf_exempt
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare what was typed with the name of an account, without a look-up by it."""
    return HttpResponse(status=200 if request.POST["confirm"] == User.objects.get(pk=pk).username else 400)


@csrf_exempt
def join(request: HttpRequest) -> HttpResponse:
    """Make somebody, who has to log in then."""
    if request.POST["name"]:
        Supplier.objects.create(name=request.POST["name"])
    return HttpResponseRedirect(settings.LOGIN_URL)


urlpatterns = [
    path("accounts/<int:pk>/end/", end),
    path("join/", join),
    path("places/<place>/", rename),
    path("compare/", compare),
    path("list/<of>/", listed),
]


@pytest.fixture
def heard(tmp_path: Path, settings: Any, db: None) -> Iterator[Path]:
    settings.ROOT_URLCONF = __name__
    with listening(tmp_path):
        Category.objects.create(code="C-77", name="north")
        Supplier.objects.bulk_create([Supplier(pk=4, name="Acme Tools")])
        yield tmp_path


def test_rows_are_named_by_what_looked_them_up(heard: Path) -> None:
    """Other numbers, and what the request makes itself, stay; the name of a parameter may say nothing."""
    body = {"supplier": 4, "rating": 4, "name": "Bolts"}
    headers = {"X-Region": "C-77", "X-Part": "b", "X-Request-Id": "7", "X-Api-Key": "k", "Accept": "text/html"}
    headers |= dict.fromkeys(("X-Key", "X-Remote-User", "X-Ssl-Client-S-Dn", "X-Shop-Hmac-Sha256"), "ada")
    client = Client(headers=headers)
    assert client.post("/places/C-77/?north=C-77", body, content_type="application/json").status_code == 200
    [compared] = [["Acme Tools"]]
    sent = [{"which": name, "n": 1} for name in [*compared, "Bolts"]]
    assert Client().post("/compare/", sent, content_type="application/json").status_code == 200
    collect(heard, heard)
    found = read(heard)
    [place], [listed] = found["POST /places/<place>/"], found["POST /compare/"]
    assert place.values == {"supplier": "__loadaudit_row~:catalog.Supplier.pk__", "rating": 4, "name": "Bolts"}
    assert [one["which"] for one in listed.values] == ["__loadaudit_row:catalog.Supplier.name__"] * 2
    assert "C-77" not in str(found)
    assert "ada" not in str(found).replace("loadaudit", "")
    assert recorded_look_ups(found) == {"/places/<place>/": {"place": ("catalog.Category", "code")}}

    needs = Needs(rows=lambda model, name: [f"{model} {name}"], today=date(2026, 1, 1))
    assert recorded_headers([place], ["X-Part: a"], needs) == (
        "X-Region: catalog.Category code",
        f"X-Request-Id: {UNIQUE_ID}",
    )
    [payload] = recorded_payloads(operation("POST /compare/"), [listed], needs)
    assert json.loads(payload.document) == [{"which": "catalog.Supplier name", "n": 1}] * 2
    assert [*recorded_queries([place], needs)] == ["north=catalog.Category+code"]
    own = BodyField(name="which", unique=True, column="catalog.Supplier.name")
    [again] = recorded_payloads(operation("POST /compare/", body=Body(fields=(own,))), [listed], needs)
    assert "catalog.Supplier" not in again.document
    assert not [*recorded_payloads(operation("POST /compare/"), [listed], Needs(rows=lambda *_: [], today=needs.today))]


def test_an_address_names_rows_that_a_view_only_read(heard: Path) -> None:
    assert Client().get("/list/north/").status_code == 200
    collect(heard, heard)
    assert recorded_look_ups(read(heard)) == {"/list/<of>/": {"of": ("catalog.Category", "name")}}


def test_names_of_accounts_may_be_short(heard: Path) -> None:
    """Their owners choose them; a code of two letters may be anything."""
    user = User.objects.create(username="al")
    assert Client().post(f"/accounts/{user.pk}/end/", {"confirm": "al", "lang": "en"}).status_code == 200
    collect(heard, heard)
    [one] = read(heard)["POST /accounts/<int:pk>/end/"]
    assert one.values == [["confirm", "__loadaudit_row:accounts.User.username__"], ["lang", "en"]]


def test_a_sign_up_that_leads_to_the_login_has_made_somebody(heard: Path, settings: Any) -> None:
    """Whoever is only sent to the login has used nothing, and is counted."""
    settings.LOGIN_URL = "/in/"
    for name in ("Bolts", ""):
        Client().post("/join/", {"name": name})
    Client().get("/nowhere/")
    assert collect(heard, heard) == (1, 1)
    gathered = Gathered(path=heard, requests=1, operations=1, left_out=left_out(heard))
    assert gathered.in_words().endswith("; not kept: 1 answered with an error, 1 sent to the login")


def test_a_plan_says_which_recorded_requests_it_does_not_use() -> None:
    needs = Needs(rows=lambda *_: [], today=date(2026, 1, 1))
    values = {"place": "__loadaudit_row:catalog.Supplier.name__"}
    of_tests = [Recorded(operation_id="", kind=BodyKind.JSON, values=values)]
    ids = ("POST /a/", "POST /login/", "POST /gone/")
    there = {id_: operation(id_) for id_ in ids[:2]}
    recorded = dict.fromkeys(ids, of_tests)
    assert [*notes_on_unused(recorded, there, {"POST /login/"}, lambda _: needs)] == [
        "What tests sent is not used for POST /a/: there is no row of catalog.Supplier.",
        "What tests sent is not used for POST /login/: it takes passwords, which only the run's own logins send.",
        "What tests sent is not used for POST /gone/: no such operation is there any more; record again.",
    ]


def test_the_tests_see_no_more_queries(heard: Path, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        Client().post("/compare/", [{"which": "Acme Tools"}], content_type="application/json")
