"""Takes out of a plan what its target made of chance and of the moment while it was tried, so that plans compare.

A row that a request has made has another UUID the next time, and says another moment. Nothing else of the plan depends
on these, so marks stand for them, and what they stood for is kept beside the plan.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from loadaudit.planning.control import was_given
from loadaudit.planning.hidden_passwords import HiddenPasswords, texts_of
from loadaudit.records import Pair, Plan
from loadaudit.runfile.codec import from_plain, to_plain
from loadaudit.runfile.shapes import is_opaque

_BEFORE = timedelta(minutes=65)
"""Moments of rows that the run makes itself begin an hour before it."""

_LONGEST_FUTURE = timedelta(days=400)
_SHAPES = re.compile(
    r"(?P<moment>\d{4}-\d\d-\d\d(?:[T ]|%20)\d\d(?::|%3A)\d\d(?:(?::|%3A)\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)"
    r"|(?P<epoch>(?<![\w.-])1\d{9}(?:\d{3}|\.\d+)?(?![\w-]))"
    r"|(?P<uuid>(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-]))"
    r"|(?P<address>0x[0-9a-f]{6,})",
    re.IGNORECASE,
)
_KEYS = re.compile(r"(?P<key>[\w:.+=~-]{8,})")
"""Looked for last: a whole word is one of which any piece is of chance."""

_WORDS = re.compile(r"(?P<word>(?<![0-9A-Za-z])(?:0[0-9a-z]{5}|1\d{8})(?![0-9A-Za-z]))", re.IGNORECASE)
"""Of the control plane's first sixty million requests. How many there were before depends on rows of chance."""

_JWT = re.compile(r"\beyJ[\w-]{6,}\.[\w-]+")
"""Header and payload of a JSON Web Token (RFC 7519), of which none lets in whom no shape of chance gives away."""

_PARTS = re.compile(r"[^\w-]+")
_PIECES = re.compile(r"[\W_]+")
_OF_CODES = re.compile(r"(?=.*[0-9].*[0-9])(?=.*[A-Za-z].*[A-Za-z])[0-9A-Za-z]{8,}")
_CHANGES = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])")
_LEAST_CHANGES = 3
"""From letters to digits and back in a short code: names have them at their end."""

_AS_THEY_ARE = frozenset(
    {"operation_id", "method", "lane", "role", "weight_origin", "content", "content_type", "evened_in"}
)
"""Keys of a plan behind which nothing is of a target's making."""

_WHERE = ("requests", "alone", "tried", "exclusions", "notes", "identities")


def without_chance(plan: Plan, before: Plan, began: datetime, passwords: Iterable[str] = ()) -> Plan:
    """Return the plan with marks for UUIDs, keys and moments that came up since `began`, and for passwords.

    What `before`, the plan of before anything was sent, has already, is of rows that were there, and stays. What
    passwords and keys there were is kept nowhere.
    """
    whole = to_plain(before)
    earlier = {key: whole[key] for key in _WHERE}
    texts = list(texts_of(earlier))
    known = {found[0] for text in texts for shapes in (_SHAPES, _WORDS, _KEYS) for found in shapes.finditer(text)}
    marks: dict[str, str] = {}
    numbers: Counter[str] = Counter()
    made: list[Pair] = []

    def marked(found: re.Match[str]) -> str:
        text, kind = found[0], str(found.lastgroup)
        if text in marks:
            return marks[text]
        if text in known or not _IS_OF_CHANCE[kind](text, began):
            return text
        kind = "moment" if kind == "epoch" else kind
        numbers[kind] += 1
        mark = marks[text] = f"{{{kind} {numbers[kind]}}}"
        # It may be a token that lets somebody in.
        made.append(Pair(name=mark, value=text if kind != "key" else _told_of_key(text)))
        return mark

    plain, kept = to_plain(plan), HiddenPasswords(passwords, earlier)
    without = lambda text: _KEYS.sub(marked, _WORDS.sub(marked, _SHAPES.sub(marked, text)))  # noqa: E731
    plain |= {key: _mapped(kept.hidden(plain[key]), without) for key in _WHERE}
    return replace(from_plain(Plan, plain), made=tuple(made))


def _told_of_key(text: str) -> str:
    return f"{'a JSON Web Token' if _JWT.search(text) else 'a key'} of {len(text)} characters"


def has_chance(text: str) -> bool:
    """Whether a text has in it what is another each time: a UUID or a key of the target's, a word of a request."""
    if any(was_given(found[0]) for found in _WORDS.finditer(text)):
        return True
    shapes = (found for pattern in (_SHAPES, _KEYS) for found in pattern.finditer(text))
    return any(found["uuid"] if "uuid" in found.groupdict() else _is_key(found[0]) for found in shapes)


def _is_moment_since(text: str, began: datetime) -> bool:
    """Whether a moment is of the time of the preflight, or reckoned from it into the future, in whatever zone."""
    plain = text.replace("%20", " ").replace("%3A", ":").replace("%3a", ":")
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        return False
    zones = (UTC, timezone.get_default_timezone(), datetime.now().astimezone().tzinfo)
    known = [moment] if moment.tzinfo else [moment.replace(tzinfo=zone) for zone in zones]
    return any(began - _BEFORE <= one <= began + _LONGEST_FUTURE for one in known)


def _is_epoch_since(text: str, began: datetime) -> bool:
    seconds = float(text) / (1000 if len(text.partition(".")[0]) > 10 else 1)
    begun_s = began.timestamp()
    return begun_s - _BEFORE.total_seconds() <= seconds <= begun_s + _LONGEST_FUTURE.total_seconds()


def _is_key(text: str) -> bool:
    """Whether any part of a word is of chance, with the signs that stand in base64 or without them."""
    if _JWT.search(text):
        return True
    whole = (re.sub(r"[-_]", "", one) for one in _PARTS.split(text))
    return any(map(is_opaque, filter(None, whole))) or any(map(_is_code, _PIECES.split(text)))


def _is_code(text: str) -> bool:
    return _OF_CODES.fullmatch(text) is not None and len(_CHANGES.findall(text)) >= _LEAST_CHANGES


_IS_OF_CHANCE: dict[str, Callable[[str, datetime], bool]] = {
    "moment": _is_moment_since,
    "epoch": _is_epoch_since,
    "uuid": lambda _text, _began: True,
    "word": lambda text, _began: was_given(text),
    "address": lambda _text, _began: True,
    "key": lambda text, _began: _is_key(text),
}


def _mapped(value: Any, of: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return of(value)
    if isinstance(value, dict):
        return {key: entry if key in _AS_THEY_ARE else _mapped(entry, of) for key, entry in value.items()}
    return [_mapped(entry, of) for entry in value] if isinstance(value, list) else value
