"""A page of an error answers with its status whoever asks."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import TemplateView
from rest_framework import status

from loadaudit.planning.preflight import own_status
from loadaudit.planning.preflight.own_status import has_status_of_its_own


class Failed(TemplateView):
    """Tells that a login elsewhere has failed."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer as a refusal does."""
        return self.render_to_response(self.get_context_data(**kwargs), status=HTTPStatus.UNAUTHORIZED)


def locked(request: HttpRequest) -> HttpResponse:
    """Tell that an account is locked."""
    return render(request, "locked.html", status=401)


def of_an_api(request: HttpRequest) -> HttpResponse:
    """Say no as an API does."""
    return HttpResponse("no", status=status.HTTP_401_UNAUTHORIZED)


def sometimes(request: HttpRequest) -> HttpResponse:
    """Let some in."""
    if request.user.is_authenticated:
        return HttpResponse("in")
    return HttpResponse("no", status=401)


@pytest.mark.parametrize(
    ("view", "expected"), [(Failed.as_view(), True), (locked, True), (of_an_api, True), (sometimes, False)]
)
def test_what_is_answered_to_everybody(
    monkeypatch: pytest.MonkeyPatch, view: Callable[..., HttpResponse], *, expected: bool
) -> None:
    monkeypatch.setattr(own_status, "view_at", lambda path: view)
    assert has_status_of_its_own("/failed/", "GET", 401) is expected
    assert not has_status_of_its_own("/failed/", "GET", 403)
