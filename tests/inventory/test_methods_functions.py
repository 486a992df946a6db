"""Methods of function views, and how they are known."""

import functools
from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.unwrap import unwrap
from tests.inventory import decorators
from tests.inventory.known import known


class Handlers(View):
    """Two handlers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    def put(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


def silent(request: HttpRequest) -> HttpResponse:
    """Look at nothing."""
    return HttpResponse()


async def silent_async(request: HttpRequest) -> HttpResponse:
    """Look at nothing, later."""
    return HttpResponse()


def compares(request: HttpRequest) -> HttpResponse:
    """Branch on POST."""
    if request.method == "POST":
        return redirect("/")
    return HttpResponse()


def compares_many(request: HttpRequest) -> HttpResponse:
    """Branch on a tuple."""
    if request.method in ("PUT", "PATCH"):
        return redirect("/")
    return HttpResponse()


def refuses_the_rest(request: HttpRequest) -> HttpResponse:
    """Answer 405 at the end."""
    if request.method == "POST":
        return HttpResponse("posted")
    if request.method == "DELETE":
        return HttpResponse("deleted")
    return HttpResponseNotAllowed(["POST", "DELETE"])


def guard_clause(request: HttpRequest) -> HttpResponse:
    """Refuse first."""
    if request.method != "POST":
        return JsonResponse({"error": "POST only"}, status=405)
    return HttpResponse()


def guard_with_login(request: HttpRequest) -> HttpResponse:
    """Refuse anonymous users first, then methods."""
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    if request.method not in ["PUT", "PATCH"]:
        return JsonResponse({}, status=405)
    return HttpResponse()


def guard_404(request: HttpRequest) -> HttpResponse:
    """Pretend not to exist."""
    if request.method == "GET":
        raise Http404
    return HttpResponse(request.POST.get("x", ""))


def aliased(request: HttpRequest) -> HttpResponse:
    """Compare through a local name."""
    verb = request.method
    if verb == "PATCH":
        return HttpResponse("patched")
    return HttpResponse()


def lower_case(request: HttpRequest) -> HttpResponse:
    """Compare in lower case."""
    if request.method.lower() == "put":  # type: ignore[union-attr]
        return HttpResponse("put")
    return HttpResponse()


def matches(request: HttpRequest) -> HttpResponse:
    """Use a match statement."""
    match request.method:
        case "GET":
            return HttpResponse()
        case "POST" | "PUT":
            return HttpResponse("written")
        case _:
            return HttpResponse(status=405)


def _listed(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _created(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


HANDLERS = {"GET": _listed, "POST": _created}


def table(request: HttpRequest) -> HttpResponse:
    """Look the handler up by method."""
    handler = HANDLERS.get(request.method)  # type: ignore[arg-type]
    if not handler:
        return HttpResponse(status=405)
    return handler(request)


def _saves(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return HttpResponse()


def delegates(request: HttpRequest) -> HttpResponse:
    """Leave the method to a helper."""
    return _saves(request)


def helper_compares(request: HttpRequest) -> HttpResponse:
    """Leave the branching to a helper."""
    response = compares(request)
    response["X-Seen"] = "1"
    return response


def to_class(request: HttpRequest) -> HttpResponse:
    """Choose a class-based view."""
    return Handlers.as_view()(request)  # type: ignore[return-value]


def reads_post(request: HttpRequest) -> HttpResponse:
    """Read the form without looking at the method."""
    return HttpResponse(request.POST.get("x", ""))


def tries(request: HttpRequest) -> HttpResponse:
    """Work inside try."""
    try:
        if request.method == "POST":
            return HttpResponse("posted")
    except ValueError:
        return JsonResponse({}, status=500)
    return JsonResponse({}, status=405)


def conditional(request: HttpRequest) -> HttpResponse:
    """Choose in an expression."""
    return HttpResponse() if request.method == "DELETE" else HttpResponse(status=405)


def ignores_options(request: HttpRequest) -> HttpResponse:
    """Answer CORS itself."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    if request.method == "HEAD":
        return HttpResponse()
    return HttpResponse()


def get_or_else(request: HttpRequest) -> HttpResponse:
    """Tell GET from the rest."""
    if request.method == "GET":
        return HttpResponse("form")
    return redirect("/")


@pytest.mark.parametrize(
    ("view", "methods"),
    [
        (compares, "GET POST"),
        (compares_many, "GET PUT PATCH"),
        (refuses_the_rest, "POST DELETE"),
        (guard_clause, "POST"),
        (guard_with_login, "PUT PATCH"),
        (guard_404, "POST"),
        (aliased, "GET PATCH"),
        (lower_case, "GET PUT"),
        (matches, "GET POST PUT"),
        (table, "GET POST"),
        (delegates, "POST"),
        (helper_compares, "GET POST"),
        (to_class, "GET PUT"),
        (tries, "POST"),
        (conditional, "DELETE"),
        (get_or_else, "GET POST"),
        (decorators.post_only(silent), "POST"),
        (decorators.methods("GET", "PUT")(silent), "GET PUT"),
        (decorators.methods("GET", "POST")(refuses_the_rest), "POST"),
    ],
)
def test_source_shows_the_methods(view: Callable[..., Any], methods: str) -> None:
    """What the source compares or refuses is inferred."""
    assert known(view) == (methods, {"inferred"})


@pytest.mark.parametrize(
    "view", [silent, silent_async, functools.partial(silent), ignores_options, decorators.logs_writes(silent)]
)
def test_a_view_that_looks_at_nothing_is_assumed_to_answer_get(view: Callable[..., Any]) -> None:
    """GET is a default then, not a finding; HEAD and OPTIONS are no operations."""
    assert known(view) == ("GET", {"assumed"})


def test_a_view_that_reads_the_form_answers_post() -> None:
    """request.POST shows a POST; that it also answers GET stays an assumption."""
    answered = methods_of(unwrap(reads_post)).answered
    assert [(method, evidence.value) for method, evidence in answered] == [("GET", "assumed"), ("POST", "inferred")]


@pytest.mark.parametrize(
    ("view", "methods"),
    [
        (require_POST(silent), "POST"),
        (require_GET(silent), "GET"),
        (require_safe(silent), "GET"),
        (require_http_methods(["GET", "PATCH"])(silent_async), "GET PATCH"),
        (require_http_methods(["GET", "POST"])(compares), "GET POST"),
        (never_cache(csrf_exempt(require_POST(silent))), "POST"),
        (require_POST(compares), "POST"),
        (require_http_methods(["POST", "PUT"])(refuses_the_rest), "POST"),
        (decorators.plain(require_POST(decorators.plain(silent))), "POST"),
    ],
)
def test_require_http_methods_is_read_from_the_closure(view: Callable[..., Any], methods: str) -> None:
    """The decorator's own list is what the view enforces."""
    assert known(view) == (methods, {"declared"})


def test_unreadable_source_lowers_the_evidence_only() -> None:
    """A view made by exec is assumed to answer GET, and reported."""
    names: dict[str, Any] = {}
    exec("def made(request):\n    if request.method == 'POST': return 1\n    return 2\n", names)
    found = methods_of(unwrap(names["made"]))
    assert [(method, evidence.value) for method, evidence in found.answered] == [("GET", "assumed")]
    assert not found.readable
