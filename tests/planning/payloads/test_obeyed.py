"""Bodies have values that check constraints of the model take, which they are written to."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps
from rest_framework import serializers

from loadaudit.inventory.bodies.fields.forms import fields_of_form
from loadaudit.inventory.bodies.fields.models import of_model_field
from loadaudit.inventory.bodies.fields.serializers import fields_of_serializer
from loadaudit.load.payloads import UNIQUE_NUMBER
from loadaudit.planning.forms import read_forms
from loadaudit.planning.payloads.bodies import payload_of, payloads_of
from loadaudit.planning.payloads.obeyed import obeying
from loadaudit.planning.payloads.pages import payload_of_form
from loadaudit.planning.payloads.values import Needs
from loadaudit.records import Body, BodyField, BodyKind

Q, F = models.Q, models.F
TODAY = date(2026, 3, 1)
NEEDS = Needs(rows=lambda label, name: [3, 4], today=TODAY)


@pytest.fixture
def stall(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[models.Model]]:
    """A model of a market with constraints of every kind."""
    with isolate_apps("tests.demo.projects"):

        class Stall(models.Model):
            lo = models.IntegerField()
            hi = models.IntegerField()
            opened = models.DateField()
            shut = models.DateTimeField()
            state = models.CharField(max_length=9)
            title = models.CharField(max_length=9, blank=True)
            mail = models.EmailField(null=True, blank=True)
            phone = models.CharField(max_length=20, null=True, blank=True)
            price = models.DecimalField(max_digits=6, decimal_places=2)
            left = models.ForeignKey("self", models.CASCADE, related_name="+")
            right = models.ForeignKey("self", models.CASCADE, related_name="+")
            code = models.IntegerField(unique=True)

            class Meta:
                app_label = "projects"
                constraints = [
                    models.CheckConstraint(condition=condition, name=f"stall_{number}")
                    for number, condition in enumerate(
                        (
                            Q(hi__gt=F("lo"), lo__gte=100),
                            Q(opened__gte=date(2027, 1, 1)),
                            Q(state__in=["open", "shut"]),
                            ~Q(title=""),
                            Q(mail__isnull=False, phone__isnull=True) | Q(mail__isnull=True, phone__isnull=False),
                            Q(price__gt=0, price__lte=Decimal(9)),
                            ~Q(left=F("right")),
                            Q(code__gt=F("lo")),
                        )
                    )
                ]

        monkeypatch.setattr(apps, "get_model", lambda label: Stall)
        yield Stall


def _fields(model: type[models.Model], *names: str) -> tuple[BodyField, ...]:
    return tuple(of_model_field(model._meta.get_field(name)) for name in names)


def test_constants_are_limits_and_choices(stall: type[models.Model]) -> None:
    """Of the model's field, a form's and a serializer's."""

    class StallForm(forms.ModelForm):  # type: ignore[type-arg]
        state = forms.CharField()

        class Meta:
            model = stall
            fields = ("lo", "price", "state")

    class StallSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
        lo = serializers.IntegerField()

        class Meta:
            model = stall
            fields = ("lo", "price", "state")

    for found in (
        _fields(stall, "lo", "price", "state"),
        fields_of_form(StallForm).fields,
        fields_of_serializer(StallSerializer),
    ):
        lo, price, state = found
        assert lo.checked == "projects.Stall.lo"
        assert (price.minimum, price.maximum) == (0.01, 9)
        assert state.choices == ("open", "shut")


@pytest.mark.parametrize(
    ("names", "sent"),
    [
        (("lo", "hi"), {"lo": 100, "hi": 101}),
        (("opened",), {"opened": "2027-01-01"}),
        (("left", "right"), {"left": 3, "right": 4}),
        (("price",), {"price": 1}),
    ],
)
def test_a_body_is_as_the_constraints_want(
    stall: type[models.Model], names: tuple[str, ...], sent: dict[str, Any]
) -> None:
    fields = _fields(stall, *names)
    assert json.loads(payload_of(Body(kind=BodyKind.JSON, fields=fields), fields, NEEDS).document) == sent


def test_one_of_two_that_may_be_left_out_is_sent(stall: type[models.Model]) -> None:
    """Where neither is enough, and where both are too much; what a form wants as a text that is empty gets one."""
    fields = _fields(stall, "title", "mail", "phone")
    for few in ([], [*fields]):
        sent = json.loads(payload_of(Body(kind=BodyKind.JSON, fields=fields), few, NEEDS).document)
        assert sent["title"]
        assert len({"mail", "phone"} & {*sent}) == 1


def test_a_row_keeps_what_a_partial_update_does_not_send(stall: type[models.Model]) -> None:
    """Nothing is added to it."""
    fields = _fields(stall, "price", "mail", "phone", "title")
    made = next(payloads_of(Body(kind=BodyKind.JSON, fields=fields), "PATCH", NEEDS))
    assert [*json.loads(made.document)] == ["price"]


def test_marks_and_what_must_be_sent_stay(stall: type[models.Model]) -> None:
    fields = _fields(stall, "lo", "hi", "code")
    given = Needs(rows=lambda label, name: [], today=TODAY, given={"lo": 7})
    assert obeying(fields, {"lo": 7, "hi": 9, "code": UNIQUE_NUMBER}, given) == {
        "lo": 7,
        "hi": 9,
        "code": UNIQUE_NUMBER,
    }


def test_the_form_of_a_page_is_filled_so(stall: type[models.Model]) -> None:
    """With what it offers."""
    page = """<form method="post"><input name="lo" required><input name="hi" required><input name="mail">
        <input name="phone"><select name="left" required><option value="5"><option value="6"></select>
        <select name="right" required><option value="5"><option value="6"></select></form>"""
    body = Body(kind=BodyKind.FORM, fields=_fields(stall, "lo", "hi", "left", "right", "mail", "phone"))
    (form,) = read_forms(page)
    for all_fields in (False, True):
        made = payload_of_form(form, body, NEEDS, all_fields=all_fields)
        sent = {one.name: one.value for one in made.pairs}
        assert (sent["lo"], sent["hi"], sent["left"], sent["right"]) == ("100", "101", "5", "6")
        assert bool(sent["mail"]) != bool(sent["phone"])
