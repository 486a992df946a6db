"""How sure it is which view a callable of the URLconf leads to."""

import functools
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views import View

from loadaudit.inventory.source.identity import evidence_of, identity_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Evidence


def page(request: HttpRequest) -> HttpResponse:
    """A page."""
    return HttpResponse()


class Page(View):
    """A class-based page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer GET."""
        return HttpResponse()


def silent(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate without functools.wraps."""

    def inner(request: HttpRequest, *args: object) -> object:
        return view(request, *args)

    return inner


@pytest.mark.parametrize(
    ("callback", "name", "evidence"),
    [
        (page, "page", Evidence.DECLARED),
        (login_required(page), "page", Evidence.DECLARED),
        (functools.partial(page), "page", Evidence.DECLARED),
        (Page.as_view(), "Page", Evidence.DECLARED),
        (login_required(Page.as_view()), "Page", Evidence.DECLARED),
        (silent(page), "page", Evidence.INFERRED),
        (silent(Page.as_view()), "Page", Evidence.INFERRED),
    ],
)
def test_a_view_is_declared_where_the_callable_names_it(
    callback: Callable[..., Any], name: str, evidence: Evidence
) -> None:
    """What a silent decorator calls was found in its closure."""
    unwrapped = unwrap(callback)
    assert identity_of(unwrapped).name == f"{__name__}.{name}"
    assert evidence_of(callback, unwrapped) is evidence
