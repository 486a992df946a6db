"""What a request to a view may come to, and what that tells of reading and writing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views import View
from django.views.generic import DetailView, RedirectView, UpdateView
from rest_framework import generics, viewsets

from loadaudit.conf import Config
from loadaudit.inventory.build import build_inventory
from loadaudit.inventory.source.ways import names_on_the_way, own_ways
from tests.demo.projects.models import Project


class Hooked(View):
    """Writes in a method that its handler calls."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Leave it to a hook; a dictionary has a `get` and a `create` is nobody's."""
        kwargs.get("x")
        self.keep()
        return HttpResponse()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Read."""
        return HttpResponse()

    def keep(self) -> None:
        """Write."""
        Project().save()


def _write() -> None:
    Project().save()


def through_helper(request: HttpRequest) -> HttpResponse:
    """Write on a read, by a helper."""
    _write()
    return HttpResponse()


class Cleared(RedirectView):
    """Does for every method what it does for GET."""

    url = "/"

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str | None:
        """Empty the session."""
        self.request.session.clear()
        return super().get_redirect_url(*args, **kwargs)


urlpatterns = [
    path("clear/", Cleared.as_view()),
    path("clear/done/", RedirectView.as_view(url="/")),
    path("hooked/", Hooked.as_view()),
    path("helper/", through_helper),
    path("update/<int:pk>/", UpdateView.as_view(model=Project, fields=("name",))),
    path("detail/<int:pk>/", DetailView.as_view(model=Project)),
    path("api/", generics.ListCreateAPIView.as_view(queryset=Project.objects.all())),
]


def test_ways_are_followed_by_name_but_not_into_another_handler() -> None:
    """`kwargs.get` is no GET of the view; frameworks name their own actions exactly."""
    assert {one.__name__ for one in own_ways(Hooked, "post")} == {"post", "keep"}
    assert "get_object" in names_on_the_way(generics.RetrieveAPIView, "get")
    assert "perform_destroy" not in names_on_the_way(viewsets.ModelViewSet, "list")


def test_kind_and_risk_are_read_from_hooks_helpers_and_frameworks() -> None:
    """A write that code shows is inferred, and so is a read in which nothing writes."""
    found = {
        one.id: (one.kind.value, one.kind_evidence.value, one.risk.value, one.risk_evidence.value)
        for one in build_inventory(Config(), urlconf=__name__).operations
    }
    assert found["POST /hooked/"] == ("write", "inferred", "mutating", "inferred")
    assert found["GET /hooked/"] == ("read", "inferred", "safe", "inferred")
    assert found["GET /helper/"] == ("read", "assumed", "safe", "assumed")
    assert found["GET /clear/"][2:] == ("destructive", "inferred")
    assert found["GET /clear/done/"][2] == "safe"
    assert found["POST /update/<int:pk>/"][:2] == ("write", "inferred")
    assert found["GET /detail/<int:pk>/"][:2] == ("read", "inferred")
    assert found["POST /api/"][:2] == ("write", "inferred")
