"""Decorators as projects write them, most of them without functools.wraps."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect

Anything = Callable[..., Any]


def plain(view: Anything) -> Anything:
    """Wrap without functools.wraps."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    return inner


def oddly_named(page: Anything) -> Anything:
    """Hold the view under a name that says nothing, and label it."""

    @wraps(page)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return page(request, *args, **kwargs)

    return inner


class Counting:
    """A decorator written as a class."""

    def __init__(self, view: Anything) -> None:
        self.view = view
        self.count = 0

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.count += 1
        return self.view(request, *args, **kwargs)


class Slotted:
    """A decorator written as a class without a dictionary."""

    __slots__ = ("empty", "inner")

    def __init__(self, view: Anything) -> None:
        self.inner = view

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self.inner(request, *args, **kwargs)


class Holding:
    """A decorator written as a class that keeps its views in a tuple."""

    def __init__(self, *views: Anything) -> None:
        self.views = views

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self.views[0](request, *args, **kwargs)


def post_only(view: Anything) -> Anything:
    """Answer 405 to anything but POST."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return JsonResponse({"error": "POST only"}, status=405)
        return view(request, *args, **kwargs)

    return inner


def methods(*allowed: str) -> Callable[[Anything], Anything]:
    """Answer 405 to any method that is not listed."""

    def decorator(view: Anything) -> Anything:
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method not in allowed:
                return HttpResponse(status=405)
            return view(request, *args, **kwargs)

        return inner

    return decorator


METHOD_NOT_ALLOWED = JsonResponse({"error": "method"}, status=405)
NOT_LOGGED_IN = JsonResponse({"error": "login"}, status=401)


def endpoint(allowed: list[str]) -> Callable[[Anything], Anything]:
    """Answer what was made before to any method that is not listed, whatever its case, and to visitors."""

    def decorator(view: Anything) -> Anything:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method.lower() not in map(lambda one: one.lower(), allowed):  # type: ignore[union-attr] # noqa: C417
                return METHOD_NOT_ALLOWED
            if request.user.is_authenticated:
                return view(request, *args, **kwargs)
            return NOT_LOGGED_IN

        return inner

    return decorator


def logs_writes(view: Anything) -> Anything:
    """Look at the method without refusing any."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method in ("POST", "PUT", "DELETE"):
            print("a write")
        return view(request, *args, **kwargs)

    return inner


def members_only(view: Anything) -> Anything:
    """Send anonymous users away."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return redirect("/login/")
        return view(request, *args, **kwargs)

    return inner


def visitors_only(view: Anything) -> Anything:
    """Send users who are logged in away."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            return redirect("/")
        return view(request, *args, **kwargs)

    return inner


def staff_or_403(view: Anything) -> Anything:
    """Refuse all but staff."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and request.user.is_staff:
            return view(request, *args, **kwargs)
        return HttpResponse(status=403)

    return inner


class ApiError(Exception):
    """What a middleware turns into a response."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotPost(HttpResponse):
    """A refusal of its own."""

    status_code = 405


class Refusal(JsonResponse):
    """A refusal that sets its status as it is made."""

    def __init__(self, message: str) -> None:
        super().__init__({"error": message}, status=405)


def refused(message: str) -> HttpResponse:
    """Make the response of a refusal."""
    return JsonResponse({"error": message}, status=405)


def no_wraps_and_own_names(page_handler: Anything) -> Anything:
    """Hold the view under an unusual name, without a label."""

    def go(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return page_handler(request, *args, **kwargs)

    return go


def by_exception(view: Anything) -> Anything:
    """Raise what a middleware answers 405."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            raise ApiError("POST only", 405)
        return view(request, *args, **kwargs)

    return inner


def by_permission(view: Anything) -> Anything:
    """Deny the permission to GET."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "GET":
            raise PermissionDenied("not supported")
        return view(request, *args, **kwargs)

    return inner


def by_class(view: Anything) -> Anything:
    """Answer with a class that refuses."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs) if request.method == "POST" else NotPost()

    return inner


def by_made_class(view: Anything) -> Anything:
    """Answer with a class that sets its status as it is made."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.method == "POST":  # noqa: SIM201
            return Refusal("POST only")
        return view(request, *args, **kwargs)

    return inner


def by_helper(view: Anything) -> Anything:
    """Leave the refusal to a function that never sees the request."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return refused("POST only")
        return view(request, *args, **kwargs)

    return inner


def by_status_code(view: Anything) -> Anything:
    """Set the status afterwards."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            response = HttpResponse("POST only")
            response.status_code = 405
            return response
        return view(request, *args, **kwargs)

    return inner


def by_arguments(view: Anything) -> Anything:
    """Take the request as the first of any arguments."""

    def inner(*args: Any, **kwargs: Any) -> Any:
        if args[0].method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return view(*args, **kwargs)

    return inner


def by_keyword(*, methods: list[str] | None = None, message: str = "no") -> Callable[[Anything], Anything]:
    """Take the methods by keyword, in any letters."""
    allowed = [one.upper() for one in methods or ["GET"]]

    def decorator(view: Anything) -> Anything:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if (request.method or "").upper() not in allowed:
                return HttpResponse(message, status=405)
            return view(request, *args, **kwargs)

        return inner

    return decorator


class Allow:
    """A decorator written as a class that takes methods, and the view later."""

    def __init__(self, *methods: str) -> None:
        self.methods = methods

    def __call__(self, view: Anything) -> Anything:
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method not in self.methods:
                return HttpResponseNotAllowed(self.methods)
            return view(request, *args, **kwargs)

        return inner


class Guarded:
    """A decorator written as a class that is the view."""

    def __init__(self, view: Anything, methods: tuple[str, ...] = ("PUT",)) -> None:
        self.view = view
        self.methods = methods

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method in self.methods:
            return self.view(request, *args, **kwargs)
        return HttpResponseNotAllowed(self.methods)


def asynchronous(view: Anything) -> Anything:
    """Refuse in a coroutine."""

    async def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return HttpResponse(status=405)
        return await view(request, *args, **kwargs)

    return inner


def chooses(view: Anything) -> Anything:
    """Ask first, and take the answer from a form of its own."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST" and "choice" in request.POST:
            return view(request, request.POST["choice"], *args, **kwargs)
        return HttpResponse("choose")

    return inner


def read_only(view: Anything) -> Anything:
    """Send whoever writes away, which no form is."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method in ("POST", "PUT") and request.headers.get("X-Closed"):
            return redirect("/closed/")
        return view(request, *args, **kwargs)

    return inner


def passing(test: Callable[[Any], bool]) -> Callable[..., Any]:
    """Make a decorator that lets in whom a test passes."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if test(request.user):
                return view(request, *args, **kwargs)
            else:
                return HttpResponseForbidden()

        return inner

    return decorate


def admins(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in who has a permission, and handle what the view raises."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        user = request.user
        if user.is_anonymous:
            return HttpResponseForbidden()
        if user.has_perms(["a.access"]):
            try:
                with suppress(KeyError):
                    return view(request, *args, **kwargs)
            except PermissionDenied:
                return HttpResponseForbidden()
        return HttpResponseForbidden()

    return inner


def post_only_if(is_strict: bool) -> Callable[[Anything], Anything]:
    """Answer 405 to anything but POST where that was asked for."""

    def decorate(view: Anything) -> Anything:
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if is_strict and request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(request, *args, **kwargs)

        return inner

    return decorate


def staff_member_required(view: Anything) -> Anything:
    """Have the name of Django's decorator, and ask for a login only."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return redirect("/login/")
        return view(request, *args, **kwargs)

    return inner


def signed(view: Anything) -> Anything:
    """Ask for a key in a header."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("X-Api-Key")
        if key != "secret":
            return JsonResponse({"error": "no key"}, status=401)
        return view(request, *args, **kwargs)

    return inner


def knows_keys(view: Anything) -> Anything:
    """Look at the key, and turn nobody away."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.headers.get("X-Api-Key") == "secret":
            return HttpResponse("known")
        return view(request, *args, **kwargs)

    return inner
