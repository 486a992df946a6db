"""One thing that a server says about a body or a query that it did not take."""

import dataclasses
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from loadaudit.planning.preflight.places import place_in
from loadaudit.records import BodyField

_OF_EACH = re.compile(r"\b(?:received|got)(?: type)? \W?(?!list|array)[a-z]+\W*$", re.IGNORECASE)
"""As in `Expected pk value, received dict`, which REST framework says of a list without a place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One field that the server did not take, and why."""

    field: str
    missing: bool = False
    """It has to be there."""
    choice: bool = False
    """Another row or choice may be right."""
    unwanted: bool = False
    in_query: bool = False
    """It belongs into the address, not into the body."""
    value: Any = None
    """What the server says the value is, or one that its statements ask for; None when nothing is known."""
    wants: str = ""
    """Type of value that the server expected, in the words of `BodyField.type`, or `hyperlink`, where it says so."""
    place: tuple[str | int, ...] = ()
    """Keys and positions that lead to a value deep within the body, the field first; empty for the field itself."""
    least: int = 0
    """How many values it must have at least."""
    of_row: bool = False
    """The value is right for the row of this address alone."""
    said: str = dataclasses.field(default="", compare=False)
    """The server's own words about it."""


_ERROR_OF = re.compile(r"(?:error|err|invalid)_?(?=[a-z])|_?(?:error|err|invalid)s?$", re.IGNORECASE)
"""What a key has around the name of its field: `username_error`, `emailErrors`, `err_title`."""


def of_its_field(one: Complaint, sent: Mapping[str, Any]) -> Complaint:
    """Return a complaint whose key tells that it is an error, too, as one about the field that was sent."""
    name = _ERROR_OF.sub("", one.field)
    return replace(one, field=name) if one.field not in sent and name in sent and not one.place else one


def in_place(one: Complaint, sent: Mapping[str, Any]) -> Complaint:
    """Return a complaint about a place in the body with where that is in what was sent.

    A number alone is a place in the only list that was sent: its field has checked itself, without its name.
    """
    if not one.place:
        lists = [name for name, value in sent.items() if isinstance(value, list)] if one.field.isdecimal() else []
        is_in_list = len(lists) == 1 and one.field not in sent and int(one.field) < len(sent[lists[0]])
        return replace(one, field=lists[0], place=(lists[0], int(one.field))) if is_in_list else one
    place = place_in(one.place, sent)
    last = next((part for part in reversed(one.place) if isinstance(part, str)), one.field)
    is_deep = len(place) > 1 and place[0] in sent
    return replace(one, field=str(place[0]) if place and place[0] in sent else last, place=place if is_deep else ())


def of_parts(one: Complaint, sent: Mapping[str, Any], known: Iterable[str] = ()) -> Iterator[Complaint]:
    """Yield a complaint about each input of a field that has several, sent or `known`, or the complaint itself.

    Django's MultiWidget sends `when` as `when_0` and `when_1`, and a form complains of `when`.
    """
    names = dict.fromkeys((*sent, *known))
    parts = [name for name in names if name.startswith(f"{one.field}_") and name[len(one.field) + 1 :].isdecimal()]
    # `address` and `address_2` are two fields.
    several = f"{one.field}_0" in parts and not (one.field in sent and parts[0] in sent)
    if not several or one.place or one.unwanted or one.value is not None:
        yield one
        return
    empty = [name for name in parts if sent.get(name) in (None, "")]
    for name in (empty or parts) if one.missing else parts:
        choice = one.choice and not one.missing
        yield replace(one, field=name, missing=name not in sent, choice=choice, in_query=False)


def of_known(found: list[Complaint], known: set[str]) -> list[Complaint]:
    """Return the complaints without what an answer tells beside them, such as the form as HTML, where one is known."""
    if not any(each.field in known for each in found):
        return found
    return [each for each in found if each.missing or each.place or each.in_query or each.field in known]


def as_asked(one: BodyField, wants: Mapping[str, str], found: Sequence[Complaint], sent: Any = None) -> BodyField:
    """Return a field with the type that the server asked for; a file that was not taken becomes another.

    Where a list was `sent`, and the server speaks of something else that it received, each value of the list is meant.
    """
    if one.type == "file" and any(each.field == one.name and each.value is not None for each in found):
        # It travels as a text.
        return replace(one, type="any")
    if one.type == "file" and any(each.field == one.name and not each.missing for each in found):
        return replace(one, choices=(wants.get(one.name, "png"),))
    asked = wants.get(one.name, "")
    if asked == "array":
        return replace(one, many=True)
    if asked == "hyperlink":
        return replace(one, type="uri")
    if not asked or (one.model and asked in ("integer", "uuid", "json")):
        return one
    # Nothing else is known to be wrong with what is an object already.
    if asked == one.type == "object":
        return one
    of_each = isinstance(sent, list) and any(each.field == one.name and _OF_EACH.search(each.said) for each in found)
    return replace(one, type=asked, model=None, model_field=None, many=of_each)


def as_sent(one: BodyField, value: Any) -> BodyField:
    """Return a field of which nothing is known with the type of what was sent: a complaint has led to it before.

    An object whose keys nobody knows goes without any first, and then has one.
    """
    if value == {} and one.type in ("object", "any") and not one.fields:
        return replace(one, type="object", fields=(BodyField(name="name", required=True),))
    if one.type != "any" or one.model or one.choices or one.fields:
        return one
    first = value[0] if isinstance(value, list) and value else value
    kind = "integer" if isinstance(first, int) and not isinstance(first, bool) else one.type
    return replace(one, type=kind, many=one.many or isinstance(value, list))


def for_a_body(found: Sequence[Complaint], in_path: Container[str]) -> list[Complaint]:
    """Return what belongs into the body of a DELETE: what it misses that stands in its query, and other values."""
    return [
        replace(each, in_query=False)
        for each in found
        if (each.missing if each.field in in_path else each.value is not None)
    ]
