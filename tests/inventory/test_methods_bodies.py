"""Views that read the body whatever they are asked."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.unwrap import unwrap


@login_required
def save(request: HttpRequest) -> HttpResponse:
    """Turn some away, parse, and say what has failed."""
    if not request.user.is_staff:
        return JsonResponse({"error": "staff only"}, status=403)
    try:
        data = json.loads(request.body.decode("utf-8"))
        return JsonResponse({"name": data["name"]})
    except Exception as error:
        return JsonResponse({"error": str(error)}, status=500)


def rename(request: HttpRequest) -> HttpResponse:
    """Take a key of a form."""
    name = str(request.POST["name"])
    return HttpResponse(name)


def renamed(request: HttpRequest) -> HttpResponse:
    """Take it where it is there."""
    number = int(request.POST["number"]) if "number" in request.POST else 0
    return HttpResponse(str(number))


def forgiving(request: HttpRequest) -> HttpResponse:
    """Do without a body."""
    try:
        data = json.loads(request.body)
    except ValueError:
        data = {}
    return JsonResponse(data)


def either(request: HttpRequest) -> HttpResponse:
    """Show a page first."""
    if not request.body:
        return HttpResponse("page")
    return JsonResponse(json.loads(request.body))


def perhaps(request: HttpRequest) -> HttpResponse:
    """Parse what there is."""
    return JsonResponse(json.loads(request.body) if request.body else {})


def at_once(request: HttpRequest) -> HttpResponse:
    """Parse in a transaction, which forgives nothing."""
    with transaction.atomic():
        return JsonResponse(json.loads(request.body))


def suppressing(request: HttpRequest) -> HttpResponse:
    """Do without a body by another word."""
    data = {}
    with suppress(ValueError):
        data = json.loads(request.body)
    return JsonResponse(data)


def changing(request: Any) -> HttpResponse:
    """Set a key, which need not have been there."""
    request.POST = request.POST.copy()
    request.POST["seen"] = "1"
    return HttpResponse()


def put_only(request: HttpRequest) -> HttpResponse:
    """Read it of a PUT alone."""
    if request.method == "PUT":
        return JsonResponse(json.loads(request.body))
    return JsonResponse({})


def matched(request: HttpRequest) -> HttpResponse:
    """Read it in one case."""
    match request.method:
        case "PATCH":
            return JsonResponse(parsed(request))
        case _:
            return JsonResponse({})


def parsed(request: HttpRequest) -> Any:
    """Read it, whoever calls."""
    return json.loads(request.body)


def turned_away(request: HttpRequest) -> HttpResponse:
    """Read it behind an answer to all others."""
    method = request.method
    if method != "PUT":
        return JsonResponse({})
    with transaction.atomic():
        return JsonResponse(parsed(request))


def beside(request: HttpRequest) -> HttpResponse:
    """Read it of whatever is no DELETE."""
    if request.method == "DELETE":
        return JsonResponse({})
    return JsonResponse(json.loads(request.body or "{}"))


@login_required
def listed(request: HttpRequest, template: str) -> HttpResponse:
    """Read it for several views."""
    data = parsed(request)
    return HttpResponse(f"{template} {data['names']}")


def listed_as_rows(request: HttpRequest) -> HttpResponse:
    """Leave all to a helper."""
    template = "rows"
    return listed(request, template=template)


def listed_if_there(request: HttpRequest) -> HttpResponse:
    """Leave it to one that does without."""
    return forgiving(request)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (save, ["POST"]),
        (rename, ["POST"]),
        (renamed, ["GET", "POST"]),
        (forgiving, ["GET", "POST"]),
        (either, ["GET", "POST"]),
        (perhaps, ["GET", "POST"]),
        (at_once, ["POST"]),
        (suppressing, ["GET", "POST"]),
        (changing, ["GET", "POST"]),
        (put_only, ["GET", "PUT"]),
        (matched, ["GET", "PATCH"]),
        (turned_away, ["GET", "PUT"]),
        (beside, ["DELETE", "GET", "POST"]),
        (listed_as_rows, ["POST"]),
        (listed_if_there, ["GET", "POST"]),
    ],
)
def test_a_view_that_cannot_do_without_a_body_has_no_get(view: Callable[..., Any], expected: list[str]) -> None:
    """A GET comes without one."""
    assert sorted(method for method, _ in methods_of(unwrap(view)).answered) == expected
