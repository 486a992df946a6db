"""Values deep within a JSON body: where an error says that they stand, and what is put there instead."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from loadaudit.planning.payloads.values import NOTHING, Needs, several, value_of
from loadaudit.planning.preflight.amended import CORRECTED
from loadaudit.planning.preflight.complaint import Complaint, as_asked
from loadaudit.planning.preflight.hints import hinted
from loadaudit.records import BodyField, BodyKind, Payload

_OF_ANYTHING = re.compile(
    r"param|config|setting|option|argument|kwarg|propert|attribute|extra|meta|data|detail|context|payload|filter|spec",
    re.IGNORECASE,
)
"""What an object is called whose keys go by what it is for."""

Named = Callable[[str, int], Any]
"""Name of a key, and the place among several such values → a value that the name alone suggests, or None."""


def amended_within(
    payload: Payload, found: Sequence[Complaint], fields: Sequence[BodyField], needs: Needs, named: Named
) -> Payload:
    """Return a JSON body with other values at the places that the complaints name; others stay as they are."""
    if payload.kind is not BodyKind.JSON or not found:
        return payload
    document = json.loads(payload.document)
    for one in found:
        _amend(document, one, fields, needs, named)
    return replace(
        payload,
        document=json.dumps(document, default=str),
        origin=f"{payload.origin.removesuffix(CORRECTED)}{CORRECTED}",
    )


def deeper(found: Sequence[Complaint], fields: Sequence[BodyField], payload: Payload | None) -> list[Complaint]:
    """Return complaints with where in a JSON body the fields are which only an object within it has.

    A `KeyError` names no more than the key, whether a row or a list of rows should have had it.
    """
    if payload is None or payload.kind is not BodyKind.JSON:
        return list(found)
    document = json.loads(payload.document)
    known = {one.name for one in fields} | {*document} if isinstance(document, dict) else {one.name for one in fields}
    placed: list[Complaint] = []
    for one in found:
        is_lost = one.missing and not one.place and not one.in_query and one.field not in known
        places = list(_places(document, fields, one.field)) or _open_places(document, fields, one) if is_lost else []
        placed += [replace(one, field=str(place[0]), place=place) for place in places] or [one]
    return placed


def _places(document: Any, fields: Sequence[BodyField], name: str) -> Iterator[tuple[str | int, ...]]:
    """Yield where the objects that take a field of this name stand in a document, with the name behind."""
    for one in fields if isinstance(document, dict) else ():
        held = document.get(one.name)
        rows = enumerate(held) if isinstance(held, list) else [(None, held)]
        for number, row in rows if any(inner.name == name for inner in one.fields) else ():
            if isinstance(row, dict):
                yield (one.name, name) if number is None else (one.name, number, name)


def _open_places(document: Any, fields: Sequence[BodyField], one: Complaint) -> list[tuple[str | int, ...]]:
    """Return where a field may stand of which no class knows: in the object of the body that takes any keys."""
    loose = [each for each in fields if each.type == "object" and not (each.fields or each.model or each.choices)]
    loose = [each for each in loose if isinstance(document, dict) and isinstance(document.get(each.name, {}), dict)]
    called = [each for each in loose if _OF_ANYTHING.search(each.name)] or loose
    return [(called[0].name, one.field)] if len(called) == 1 else []


def _amend(document: Any, one: Complaint, fields: Sequence[BodyField], needs: Needs, named: Named) -> None:
    holder, key = document, one.place[-1]
    for part in one.place[:-1]:
        if isinstance(holder, dict) and any(each.name == part and each.type == "object" for each in fields):
            holder.setdefault(part, {})
        # What was put there for another complaint may have another shape by now.
        if not _is_at(holder, part):
            return
        holder = holder[part]
    if one.unwanted:
        if isinstance(holder, dict):
            holder.pop(key, None)
        return
    if not (isinstance(holder, dict) or _is_at(holder, key)):
        return
    value = _hinted(one, holder[key]) if _is_at(holder, key) else None
    value = _value(one, fields, needs, named) if value is None else value
    if value is not NOTHING:
        holder[key] = value


def _hinted(one: Complaint, held: Any) -> Any:
    """Return the value that the words of an error describe, as they do of a field of the body itself; else None."""
    is_told = bool(one.said) and one.value is None and not (one.missing or one.choice or one.least)
    return hinted(one.said, held) if is_told and not isinstance(held, (dict, list)) else None


def _is_at(holder: Any, part: str | int) -> bool:
    """Whether an object has the key, or a list the position."""
    if isinstance(holder, list):
        return isinstance(part, int) and part < len(holder)
    return isinstance(holder, dict) and part in holder


def _value(one: Complaint, fields: Sequence[BodyField], needs: Needs, named: Named) -> Any:
    if one.value is not None:
        return one.value
    name = next((part for part in reversed(one.place) if isinstance(part, str)), one.field)
    fact = _fact_at(fields, one.place) or BodyField(name=name, type="any", required=True)
    fact = as_asked(fact, {fact.name: one.wants} if one.wants else {}, [one])
    if one.least:
        return enough(fact, needs, one.least, named)
    known = named(fact.name, 0) if not (fact.model or fact.choices or fact.fields) else None
    if known is not None:
        return known[0] if isinstance(known, list) and isinstance(one.place[-1], int) else known
    is_refused = not (one.missing or one.choice)
    return value_of(fact, replace(needs, invalid=frozenset({fact.name}) if is_refused else needs.invalid))


def enough(fact: BodyField, needs: Needs, least: int, named: Named) -> list[Any]:
    """Return a list of so many values, different keys of rows where only its name tells of which."""
    if not (fact.model or fact.choices or fact.fields):
        found = (named(fact.name, number) for number in range(least))
        keys = {str(each): each for one in found for each in (one if isinstance(one, list) else [one])}
        if len(keys) == least and "None" not in keys:
            return list(keys.values())
    return several(fact, needs, least)


def _fact_at(fields: Sequence[BodyField], place: Sequence[str | int]) -> BodyField | None:
    """Return what is known of the field at a place; that of a list's item is one of its values."""
    found: BodyField | None = None
    for part in place:
        if isinstance(part, int):
            found = replace(found, many=False) if found is not None else None
        else:
            inner = found.fields if found is not None else fields
            found = next((one for one in inner if one.name == part), None)
        if found is None:
            return None
    return found
