"""What has to be more than empty in a row is read from the conditions behind which a view ends."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from loadaudit.planning.preflight.refused_empty import empty_refused_at

ROW: Any = SimpleNamespace(errata="", file=None, owner=None, title="")


def errata(request: HttpRequest) -> HttpResponse:
    """Turn away what has none."""
    if not ROW.errata or ROW.file is None:
        raise Http404
    if not request.headers:
        return HttpResponse(status=403)
    return HttpResponse(ROW.errata)


def owned(request: HttpRequest) -> HttpResponse:
    """End with a status of its own, and go on where something else is empty."""
    title = "untitled"
    if ROW.title == "":
        title = title.upper()
    if ROW.owner is None:
        return JsonResponse({"error": "nobody"}, status=400)
    return HttpResponse(title)


class Reports:
    """A service between views and rows."""

    @staticmethod
    def read(number: int) -> str:
        """Refuse what is not done."""
        if ROW.finished_at is None:
            raise ValueError(number)
        return "done"

    @staticmethod
    def others() -> None:
        """Be called by nobody here."""
        if not ROW.others:
            raise ValueError


def report(request: HttpRequest) -> HttpResponse:
    """Leave the rows to a service."""
    return HttpResponse(Reports.read(1))


urlpatterns = [path("errata/", errata), path("owned/", owned), path("report/", report)]


@pytest.mark.urls("tests.planning.preflight.test_refused_empty")
@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("/errata/", {"errata", "file"}),
        ("/owned/", {"owner"}),
        ("/report/", {"finished_at"}),
        ("/nowhere/", set()),
    ],
)
def test_conditions_behind_which_a_view_ends(place: str, names: set[str]) -> None:
    assert empty_refused_at(place, "GET") == names
