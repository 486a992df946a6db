"""What validators of a project let through is read from their code: methods, fields of its own, pydantic's, views."""

import base64
import re
from enum import Enum
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import Schema
from pydantic import field_validator
from rest_framework import serializers

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.load.words import Turns, words_in
from loadaudit.planning.payloads.files import KINDS, PNG
from loadaudit.planning.preflight.validators import values_in_code
from loadaudit.records import Body, BodyKind
from tests.analysis.factories import operation

SCAN = f"data:application/pdf;base64,{base64.b64encode(KINDS['pdf'][1]).decode()}"
COUNTRIES = ["DE", "FR"]
CHANNELS = [("sms", "Text"), ("push", "Push")]
PURPOSES = {"PURPOSES": ["news", "research"]}
PLATE = re.compile(r"[A-Z]{2}-\d{3}")


class Size(Enum):
    """Sizes."""

    SMALL = "s"
    LARGE = "l"


class Address(serializers.Serializer[Any]):
    """A nested one."""

    country = serializers.CharField()

    def validate_country(self, value: str) -> str:
        """Take those of a list."""
        if value.upper() not in COUNTRIES:
            raise serializers.ValidationError("We do not ship there.")
        return value


class Order(serializers.Serializer[Any]):
    """One that looks at several fields."""

    address = Address()
    kind = serializers.CharField()
    reference = serializers.CharField()
    plate = serializers.CharField()

    def validate_reference(self, value: str) -> str:
        """Take what begins in a certain way."""
        if not value.startswith("ORD-"):
            raise serializers.ValidationError("Wrong reference.")
        return value

    def validate_plate(self, plate: str) -> str:
        """Take what an expression takes."""
        if not PLATE.fullmatch(plate):
            raise serializers.ValidationError("Wrong plate.")
        return plate

    def validate_channel(self, value: str) -> str:
        """Take what a list of choices has."""
        allowed = [key for key, _ in CHANNELS]
        if value not in allowed:
            raise serializers.ValidationError("Unknown channel.")
        return value

    def validate_purpose(self, value: str) -> str:
        """Take what a setting has."""
        if value not in set(PURPOSES.get("PURPOSES", [])):
            raise serializers.ValidationError("Unknown purpose.")
        return value

    def validate_scopes(self, value: list[str]) -> list[str]:
        """Take a word for all."""
        if unknown := [one for one in value if one != "*"]:
            raise serializers.ValidationError(f"Unknown scopes: {unknown}")
        return value

    def validate(self, attrs: Any) -> Any:
        """Take two kinds; a third is only treated in another way."""
        if attrs["kind"] == "gift":
            attrs["note"] = "hidden"
        if attrs["kind"] not in ("gift", "sale"):
            raise serializers.ValidationError("Wrong kind.")
        return attrs


class Shirt(Schema):
    """A schema with a validator of its own."""

    size: str

    @field_validator("size")
    @classmethod
    def known(cls, value: str) -> str:
        """Take the sizes that there are."""
        if value not in (Size.SMALL.value, Size.LARGE.value):
            raise ValueError("unknown size")
        return value


def validate_weight(value: str) -> None:
    """Take few."""
    if value not in ("light", "heavy"):
        raise forms.ValidationError("Neither of them.")


class Letters:
    """A validator that is an object."""

    def __call__(self, value: str) -> None:
        """Take what begins with a letter."""
        if not value.startswith("A"):
            raise forms.ValidationError("No letter.")


class Post(forms.Form):
    """A form whose fields have functions."""

    weight = forms.CharField(validators=[validate_weight])
    letter = forms.CharField(validators=[Letters()])


class Vote(forms.Form):
    """A form whose validator gives the value a name of its own."""

    cancel = forms.CharField()

    def clean_cancel(self) -> str:
        """Take two words."""
        sent = self.cleaned_data["cancel"]
        if sent == "yes":
            return "1"
        if sent == "no":
            return "0"
        raise forms.ValidationError("Neither of them.")


class Marks(serializers.Field):  # type: ignore[type-arg]
    """A field that the view itself makes."""

    def to_internal_value(self, data: str) -> str:
        """Take so many of ten."""
        if not re.match(r"^\d/10$", data):
            raise serializers.ValidationError("bad")
        return data


def act(request: HttpRequest) -> HttpResponse:
    """Do one of two things."""
    action = request.POST.get("action")
    drawn = re.match(r"data:image/(png|jpeg);base64,(.+)$", request.POST.get("drawing", ""), re.DOTALL)
    Marks().run_validation(request.POST["marks"])
    scan = request.POST["scan"].startswith("data:application/pdf")
    return HttpResponse(str((drawn, scan)), status=200 if action in {"start", "stop"} else 400)


urlpatterns = [path("act/", act)]


@pytest.mark.parametrize(
    ("source", "name", "found"),
    [
        ("serializer Order", "country", ("DE", "FR")),
        ("serializer Order", "kind", ("gift", "sale")),
        ("serializer Order", "reference", (f"ORD-{UNIQUE_TEXT}",)),
        ("serializer Order", "plate", ("AA-111",)),
        ("schema Shirt", "size", ("s", "l")),
        ("form Post", "weight", ("light", "heavy")),
        ("form Post", "letter", (f"A{UNIQUE_TEXT}",)),
        ("form Vote", "cancel", ("yes", "no")),
        ("source", "action", ("start", "stop")),
        ("source", "drawing", (f"data:image/png;base64,{PNG}",)),
        ("source", "marks", ("1/10",)),
        ("source", "scan", (SCAN,)),
        ("serializer Order", "channel", ("sms", "push")),
        ("serializer Order", "purpose", ("news", "research")),
        ("serializer Order", "scopes", ("*",)),
        ("serializer Order", "nothing", ()),
        ("serializer Gone", "kind", ()),
        (f"form Gone, form {__name__}.Vote", "cancel", ("yes", "no")),
    ],
)
def test_values_that_code_compares(settings: Any, source: str, name: str, found: tuple[str, ...]) -> None:
    settings.ROOT_URLCONF = __name__
    kind, _, called = source.partition(" ")
    body = Body(kind=BodyKind.JSON, source=f"{kind} {__name__}.{called}" if called else source)
    assert values_in_code(operation("POST /act/", body=body), "/act/", name) == found


def test_a_pattern_in_code_gives_another_word_to_each_request(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    act = operation("POST /act/", body=Body(kind=BodyKind.JSON, source=f"serializer {__name__}.Order"))
    (mark,) = values_in_code(act, "/act/", "plate", marks=True)
    words = {words_in(mark, Turns(before=before).of_body()) for before in (False, True)}
    assert len(words) == 2
    assert all(re.fullmatch(r"[A-Z]{2}-\d{3}", one) for one in words)
