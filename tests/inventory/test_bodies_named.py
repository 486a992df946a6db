"""Forms that a view's class names, and hands to code that cannot be followed."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.generic import View

from loadaudit.inventory.bodies.named import named_body
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Body, BodyKind, Evidence


class AddInput(forms.Form):
    """What is added."""

    email = forms.EmailField()
    note = forms.CharField(required=False)


class RenameInput(forms.Form):
    """What is renamed."""

    name = forms.CharField()


class Base(View):
    """Takes JSON by whatever class its children name."""

    input_class: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the input."""
        json.loads(request.body)
        return HttpResponse()


class One(Base):
    """The same input for every method."""

    input_class = AddInput


class ByMethod(Base):
    """An input of each method's own."""

    input_class = {"POST": AddInput, "put": RenameInput}


class Plain(View):
    """A form that nobody parses JSON for."""

    form = RenameInput
    template_class = str


class Two(Base):
    """Two inputs, of which nobody says which is whose."""

    input_class = AddInput
    other_form = RenameInput


def told(view: Any, method: str = "POST") -> Body | None:
    """Return the body of a view's class."""
    return named_body(unwrap(view.as_view()), method)


def test_the_class_names_its_input() -> None:
    """Nobody sees it used, so it is only assumed; JSON because the class parses some."""
    body = told(One)
    assert body is not None
    assert [(one.name, one.required) for one in body.fields] == [("email", True), ("note", False)]
    assert (body.kind, body.evidence) == (BodyKind.JSON, Evidence.ASSUMED)
    assert body.source == "form tests.inventory.test_bodies_named.AddInput"


def test_an_input_for_each_method() -> None:
    """By names in capitals or not; another method has none."""
    bodies = [told(ByMethod, method) for method in ("POST", "PUT", "PATCH")]
    assert [body and [one.name for one in body.fields] for body in bodies] == [["email", "note"], ["name"], None]


def test_a_form_is_sent_as_a_form() -> None:
    body = told(Plain)
    assert body is not None
    assert body.kind is BodyKind.FORM


def test_several_forms_tell_nothing() -> None:
    assert (told(Two), told(Base)) == (None, None)
