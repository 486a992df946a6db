"""One view behind routes that hand it different arguments, and refuse different methods for that."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.urls import path, re_path
from django.views import View
from rest_framework.exceptions import MethodNotAllowed

from tests.inventory import checks


def rows(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Keep a collection and its rows in one view."""
    if pk is None:
        if request.method == "POST":
            return HttpResponse(status=201)
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET", "POST"])
        return JsonResponse({})
    if request.method == "DELETE":
        return HttpResponse(status=204)
    if request.method in ("GET", "PUT"):
        return JsonResponse({})
    return HttpResponseNotAllowed(["GET", "PUT", "DELETE"])


def open_rows(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Refuse nothing, and look at other methods with a row than without."""
    if not pk:
        return HttpResponse(request.POST.get("name", ""))
    if request.method == "DELETE":
        return HttpResponse(status=204)
    return JsonResponse({})


def moded(request: HttpRequest, mode: str = "read", **kwargs: Any) -> HttpResponse:
    """Ask the URLconf's own arguments what may be sent."""
    may_write = mode in ("write", "both")
    if request.method == "POST" and not may_write:
        return HttpResponse(status=405)
    if request.method != "POST" and mode == "write":
        return HttpResponse(status=405)
    if kwargs.get("sealed") and request.method == "PUT":
        return HttpResponse(status=405)
    return HttpResponse(b"" if request.method == "PUT" else b"-")


class Answers(View):
    """Decides in `dispatch` by what the path holds, before the handlers run."""

    def dispatch(self, request: HttpRequest, serial: str, **kwargs: Any) -> HttpResponseBase:
        """Take data in the path of a GET, and in the body of a POST."""
        if request.method == "GET" and "data" not in kwargs:
            return self.http_method_not_allowed(request, serial, **kwargs)
        if request.method == "POST" and "data" in kwargs:
            return self.http_method_not_allowed(request, serial, **kwargs)
        return super().dispatch(request, serial, **kwargs)

    def get(self, request: HttpRequest, serial: str, data: str) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    def post(self, request: HttpRequest, serial: str) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Collection(View):
    """Decides in its handlers, by `self.kwargs` and what `as_view()` was called with."""

    can_clear = False

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Create, where no row is named."""
        if self.kwargs.get("pk") is not None:
            raise MethodNotAllowed("POST")
        return HttpResponse(status=201)

    def delete(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Clear, where that was asked for."""
        return HttpResponse(status=204) if self.can_clear else HttpResponseNotAllowed(["GET"])


class Switched(View):
    """Refuses by settings."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer where the setting, which nobody has made, says so."""
        if getattr(settings, "ANSWERS_TO_GET", False):
            response: HttpResponse = JsonResponse({})
            response["X-Kind"] = "read"
        else:
            response = HttpResponseNotAllowed(["POST"])
        return checks.finished(response)

    def put(self, request: HttpRequest) -> HttpResponse:
        """Answer where a helper finds the setting."""
        if checks.setting("ANSWERS_TO_PUT", True):
            return HttpResponse()
        return HttpResponseNotAllowed(["POST"])

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Step(View):
    """What a setting chooses."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class OtherStep(Step):
    """Takes what is sent, too."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class AppSettings:
    """The settings of an app behind properties."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def _setting(self, name: str, default: Any) -> Any:
        return getattr(settings, self.prefix + name, default)

    @property
    def BY_LINK(self) -> bool:
        """Whether a link is sent: nobody has made the setting."""
        return self._setting("BY_LINK", False)  # type: ignore[no-any-return]


app_settings = AppSettings("URLS_GIVEN_")


def by_own_setting(request: HttpRequest) -> HttpResponseBase:
    """Choose the class by a property."""
    if app_settings.BY_LINK:
        return OtherStep.as_view()(request)
    else:
        return Step.as_view()(request)


def by_group(request: HttpRequest, mode: str, number: str = "0") -> HttpResponse:
    """Be told by a group without a name what may be sent."""
    if mode == "save" and request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if mode == "show" and request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    return HttpResponse()


class Resource:
    """A dispatcher of a project's own: allowed methods, a table of handlers, and a key that only rows have."""

    allowed_methods: tuple[str, ...] = ("GET", "POST", "PUT")
    handlers: Mapping[str, str] = {"GET": "show", "POST": "add", "PUT": "change", "DELETE": "drop"}
    key: str | None = "pk"

    def __call__(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Look the handler up."""
        if request.headers.get("X-Unknown"):
            return HttpResponse(status=401)
        handler = None
        method = request.method or ""
        if method == "POST":
            method = request.POST.get("_method", method)
        if method in self.allowed_methods:
            handler = getattr(self, self.handlers.get(method) or "", None)
        if handler is None:
            return HttpResponseNotAllowed(self.allowed_methods)
        answer: HttpResponseBase = handler(request, **kwargs)
        return answer

    def show(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Answer for all."""
        return HttpResponse()

    def add(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Answer for the collection."""
        if self.key is None or kwargs.get(self.key) is None:
            return HttpResponse(status=201)
        return HttpResponseNotAllowed(self.allowed_methods)

    def change(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Answer for a row."""
        if self.key in kwargs:
            return HttpResponse()
        return HttpResponseNotAllowed(self.allowed_methods)

    drop = show


urlpatterns = [
    path("resource/", Resource()),
    path("resource/<int:pk>/", Resource()),
    re_path(r"^groups/(save)/$", by_group),
    re_path(r"^groups/(?:x/)?(show)/(\d+)/$", by_group),
    re_path(r"^groups/named/(?P<mode>save)/$", by_group),
    path("rows/", rows),
    path("rows/<int:pk>/", rows),
    re_path(r"^either/(?:(?P<pk>\d+)/)?$", rows),
    path("open/", open_rows),
    path("open/<int:pk>/", open_rows),
    path("read/", moded),
    path("write/", moded, {"mode": "write"}),
    path("partial/", partial(moded, mode="write")),
    path("partial/outer/", partial(partial(moded, mode="write"), mode="read")),
    path("partial/routed/", partial(moded, mode="read"), {"mode": "write"}),
    path("both/", moded, {"mode": "both", "sealed": True}),
    path("answers/<str:serial>/", Answers.as_view()),
    path("answers/<str:serial>/<str:data>/", Answers.as_view()),
    path("collection/", Collection.as_view()),
    path("collection/<int:pk>/", Collection.as_view()),
    path("clearable/", Collection.as_view(can_clear=True)),
    path("switched/", Switched.as_view()),
    path("own-setting/", by_own_setting),
]
