"""What a row holds → the same with another value for one field on which nothing depends, as a person edits a row."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import unquote

from django.utils.text import slugify

from loadaudit.inventory.source.relations import login_field
from loadaudit.load.payloads import UNIQUE_TEXT, is_marked
from loadaudit.load.words import Words
from loadaudit.planning.payloads.suggested import has_styles, suggested
from loadaudit.planning.payloads.texts import fitted
from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.records import BodyField, Payload

WITH_A_CHANGE = " with one field changed"
"""Ends the origin of such a body. It is tried first: a database may skip what changes nothing, and code that looks for
changes does. What is refused is tried as it was."""

Stays = Callable[[object], bool]
"""Whether a value must not change, as the row would move to another address."""

_LIKELY = tuple(
    re.compile(pattern)
    for pattern in (
        r"(^|_)(notes?|remarks?)$",
        r"(^|_)desc(ription)?s?$",
        r"(^|_)comments?$",
        r"(^|_)(text|body|content|message|summary|bio)$",
        r"^(title|name)$",
    )
)
"""Names of texts that nothing depends on, the best first; the last may be what others call a row by."""

_LIKELY_NUMBER = re.compile(
    r"(^|_)(weight|width|height|depth|length|distance|size|capacity|quantity|qty|amount|price|cost|budget|estimate|rating"
    r"|score|age)$"
)

_HAS_A_MEANING = re.compile(
    r"(^|_)(ids?|pk|keys?|uu?id|slug|hash|digest|checksum|tokens?|secret|pin|otp|pass|users?|owners?|authors?|accounts?|login|auth"
    r"|codes?|ref|reference|serial|sku|isbn|ean|barcode|tags?|type|kind|class|category|groups?|roles?|permissions?|rights|scopes?"
    r"|stat(e|us)|stage|step|phase|mode|level|priority|rank|version|revision|etag|order|ordering|position|index|sort|seq"
    r"|sequence|parents?|format|mime|model|table|template|pattern|regex|query|filter|formula|expression|method|action|command"
    r"|time|day|year|month|duration|unit|pi?d)(_|$)"
)
"""Names of texts and numbers by which code finds, tells apart or decides."""

_IS_A_STATE = re.compile(
    r"^(is|has|was|can|may|allow|enable|disable|use|require)s?_|ed(_|$)|(^|_)\w*(activ|public|privat|staff|admin|super|open|paid"
    r"|done|complet|final|live|visible|hid|archiv|delet|remov|lock|block|bann?(_|$)|verif|confirm|approv|draft|valid|current"
    r"|default|primary|ready|online|avail|mfa|2fa|otp)"
)
_IS_WRITTEN_IN_A_WAY = re.compile(r"\s*([\[{<]|[\w.+-]+://|[^\s@]+@\S+$)")
"""Begins texts that are a document or an address."""

_NAMES_A_ROW = re.compile(r"_?(id|pk|uu?id|key|slug|code|url|href|self)$")
"""Whole names of what an object within a row has that is a row of its own."""

_NUMBERS = 9
"""How many numbers take turns, the nearest to what the row has."""

_DEEPEST = 3
"""How many objects one in the other are looked into."""


def is_changed(payload: Payload | None) -> bool:
    """Whether a body repeats what a row has but for one field."""
    return payload is not None and payload.origin.endswith(WITH_A_CHANGE)


def with_a_change(
    fields: Sequence[BodyField], row: Mapping[str, Any], stays: Stays, columns: Iterable[BodyField] = ()
) -> dict[str, Any]:
    """Return a row with one field changed: a text, else a number, else a boolean, else one of an object in it.

    Empty where there is none: what identifies a row or somebody who logs in, and what decides on something, stays.
    Without `fields` those are meant that are harmless by their names; `columns` tell what the row's model asks of them.
    """
    return _with_a_change(fields, row, stays, {one.name: one for one in columns}, 0)


def _with_a_change(
    fields: Sequence[BodyField],
    row: Mapping[str, Any],
    stays: Stays,
    columns: Mapping[str, BodyField],
    depth: int,
) -> dict[str, Any]:
    here = [one for one in fields or by_their_names(row, columns, inner=depth > 0) if one.name in row and _is_free(one)]
    plain = [one for one in here if not (one.many or stays(row[one.name]))]
    for make in (_text, _number, _boolean):
        for one in sorted(plain, key=lambda each: _likeliness(each.name)):
            if (value := make(one, row[one.name])) is not None:
                return {**row, one.name: value}
    for one in here if depth < _DEEPEST else ():
        held = row[one.name]
        for place, inner in enumerate(held if isinstance(held, list) else [held]):
            if not isinstance(inner, dict):
                break
            if change := _with_a_change(one.fields, inner, stays, columns, depth + 1):
                rest = [*held[:place], change, *held[place + 1 :]] if isinstance(held, list) else change
                return {**row, one.name: rest}
    return {}


def by_their_names(
    row: Mapping[str, Any], columns: Mapping[str, BodyField], *, inner: bool = False
) -> Iterator[BodyField]:
    """Yield the fields of a row that are harmless by their names, for code of which nobody has read what it takes.

    An `inner` object that is a row of its own may be chosen, or found again, by its name.
    """
    is_row = inner and any(_NAMES_A_ROW.fullmatch(in_snake_case(name)) for name in row)
    for name, value in row.items():
        known = columns.get(name)
        if isinstance(value, dict | list):
            yield BodyField(name=name, type="object", many=isinstance(value, list))
        elif isinstance(value, str) and _likeliness(name) < len(_LIKELY) - is_row:
            yield known or BodyField(name=name, type="any")
        elif isinstance(value, int | float) and _LIKELY_NUMBER.search(in_snake_case(name)):
            yield known or BodyField(name=name, type="integer" if isinstance(value, int) else "number")


def kept_by(values: Iterable[object], path: str) -> Stays:
    """Return what tells that a text is part of an address, or that another of these values, or such a part, is made of
    it, perhaps with something behind it.
    """
    of_path = {*unquote(path).split("/")} - {""}
    words = {*of_path, *_texts(values)}

    def stays(value: object) -> bool:
        if not isinstance(value, str):
            return False
        slug = slugify(value)
        behind = (f"{slug}-", f"{slug}_")
        is_made = (one != value and (one == slug or one.startswith(behind)) for one in words)
        return value in of_path or (bool(slug) and any(is_made))

    return stays


def _texts(values: Iterable[object]) -> Iterator[str]:
    for one in values:
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict | list):
            yield from _texts(one.values() if isinstance(one, dict) else one)


def _is_free(one: BodyField) -> bool:
    named = one.unique or one.column or one.model or one.choices or one.pattern
    # What a name suggests is of a form that others parse, or logs somebody in.
    return not (named or one.name == login_field() or _HAS_A_MEANING.search(in_snake_case(one.name)))


def _likeliness(name: str) -> int:
    plain = in_snake_case(name)
    return next((place for place, pattern in enumerate(_LIKELY) if pattern.search(plain)), len(_LIKELY))


def _text(one: BodyField, value: Any) -> str | None:
    likely = _likeliness(one.name) < len(_LIKELY)
    is_text = one.type == "string" or (one.type == "any" and likely)
    if not (is_text and isinstance(value, str)) or _IS_WRITTEN_IN_A_WAY.match(value):
        return None
    # A name that suggests a value is that of an address, a colour, a person: of a form that somebody reads.
    if not likely and (
        re.fullmatch(r"[\d\s:.,+/-]+", value)
        or suggested(one.name, date.min)
        or has_styles(one.name)
        or re.search("name$", one.name)
    ):
        return None
    text = fitted(f"loadaudit {UNIQUE_TEXT}", one)
    return text if is_marked(text) else None


def _number(one: BodyField, value: Any) -> str | None:
    """Return a mark for the numbers next to that of the row."""
    # Beyond what JSON's readers can tell apart no number is next to another.
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and -(2**53) < value < 2**53
    if one.type not in ("integer", "number") or not is_number:
        return None
    for step in (1, -1):
        near = [round(value + step * number, 6) for number in range(1, _NUMBERS + 1)]
        free = [
            str(each)
            for each in near
            if (each >= one.minimum if one.minimum is not None else each >= min(value, 0))
            and (one.maximum is None or each <= one.maximum)
        ]
        if len(free) > 1:
            return Words(parts=(tuple(free),), is_number=True).mark
    return None


def _boolean(one: BodyField, value: Any) -> bool | None:
    if one.type != "boolean" or not isinstance(value, bool) or _IS_A_STATE.search(in_snake_case(one.name)):
        return None
    return not value
