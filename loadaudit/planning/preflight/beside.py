"""What an error says of two fields: that they must be alike, must differ, or which is more."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from loadaudit.load.payloads import UNIQUE_TEXT, is_marked
from loadaudit.planning.preflight.on_days import DAY

_ALIKE = re.compile(
    r"\b(?:do(?:es)? ?(?:not|n't) match|must (?:match|equal|be (?:the same|equal|identical))|be the same as"
    r"|identical to|(?:is|are) (?:different|not (?:equal|the same)))\b|\bmismatch",
    re.IGNORECASE,
)
_DIFFERENT = re.compile(
    r"\b(?:different from|differ\b|be different|be distinct|(?:is|are) (?:the same|identical|equal)"
    r"|(?:must|may|can|should)(?: ?not|n't) (?:be (?:the same|equal|identical)|equal|match))",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?P<kind>greater|more|larger|bigger|higher|longer|later|after|above|exceed|>|less|smaller|lower|shorter|earlier"
    r"|fewer|before|below|<)(?:than|or|equal|to|the|length|of|[ =])*$",
    re.IGNORECASE,
)
_FORBIDS_THE_SAME = re.compile(
    r"\b(?:can ?not|must not|may not|should not|not allowed|\w+n't)\b[^.]{0,80}\b(?:the same|itself|identical|equal)\b"
    r"|\b(?:must|should|have to|has to|need to) (?:be )?(?:differ\w*|distinct)\b",
    re.IGNORECASE,
)
_LONGEST = 2_000
_LESS = frozenset({"less", "smaller", "lower", "shorter", "earlier", "fewer", "before", "below", "<"})
_LENGTH = frozenset({"longer", "shorter"})


def beside(said: str, sent: Mapping[str, Any], field: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the field that a sentence is about, with a value that stands to the other one's as the sentence says.

    The one that it is about is `field`, or the first of two that the sentence names.
    """
    named = places_of(sent, said)
    names = [name for _, name in named]
    about = field or (names[0] if len(names) > 1 else "")
    others = [(start, name) for start, name in named if name != about]
    if about not in sent or len(others) != 1:
        return
    start, other = others[0]
    value = _beside(said, start, sent[about], sent[other])
    if value is not None and value != sent[about]:
        yield about, value


def alike(said: str, sent: Mapping[str, Any]) -> Iterator[str]:
    """Yield what has the value of something before it where that is forbidden: `Cannot transfer to the same account`.

    What was made up may be alike by chance, and truth values have no other.
    """
    if not _FORBIDS_THE_SAME.search(said[:_LONGEST]):
        return
    values: list[Any] = []
    for name, value in sent.items():
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "" and not is_marked(value):
            if value in values:
                yield name
            values.append(value)


def places_of(names: Iterable[str], text: str) -> list[tuple[int, str]]:
    """Return where a text has which of the names, the first in the text before the others."""
    return sorted((match.start(), name) for name in names if (match := named_in(name, text)) is not None)


def named_in(name: str, text: str) -> re.Match[str] | None:
    """Return where a text has the name of a field, as people write it; None where it has not."""
    return re.search(rf"(?<![\w-]){re.escape(name).replace('_', '[_ -]')}(?![\w-])", text, re.IGNORECASE)


def _beside(said: str, start: int, own: Any, other: Any) -> Any:
    if (match := _MORE.search(said[:start][-40:])) is not None:
        kind = match["kind"].lower()
        return _longer(own, other, kind) if kind in _LENGTH else _next(other, -1 if kind in _LESS else 1)
    if _DIFFERENT.search(said) and not isinstance(own, (list, dict)):
        return _another(own) if own == other else None
    return other if _ALIKE.search(said) and own != other else None


def _another(value: Any) -> Any:
    if isinstance(value, str):
        return f"{value}b" if UNIQUE_TEXT in value else f"la-{UNIQUE_TEXT}"
    return value + 1 if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _longer(own: Any, other: Any, kind: str) -> Any:
    if not (isinstance(own, str) and isinstance(other, str)):
        return None
    if kind == "longer":
        return own if len(own) > len(other) else own + "a" * (len(other) - len(own) + 1)
    return own if len(own) < len(other) else own[: max(1, len(other) - 1)]


def _next(value: Any, step: int) -> Any:
    """Return what comes behind or before a value: a number, a number in a text, or a day."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value + step
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"-?\d{1,15}", value):
        return str(int(value) + step)
    if (day := DAY.match(value)) is not None:
        try:
            return f"{date.fromisoformat(day[0]) + timedelta(days=step)}{value[day.end() :]}"
        except (ValueError, OverflowError):
            return None
    return None
