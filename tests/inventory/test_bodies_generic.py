"""Bodies of generic editing views, told by their form classes alone."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.generic import CreateView, FormView, ListView

from loadaudit.inventory.bodies.generic import generic_body
from loadaudit.inventory.bodies.wanted import body_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import BodyKind, Evidence


class Contact(forms.Form):
    """A form with a file."""

    name = forms.CharField(max_length=40)
    scan = forms.FileField(required=False)


class Plain(FormView):  # type: ignore[type-arg]
    """Nothing of its own."""

    form_class = Contact


class Again(Plain):
    """The same under another name, which no cache knows."""


class Choosing(Plain):
    """Its form is another one at times."""

    def get_form_class(self) -> type[Contact]:
        """Choose."""
        return Contact


class ReadingMore(Plain):
    """Looks at a key beside the form."""

    def form_valid(self, form: Contact) -> HttpResponse:
        """Take one more value."""
        return HttpResponse(self.request.POST["more"])


class Answering(Plain):
    """Answers by itself."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer."""
        return HttpResponse(request.POST["other"])


def test_the_form_class_says_it_all() -> None:
    """Fields with what limits them; a file makes it multipart; Django enforces it."""
    body = generic_body(unwrap(Plain.as_view(prefix="c")), "POST")
    assert body is not None
    assert [(one.name, one.type, one.required) for one in body.fields] == [
        ("c-name", "string", True),
        ("c-scan", "file", False),
    ]
    assert (body.kind, body.evidence) == (BodyKind.MULTIPART, Evidence.DECLARED)
    assert body.source.endswith("Contact")


@pytest.mark.parametrize("view", [Choosing, ReadingMore, Answering, ListView, CreateView])
def test_anything_of_its_own_is_read_in_the_source(view: type[Any]) -> None:
    """Whatever makes the form, or looks beside it, is not Django's any more."""
    assert generic_body(unwrap(view.as_view()), "POST") is None


def test_the_source_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortcut finds what following the source of Django's view finds."""
    quick = body_of(unwrap(Plain.as_view()), "POST")
    monkeypatch.setattr("loadaudit.inventory.bodies.wanted.generic_body", lambda view, method: None)
    slow = body_of(unwrap(Again.as_view()), "POST")
    assert quick == slow
