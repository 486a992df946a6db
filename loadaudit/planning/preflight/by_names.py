"""Values for the fields of a body of which only a name, a model or the address tells which row is meant."""

import itertools
import pydoc
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db.models import Model

from loadaudit.planning.making.constants import look_ups_at
from loadaudit.planning.naming import choice_by_name, key_by_name, kinds_and_rows, link_by_name, value_by_name
from loadaudit.planning.payloads.values import Needs, Rows, fits, is_explained
from loadaudit.planning.rows import ends_first, path_to, reachable_values, values_of_all
from loadaudit.records import Identity, Operation

_MOST_MEETING = 3
_MOST_NAMED = 50
_DEPTH_BELOW, _DEPTH_ABOVE = 2, 1


def named(
    operation: Operation,
    identity: Identity,
    names: Iterable[str],
    variant: int = 0,
    kinds: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return values for names that mean a row or a choice and that nothing else explains, of kinds that are wanted."""
    kinds = kinds or {}
    found = {name: value_by_name(name, operation.view, identity, variant, kinds.get(name, "")) for name in names}
    found = {name: choice_by_name(name, operation.view, variant) if one is None else one for name, one in found.items()}
    return {name: value for name, value in found.items() if value is not None}


def links(operation: Operation, identity: Identity, names: Iterable[str], variant: int) -> dict[str, Any]:
    """Return addresses of rows of the models that are called as the names are."""
    found = {name: link_by_name(name, operation.view, identity, variant - 1) for name in names}
    return {name: value for name, value in found.items() if value}


def choices(operation: Operation, names: Iterable[str], variant: int) -> dict[str, Any]:
    """Return choices of columns with these names, where the models of the view's app have them."""
    found = {name: choice_by_name(name, operation.view, variant - 1) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def keys_of_several(name: str, view: str, identity: Identity, variant: int = 0) -> list[object]:
    """Return a list with the key of a row that a name of several means, as `tags`, or `shared_to` of a relation."""
    found = (value_by_name(f"{one}_id", view, identity, variant) for one in (name, name.removesuffix("s")))
    return [one for one in found if one is not None][:1]


def keys(operation: Operation, identity: Identity) -> Iterator[tuple[str, Any]]:
    """Yield keys of rows for fields of a body of which only the names tell that they mean one, or the same one."""
    yield from kinds_and_rows(operation.body.fields, operation.view, identity).items()
    for one in operation.body.fields:
        if not (is_explained(one) or one.many or one.fields):
            value = key_by_name(one.name, operation.view, identity)
            if value is not None and fits(value, one.type):
                yield one.name, value


def keys_of_columns(operation: Operation, names: Iterable[str], needs: Needs) -> dict[str, Any]:
    """Return keys of rows for fields of a body that its model has relations, or its own key, under the names of."""
    model = model_behind(operation)
    columns = model._meta.get_fields() if model is not None else ()
    related: dict[str, Any] = {one.name: one.related_model for one in columns if isinstance(one.related_model, type)}
    related |= dict.fromkeys(("id", "pk"), model) if model is not None else {}
    found = {name: needs.rows(related[name]._meta.label, "pk") for name in names if name in related}
    return {name: keys[needs.variant % len(keys)] for name, keys in found.items() if keys}


def model_behind(operation: Operation) -> type[Model] | None:
    """Return the model of the serializer or form that a body is of, or that of the rows that its view shows."""
    kind, _, place = operation.body.source.partition(" ")
    try:
        made: Any = pydoc.locate(place) if kind in ("serializer", "form") else None
        held: Any = getattr(made, "Meta", None) or getattr(made, "_meta", None)
        if getattr(held, "model", None) is None:
            held = getattr(pydoc.locate(operation.view), "queryset", None)
    except Exception:  # whatever has that name is the project's own code
        return None
    model = getattr(held, "model", None)
    return model if isinstance(model, type) and issubclass(model, Model) else None


def rows_for(identity: Identity, *, of_all: bool = False) -> Rows:
    """Return what finds values of rows that an identity can reach, `of_all` those of others behind them."""
    read: Callable[..., list[Any]] = values_of_all if of_all else reachable_values

    def rows(model: str, name: str) -> list[Any]:
        try:
            return ends_first(read(apps.get_model(model), name, identity))
        except Exception:  # a manager is the project's own code and may raise anything
            return []

    return rows


def or_keys(name: str, look_up: tuple[str, str], rows: Rows) -> list[Any]:
    """Return values with which a view was seen to look rows up, in turn with keys where a name is not the column's.

    A widget that finds rows by what is typed sends the key of the one chosen.
    """
    model, column = look_up
    values = rows(model, column)
    if column in ("pk", "id") or column in name.lower():
        return values
    return [*itertools.chain.from_iterable(zip(values, rows(model, "pk"), strict=False))] or values


def as_asked_first(path: str, rows: Rows) -> Rows:
    """Return what finds those rows first that the code behind an address asks for by words of its own.

    As `get_object_or_404(Invoice, pk=request.POST["invoice"], kind="draft")` does.
    """

    def found(label: str, name: str) -> list[Any]:
        known = rows(label, name)
        try:
            model: Any = apps.get_model(label)
            asked = next((dict(one.values) for one in look_ups_at(path) if one.is_of_one and one.model is model), {})
            there = model._base_manager.filter(**asked) if asked else model._base_manager.none()
            meeting = list(there.values_list(name, flat=True)[:_MOST_MEETING])
        except Exception:  # managers, fields and the code that is read are the project's own
            return known
        return [*meeting, *(one for one in known if one not in meeting)]

    return found


def beside(operation: Operation, values: Mapping[str, object], rows: Rows) -> Rows:
    """Return what finds rows for a body behind an address with these values.

    What is made below a row names that row first; a row that is changed is not its own parent. Rows of the address's
    own row go before others of their model: a tag of this very book. Of rows that a text means, those come first that
    are named after what the address is about: `shop.order_viewer` for an order. A text of what its row hangs on, as the
    name of the account of a profile, is that one's.
    """
    of_path = {(one.model, one.model_field or "pk"): one.name for one in operation.parameters if one.model}
    kinds = {label: label.rpartition(".")[2].lower() for label, _ in of_path}
    is_own = operation.parameters[-1].name if operation.parameters and operation.route.rstrip("/")[-1:] == ">" else ""

    def found(model: str, name: str) -> list[Any]:
        known = rows(model, name)
        parameter = of_path.get((model, name))
        if parameter is None or parameter not in values:
            first = _below(model, name, operation, values) or _above(model, name, operation, values)
            if not first and name != "pk" and model not in kinds:
                first = _named_after(model, name, known, kinds.values())
            return [*first, *(one for one in known if one not in first)]
        # A user name in the address is also meant where the identity can reach nobody but itself.
        same = [one for one in known if str(one) == str(values[parameter])] or [values[parameter]]
        others = [one for one in known if one not in same]
        return (others or known) if parameter == is_own else [*same, *others]

    return found


def _below(label: str, name: str, operation: Operation, values: Mapping[str, object]) -> list[Any]:
    """Return values of the newest rows of a model that lead to a row of the address, to the deepest that has any."""
    for one in reversed(operation.parameters):
        if not one.model or one.model == label or one.name not in values:
            continue
        try:
            model = apps.get_model(label)
            path = path_to(model, apps.get_model(one.model), depth=_DEPTH_BELOW)
            wanted = {f"{path}__{one.model_field or 'pk'}": values[one.name]}
            rows = model._base_manager.filter(**wanted).order_by("-pk") if path else model._base_manager.none()
            if found := [each for each in rows.values_list(name, flat=True)[:_MOST_MEETING] if each not in (None, "")]:
                return found
        except Exception:  # a manager is the project's own code, and not every value fits its column
            continue
    return []


def _above(label: str, name: str, operation: Operation, values: Mapping[str, object]) -> list[Any]:
    """Return the text of the row of a model to which the row of the address leads, of which no column is a key."""
    for one in reversed(operation.parameters) if name != "pk" else ():
        if not one.model or one.model == label or one.name not in values:
            continue
        try:
            model = apps.get_model(one.model)
            path = path_to(model, apps.get_model(label), depth=_DEPTH_ABOVE)
            rows = model._base_manager.filter(**{one.model_field or "pk": values[one.name]})
            found = rows.values_list(f"{path}__{name}", flat=True).first() if path else None
        except Exception:  # a manager is the project's own code, and not every value fits its column
            continue
        if isinstance(found, str) and found:
            return [found]
    return []


def _named_after(label: str, name: str, known: Iterable[Any], kinds: Collection[str]) -> list[Any]:
    """Return texts of rows in which one of these names stands as a word, numbers and underscores being none of it.

    Those of the identity first; only where it knows none those of any row, as of a table of permissions.
    """
    words = [re.compile(rf"(?<![a-z]){re.escape(kind)}(?![a-z])") for kind in kinds]

    def meant(texts: Iterable[Any]) -> list[Any]:
        found = (one for one in texts if isinstance(one, str) and any(word.search(one.lower()) for word in words))
        return list(itertools.islice(found, _MOST_MEETING))

    if found := meant(known):
        return found
    for kind in kinds:
        try:
            having = apps.get_model(label)._base_manager.filter(**{f"{name}__icontains": kind}).order_by("pk")
            found += meant(having.values_list(name, flat=True)[:_MOST_NAMED])
        except Exception:  # a manager is the project's own code, and not every column is a text
            continue
    return found[:_MOST_MEETING]
