"""Names of registries."""

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType

from loadaudit.planning import registered
from loadaudit.planning.registered import with_registered
from loadaudit.records import Parameter
from tests.analysis.factories import operation


class Panel:
    """An entry of a registry."""

    def __init__(self, key: str) -> None:
        """Take its key."""
        self.key = key


class Panels:
    """A registry that keeps its entries in an attribute."""

    def __init__(self) -> None:
        """Begin with two."""
        self.kept: dict[Any, Panel] = {Panel: Panel("memory"), Panels: Panel("time")}


EXPORTS = {"csv": Panel, "an odd name": Panel}
panels = Panels()


def panel(request: Any, panel_key: str) -> object:
    """Look a panel up."""
    return panels.kept[panel_key]


class Kind:
    """A class that keeps its kinds itself, beside words of no use."""

    kinds: dict[str, type] = {"memory": Panel}
    colours = {"red": "#f00"}


def kind(request: Any, kind: str) -> object:
    """Look a kind up."""
    return Kind.kinds[kind]


def export(request: Any, kind: str) -> object:
    """Look an export up."""
    return EXPORTS[kind]


class Formats:
    """Keeps several things by name, one of them behind a property."""

    def __init__(self) -> None:
        """Begin with one of each."""
        self.readers = {"xml": Panel("reader")}
        self._writers = {"pdf": Panel("writer")}

    @property
    def writers(self) -> dict[str, Panel]:
        """A copy, which nobody changes."""
        return dict(self._writers)


formats = Formats()


def written(request: Any, kind: str) -> object:
    """Look a writer up."""
    return formats.writers.get(kind)


class Pages:
    """A registry of what shows each model."""

    def __init__(self) -> None:
        """Begin with one model."""
        self.kept: dict[Any, Panel] = {ContentType: Panel("types")}


pages = Pages()


def rows(request: Any, model_key: str) -> object:
    """Look the page of a model up."""
    return next(page for model, page in pages.kept.items() if model._meta.label_lower == model_key)


class Silent:
    """Stands in for something else, and answers nothing."""

    def __getattribute__(self, name: str) -> None:
        """Answer nothing, also where its dictionary is asked for."""


silent: Any = Silent()


def odd(request: Any, kind: str) -> object:
    """Use both."""
    return silent.of(EXPORTS[kind])


@pytest.mark.parametrize(
    ("view", "name", "names"),
    [
        (panel, "panel_key", ("memory", "time")),
        (export, "kind", ("csv",)),
        (kind, "kind", ("memory",)),
        (odd, "kind", ("csv",)),
        (written, "kind", ("pdf", "xml")),
    ],
)
def test_names_of_what_a_view_looks_up(
    monkeypatch: pytest.MonkeyPatch, view: Any, name: str, names: tuple[str, ...]
) -> None:
    """By the attribute that ends the parameter's name, or by the keys, where the pattern takes them."""
    monkeypatch.setattr(registered, "view_at", lambda path: view)
    page = operation(f"GET /<{name}>/", parameters=(Parameter(name=name, pattern="[a-z]+"),))
    assert with_registered(page, "/").parameters[0].choices == names
    both = operation("GET /<a>/<b>/", parameters=(Parameter(name="a"), Parameter(name="b")))
    assert with_registered(both, "/") == both
    anything = operation(f"GET /<path:{name}>/", parameters=(Parameter(name=name, pattern=".+"),))
    assert with_registered(anything, "/") == anything


def test_models_of_a_registry_are_called_in_all_their_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pattern tells which of them an address takes."""
    monkeypatch.setattr(registered, "view_at", lambda path: rows)
    page = operation("GET /<model_key>/", parameters=(Parameter(name="model_key", pattern=r"[a-zA-Z]+\.[a-zA-Z]+"),))
    found = with_registered(page, "/").parameters[0].choices
    assert found == ("contenttypes.contenttype", "contenttypes.ContentType")
