"""What a GET reads from the query of its address."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.generic import ListView, View
from ninja import NinjaAPI
from rest_framework import serializers, viewsets
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.pagination import LimitOffsetPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loadaudit.inventory.query.asked import query_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Evidence
from tests.demo.projects.models import Project


class SearchForm(forms.Form):
    """A form of a search."""

    term = forms.CharField(max_length=20)
    size = forms.IntegerField(required=False)


def searched(request: HttpRequest) -> HttpResponse:
    """Ask the query in every way."""
    query = request.GET.copy()
    found = {"q": request.GET["q"], "page": int(request.GET.get("page", 1)), "tags": query.getlist("tag")}
    if "draft" in request.GET:
        found["since"] = query.get("since")
    return JsonResponse(found)


def compared(request: HttpRequest) -> HttpResponse:
    """Take one of a few words and a day."""
    mode, day = request.GET.get("mode"), datetime.strptime(request.GET["day"], "%Y-%m-%d")
    # As a script sends what it does not have.
    size = request.GET.get("size")
    if size == "none":
        size = None
    if mode not in ("daily", "weekly") or request.GET.get("format") == "csv":
        return HttpResponse(status=400)
    return HttpResponse(f"{day}{size}")


def chosen(request: HttpRequest) -> HttpResponse:
    """Give each its own name first."""
    mode = request.GET.get("mode")
    size = request.GET.get("size") or ""
    if mode not in ("daily", "weekly"):
        return HttpResponse(status=400)
    return HttpResponse(str(int(size)))


PLACE = "id"


class Placed(View):
    """Names what it reads by constants."""

    order_name = "by"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Read a constant of the module and one of the class; a name of its own may be anything."""
        for name in ("a", "b"):
            request.GET.get(name)
        if PLACE not in request.GET:
            return HttpResponse(status=400)
        return HttpResponse(request.GET[PLACE] + request.GET.get(self.order_name, ""))


class OfQuery(serializers.Serializer[Any]):
    """Checks a query."""

    since = serializers.DateField()


class Checked(APIView):
    """Checks its query with a serializer."""

    def get(self, request: Request) -> Response:
        """Answer it."""
        return Response(OfQuery(data=request.query_params).initial_data)


def by_form(request: HttpRequest) -> HttpResponse:
    """Bind a form to the query."""
    form = SearchForm(request.GET or None)
    return HttpResponse(status=200 if form.is_valid() else 400)


def _sorted(request: HttpRequest) -> str:
    return request.GET.get("sort", "name")


def by_helper(request: HttpRequest) -> HttpResponse:
    """Leave it to a helper."""
    return HttpResponse(_sorted(request))


def silent(request: HttpRequest) -> HttpResponse:
    """Ask for nothing: a body is none of the query."""
    return HttpResponse(request.POST.get("q", ""))


class Listed(ListView):  # type: ignore[type-arg]
    """Pages, and a filter of its own."""

    model = Project
    paginate_by = 10
    page_kwarg = "p"

    def get_queryset(self) -> Any:
        """Filter."""
        return super().get_queryset().filter(name__contains=self.request.GET.get("name", ""))


class Pages(PageNumberPagination):
    """Pages whose size is asked for."""

    page_size_query_param = "size"


class DjangoFilterBackend:
    """Named as that of django-filter."""


class Rows(viewsets.ReadOnlyModelViewSet):  # type: ignore[type-arg]
    """A list with everything, and a row."""

    queryset = Project.objects.all()
    serializer_class = serializers.Serializer
    filter_backends = [SearchFilter, OrderingFilter, DjangoFilterBackend]  # type: ignore[list-item]
    search_fields = ["name"]
    ordering_fields = ["name", "id"]
    filterset_fields = {"owner": ["exact"], "name": ["exact", "icontains"]}
    pagination_class = Pages


class Unordered(Rows):
    """Lists look-ups in a set, whose order is another one in each process."""

    filterset_fields = {"name": {"icontains", "exact", "startswith", "endswith"}}  # type: ignore[dict-item]
    filter_backends = [DjangoFilterBackend]  # type: ignore[list-item]


class Offsets(Rows):
    """Other pages, and a search that looks at no field."""

    filter_backends = [SearchFilter]
    search_fields = []
    pagination_class = LimitOffsetPagination  # type: ignore[assignment]


class Params(APIView):
    """Asks DRF's name of the query."""

    def get(self, request: Request) -> Response:
        """Read a number."""
        return Response({"limit": float(request.query_params.get("limit", "0"))})


def number_of(params: Any, key: str, default: int) -> int:
    """Take a number out of whatever holds it."""
    value = params.get(key, default)
    return int(value)


def by_key(request: HttpRequest) -> HttpResponse:
    """Hand the query to a helper, with the name of what it takes from there."""
    return HttpResponse(f"{number_of(request.GET, 'project', 0)}{number_of(request.GET, key='view', default=0)}")


def required(request: HttpRequest, name: str) -> str:
    """Refuse who leaves it out."""
    value = request.GET.get(name)
    if not value:
        raise KeyError(name)
    return value


SORTS = {"day": 1, "week": 7}
CALLERS, OWN = {"k3y0fS0me1One9Else7": 1}, "door7opener"
WORDS = {f"word{number}": number for number in range(1_000)}


def by_secret(request: HttpRequest) -> HttpResponse:
    """Let in who knows what is kept aside."""
    if request.GET.get("hub") != settings.SECRET_KEY or request.GET["caller"] in CALLERS or request.GET["own"] == OWN:
        return HttpResponse(status=403)
    return HttpResponse(status=200 if request.GET.get("word") in WORDS else 404)


def by_request(request: HttpRequest) -> HttpResponse:
    """Hand the request to a helper, take a list apart, and look a row up."""
    for sort in required(request, "sorts").split(","):
        if sort not in SORTS:
            return HttpResponse(status=400)
    days = int(required(request, "days"))
    project = required(request, "project")
    if days not in (7, 30) or days == 5:
        return HttpResponse(status=400)
    return HttpResponse(Project.objects.get(pk=project))


def told(view: Callable[..., Any]) -> tuple[str, str]:
    """Return the query of a view in short, and how it is known."""
    found, evidence = query_of(unwrap(view), "GET")
    words = [
        f"{one.name}{'[]' if one.many else ''}{'!' if one.required else ''}:{one.type}"
        + (f"={one.default}" if one.default is not None else "")
        + (f"({'|'.join(one.choices)})" if one.choices else "")
        for one in found
    ]
    return " ".join(sorted(words)), evidence.value


@pytest.mark.parametrize(
    ("view", "query", "evidence"),
    [
        (searched, "draft:string page:integer=1 q!:string since:string tag[]:string", "inferred"),
        (by_form, "size:integer term!:string", "inferred"),
        (by_helper, "sort:string=name", "inferred"),
        (by_key, "project:integer view:integer", "inferred"),
        (silent, "", "assumed"),
        (Listed.as_view(), "name:string= p:integer", "inferred"),
        (
            Rows.as_view({"get": "list"}),
            "name:any name__icontains:any ordering:string(name|id) owner:any page:integer search:string size:integer",
            "declared",
        ),
        (Rows.as_view({"get": "retrieve"}), "", "assumed"),
        (Offsets.as_view({"get": "list"}), "limit:integer offset:integer", "declared"),
        (Params.as_view(), "limit:number=0", "inferred"),
    ],
)
def test_a_query_is_read(view: Callable[..., Any], query: str, evidence: str) -> None:
    """By the classes of the framework, and by the source of the view and its helpers."""
    assert told(view) == (query, evidence)


def test_ninja_declares_its_query() -> None:
    """Parameters that are neither in the path nor in the body."""
    api = NinjaAPI(urls_namespace="query")

    @api.get("/rows")
    def rows(request: HttpRequest, q: str, page: int = 1) -> None:
        """List rows."""

    view = next(one.callback for one in api.urls[0] if "rows" in str(one.pattern))
    assert view is not None
    assert told(view) == ("page:integer=1 q!:string", "declared")


def test_nothing_is_said_of_other_methods() -> None:
    """A POST may have a query as well, but its body is what it asks for."""
    assert query_of(unwrap(searched), "POST") == ((), Evidence.ASSUMED)


def test_words_that_a_parameter_is_compared_with() -> None:
    """Whoever asks with another word is refused."""
    found = {one.name: one for one in query_of(unwrap(chosen), "GET")[0]}
    assert found["mode"].choices == ("daily", "weekly")
    assert found["size"].type == "integer"
    assert {one.name: one.choices for one in query_of(unwrap(compared), "GET")[0]}["format"] == ("csv",)


def test_secrets_are_no_words_to_choose_from() -> None:
    """They would stand in each inventory and plan; of a dictionary a few words do."""
    found = {one.name: one.choices for one in query_of(unwrap(by_secret), "GET")[0]}
    assert found == {"hub": (), "caller": (), "own": (), "word": tuple(WORDS)[:50]}


def test_a_query_that_a_helper_takes_out_of_the_request() -> None:
    """Each part of a list is one of some words, and a key is that of a row."""
    found = {one.name: one for one in query_of(unwrap(by_request), "GET")[0]}
    assert found["sorts"].choices == ("day", "week")
    assert found["days"].type == "integer"
    assert (found["project"].model, found["project"].model_field) == ("projects.Project", "pk")


def test_a_serializer_checks_a_query() -> None:
    found, _ = query_of(unwrap(Checked.as_view()), "GET")
    assert [(one.name, one.type, one.required) for one in found] == [("since", "date", True)]


def test_look_ups_have_an_order() -> None:
    """Two saved inventories of the same code are alike."""
    found, _ = query_of(unwrap(Unordered.as_view({"get": "list"})), "GET")
    names = [one.name for one in found]
    assert names[:4] == ["name__endswith", "name", "name__icontains", "name__startswith"]


def test_names_of_constants() -> None:
    """They are what the query is asked for."""
    found = query_of(unwrap(Placed.as_view()), "GET")[0]
    assert {one.name for one in found} == {"id", "by"}
