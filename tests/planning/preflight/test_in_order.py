"""Fields that code compares with each other come in the order that it takes."""

from datetime import date
from types import FunctionType
from typing import Any, cast

import pytest
from django import forms

from loadaudit.inventory.bodies.fields.checks import Order, Unlike
from loadaudit.planning.preflight import in_order as module
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.in_order import compared_in, in_order
from loadaudit.records import Body, BodyField, BodyKind
from tests.analysis.factories import operation


def _raises(data: Any) -> None:
    begin = data.get("begin")
    if begin and data["end"] and begin >= data["end"]:
        raise ValueError


def _negated(data: Any) -> None:
    if not int(data["lo"]) < int(data["hi"]):
        raise ValueError


def _adds(self: Any) -> None:
    if self.start > self.stop or self.source == self.target:
        self.add_error(None, "wrong")


def _answers(data: Any) -> object:
    if data.low != data.high:
        return None
    if data["low"] < date.today():
        raise ValueError
    return data


@pytest.mark.parametrize(
    ("function", "asked"),
    [
        (_raises, [Order("begin", "end", True)]),
        (_negated, [Order("lo", "hi", True)]),
        (_adds, [Order("start", "stop", False), Unlike("source", "target")]),
        (_answers, []),
    ],
)
def test_what_code_wants_by_refusing_the_contrary(function: Any, asked: list[Order | Unlike]) -> None:
    assert [*compared_in(cast(FunctionType, function))] == asked


class StayForm(forms.Form):
    """Names neither field when it refuses their order."""

    arrives = forms.DateField()
    leaves = forms.DateField()
    floor = forms.IntegerField()
    ceiling = forms.IntegerField(max_value=5)
    giver = forms.CharField()
    taker = forms.CharField()

    def clean(self) -> None:
        data: Any = self.cleaned_data
        if data["leaves"] <= data["arrives"] or data["floor"] > data["ceiling"] or data["giver"] == data["taker"]:
            raise forms.ValidationError("That cannot be.")


def test_values_that_are_refused_are_put_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the limits of the fields; of two that are the same one is chosen anew."""
    monkeypatch.setattr(module, "view_at", lambda path: None)
    fields = (BodyField(name="ceiling", type="integer", maximum=5),)
    made = operation(
        "POST /stay/",
        body=Body(kind=BodyKind.FORM, fields=fields, source=f"form {StayForm.__module__}.{StayForm.__name__}"),
    )
    sent = {"arrives": "2026-03-01", "leaves": "2026-03-01", "giver": "7", "taker": "7"}
    assert in_order(made, "/stay/", {**sent, "floor": "9", "ceiling": "4"}) == [
        Complaint(field="leaves", value="2026-03-02"),
        Complaint(field="ceiling", value="5"),
        Complaint(field="floor", value="4"),
        Complaint(field="taker", choice=True),
    ]
    assert in_order(made, "/stay/", {**sent, "leaves": "2026-03-09", "taker": "8", "floor": "1", "ceiling": "2"}) == []
    assert in_order(made, "/stay/", {"arrives": "2026-03-01"}) == []
    # Behind the last day there is none.
    assert in_order(made, "/stay/", {"arrives": "9999-12-31", "leaves": "2026-03-01"}) == [
        Complaint(field="arrives", value="2026-02-28")
    ]
