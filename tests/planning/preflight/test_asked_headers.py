"""Headers that an API asks for are known from its words, its errors and its code, and get values that it takes."""

import json
import time
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.security import HttpBearer
from rest_framework.versioning import AcceptHeaderVersioning
from rest_framework.views import APIView

from loadaudit.load.versions import CURRENT
from loadaudit.planning.control import Answer
from loadaudit.planning.keys.compared import columns_compared
from loadaudit.planning.keys.doors import functions_before
from loadaudit.planning.preflight.asked_headers import WITH_HEADERS, AskedHeaders, headers_asked, with_headers
from loadaudit.records import Identity, PlannedPath, Trace
from tests.analysis.factories import operation, trace, use

WHO = Identity(role="user", username="u", user_id="1")
ONCE = "00000000-0000-4000-8000-__loadaudit_number__000"


def tenant(request: HttpRequest) -> HttpResponse:
    """Look the tenant up that a header names."""
    name = request.headers.get("X-Tenant")
    return HttpResponse(status=200 if Group.objects.filter(name=name).exists() else 400)


class Versions(AcceptHeaderVersioning):
    """Two versions."""

    allowed_versions = ("1.0", "2.0")


class Versioned(APIView):
    """An API that goes by the version."""

    versioning_class = Versions


urlpatterns = [path("tenant/", tenant), path("versioned/", Versioned.as_view())]


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


def asked(
    said: object,
    status: int = 400,
    at: str = "/tenant/",
    variant: int = 1,
    sent: tuple[str, ...] = (),
    seen: Trace | None = None,
) -> Any:
    """Return what is sent behind an answer."""
    content = json.dumps(said).encode()
    answer = Answer(
        status=status,
        text="",
        location="",
        trace=seen,
        number=1,
        content_type="application/json",
        content=content,
        duration_ns=1,
    )
    where = PlannedPath(path=at, headers=sent)
    return headers_asked(operation(f"GET {at}"), WHO, where, answer, variant)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"error": "Idempotency-Key header missing"}, (f"Idempotency-Key: {ONCE}",)),
        ({"detail": [{"loc": ["header", "x_request_id"], "type": "missing"}]}, (f"x-request-id: {ONCE}",)),
        ({"detail": "Missing header: X-Client-Version"}, ("X-Client-Version: 1",)),
        ({"detail": "X-Api-Key header is required"}, ()),
        ({"detail": "Set a valid Content-Type header"}, ()),
        ({"name": ["This field is required."]}, ()),
        ({"error": "a-" * 10_000}, ()),
    ],
)
def test_headers_that_an_answer_names(said: object, found: tuple[str, ...]) -> None:
    """A secret shows who asks and is no part of it, HTTP's own are sent anyway, and a long word is read once."""
    begun_s = time.process_time()
    assert asked(said) == found
    assert time.process_time() - begun_s < 1


@pytest.mark.django_db
def test_a_header_that_rows_are_looked_up_by_names_a_row() -> None:
    Group.objects.create(name="Bridge")
    assert asked({"detail": "X-Tenant is required."}) == ("X-Tenant: Bridge",)
    assert asked({"detail": "X-Tenant is required."}, sent=("X-Tenant: Bridge",)) == ()


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["X-Requested-With: XMLHttpRequest", "HX-Request: true"])
def test_the_word_of_a_script_names_no_row(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """Whatever was looked up in vain: another word would be none of a script."""
    Group.objects.create(name="Bridge")
    seen = {"requested_with": ("auth.Group", "name"), "hx_request": ("auth.Group", "name")}
    monkeypatch.setattr("loadaudit.planning.preflight.asked_headers.looked_up_with", lambda *_: seen)
    assert asked({"detail": "No such group."}, sent=(line,)) == ()


@pytest.mark.django_db
@pytest.mark.parametrize(("rows", "line"), [(0, ("X-Tenant: b",)), (1, ())])
def test_a_tenant_that_was_found_stays(rows: int, line: tuple[str, ...]) -> None:
    """What is refused then is something else, which no other tenant's row would change."""
    for name in "ab":
        Group.objects.create(name=name)
    seen = trace(statements=(use('SELECT 1 FROM "auth_group" WHERE "auth_group"."name" = %s', rows=rows),))
    sent = ("X-Tenant: a",)
    assert asked({"number": ["Number is taken"]}, variant=2, sent=sent, seen=seen) == line


def test_the_version_stands_behind_the_kind_of_answer() -> None:
    assert asked({"detail": 'Invalid version in "Accept" header.'}, 406, "/versioned/", 2) == (
        "Accept: application/json; version=2.0",
    )


def test_what_an_answer_says_that_it_is_to_be_accepted_or_cut_to() -> None:
    """A kind of answer of the project's own, and all of what may be asked for in parts."""
    told = {"error": "Accept must be application/vnd.shop.v2+json."}
    assert asked(told, 406, "/plain/") == ("Accept: application/vnd.shop.v2+json",)
    assert asked("Range header required, e.g. bytes=0-99", 416, "/plain/") == ("Range: bytes=0-",)
    assert asked("The date range is too long", 400, "/plain/") == ()


def test_what_a_view_asked_for_is_sent_to_it_from_then_on() -> None:
    """A header of the same name is replaced."""
    known, lines = AskedHeaders(), ("X-Tenant: a",)
    known.note("/tenant/", lines)
    (found,) = known.given_to([PlannedPath(path="/tenant/?page=1", origin="row")])
    assert (found.headers, found.origin) == (lines, f"row{WITH_HEADERS}")
    assert known.given_to([PlannedPath(path="/versioned/")]) == [PlannedPath(path="/versioned/")]
    assert with_headers(found, ("x-tenant: b",)).headers == ("x-tenant: b",)


@pytest.mark.parametrize("status", [412, 428])
def test_a_version_is_that_of_the_moment(status: int) -> None:
    line = f"If-Match: {CURRENT}"
    assert asked("", status) == (line,)
    assert asked("", status, sent=(line,)) == ()


class TeamKey(HttpBearer):
    """Lets in members of the team that a header names."""

    def authenticate(self, request: HttpRequest, token: str) -> object:
        """Look the team up."""
        name = request.headers.get("X-Team")
        return Group.objects.filter(name=name, pk=token).first()


def test_the_code_of_ninjas_authenticators_counts() -> None:
    """It stands before all views of a router, and in none of them."""
    api = NinjaAPI(urls_namespace="asked_headers", auth=TeamKey())
    api.get("/teams")(lambda request: {})
    view = next(one.callback for one in api.urls[0] if str(one.pattern) == "teams")
    assert columns_compared(functions_before(view), "X-Team") == ((Group, "name"),)


class OfTeam:
    """Middleware that takes the header apart in a method of its own."""

    def of(self, request: HttpRequest) -> str:
        """Return the name of the team, which may be the first part of the host."""
        name = request.headers.get("X-Squad")
        return name or request.get_host().split(".")[0]

    def __call__(self, request: HttpRequest) -> object:
        """Look the team up."""
        name = self.of(request)
        return Group.objects.filter(name=name).first() if name else None


def test_a_header_that_middleware_reads_has_the_column_that_it_compares(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view behind it says that the header is wanted and does not read it itself."""
    settings.MIDDLEWARE = [f"{__name__}.OfTeam"]
    monkeypatch.setattr(
        "loadaudit.planning.preflight.asked_headers.rows_for",
        lambda *_, **__: lambda *column: ["north"] if column == ("auth.Group", "name") else [],
    )
    assert asked("Send the X-Squad header.", at="/versioned/") == ("X-Squad: north",)
