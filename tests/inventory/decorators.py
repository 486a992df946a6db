"""Decorators as projects write them, most of them without functools.wraps."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
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
