"""Methods of classes that say more about them on the way to a handler than by naming it."""

import functools
import types
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.test import RequestFactory, override_settings
from django.utils.decorators import method_decorator
from django.views import View
from django.views.generic.edit import BaseFormView
from django.views.generic.list import BaseListView
from rest_framework import status
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.mixins import UpdateModelMixin
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from loadaudit.inventory.source.handlers import class_methods
from tests.inventory.known import known

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Both(View):
    """Answer two methods."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class LimitedInSetup(Both):
    """Says for each request what it answers."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Limit the instance."""
        super().setup(request, *args, **kwargs)
        self.http_method_names = ["get"]


class LimitedSometimes(Both):
    """Says it for some requests only."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Limit the instance."""
        super().setup(request, *args, **kwargs)
        if "frozen" in request.GET:
            self.http_method_names = ["get"]


class AnswersRefused(Both):
    """Answers what no handler is there for."""

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class RefusesWithoutHeader(Both):
    """Refuses one method that comes without a header, and one for which it has no handler."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse."""
        if "HX-Request" not in request.headers and request.method in ("POST", "PATCH"):
            return HttpResponseNotAllowed(["GET"])
        return super().dispatch(request, *args, **kwargs)


class GivenAHandler(Both):
    """Gets one more handler with each request."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Give it."""
        super().setup(request, *args, **kwargs)
        self.put = self.get


class Rest(APIView):
    """Answer two methods."""

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response()

    def put(self, request: Request) -> Response:
        """Answer."""
        return Response()


class RefusesFirst(Rest):
    """Refuses before it looks for a handler."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse."""
        super().initial(request, *args, **kwargs)
        if request.method == "PUT":
            self.http_method_not_allowed(request)


class RefusesInside(Rest):
    """Refuses in what a handler calls."""

    def put(self, request: Request) -> Response:
        """Answer."""
        return self.written(request)

    def written(self, request: Request) -> Response:
        """Refuse."""
        raise MethodNotAllowed("PUT")


class Closed(Both):
    """Has closed what its parent answers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Refuse."""
        return HttpResponseNotAllowed(["POST"])


class PastIt(Closed):
    """Goes past the parent that refuses."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return super(Closed, self).get(request)


def as_before(method: Any) -> Any:
    """Stand around a method and change nothing."""

    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        return method(*args, **kwargs)

    return run


class LeavesToParent(Closed):
    """Has a decorator around a method that leaves all to its parent."""

    @as_before
    def get(self, request: HttpRequest) -> HttpResponse:
        """Refuse."""
        return super().get(request)


class SaysSo(Rest):
    """Refuses by the name of the status."""

    def put(self, request: Request) -> Response:
        """Answer."""
        return Response({"detail": "closed"}, status=status.HTTP_405_METHOD_NOT_ALLOWED)


class ReadOnly(BasePermission):
    """Refuses by a 405."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Refuse."""
        if request.method != "GET":
            raise MethodNotAllowed(str(request.method))
        return True


class ReadOnlyRest(Rest):
    """Asks a permission that refuses methods."""

    permission_classes = [ReadOnly]


class Swallowing(Rest):
    """Answers errors in a way of its own."""

    def handle_exception(self, exc: Exception) -> Response:
        """Answer."""
        return Response({"error": str(exc)})


def only(*methods: str) -> Callable[[Any], Any]:
    """Decorate without functools.wraps."""

    def decorate(function: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            if args[0].method not in methods:
                return HttpResponseNotAllowed(methods)
            return function(*args, **kwargs)

        return run

    return decorate


@method_decorator(only("POST"), name="dispatch")
class Decorated(Both):
    """Has a decorator that `method_decorator` applies in each request."""


@pytest.mark.parametrize(
    ("view", "methods", "evidence"),
    [
        (LimitedInSetup, "GET", {"inferred"}),
        (LimitedSometimes, "GET POST", {"inferred"}),
        (RefusesWithoutHeader, "GET POST", {"declared", "inferred"}),
        (AnswersRefused, "GET POST", {"inferred"}),
        (GivenAHandler, "GET POST PUT", {"declared", "inferred"}),
        (RefusesFirst, "GET", {"inferred"}),
        (RefusesInside, "GET", {"declared"}),
        (SaysSo, "GET", {"declared"}),
        (PastIt, "GET POST", {"declared", "inferred"}),
        (LeavesToParent, "POST", {"declared"}),
        (ReadOnlyRest, "GET", {"inferred"}),
        (Swallowing, "GET PUT", {"inferred"}),
        (Decorated, "POST", {"declared"}),
    ],
)
def test_what_a_class_does_beside_its_handlers_counts(view: Any, methods: str, evidence: set[str]) -> None:
    """Nothing is declared that a hook, a permission or the instance may take back."""
    assert known(view.as_view()) == (methods, evidence)


@pytest.mark.parametrize(
    "view",
    [LimitedInSetup, GivenAHandler, RefusesFirst, RefusesInside, SaysSo, LeavesToParent, ReadOnlyRest, Decorated],
)
def test_the_listed_methods_are_those_that_are_answered(view: Any) -> None:
    """Each is sent."""
    called, listed = view.as_view(), known(view.as_view())[0].split()

    def status(method: str) -> int:
        request: WSGIRequest = RequestFactory().generic(method, "/")
        answer: HttpResponseBase = called(request)
        return answer.status_code

    assert [method for method in METHODS if status(method) != 405] == listed


def all_fine(exc: Exception, context: dict[str, Any]) -> Response:
    """Answer every refusal with a success."""
    return Response({"code": 1, "message": str(exc)})


def all_wrong(exc: Exception, context: dict[str, Any]) -> Response:
    """Answer every refusal with one error."""
    return Response({"message": str(exc)}, status=400)


class Plain(APIView):
    """Answers one method."""

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response()


@pytest.mark.parametrize(("handler", "evidence"), [(all_fine, "inferred"), (all_wrong, "declared")])
def test_an_exception_handler_may_answer_refusals_with_a_success(handler: Callable[..., Any], evidence: str) -> None:
    """Then nothing shows by its answer which methods a view of DRF has."""
    with override_settings(REST_FRAMEWORK={"EXCEPTION_HANDLER": handler}):
        assert known(Plain.as_view()) == ("GET", {evidence})


class PartsOnly(UpdateModelMixin, GenericViewSet[Any]):
    """Changes parts of a row alone, as DRF's own `partial_update` says of itself."""

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Refuse the whole."""
        if not kwargs.get("partial"):
            return Response(status=405)
        return super().update(request, *args, **kwargs)


class NeverBoth(UpdateModelMixin, GenericViewSet[Any]):
    """Refuses either, through a method that both come to."""

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Refuse."""
        raise MethodNotAllowed(request.method or "")


@pytest.mark.parametrize(("view", "methods"), [(PartsOnly, "PATCH"), (NeverBoth, "")])
def test_a_handler_that_another_leads_to(view: type[GenericViewSet[Any]], methods: str) -> None:
    """The class that `super()` needs is no view that a method wraps."""
    actions: Any = {"put": "update", "patch": "partial_update"}
    assert known(view.as_view(actions))[0] == methods


class Form(GenericViewSet[Any], BaseFormView):  # type: ignore[type-arg, misc]
    """Inherits `post` and `put` of a form view."""


class Pages(GenericViewSet[Any], BaseListView):  # type: ignore[type-arg, misc]
    """Inherits the `get` of a list, which no router gives away."""


class Unnamed(GenericViewSet[Any]):
    """Has a handler that was made without a module."""

    post = types.FunctionType((lambda self, request: Response()).__code__, {})


@pytest.mark.parametrize(
    ("view", "actions", "methods"),
    [
        (Form, {"get": "list"}, ("GET",)),
        (Pages, {"post": "create"}, ("GET", "POST")),
        (Unnamed, {"get": "list"}, ("GET", "POST")),
    ],
)
def test_a_viewset_answers_what_it_inherits_but_a_form(
    view: type[Any], actions: dict[str, str], methods: tuple[str, ...]
) -> None:
    """Only `post` and `put` of Django's form views come along unasked."""
    for one in actions.values():
        setattr(view, one, lambda self, request: Response())
    assert class_methods(view, {}, actions) == methods
