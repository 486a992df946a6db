"""Methods of classes whose `dispatch` or `as_view` finds the handlers in a way of its own."""

import functools
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.decorators import classonlymethod
from django.views import View
from django.views.generic import FormView, TemplateView

from loadaudit.inventory.bodies.wanted import body_of
from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.assigned import with_assigned_actions
from loadaudit.inventory.source.handlers import class_methods
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Evidence
from tests.inventory.known import known

HANDLERS = {"list": {"get": "index"}, "create": {"get": "form", "post": "save"}}


class Query(View):
    """Answers in dispatch, without handlers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse all but two methods."""
        if request.method.lower() not in ("get", "post"):  # type: ignore[union-attr]
            return HttpResponseNotAllowed(["GET", "POST"])
        return HttpResponse()


class Table(View):
    """Names its handlers in its own way."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the handler."""
        handler = getattr(self, "do_" + str(request.method).lower(), None)
        return handler(request) if handler else HttpResponseNotAllowed(["GET", "PATCH"])

    def do_get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    do_patch = do_nothing = do_get


class Looked(View):
    """Finds its handlers where nobody can look."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the handler."""
        return getattr(self, HANDLERS[request.path][str(request.method)])(request)


class ByArgument(View):
    """Refuses a method where the route has an argument."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Look at the argument."""
        if request.method == "POST" and "data" in kwargs:
            return self.http_method_not_allowed(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    post = get


class GuardedQuery(LoginRequiredMixin, Query):  # type: ignore[misc]
    """Has a parent's dispatch in front of the one that answers."""


class SignOut(View):
    """Answers in dispatch, with a helper that looks at an attribute of the request."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send away."""
        return HttpResponse(self.next_page())

    def next_page(self) -> str:
        """Ask the request, for nothing that has to do with handlers."""
        return str(self.request.POST.get("next", getattr(self.request, "domain", "")))


class Wizard(View):
    """Has the handlers in other objects."""

    steps: tuple[Any, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Let the step answer."""
        step = self.steps[0]
        answer = getattr(step, str(request.method).lower(), self.http_method_not_allowed)(request)
        return answer if request.method == "GET" else HttpResponse("done")


class Steps(View):
    """Names the steps of its answers by method, and has no handler."""

    steps: dict[str, list[str]] = {"get": ["show"], "post": ["show"]}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Take the steps."""
        try:
            names = self.steps[str(request.method).lower()]
        except KeyError:
            return HttpResponseNotAllowed(self.steps)
        return [getattr(self, one)(request) for one in names][-1]

    def show(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Chooses(View):
    """Leaves each method to another class, and what is left to its parent."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Choose."""
        target = {"GET": Confirmed, "POST": SentAway}.get(str(request.method))
        if target is None:
            return super().dispatch(request, *args, **kwargs)
        return target.as_view()(request, *args, **kwargs)


@pytest.mark.parametrize("view", [GuardedQuery, SignOut, Wizard, Steps, Chooses])
def test_the_dispatch_that_answers_is_read(view: type[View]) -> None:
    """However many come before it, and whatever else it looks up by name."""
    assert known(view.as_view()) == ("GET POST", {"inferred"})


class Confirmed(TemplateView):
    """Shows a question, and acts in dispatch before any handler is looked up."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Act on POST."""
        if request.path == "/":
            raise Http404
        if request.method == "POST":
            return HttpResponse("done")
        return super().dispatch(request, *args, **kwargs)


class SentAway(TemplateView):
    """Sends some visitors away on POST, which nothing answers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send strangers away."""
        if request.method == "POST" and request.path == "/":
            return HttpResponse("elsewhere")
        return super().dispatch(request, *args, **kwargs)


def test_what_dispatch_answers_itself_needs_no_handler() -> None:
    """Where each such request is answered; one that may go on to the handlers still finds none."""
    assert known(Confirmed.as_view()) == ("GET POST", {"inferred"})
    assert known(SentAway.as_view())[0] == "GET"


class Pages(View):
    """Sets the handlers of one action on each instance, as DRF's viewsets do."""

    more: dict[str, Any] = {}

    @classonlymethod
    def as_view(cls: Any, action: str) -> Callable[..., Any]:  # type: ignore[override]
        """Return a view for the action."""

        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            self = cls()
            self.setup(request, *args, **kwargs)
            table = HANDLERS.get(action).copy()  # type: ignore[union-attr]
            if more := getattr(cls, "more", {}).get(action):
                table.update(more)
            for verb, name in table.items():
                setattr(self, verb, getattr(self, name))
            return self.dispatch(request, *args, **kwargs)

        view.view_class = cls  # type: ignore[attr-defined]
        return view

    def index(self, request: HttpRequest) -> HttpResponse:
        """Show all."""
        return HttpResponse()

    def form(self, request: HttpRequest) -> HttpResponse:
        """Show a form."""
        return HttpResponse()

    def save(self, request: HttpRequest) -> HttpResponse:
        """Read what was sent."""
        return HttpResponse(request.POST["title"])


class Ordered(Pages):
    """Adds a handler to one action."""

    more = {"list": {"post": "save"}}


@pytest.mark.parametrize(
    ("view", "methods"),
    [
        (Pages.as_view("list"), "GET"),
        (Pages.as_view("create"), "GET POST"),
        (Ordered.as_view("list"), "GET POST"),
    ],
)
def test_handlers_that_as_view_sets_are_read(view: Callable[..., Any], methods: str) -> None:
    """From the table that its loop goes over, for the action at hand."""
    found = with_assigned_actions(unwrap(view))
    answered = dict(methods_of(found).answered)
    assert " ".join(answered) == methods
    assert set(answered.values()) == {Evidence.INFERRED}


def test_handlers_that_as_view_sets_have_their_bodies() -> None:
    """The method of the action is what is read."""
    found = with_assigned_actions(unwrap(Pages.as_view("create")))
    assert [one.name for one in body_of(found, "POST", "/new/", None).fields] == ["title"]


class WithoutDispatch:
    """Looks its handlers up in what `as_view` makes."""

    @classmethod
    def as_view(cls) -> Callable[..., Any]:
        """Return a view."""

        def view(request: HttpRequest) -> Any:
            self = cls()
            handler = getattr(self, "handle_" + str(request.method).lower(), None)
            return handler(request) if handler else HttpResponse(status=405)

        return view

    def handle_get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    handle_put = handle_get


class Computed(Pages):
    """Sets handlers from a table that no source tells."""

    @classonlymethod
    def as_view(cls: Any, action: str) -> Callable[..., Any]:  # type: ignore[override]
        """Return a view for the action."""

        def view(request: HttpRequest) -> Any:
            self = cls()
            for verb, name in self.handlers(action).items():
                setattr(self, verb, getattr(self, name))
            return self.dispatch(request)

        view.view_class = cls  # type: ignore[attr-defined]
        return view


def test_handlers_from_an_unknown_table_are_assumed() -> None:
    """No handler in the class is no reason to say that it answers nothing."""
    found = with_assigned_actions(unwrap(Computed.as_view("list")))
    assert methods_of(found).answered == (("GET", Evidence.ASSUMED),)


class Labelled(Pages):
    """Makes a view under another name, with the marks of its `dispatch`, as viewsets of adrf do."""

    @classonlymethod
    def as_view(cls: Any, actions: dict[str, str]) -> Callable[..., Any]:  # type: ignore[override]
        """Return a view for the actions."""

        def later(request: HttpRequest) -> Any:
            self = cls()
            for verb, name in actions.items():
                setattr(self, verb, getattr(self, name))
            return self.dispatch(request)

        functools.update_wrapper(later, cls.dispatch, assigned=())
        later.cls, later.actions = cls, actions  # type: ignore[attr-defined]
        return later


def test_what_an_own_as_view_makes_is_no_decorator() -> None:
    """The class is in its closure; `__wrapped__` is only copied."""
    assert known(WithoutDispatch.as_view()) == ("GET PUT", {"inferred"})
    assert known(Labelled.as_view({"get": "index", "post": "save"})) == ("GET POST", {"declared"})


made_before = FormView.as_view(template_name="x")


def leads_on(request: HttpRequest) -> HttpResponseBase:
    """Hand the request to a view that the module made."""
    if request.GET.get("next"):
        return HttpResponse()
    return made_before(request)


def test_a_view_that_the_module_made_is_followed() -> None:
    """The function answers what the class does."""
    assert known(leads_on) == ("GET POST PUT", {"inferred"})


def test_handlers_with_a_prefix() -> None:
    """A `dispatch` that calls `do_get` and `do_patch` answers these methods."""
    found = dict(methods_of(unwrap(Table.as_view())).answered)
    assert found == {"GET": Evidence.INFERRED, "PATCH": Evidence.INFERRED}


def test_handlers_that_nobody_finds() -> None:
    """A `dispatch` of the project's own may answer; that it answers GET is assumed."""
    assert dict(methods_of(unwrap(Looked.as_view())).answered) == {"GET": Evidence.ASSUMED}


def test_handlers_behind_a_dispatch_that_refuses_are_only_read() -> None:
    """An argument of the route decides too, so the handlers alone are no certainty."""
    found = dict(methods_of(unwrap(ByArgument.as_view())).answered)
    assert found == {"GET": Evidence.INFERRED, "POST": Evidence.INFERRED}


class Handling(View):
    """Leads to its handlers by a method of its own."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Leave it to `handle`."""
        return self.handle(request, *args, **kwargs)

    def handle(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Leave it to the parent."""
        return super().dispatch(request, *args, **kwargs)


class AddingToIt(Handling):
    """Adds something to the method that its parent's `dispatch` calls."""

    def handle(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Look at the user first."""
        assert request.user is not None
        return super().handle(request, *args, **kwargs)

    def put(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


def test_a_method_that_adds_to_its_parents_leads_where_that_one_does() -> None:
    """The handlers of the class are found behind it."""
    assert known(AddingToIt.as_view())[0] == "PUT"


def test_form_view_beside_a_router_answers_what_the_router_says() -> None:
    """Its inherited `post` and `put` are there at each address, and no operation of any."""

    class Orders(FormView):  # type: ignore[type-arg]
        def list(self, request: Any) -> Any:
            return request

        def delete(self, request: Any) -> Any:
            return request

    assert class_methods(Orders, {}, {"get": "list"}) == ("GET", "DELETE")
    assert class_methods(Orders, {}, None) == ("GET", "POST", "PUT", "DELETE")
