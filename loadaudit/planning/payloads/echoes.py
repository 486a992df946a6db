"""What a GET of a row has answered → what is written back: with one harmless field changed, then as it was."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.text import slugify

from loadaudit.load.payloads import UNIQUE_TEXT, is_marked
from loadaudit.load.words import Words
from loadaudit.planning.payloads.bodies import encoded
from loadaudit.planning.payloads.texts import fitted
from loadaudit.planning.payloads.values import has_styles, suggested
from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.records import Body, BodyField, BodyKind, Payload

ECHO = "what its GET answers, written back"
CHANGED = f"{ECHO} with one field changed"
"""Tried first: a database may skip what changes nothing, and code that looks for changes does."""

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
"""Names of texts that nothing depends on, the best first."""

_HAS_A_MEANING = re.compile(
    r"(^|_)(ids?|pk|keys?|uu?id|slug|hash|digest|checksum|tokens?|secret|pin|otp|pass|user|owner|author|account|login|auth"
    r"|codes?|ref|reference|serial|sku|isbn|ean|barcode|tags?|type|kind|class|category|group|roles?|permissions?|rights|scopes?"
    r"|stat(e|us)|stage|step|phase|mode|level|priority|rank|version|revision|etag|order|ordering|position|index|sort|seq"
    r"|sequence|parent|format|mime|model|table|template|pattern|regex|query|filter|formula|expression|method|action|command"
    r"|time|day|year|month|duration|unit|pi?d)(_|$)"
)
"""Names of texts and numbers by which code finds, tells apart or decides."""

_IS_A_STATE = re.compile(
    r"^(is|has|was|can|may|allow|enable|disable|use|require)s?_|ed(_|$)|(^|_)\w*(activ|public|privat|staff|admin|super|open|paid"
    r"|done|complet|final|live|visible|hid|archiv|delet|remov|lock|block|bann?(_|$)|verif|confirm|approv|draft|valid|current"
    r"|default|primary|ready|online|avail|mfa|2fa|otp)"
)
_IS_WRITTEN_IN_A_WAY = re.compile(r"\s*([\[{<]|[\w.+-]+://|\S+@\S+$)")
"""Begins texts that are a document or an address."""

_NUMBERS = 9
"""How many numbers take turns, the nearest to what the row has."""


def echoes(body: Body, document: object, path: str = "") -> Iterator[Payload]:
    """Yield what a GET of the same row has answered as a body, as far as the body takes it, the changed one first.

    A text of which another value, or a part of the path, is made stays: the row would move to another address.
    """
    if not isinstance(document, dict):
        return
    names = {one.name for one in body.fields}
    files = {one.name for one in body.fields if one.type == "file"}
    kept = {name: value for name, value in document.items() if (not names or name in names) and name not in files}
    if not kept:
        return
    body = replace(body, kind=BodyKind.JSON)
    words = {*path.split("/"), *(one for one in document.values() if isinstance(one, str))}
    free = {name: value for name, value in kept.items() if not (isinstance(value, str) and _is_made_of(value, words))}
    if change := _change(body, free):
        yield replace(encoded(body, kept | change), origin=CHANGED)
    yield replace(encoded(body, kept), origin=ECHO)
    if body.source == "source" and len(kept) < len(document):
        # Keys that were read in code may not be all that it wants.
        yield replace(encoded(body, document), origin=ECHO)


def _change(body: Body, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return another value for one field on which nothing depends: a text, else a number, else a boolean; or none.

    What identifies a row or somebody who logs in, and what decides on something, stays.
    """
    plain = [one for one in body.fields if one.name in kept and _is_plain(one)]
    for make in (_text, _number, _boolean):
        for one in sorted(plain, key=lambda each: _likeliness(each.name)):
            if (value := make(one, kept[one.name])) is not None:
                return {one.name: value}
    return {}


def _is_made_of(value: str, words: Iterable[str]) -> bool:
    """Whether another text is this one as addresses have it, perhaps with something behind it."""
    slug = slugify(value)
    return bool(slug) and any(one != value and re.match(rf"{slug}(-|_|$)", one) for one in words)


def _is_plain(one: BodyField) -> bool:
    named = one.unique or one.column or one.model or one.many or one.choices or one.pattern
    # What a name suggests is of a form that others parse, or logs somebody in.
    return not (named or one.name == get_user_model().USERNAME_FIELD or _HAS_A_MEANING.search(in_snake_case(one.name)))


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
    if one.type not in ("integer", "number") or isinstance(value, bool) or not isinstance(value, int | float):
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
