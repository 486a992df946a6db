"""Methods of views, and how they are known."""

import functools
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.views import LogoutView, PasswordResetConfirmView
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.generic import CreateView, DeleteView, FormView, ListView, RedirectView, TemplateView

from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.unwrap import unwrap
from tests.demo.projects.models import Project
from tests.inventory import decorators
from tests.inventory.known import known

ALL = "GET POST PUT PATCH DELETE"


class Handlers(View):
    """Two handlers and a HEAD."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    def head(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    def put(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Inherited(Handlers):
    """Adds a handler to inherited ones."""

    def delete(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Limited(Inherited):
    """Has more handlers than it answers."""

    http_method_names = ["get", "options"]


class Refusing(Inherited):
    """Has a handler that only refuses."""

    def put(self, request: HttpRequest) -> HttpResponse:
        """Refuse."""
        return HttpResponseNotAllowed(["GET"])


@method_decorator(require_http_methods(["GET", "DELETE"]), name="dispatch")
class DecoratedClass(Inherited):
    """A dispatch behind require_http_methods."""


@method_decorator([never_cache, decorators.plain], name="dispatch")
class CachedClass(Handlers):
    """A dispatch behind decorators that refuse nothing."""


class DecoratedHandler(Handlers):
    """A handler that its own decorator makes unreachable."""

    @method_decorator(require_GET)
    def put(self, request: HttpRequest) -> HttpResponse:
        """Never runs."""
        return HttpResponse()


class OwnDispatch(View):
    """Answers in dispatch itself."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tell methods apart without handlers."""
        if request.method == "POST":
            return HttpResponse("posted")
        return HttpResponse("read")


class SelectiveDispatch(Inherited):
    """Refuses a method before the handlers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse DELETE."""
        if request.method == "DELETE":
            return HttpResponse(status=405)
        return super().dispatch(request, *args, **kwargs)


@pytest.mark.parametrize(
    ("view", "methods"),
    [
        (Handlers.as_view(), "GET PUT"),
        (Inherited.as_view(), "GET PUT DELETE"),
        (Limited.as_view(), "GET"),
        (Inherited.as_view(http_method_names=["delete"]), "DELETE"),
        (Refusing.as_view(), "GET DELETE"),
        (DecoratedClass.as_view(), "GET DELETE"),
        (CachedClass.as_view(), "GET PUT"),
        (DecoratedHandler.as_view(), "GET"),
        (SelectiveDispatch.as_view(), "GET PUT"),
        (TemplateView.as_view(template_name="x"), "GET"),
        (ListView.as_view(model=Project), "GET"),
        (FormView.as_view(), "GET POST PUT"),
        (CreateView.as_view(model=Project), "GET POST PUT"),
        (DeleteView.as_view(model=Project), "GET POST DELETE"),
        (RedirectView.as_view(url="/"), ALL),
        (LogoutView.as_view(), "POST"),
        (require_POST(RedirectView.as_view(url="/")), "POST"),
    ],
)
def test_class_based_views_declare_their_methods(view: Callable[..., Any], methods: str) -> None:
    """Handlers, http_method_names, as_view arguments and decorators of dispatch decide."""
    assert known(view) == (methods, {"declared"})


def test_a_dispatch_that_answers_itself_is_read() -> None:
    """Without handlers the source of dispatch tells the methods."""
    assert known(OwnDispatch.as_view()) == ("GET POST", {"inferred"})


@pytest.mark.parametrize(
    "wrap",
    [
        decorators.plain,
        decorators.oddly_named,
        decorators.Counting,
        functools.partial,
        lambda view: functools.partial(decorators.plain(view), extra=1),
        lambda view: decorators.Counting(decorators.plain(csrf_exempt(view))),
        never_cache,
        decorators.logs_writes,
    ],
)
def test_the_class_is_found_behind_any_decorator(wrap: Callable[..., Any]) -> None:
    """Closures, partials and callable instances are walked, with functools.wraps or without."""
    found = unwrap(wrap(Handlers.as_view()))
    assert found.view_class is Handlers
    assert known(wrap(Handlers.as_view())) == ("GET PUT", {"declared"})


class Delegating(Inherited):
    """Leaves dispatch to a method that calls the parent's."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Go through handle."""
        return self.handle(request, *args, **kwargs)

    def handle(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Go on to the handlers."""
        return super().dispatch(request, *args, **kwargs)


class Sometimes(Handlers):
    """Has a handler that may be closed while the project runs."""

    closed = True

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Note whether it is closed."""
        super().setup(request, *args, **kwargs)
        self.closed = cache.get("closed", default=False)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Refuse or answer."""
        return self.http_method_not_allowed(request) if self.closed else HttpResponse()


class Closed(Handlers):
    """Has a handler that is closed until a subclass opens it."""

    closed = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """Refuse or answer."""
        return self.http_method_not_allowed(request) if self.closed else HttpResponse()


def test_a_dispatch_may_lead_to_the_handlers_in_two_steps() -> None:
    """The handlers are what counts."""
    assert known(Delegating.as_view()) == ("GET PUT DELETE", {"declared"})


def test_a_handler_that_may_refuse_is_inferred() -> None:
    """Whether it refuses depends on what only a run knows."""
    answered = methods_of(unwrap(Sometimes.as_view())).answered
    assert [(method, evidence.value) for method, evidence in answered] == [("GET", "inferred"), ("PUT", "declared")]


def test_a_handler_that_its_class_closes_is_left_out() -> None:
    """An attribute that no method sets is what the class says, or what `as_view()` was called with."""
    assert known(Closed.as_view()) == ("PUT", {"declared"})
    assert known(Closed.as_view(closed=False)) == ("GET PUT", {"declared", "inferred"})


class MethodView:
    """Calls the method named like the request's, without Django's View."""

    @classmethod
    def as_view(cls) -> Callable[..., HttpResponse]:
        """Return a view that makes an instance for each request."""

        def view(request: HttpRequest) -> HttpResponse:
            return cls().dispatch(request)

        view.view_class = cls  # type: ignore[attr-defined]
        return view

    def dispatch(self, request: HttpRequest) -> HttpResponse:
        """Find the handler."""
        handler = getattr(self, str(request.method).lower(), None)
        return handler(request) if handler is not None else HttpResponseNotAllowed([])


class Read(MethodView):
    """One handler."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Written(Read):
    """One more."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


def test_subclasses_of_another_method_view_answer_what_they_handle() -> None:
    """Inferred, because it is no framework that finds the handlers."""
    assert known(Read.as_view()) == ("GET", {"inferred"})
    assert known(Written.as_view()) == ("GET POST", {"inferred"})


class AnswersFirst(Handlers):
    """Shows a page of its own before it looks at the method."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer everybody without a token."""
        if "token" not in request.GET:
            return HttpResponse("This link is no longer valid.")
        return super().dispatch(request, *args, **kwargs)


@pytest.mark.parametrize("view", [AnswersFirst.as_view(), PasswordResetConfirmView.as_view()])
def test_a_dispatch_that_may_answer_itself_declares_nothing(view: Callable[..., Any]) -> None:
    """It then answers every method."""
    assert known(view)[1] == {"inferred"}


class Panel:
    """An object whose methods are views, as those of a ModelAdmin."""

    @method_decorator(require_POST)
    def move(self, request: HttpRequest) -> HttpResponse:
        """Move something."""
        return HttpResponse(request.POST["target"])


def test_a_method_that_is_a_view_has_decorators_of_its_own() -> None:
    """Those that method_decorator put around it count as around any other view."""
    assert known(Panel().move) == ("POST", {"declared"})
