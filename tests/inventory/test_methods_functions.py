"""Methods of function views, and how they are known."""

import functools
import importlib
import linecache
import sys
from collections.abc import Callable, Sequence
from http import HTTPMethod, HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Evidence
from tests.demo.projects.models import Project
from tests.inventory import checks, decorators
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


_guarded = decorators.oddly_named(compares)


def to_decorated(request: HttpRequest) -> Any:
    """Leave all of it to a helper behind a decorator."""
    return _guarded(request=request)


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


@method_decorator(require_http_methods(["GET", "PATCH"]), name="dispatch")
class Limited(Handlers):
    """A decorator leaves less than there are handlers."""


def to_limited_class(request: HttpRequest) -> HttpResponse:
    """Leave all to a class behind a decorator."""
    return Limited.as_view()(request)  # type: ignore[return-value]


def compares_member(request: HttpRequest) -> HttpResponse:
    """Compare with Python's own enumeration."""
    if HTTPMethod(str(request.method)) is not HTTPMethod.PUT:
        return HttpResponseNotAllowed(["PUT"])
    return HttpResponse()


def table_of(get: Any = None, post: Any = None, delete: Any = None) -> Callable[..., Any]:
    """Make a view of those that are given."""

    def choose(request: HttpRequest) -> Any:
        view = {"GET": get, "POST": post, "DELETE": delete}.get(str(request.method))
        return view(request) if view else HttpResponseNotAllowed([])

    return choose


def matches_pair(request: HttpRequest, pk: Any = None) -> HttpResponse:
    """Match the method beside something else."""
    match (request.method, pk):
        case ("GET", None):
            return HttpResponse("all")
        case ("PATCH", _):
            return HttpResponse("one")
        case _:
            return HttpResponse(status=405)


def notes_error(request: HttpRequest) -> HttpResponse:
    """Refuse by what it has noted."""
    error = ""
    if request.method != "DELETE":
        error = "Only DELETE."
    if error:
        return HttpResponse(error, status=405)
    return HttpResponse()


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


def after_response(request: HttpRequest) -> HttpResponse:
    """Refuse unless something else replaces the refusal."""
    response: HttpResponse = HttpResponseForbidden()
    if request.method == "POST":
        try:
            response = HttpResponse("saved")
        except PermissionError:
            response = HttpResponseForbidden()
    return response


def maybe_replaced(request: HttpRequest) -> HttpResponse:
    """Refuse a POST that is not valid only."""
    response: HttpResponse = HttpResponseBadRequest()
    if request.method == "GET":
        return HttpResponse()
    if request.headers.get("X-Valid"):
        response = HttpResponse("saved")
    return response


def flag(request: HttpRequest) -> HttpResponse:
    """Keep the comparison."""
    is_post = request.method == "POST"
    if not is_post:
        return HttpResponse(status=405)
    return HttpResponse()


def walrus(request: HttpRequest) -> HttpResponse:
    """Name the method on the way."""
    if (verb := request.method) == "DELETE":
        return HttpResponse(verb)
    return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)


def enumerated(request: HttpRequest) -> HttpResponse:
    """Compare with the members of an enumeration."""
    if request.method == HTTPMethod.PATCH:
        return HttpResponse("patched")
    return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)


def constant(request: HttpRequest) -> HttpResponse:
    """Compare with a constant of another module."""
    if request.method not in checks.WRITING:
        return HttpResponseNotAllowed(checks.WRITING)
    return HttpResponse()


def part_of_text(request: HttpRequest) -> HttpResponse:
    """Look the method up in a text, as a tuple without its comma is."""
    if (request.method or "") in ("POST"):
        return HttpResponse("posted")
    return HttpResponse(status=405)


def from_meta(request: HttpRequest) -> HttpResponse:
    """Ask the environment."""
    if request.META["REQUEST_METHOD"] == "PUT":
        return HttpResponse("put")
    return HttpResponse()


def other_name(http: HttpRequest) -> HttpResponse:
    """Call the request something else, twice."""
    incoming = http
    if incoming.method == "DELETE":
        return HttpResponse("deleted")
    return HttpResponse(status=405)


def asks_helper(request: HttpRequest) -> HttpResponse:
    """Leave the comparison to another module."""
    if not checks.is_post(request):
        return HttpResponse(status=405)
    return HttpResponse()


def ensured(request: HttpRequest) -> HttpResponse:
    """Leave it to a helper that raises."""
    checks.ensure(request, "PUT", "PATCH")
    return HttpResponse()


def returned_refusal(request: HttpRequest) -> HttpResponse:
    """Return what a helper of another module has to object."""
    objection = checks.refusal(request, ("POST",))
    if objection is not None:
        return objection
    return HttpResponse()


def returned_at_once(request: HttpRequest) -> HttpResponse:
    """Return what a helper objects to the method alone."""
    if objection := checks.refusal_of(request.method):
        return objection
    return HttpResponse()


def handed_on(request: HttpRequest) -> HttpResponse:
    """Hand the request on as another argument."""
    return checks.save("name", request)


def imports_helper(request: HttpRequest) -> HttpResponse:
    """Import the helper when it is needed."""
    from tests.inventory.checks import ensure

    ensure(request, "DELETE")
    return HttpResponse()


def asserts(request: HttpRequest) -> HttpResponse:
    """Take the method for granted."""
    assert request.method == "POST"
    return HttpResponse()


def to_guarded(request: HttpRequest) -> HttpResponse:
    """Call a view that has a decorator."""
    return guarded_by_django(request)


@require_POST
def guarded_by_django(request: HttpRequest) -> HttpResponse:
    """Answer POST."""
    return HttpResponse()


def decorates(request: HttpRequest) -> Any:
    """Decorate a helper for one call."""
    return never_cache(_saves)(request)


def held_class(request: HttpRequest) -> Any:
    """Make a class-based view first."""
    view = Handlers.as_view()
    return view(request)


def inner_function(request: HttpRequest) -> HttpResponse:
    """Do the work in a function inside."""

    @transaction.atomic
    def work(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            return HttpResponse()
        return HttpResponse(status=405)

    return work(request)


def literal_table(request: HttpRequest) -> HttpResponse:
    """Index a table on the spot."""
    try:
        return {"GET": _listed, "DELETE": _created}[request.method or ""](request)
    except KeyError:
        return HttpResponse(status=405)


def matches_guarded(request: HttpRequest) -> HttpResponse:
    """Match members of an enumeration, one of them with a guard."""
    match request.method:
        case HTTPMethod.PUT if request.headers.get("X-Put"):
            return HttpResponse("put")
        case HTTPMethod.POST:
            return HttpResponse("posted")
    return HttpResponse(status=405)


def own_table(request: HttpRequest) -> Any:
    """Read the table of parameters that belongs to the method."""
    return HttpResponse(getattr(request, request.method or "GET").get("q"))


async def awaits(request: HttpRequest) -> HttpResponse:
    """Await a helper in a thread."""
    return await sync_to_async(_saves)(request)


class Resource:
    """Looks its handlers up as a class-based view does, without being one."""

    def __call__(self, request: HttpRequest) -> Any:
        """Find the handler."""
        handler = getattr(self, (request.method or "").lower(), None)
        if handler is None:
            return HttpResponseNotAllowed(["GET"])
        return handler(request)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    def delete(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Controller:
    """Has methods that are views, whose handlers have a prefix."""

    def entry(self, request: HttpRequest) -> Any:
        """Find the handler."""
        verb = (request.method or "").lower()
        if not hasattr(self, f"on_{verb}"):
            return HttpResponse(status=405)
        return getattr(self, "on_" + verb)(request)

    def on_post(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    def on_put(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


def loops(request: HttpRequest) -> HttpResponse:
    """Refuse in a loop that runs once or never."""
    while request.method != "PUT":
        return HttpResponseNotAllowed(["PUT"])
    return HttpResponse()


def answer_of(request: HttpRequest) -> Any:
    """Answer."""
    return HttpResponse()


def and_or(request: HttpRequest) -> Any:
    """Choose as one did before Python had conditional expressions."""
    return (request.method == "PUT" and answer_of(request)) or HttpResponseNotAllowed(["PUT"])


def any_of(request: HttpRequest) -> HttpResponse:
    """Compare with one after the other."""
    if not any(request.method == one for one in ("PUT", "PATCH")):
        return HttpResponseNotAllowed(["PUT", "PATCH"])
    return HttpResponse()


@functools.singledispatch
def dispatched(request: object) -> HttpResponse:
    """Never be called with a request."""
    return HttpResponse()


@dispatched.register
def _(request: HttpRequest) -> HttpResponse:
    """Take requests."""
    return HttpResponse() if request.method == "PUT" else HttpResponseNotAllowed(["PUT"])


@pytest.mark.parametrize(
    ("view", "methods"),
    [
        (loops, "PUT"),
        (and_or, "PUT"),
        (any_of, "PUT PATCH"),
        (dispatched, "PUT"),
        (decorators.post_only_if(True)(silent), "POST"),
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
        (to_limited_class, "GET"),
        (matches_pair, "GET PATCH"),
        (notes_error, "DELETE"),
        (table_of(get=silent, delete=silent), "GET DELETE"),
        (compares_member, "PUT"),
        (tries, "POST"),
        (conditional, "DELETE"),
        (get_or_else, "GET POST"),
        (after_response, "POST"),
        (maybe_replaced, "GET POST"),
        (flag, "POST"),
        (walrus, "DELETE"),
        (enumerated, "PATCH"),
        (constant, "POST PUT"),
        (part_of_text, "POST"),
        (from_meta, "GET PUT"),
        (other_name, "DELETE"),
        (asks_helper, "POST"),
        (ensured, "PUT PATCH"),
        (returned_refusal, "POST"),
        (returned_at_once, "DELETE"),
        (handed_on, "PATCH"),
        (imports_helper, "DELETE"),
        (asserts, "POST"),
        (to_guarded, "POST"),
        (decorates, "POST"),
        (held_class, "GET PUT"),
        (inner_function, "POST"),
        (literal_table, "GET DELETE"),
        (matches_guarded, "POST PUT"),
        (own_table, "GET POST"),
        (awaits, "POST"),
        (to_decorated, "GET POST"),
        (Resource(), "GET DELETE"),
        (Controller().entry, "POST PUT"),
        (functools.partial(guard_clause), "POST"),
        (lambda request: _saves(request), "POST"),
        (decorators.post_only(silent), "POST"),
        (decorators.methods("GET", "PUT")(silent), "GET PUT"),
        (decorators.endpoint(["get", "delete"])(silent), "GET DELETE"),
        (decorators.endpoint(["post"])(compares), "POST"),
        (decorators.methods("GET", "POST")(refuses_the_rest), "POST"),
        (decorators.by_exception(silent), "POST"),
        (decorators.by_permission(compares), "POST"),
        (decorators.by_class(silent), "POST"),
        (decorators.by_made_class(silent), "POST"),
        (decorators.by_helper(silent), "POST"),
        (decorators.by_status_code(silent), "POST"),
        (decorators.by_arguments(silent), "POST"),
        (decorators.by_keyword(methods=["put", "patch"])(silent), "PUT PATCH"),
        (decorators.Allow("GET", "DELETE")(silent), "GET DELETE"),
        (decorators.Guarded(silent), "PUT"),
        (decorators.Guarded(silent, ("PATCH",)), "PATCH"),
        (decorators.asynchronous(silent_async), "POST"),
        (decorators.chooses(silent), "GET POST"),
        (decorators.no_wraps_and_own_names(compares), "GET POST"),
        (decorators.no_wraps_and_own_names(decorators.post_only(silent)), "POST"),
    ],
)
def test_source_shows_the_methods(view: Callable[..., Any], methods: str) -> None:
    """What the source compares or refuses is inferred."""
    assert known(view) == (methods, {"inferred"})


@pytest.mark.parametrize(
    "view",
    [
        silent,
        silent_async,
        functools.partial(silent),
        ignores_options,
        decorators.logs_writes(silent),
        decorators.read_only(silent),
    ],
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
        (decorators.no_wraps_and_own_names(require_POST(silent)), "POST"),
        (require_http_methods("POST")(silent), "POST"),
    ],
)
def test_require_http_methods_is_read_from_the_closure(view: Callable[..., Any], methods: str) -> None:
    """The decorator's own list is what the view enforces."""
    assert known(view) == (methods, {"declared"})


def only(methods: Sequence[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Refuse all other methods where there are any in the list, by an answer that is finished before."""

    def decorator(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def inner(request: HttpRequest) -> Any:
            if methods and request.method not in methods:
                response = HttpResponse(status=405)
                response["Allow"] = ", ".join(methods)
                return response
            return view(request)

        return inner

    return decorator


@pytest.mark.parametrize(("methods", "expected"), [(("POST",), ("POST", {"inferred"})), ([], ("GET", {"assumed"}))])
def test_a_list_that_a_decorator_was_given_decides_where_it_is_not_empty(methods: Any, expected: Any) -> None:
    assert known(only(methods)(silent)) == expected


class Untouchable:
    """Fails whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was looked up")


def _never() -> Any:
    raise AssertionError("a lazy object was made")


LAZY: Any = SimpleLazyObject(_never)
UNTOUCHABLE: Any = Untouchable()


def names_lazy_objects(request: HttpRequest) -> Any:
    """Use objects that must not be made while source is read."""
    if request.method == LAZY.method or request.method in LAZY:
        return LAZY.answer(request)
    if LAZY(request):
        return UNTOUCHABLE.answer(request)
    if request.method == "DELETE":
        return HttpResponse(str(list(Project.objects.all())))
    return LAZY(request)


def holds_lazy_objects(view: Callable[..., Any], anything: Any) -> Callable[..., Any]:
    """Keep a lazy object in the closure."""

    def inner(request: HttpRequest) -> Any:
        return view(request) if request.method != anything.method else anything(request)

    return inner


def test_reading_source_runs_nothing_and_asks_no_database() -> None:
    """Lazy objects stay unmade, properties unread; without the database mark any query would fail the test."""
    assert known(names_lazy_objects) == ("GET DELETE", {"inferred"})
    assert known(holds_lazy_objects(silent, LAZY)) == ("GET", {"assumed"})
    assert known(holds_lazy_objects(silent, UNTOUCHABLE)) == ("GET", {"assumed"})


def _executed(source: str) -> Any:
    names: dict[str, Any] = {"HttpResponse": HttpResponse}
    exec(source, names)
    return names["made"]


EXECUTED = "def made(request):\n    if request.method == 'POST': return 1\n    return 2\n"


@pytest.mark.parametrize("view", [_executed(EXECUTED), functools.partial(_executed(EXECUTED)), str, len, max])
def test_unreadable_source_lowers_the_evidence_only(view: Callable[..., Any]) -> None:
    """A view made by exec or written in C is assumed to answer GET, and reported."""
    found = methods_of(unwrap(view))
    assert [(method, evidence.value) for method, evidence in found.answered] == [("GET", "assumed")]
    assert not found.readable


def test_a_decorator_still_declares_what_an_unreadable_view_answers() -> None:
    """What the closure shows needs no source."""
    found = methods_of(unwrap(require_POST(_executed(EXECUTED))))
    assert [(method, evidence.value) for method, evidence in found.answered] == [("POST", "declared")]


def test_an_unreadable_decorator_changes_nothing() -> None:
    """The view inside is read as if it stood alone."""
    source = "def made(view):\n    def inner(request):\n        return view(request)\n    return inner\n"
    assert known(_executed(source)(compares)) == ("GET POST", {"inferred"})
    assert known(_executed(source)(require_POST(compares))) == ("POST", {"declared"})


@pytest.mark.parametrize(
    "left",
    [
        "",
        "# Nothing is left.\n",
        "def made(form):\n    return form.POST\n",
        "def made(request):\n    return request.POST\n",
    ],
)
def test_source_that_changed_since_it_was_loaded_is_not_read(
    left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in the file now says nothing about what runs."""
    file = tmp_path / "changing_views.py"
    file.write_text("def made(request):\n    return 1 if request.method == 'DELETE' else 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("changing_views")
    monkeypatch.delitem(sys.modules, "changing_views")
    linecache.checkcache(str(file))
    if left:
        file.write_text(left)
    else:
        file.unlink()
    found = methods_of(unwrap(module.made))
    assert [(method, evidence.value) for method, evidence in found.answered] == [("GET", "assumed")]
    assert not found.readable


class Keeping:
    """Keeps a view and has several methods that are views."""

    def __init__(self, view: Any) -> None:
        self.view = view

    def page(self, request: HttpRequest) -> Any:
        """Let the view answer."""
        return self.view(request)

    def other(self, request: HttpRequest) -> HttpResponse:
        """Answer alone."""
        return HttpResponse()


class Putting(View):
    """Answers one method."""

    def put(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


def test_a_bound_method_leads_to_the_view_that_it_calls() -> None:
    """The view is on the method's instance; a method that does not name it is a view of its own."""
    keeping = Keeping(Putting.as_view())
    assert unwrap(keeping.page).view_class is Putting
    assert dict(methods_of(unwrap(keeping.page)).answered) == {"PUT": Evidence.DECLARED}
    assert unwrap(keeping.other).view_class is None


class Deleting:
    """Has pages that leave all to a method which takes a POST alone."""

    @method_decorator(require_POST)
    def delete(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer a POST."""
        return HttpResponse(str(pk))

    @method_decorator(login_required)
    def delete_order(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave it to that."""
        return self.delete(request, pk=pk)

    def show_order(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer alone."""
        return HttpResponse(str(pk))


def test_a_method_that_leaves_all_to_one_behind_a_decorator_answers_what_that_lets_through() -> None:
    """`method_decorator` holds it, and what it stands around tells nothing of methods."""
    assert dict(methods_of(unwrap(Deleting().delete_order)).answered) == {"POST": Evidence.INFERRED}
    assert dict(methods_of(unwrap(Deleting().show_order)).answered) == {"GET": Evidence.ASSUMED}


@require_http_methods(["GET", "POST"])
def by_kind(request: HttpRequest, kind: str = "plain") -> HttpResponse:
    """Refuse what the decorator lets through, for one kind."""
    if kind == "fixed" and request.method == "POST":
        return HttpResponseNotAllowed(["GET"])
    return HttpResponse()


def test_a_view_that_refuses_more_than_its_decorator_is_only_read() -> None:
    """What another argument decides is no certainty."""
    assert dict(methods_of(unwrap(by_kind)).answered) == {"GET": Evidence.INFERRED, "POST": Evidence.INFERRED}


@pytest.mark.parametrize("wrapper", [decorators.Slotted, decorators.Holding])
def test_an_instance_is_looked_into_however_it_keeps_its_view(wrapper: Callable[..., Any]) -> None:
    """In a slot, or alone in a tuple; of several views nobody knows which one answers."""
    assert known(wrapper(Handlers.as_view())) == ("GET PUT", {"declared"})
    assert known(decorators.Holding(Handlers.as_view(), silent)) == ("GET", {"assumed"})
