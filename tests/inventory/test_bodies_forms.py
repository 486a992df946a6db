"""Bodies that forms and formsets declare."""

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.contrib.auth.views import LoginView, PasswordChangeView, PasswordResetView
from django.views.i18n import set_language

from loadaudit.inventory.bodies.fields.forms import fields_of_form, of_form_field
from loadaudit.inventory.bodies.fields.models import CHOICES_MOST, choice_values
from loadaudit.inventory.bodies.reading.frame import Arguments
from loadaudit.inventory.bodies.reading.uses import made_by_factory
from loadaudit.inventory.bodies.reading.values import Constant, Value
from loadaudit.inventory.bodies.wanted import body_of
from loadaudit.inventory.source.unwrap import unwrap
from tests.inventory import bodies_forms as views
from tests.inventory.bodies import told, wanted


def test_every_kind_of_form_field() -> None:
    """Types, limits, choices, rows, and the names that widgets of several inputs send."""
    assert wanted(views.Plain.as_view()) == {
        "text": "string! = a text <= 20 characters",
        "number": "integer >= 1 <= 9",
        "amount": "number!",
        "share": "number",
        "agreed": "boolean!",
        "day": "date!",
        "at": "date-time!",
        "clock": "time",
        "took": "duration",
        "key": "uuid",
        "mail": "email! <= 320 characters",
        "site": "uri",
        "code": "string! /^[A-Z]+$/",
        "color": "string! (r|y|b)",
        "sizes": "string[] (1|2)",
        "project": "integer! -> projects.Project.pk",
        "supplier": "string -> catalog.Supplier.name",
        "tags": "integer[] -> catalog.Category.pk",
        "scan": "file",
        "moment_0": "date",
        "moment_1": "time",
        "born_year": "date",
        "born_month": "date",
        "born_day": "date",
    }


@pytest.mark.parametrize(
    ("view", "fields"),
    [
        (views.Prefixed.as_view(), {"home-street": "string!"}),
        (
            views.Create.as_view(),
            {
                "code": "string! <= 20 characters unique",
                "supplier": "integer! -> catalog.Supplier.pk",
                "price": "number!",
            },
        ),
        (
            views.Choosing.as_view(),
            {
                "code": "string! <= 20 characters unique",
                "category": "integer! -> catalog.Category.pk",
                "unit": "string! = m2 <= 10 characters",
            },
        ),
        (views.More.as_view(), {"street": "string! -> catalog.Supplier.name", "again": "string"}),
        (views.Plain.as_view(form_class=views.AddressForm), {"street": "string!"}),
    ],
)
def test_generic_views(view: Callable[..., Any], fields: dict[str, str]) -> None:
    """By attribute, by model, by `get_form_class`, by an argument of `as_view`, with what is read beside."""
    assert (wanted(view), told(view).kind.value) == (fields, "form")


@pytest.mark.parametrize(
    ("view", "fields"),
    [
        (
            views.by_function,
            {
                "code": "string! <= 20 characters unique",
                "category": "integer! -> catalog.Category.pk",
                "unit": "string! = m2 <= 10 characters",
            },
        ),
        (views.in_helper, {"from-street": "string!", "to-street": "string!"}),
        (views.user_first, {"new_password1": "string!", "new_password2": "string!"}),
        (views.of_json, {"street": "string!"}),
        (views.changing, {"kept": "string!", "added": "integer"}),
        (views.asking, {"name": "string!"}),
        (views.for_user, {"name": "string!", "reason": "string!"}),
        (views.unbound, {}),
        (
            views.written_inside,
            {
                "to": "integer! -> catalog.Material.pk",
                "beside": "string!",
                "side": "string! (left|right)",
                "count": "integer! >= 3",
            },
        ),
        (
            views.written_inside_of_a_model,
            {"code": "string! <= 20 characters unique", "unit": "string! = m2 <= 10 characters"},
        ),
        (views.made_by_a_helper, {"street": "string!", "material": "integer! -> catalog.Material.pk"}),
        (views.made_by_type, {"day": "date!", "size": "string! (s)"}),
        (
            views.chosen_by_key,
            {
                "street": "string!",
                "code": "string <= 20 characters unique",
                "category": "integer -> catalog.Category.pk",
                "unit": "string = m2 <= 10 characters",
                "kind": "string! (home|thing)",
            },
        ),
        (
            views.chosen_by_branch,
            {
                "street": "string!",
                "code": "string <= 20 characters unique",
                "category": "integer -> catalog.Category.pk",
                "unit": "string = m2 <= 10 characters",
                "new_password1": "string",
                "new_password2": "string",
            },
        ),
        (views.ChosenByMethod.as_view(), {"street": "string!", "day": "date"}),
    ],
)
def test_function_views(view: Callable[..., Any], fields: dict[str, str]) -> None:
    """A form is used where it gets the request's data, in the view or in a helper."""
    assert wanted(view) == fields


def test_formsets_want_their_management_form() -> None:
    """And as many forms as they demand."""
    assert wanted(views.formset) == {
        "homes-TOTAL_FORMS": "integer! = 2 >= 0",
        "homes-INITIAL_FORMS": "integer! = 0 >= 0",
        "homes-MIN_NUM_FORMS": "integer >= 0",
        "homes-MAX_NUM_FORMS": "integer >= 0",
        "homes-0-street": "string!",
        "homes-0-ORDER": "integer",
        "homes-1-street": "string!",
        "homes-1-ORDER": "integer",
    }


def test_formsets_of_rows_name_them() -> None:
    """By the hidden field that Django adds, and by the parent of an inline formset."""
    assert wanted(views.model_formset)["form-0-id"] == "integer -> catalog.Material.pk"
    inline = wanted(views.inline_formset)
    assert inline["materials-0-category"] == "integer! -> catalog.Category.pk"
    assert inline["materials-0-supplier"] == "integer -> catalog.Supplier.pk"


@pytest.mark.parametrize(
    ("view", "method", "kind", "evidence"),
    [
        (views.Plain.as_view(), "POST", "multipart", "declared"),
        (views.Plain.as_view(), "PUT", "none", "inferred"),
        (views.Create.as_view(), "POST", "form", "declared"),
        (views.Choosing.as_view(), "POST", "form", "inferred"),
        (views.by_function, "POST", "form", "inferred"),
        (views.of_json, "POST", "json", "inferred"),
        (views.asking, "POST", "form", "inferred"),
        (views.Remove.as_view(), "POST", "none", "declared"),
        (views.unbound, "POST", "none", "inferred"),
        (views.written_inside, "POST", "form", "inferred"),
        (views.ChosenByMethod.as_view(), "POST", "form", "inferred"),
    ],
)
def test_kind_and_evidence(view: Callable[..., Any], method: str, kind: str, evidence: str) -> None:
    """Declared where Django itself binds the form that the class names; nothing arrives at a form by PUT."""
    body = told(view, method)
    assert (body.kind.value, body.evidence.value) == (kind, evidence)


@pytest.mark.parametrize(
    ("view", "names"),
    [
        (LoginView.as_view(), ["username", "password", "next"]),
        (PasswordChangeView.as_view(), ["old_password", "new_password1", "new_password2"]),
        (PasswordResetView.as_view(), ["email"]),
        (set_language, ["next", "language"]),
    ],
)
def test_djangos_own_views(view: Callable[..., Any], names: list[str]) -> None:
    """Their forms, and the keys that they read beside."""
    assert list(wanted(view)) == names


def test_the_source_names_the_form() -> None:
    """By its full name, or by the model that Django made it of."""
    assert told(views.by_function).source == "form tests.inventory.bodies_forms.MaterialForm"
    assert told(views.Create.as_view()).source == "form of catalog.Material"
    assert told(views.written_inside).source == "form tests.inventory.bodies_forms.written_inside.<locals>.Move"


def test_choices_that_raise_are_unknown() -> None:
    """A project's code may do anything when it is asked."""

    def choices() -> Any:
        raise RuntimeError

    class Broken(forms.Form):
        color = forms.ChoiceField(choices=choices)

    assert wanted(views.Plain.as_view(form_class=Broken)) == {"color": "string!"}


def test_fields_of_a_set_have_an_order() -> None:
    """Two saved inventories of the same code are alike."""
    assert [one.name for one in fields_of_form(views.UnorderedForm).fields] == ["category", "code", "unit"]


def test_fields_of_addresses_are_known_by_their_classes() -> None:
    """Packages have classes of their own for networks, with the same names."""

    class CidrAddressField(forms.CharField):
        pass

    fields = {"ip": forms.GenericIPAddressField(), "net": CidrAddressField(), "plain": forms.CharField()}
    assert [of_form_field(name, one).type for name, one in fields.items()] == ["ip", "network", "string"]


@pytest.mark.parametrize("view", [views.by_route, views.by_any_argument])
def test_the_form_that_a_route_hands_over(view: Callable[..., Any]) -> None:
    """One view behind several routes has the fields of each route's own."""
    found = [
        {one.name for one in body_of(unwrap(view), "POST", handed={"form_class": form}).fields}
        for form in (views.AddressForm, views.ChangingForm)
    ]
    assert found == [set(views.AddressForm().fields), set(views.ChangingForm().fields)]


def test_of_very_many_choices_the_same_are_kept() -> None:
    """Those of a set come in another order in each process."""
    zones = [(f"zone {number:03}", "a zone") for number in range(300)]
    kept = choice_values(zones)
    assert kept == choice_values(reversed(zones))
    assert len(kept) == CHOICES_MOST
    assert choice_values([("b", "B"), ("a", "A")]) == ("b", "a")


def test_the_class_of_equal_calls_of_a_factory_is_made_once() -> None:
    """Views ask for their formset in many places, and a form of many fields takes long to make."""
    made: list[object] = []

    def inlineformset_factory(**named: object) -> type:
        made.append(named)
        return type("Lines", (), named)

    def of(fields: list[str], **widgets: str) -> object:
        named: dict[str, Value | None] = {"fields": Constant(fields), "widgets": Constant(widgets)}
        return made_by_factory("inlineformset_factory", inlineformset_factory, Arguments(named=named))

    assert of(["name", "price"], name="Input") == of(["name", "price"], name="Input")
    assert of(["name"]) != of(["price"])
    assert len(made) == 3
