"""Values that answers give under a name of their own, for what asks for one under that name: keys and tokens."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from loadaudit.planning.neighbours import GENERIC
from loadaudit.records import BodyField

_OPAQUE = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9_=.-])[!@#$]?[\w=.~+/:-]{8,}|[!@#$][\w=.~+/-]+:[\w.:-]+")
"""A text that nobody types: without spaces, of letters and something else, or a name at a host behind a sign."""

_OF_ITS_KEY = ("", "_id", "Id", "_uuid", "_key", "_token")
"""What a name ends with that tells the key of what a parameter is called after: `room_id` for `room`."""

_OTHERWISE = re.compile(r"\d{4}-\d\d-\d\d|https?:|/|[\w-]+(?:\.[\w-]+)*/[\w.+-]+$|[a-z_]+$")
"""Beginning of a date, an address or a type of content, and words of a program."""

_DESCRIBES = re.compile(
    r"^(?:title|label|description|detail|message|error|status|state|type|kind|email|phone|user_?name|password|version"
    r"|format|locale|language|time_?zone|colou?r|image|file|avatar|content)$|_(?:at|on|date|time|name|email|type)$",
    re.IGNORECASE,
)
"""Names of what somebody chooses, which another row had better not have as well."""

_TOKEN = re.compile(r"^(?:(?:access|refresh|auth|id|session|sliding)(?:_?token)?|token|jwt)$", re.IGNORECASE)
_MOST_TOKENS = 3
_MOST_NAMES = 200


@dataclass(slots=True)
class Told:
    """The value that was told last under each name."""

    _values: dict[str, str] = field(default_factory=dict)

    def note(self, document: Any) -> None:
        """Take what a JSON answer tells."""
        for name, value in _entries(document):
            usual = _DESCRIBES.search(name) or _OTHERWISE.match(value)
            if _OPAQUE.fullmatch(value) and not usual and (name in self._values or len(self._values) < _MOST_NAMES):
                self._values[name] = value

    def for_fields(self, fields: Iterable[BodyField]) -> list[dict[str, str]]:
        """Return values for those fields that have to be there and of which nothing else is known, best first.

        What is told under the field's own name comes first; for a token then those under other names. What is longer
        than a field takes is a value of something else.
        """
        asked = [one for one in fields if one.required and one.type in ("any", "string") and not _is_known(one)]
        unknown = [one.name for one in asked]
        room = {one.name: one.max_length for one in asked if one.max_length is not None}
        fitting = {
            name: {other: value for other, value in self._values.items() if len(value) <= room.get(name, len(value))}
            for name in unknown
        }
        own = {name: fitting[name][name] for name in unknown if name in fitting[name]}
        found = [own] if own else []
        for name in filter(is_token, unknown):
            others = (value for other, value in fitting[name].items() if is_token(other) and other != name)
            found += [{**own, name: value} for value in list(others)[:_MOST_TOKENS]]
        return found

    def for_names(self, names: Iterable[str]) -> dict[str, str]:
        """Return values for parameters of an address whose names mean the same everywhere."""
        told = ((name, name + end) for name in names if name not in GENERIC for end in reversed(_OF_ITS_KEY))
        return {name: self._values[own] for name, own in told if own in self._values}


def is_token(name: str) -> bool:
    """Whether a login answers tokens under such a name, and others ask for them under it."""
    return _TOKEN.match(name) is not None


def _is_known(one: BodyField) -> bool:
    return bool(one.model or one.choices or one.unique or one.many)


def _entries(document: Any) -> Iterator[tuple[str, str]]:
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
            yield from (
                (name, value) for name, value in one.items() if isinstance(name, str) and isinstance(value, str)
            )
        elif isinstance(one, list):
            waiting += one
