"""Routes whose views, decorators and converters raise wherever somebody looks at them; each of them answers."""

import sys
from collections.abc import Callable
from typing import Any, NoReturn

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, register_converter
from django.views.generic import FormView, ListView, View
from rest_framework import serializers
from rest_framework.generics import CreateAPIView


class SilentError(Exception):
    """Says nothing, not even of itself."""

    def __str__(self) -> str:
        raise RuntimeError


class Refusing:
    """A descriptor that nobody may read."""

    def __get__(self, *_: object) -> NoReturn:
        raise SilentError


class Touchy:
    """A view that is an instance, and whose every unknown attribute raises."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_") or name in {"as_view", "csrf_exempt", "login_required"}:
            raise AttributeError(name)
        raise SilentError


class TouchyClass(type):
    """Of classes whose every unknown attribute raises."""

    def __getattr__(cls, name: str) -> NoReturn:
        raise SilentError


class Held(metaclass=TouchyClass):
    """Something that a decorator holds."""


def holding(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate without functools.wraps, with something in the closure that raises when it is looked at."""
    held = Touchy(), Held

    def inner(request: HttpRequest) -> Any:
        assert len(held) == 2
        return view(request)

    return inner


@holding
def decorated(request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse()


class Described(ListView):  # type: ignore[type-arg]
    """What others declare raises."""

    model = Refusing()
    queryset = Refusing()


class Wanting(forms.Form):
    """Wants arguments that nobody but its view knows."""

    def __init__(self, tenant: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class Asking(FormView):  # type: ignore[type-arg]
    """Has a form that nobody else can make."""

    form_class = Wanting


class Ending(serializers.Serializer):  # type: ignore[type-arg]
    """Ends the process that asks it for its fields."""

    def get_fields(self) -> NoReturn:
        """End it."""
        sys.exit(5)


class Created(CreateAPIView):  # type: ignore[type-arg]
    """Has a serializer that ends the process."""

    serializer_class = Ending


class Unnamed(View):
    """Raises when it is asked for its methods, once it is a view."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Converter:
    """Takes anything and raises."""

    regex = "[a-z]+"

    def to_python(self, value: str) -> NoReturn:
        """Raise."""
        raise SilentError

    def to_url(self, value: object) -> NoReturn:
        """Raise."""
        raise SilentError


register_converter(Converter, "raising")

urlpatterns = [
    path("touchy/", Touchy()),
    path("decorated/", decorated),
    path("described/", Described.as_view()),
    path("asking/", Asking.as_view()),
    path("created/", Created.as_view()),
    path("login/", Unnamed.as_view(), name="login"),
    path("<raising:word>/", Unnamed.as_view(), name="worded"),
]
