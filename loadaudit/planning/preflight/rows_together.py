"""Rows that a body names and that have to go together: of one parent, all that hang on a row, two different ones."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.apps import apps
from django.db.models import Model

from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.looked_up import looked_up_with
from loadaudit.planning.preflight.query_names import parsed_names
from loadaudit.planning.preflight.states import names_in_code_at
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import path_to
from loadaudit.records import Operation

_KEY = re.compile(r"^(?:id|pk|key|uuid)$|_(?:id|pk)$", re.IGNORECASE)
_PLACE = re.compile(r"(?:^|_)(?:position|order|rank|index|sort|sequence|place|weight|ord|pos)(?:_|$)", re.IGNORECASE)
_DIGITS = re.compile(r"\d+(?:\s*,\s*\d+)*")
_MOST = 200
_FEW = 3
_MOST_WAYS = 4
_LEVELS = 3

Sent = Mapping[str, Any]


def rows_together(
    operation: Operation, one: Try, sent: Sent, found: Sequence[Complaint], variant: int
) -> list[Complaint]:
    """Return what a body is to name in place of rows that do not go together, each variant another way; mostly nothing.

    Only where nothing else than such rows is complained of. Never raises.
    """
    if one.answer is None or not sent or (one.answer.status == HTTPStatus.NOT_FOUND and variant == 1):
        return []
    if any(each.missing or each.unwanted or each.value is not None for each in found):
        return []
    with suppress(Exception):  # managers and rows are the project's own
        models = _models(operation, one, sent)
        if {each.field for each in found} <= models.keys():
            ways = [
                (way, of_row)
                for way, of_row in _ways(operation, one, sent, models)
                if any(sent[name] != way[name] for name in way)
            ]
            if 0 < variant <= min(len(ways), _MOST_WAYS):
                way, of_row = ways[variant - 1]
                return [Complaint(field=name, choice=True, value=value, of_row=of_row) for name, value in way.items()]
    return []


def _models(operation: Operation, one: Try, sent: Sent) -> dict[str, type[Model]]:
    """Return the models of whose rows the values that were sent are keys, by name."""
    labels = {
        each.name: each.model for each in operation.body.fields if each.model and each.model_field in (None, "pk")
    }
    found = {name: apps.get_model(labels[name]) for name in sent if labels.get(name)}
    free = [name for name, value in sent.items() if name not in found and _may_be_keys(value)]
    seen = looked_up_with(free, one.answer.trace if one.answer is not None else None)
    return found | {name: apps.get_model(label) for name, (label, _) in seen.items()}


def _may_be_keys(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(each, (int, str)) or _is_item(each) for each in value)
    return type(value) is int or (isinstance(value, str) and _DIGITS.fullmatch(value) is not None)


def _is_item(value: Any) -> bool:
    return isinstance(value, dict) and any(map(_KEY.search, value))


def _ways(
    operation: Operation, one: Try, sent: Sent, models: Mapping[str, type[Model]]
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield values that go together: lists of what hangs on the row of the address, then rows beside one of the body.

    Beside them stands whether they are right for that address alone.
    """
    path = one.path.path
    for row in [row for each in reversed(operation.parameters) if (row := row_at(each, path)) is not None]:
        whole = {
            name: keys
            for name, model in models.items()
            if _is_several(sent[name], path, name) and (keys := _below(model, row))
        }
        if whole:
            for first in (0, 1):
                yield {name: _written(keys, sent[name], path, name, first) for name, keys in whole.items()}, True
            yield {name: _written(keys[:_FEW], sent[name], path, name, 0) for name, keys in whole.items()}, True
    for name, model in models.items():
        if isinstance(sent[name], (list, dict)) or (anchor := _row(model, sent[name])) is None:
            continue
        made = {}
        for other, wanted in models.items():
            if other != name and (keys := _beside(wanted, anchor, sent[other])):
                several = _is_several(sent[other], path, other)
                made[other] = _written(keys[:_FEW], sent[other], path, other, 0) if several else keys[0]
        if made:
            yield made, False


def _is_several(value: Any, path: str, name: str) -> bool:
    return isinstance(value, list) or (isinstance(value, str) and _separator(path, name) is not None)


def _separator(path: str, name: str) -> str | None:
    """Return what stands between keys in a text that code takes apart; empty where it is JSON, None where it is one."""
    if name in parsed_names(path):
        return ""
    words = names_in_code_at(path, ())
    return next((each for each in (",", ";", "|") if each in words), None) if "split" in words else None


def _written(keys: Sequence[Any], before: Any, path: str, name: str, first: int) -> Any:
    """Return keys as the value before has them: as a list, as one of objects with places, or as a text."""
    if isinstance(before, str):
        between = _separator(path, name)
        return json.dumps(keys, default=str) if not between else between.join(map(str, keys))
    item = next((each for each in before if isinstance(each, dict)), None) if isinstance(before, list) else None
    if item is None:
        return list(keys)
    key = next(
        (each for each in item if each in ("id", "pk")), next((each for each in item if _KEY.search(each)), "id")
    )
    places = [each for each in item if _PLACE.search(each) and each != key]
    return [{**item, key: each, **dict.fromkeys(places, first + place)} for place, each in enumerate(keys)]


def _row(model: type[Model], key: Any) -> Model | None:
    return model._base_manager.filter(pk=key).first()


def _below(model: type[Model], row: Model) -> list[Any]:
    """Return the keys of all rows of a model that hang on a row themselves."""
    links = [each.name for each in model._meta.concrete_fields if each.is_relation and each.related_model is type(row)]
    return _keys(model, {links[0]: row.pk}) if links else []


def _beside(model: type[Model], anchor: Model, sent: Any) -> list[Any]:
    """Return the keys of rows of a model that share the nearest parent with another row, or are its own.

    What was sent already, the row itself and what it hangs on already are left out.
    """
    used = {str(each) for each in (sent if isinstance(sent, list) else [sent])} if not isinstance(sent, list) else set()
    used |= {str(anchor.pk)} if isinstance(anchor, model) else set()
    for each in anchor._meta.concrete_fields:
        if each.is_relation and each.related_model is model:
            used.add(str(getattr(anchor, each.attname)))
    for parent in _upwards(anchor):
        way = path_to(model, type(parent)) if not isinstance(parent, model) else ""
        keys = [key for key in _keys(model, {way: parent.pk}) if str(key) not in used] if way else []
        if keys:
            return keys
    return []


def _upwards(row: Model) -> Iterator[Model]:
    """Yield a row, what it hangs on, and so on, the nearest first."""
    level = [row]
    for _ in range(_LEVELS):
        yield from level
        links = [(one, each) for one in level for each in one._meta.concrete_fields if each.is_relation]
        above = (getattr(one, each.name, None) for one, each in links)
        level = [each for each in above if isinstance(each, Model)]


def _keys(model: type[Model], having: Mapping[str, Any]) -> list[Any]:
    found = model._base_manager.filter(**having).order_by("pk").values_list("pk", flat=True)[:_MOST]
    return [each if isinstance(each, int) else str(each) for each in found]
