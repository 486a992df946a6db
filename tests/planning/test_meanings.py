"""A parameter means what its name means in every other view, unless that is something else each time."""

from dataclasses import replace

from loadaudit.planning.meanings import meanings_of, understood
from loadaudit.records import Operation, Parameter
from tests.analysis.factories import operation


def page(route: str, *parameters: Parameter) -> Operation:
    """Return the reading operation of a route."""
    return replace(operation(f"GET {route}"), parameters=parameters)


def bound(name: str, model: str) -> Parameter:
    """Return a parameter that names a row."""
    return Parameter(name=name, converter="slug", model=model, model_field="slug")


def test_a_name_means_the_same_everywhere() -> None:
    known = meanings_of([page("/a/<firm_slug>/", bound("firm_slug", "shop.Firm"))])
    unknown = page("/b/<firm_slug>/<word>/", Parameter(name="firm_slug"), Parameter(name="word"))
    firm, word = understood(unknown, known).parameters
    assert (firm.model, firm.model_field, word.model) == ("shop.Firm", "slug", None)


def test_names_that_mean_many_things_mean_nothing() -> None:
    """Whether in general, such as `pk`, or in this project."""
    one = page("/a/<pk>/<owner>/", bound("pk", "shop.Firm"), bound("owner", "shop.Firm"))
    other = page("/b/<owner>/", bound("owner", "auth.User"))
    assert meanings_of([one, other]) == {}


def test_the_field_that_ends_the_name_counts() -> None:
    """Views that only hand a value on are read as if it were the key."""
    key = Parameter(name="firm_slug", converter="slug", model="shop.Firm", model_field="pk")
    known = meanings_of([page("/a/<firm_slug>/", key), page("/b/<firm_slug>/", bound("firm_slug", "shop.Firm"))])
    assert known == {"firm_slug": ("shop.Firm", "slug")}
    assert understood(page("/a/<firm_slug>/", key), known).parameters[0].model_field == "slug"


def test_a_date_of_one_piece_is_no_part_of_one() -> None:
    """A month of a year is called like a month."""
    known = {"month": ("shop.Sale", "day__month")}
    whole = Parameter(name="month", converter="regex", pattern="[a-z]{3}-[0-9]{4}")
    part = Parameter(name="month", converter="regex", pattern="[a-z]{3}")
    found = understood(page("/a/<month>/", whole), known), understood(page("/b/<month>/", part), known)
    assert [one.parameters[0].model for one in found] == [None, "shop.Sale"]
