"""One value for one field of a body: what its type, limits, choices and model allow, and what its name suggests."""

import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from math import inf
from typing import Any

from loadaudit.load.payloads import UNIQUE_NUMBER, UNIQUE_OCTETS, UNIQUE_TEXT, is_marked
from loadaudit.planning.languages.names import name_in_english
from loadaudit.planning.payloads.files import PNG
from loadaudit.planning.payloads.free_words import FreeWords
from loadaudit.planning.payloads.hyperlinks import address_of
from loadaudit.planning.payloads.matching import text_matching
from loadaudit.planning.payloads.suggested import OTHER_ROW, PHONES, STYLES, styles_of, suggested, zone
from loadaudit.planning.payloads.texts import DIGITS, USUAL, day_for, example, fitted, takes
from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.records import BodyField

NOTHING: Any = object()
"""There is no value, because no row exists that it could name."""

_TEXT = f"loadaudit {UNIQUE_TEXT}"

Rows = Callable[[str, str], list[Any]]
"""Label of a model and one of its fields → values of rows that the identity can reach, best first."""

_MAY_BE_A_KEY = frozenset({"any", "string", "integer", "uuid", "number"})
_ENDS = re.compile(
    r"(^|_)(ends?|finish|until|due|expires?|expiry|expiration|deadline|to|out|checkout|departure|return|drop_?off|stop)"
    r"(_|$)",
    re.IGNORECASE,
)
_IS_A_TERM = re.compile(r"(^|_)(until|due|expires?|expiry|expiration|deadline)(_|$)|valid_to", re.IGNORECASE)
"""Ends of something that must not have passed already."""

_SMALLEST, _LARGEST = 100_000_000, 999_999_999
"""The limits of a number that no other request has."""

_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d", "%d/%m/%y", "%y-%m-%d")
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M%p", "%H:%M:%S.%f", "%H:%M:%S.%fZ", "%H:%M:%SZ", "%H%M%S")
_LAYOUTS = {
    "date": _DATES,
    "time": _TIMES,
    "date-time": tuple(f"{day}{between}{clock}" for day in _DATES for between in "T ," for clock in _TIMES),
}
"""How dates and times are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What values are made of beside the field itself."""

    rows: Rows
    today: date
    """Of the plan, so that the same seed and day give the same plan."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """Values to send in any case, by field name: from an answer, or because the server asked for them."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """Values for fields of these names, where the body has them."""
    invalid: frozenset[str] = frozenset()
    """Names of fields whose text was not taken."""
    variant: int = 0
    """0 takes the first choice and row, 1 the second …"""
    others: Rows | None = None
    """Finds values of rows as `rows` does, and of those of others behind them; None where there is no telling."""
    free: FreeWords = field(default_factory=FreeWords)
    """Marks for what no two rows may have."""


def value_of(one: BodyField, needs: Needs) -> Any:
    """Return a JSON value for the field, or NOTHING when it has to name a row and there is none."""
    if one.name in needs.given:
        return needs.given[one.name]
    # Django's form prefixes stand before a hyphen.
    if (plain := one.name.rpartition("-")[2]) in needs.known:
        return needs.known[plain]
    if one.many:
        return [] if (found := _single(one, needs)) is NOTHING else [found]
    return _single(one, needs)


def several(one: BodyField, needs: Needs, count: int) -> list[Any]:
    """Return a list of so many values for the field, each another one where there are as many."""
    found = []
    for number in range(count):
        value = _single(one, replace(needs, variant=needs.variant + number))
        if value is not NOTHING:
            found.append(differing(value, number) if number else value)
    is_plain = one.type == "integer" and not (one.model or one.choices) and one.maximum is None
    return [each + number for number, each in enumerate(found)] if is_plain else found


def differing(value: Any, number: int) -> Any:
    """Return a value that is not the one before it: its texts are, and what was ticked there is not."""
    if isinstance(value, str):
        return value.replace(UNIQUE_TEXT, f"{UNIQUE_TEXT}{number}")
    if isinstance(value, dict):
        return {name: differing(one, number) for name, one in value.items()}
    if isinstance(value, list):
        return [differing(one, number) for one in value]
    return False if value is True else value


def _single(one: BodyField, needs: Needs) -> Any:
    value = _one_value(one, needs)
    if not one.unique or value is NOTHING or is_marked(value):
        return value
    return needs.free.of(one, choices_of(one, needs), needs.today) or value


def choices_of(one: BodyField, needs: Needs) -> list[str] | None:
    """Return the texts of which a field takes one: its choices, or keys of rows; None where it takes any."""
    if one.model and one.type != "uri":
        return [str(key) for key in needs.rows(one.model, one.model_field or "pk")]
    return [choice for choice in one.choices if choice != ""] or ([] if one.model or one.type == "boolean" else None)


def apart(
    fields: Iterable[BodyField], values: Mapping[str, Any], needs: Needs, shown: Mapping[str, list[str]] | None = None
) -> dict[str, str]:
    """Return marks for what a body has that must not go together twice; what has to be sent in any case stays.

    `shown` are the texts that a page offers for fields.
    """
    free = [one for one in fields if not (one.many or one.name in needs.given or one.name in needs.known)]
    listed = {one.name: choices_of(one, needs) for one in free if one.column}
    choices = {name: texts for name, texts in listed.items() if texts is not None} | {**(shown or {})}
    return needs.free.together(free, values, choices, needs.today)


def _one_value(one: BodyField, needs: Needs) -> Any:
    if one.model:
        rows = needs.rows(one.model, field := one.model_field or "pk")
        value = rows[needs.variant % len(rows)] if rows else NOTHING
        is_link = one.type == "uri" and value is not NOTHING
        return (address_of(one.model, field, value) if is_link else "") or value
    choices = [choice for choice in one.choices if choice != ""]
    if choices:
        return _typed(choices[needs.variant % len(choices)], one.type)
    if one.type == "object":
        return _object(one, needs)
    if one.type == "integer":
        return _integer(one)
    if one.type == "number":
        return _number(one)
    return True if one.type == "boolean" else _of_format(one, needs)


def _object(one: BodyField, needs: Needs) -> dict[str, Any]:
    """Return the required fields, or where none is, all but files: a row's key tells apart what is listed."""
    wanted = [inner for inner in one.fields if inner.required] or [each for each in one.fields if each.type != "file"]
    values = {inner.name: value_of(inner, needs) for inner in wanted}
    values = {name: value for name, value in values.items() if value is not NOTHING}
    return values | apart(wanted, values, needs)


def _typed(choice: str, kind: str) -> Any:
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+(\.\d+)?", choice):
        return float(choice) if "." in choice else int(choice)
    return {"true": True, "false": False}.get(choice.lower(), choice) if kind == "boolean" else choice


def _integer(one: BodyField) -> Any:
    if one.unique and (one.maximum is None or one.maximum >= _LARGEST) and (one.minimum or 0) <= _SMALLEST:
        return UNIQUE_NUMBER
    is_other = re.search(OTHER_ROW, in_snake_case(one.name)) and one.minimum is None and one.maximum is None
    return 2 if is_other else int(_within(one))


def _number(one: BodyField) -> Any:
    return int(found) if (found := _within(one)) == int(found) else round(found, 2)


def _within(one: BodyField) -> float:
    given = 1.0 if one.unique or one.example is None else _typed(one.example, one.type)
    likely = min(given if isinstance(given, (int, float)) else 1.0, one.maximum if one.maximum is not None else inf)
    return max(one.minimum if one.minimum is not None else likely, likely)


def _of_format(one: BodyField, needs: Needs) -> Any:
    day = day_for(one.name, needs.today)
    # Whatever ends begins before.
    clock = "11:00:00" if is_end(one.name) else "10:00:00"
    known = {
        "date": day.isoformat(),
        "date-time": f"{day.isoformat()}T{clock}{zone()}",
        "time": clock,
        "duration": "01:00:00",
        "uuid": f"00000000-0000-4000-8000-{UNIQUE_NUMBER}000",
        "email": f"la-{UNIQUE_TEXT}@example.com",
        "uri": "https://example.com/",
        "ip": f"10.{UNIQUE_OCTETS}.7" if one.unique or one.name in needs.invalid else "192.0.2.1",
        "ipv6": "2001:db8::1",
        "network": f"10.{UNIQUE_OCTETS}.0/24",
        "mac": f"02:00:5e:10:00:{needs.variant % 256:02x}",
        "phone": PHONES[needs.variant % len(PHONES)],
        "iban": "DE89370400440532013000",
        "bic": "DEUTDEFF",
        "color": "#336699",
        "decimal": "1",
        "byte": f"data:image/png;base64,{PNG}" if one.name in needs.invalid else PNG,
        # A list of one text: empty values are none to Django's forms.
        "json": json.dumps(["loadaudit"] if needs.variant % 2 == 0 else {"loadaudit": 1}),
    }
    if one.example and one.type in _LAYOUTS and not one.unique and one.name not in needs.invalid:
        return one.example
    if one.type in _LAYOUTS and one.pattern and (written := _written(one, day, clock)):
        return written
    if one.type == "date" and is_end(one.name):
        return (day + timedelta(days=7)).isoformat()
    if one.type == "date-time" and _IS_A_TERM.search(one.name):
        return f"{(day + timedelta(days=7)).isoformat()}T11:00:00{zone()}"
    if one.type in known:
        return known[one.type]
    if one.name in needs.invalid and not (one.pattern and _matching(one, day)):
        others = takes(one, styles_of(one.name) or STYLES) or STYLES
        return _fitted_or_digits(others[(needs.variant - 1) % len(others)], one)
    return _text(one, day, needs.variant)


def _fitted_or_digits(text: str, one: BodyField) -> str:
    """Return a text within the field's lengths, or digits where only its mark has room, which was refused before."""
    found = fitted(text, one)
    has_room = one.max_length is None or len(example(UNIQUE_NUMBER)) <= one.max_length
    return UNIQUE_NUMBER if found == UNIQUE_TEXT != text and has_room else found


def _written(one: BodyField, day: date, clock: str) -> str:
    """Return a moment as a field's pattern has it, or empty: code that parses one way takes no other."""
    ends = is_end(one.name) and (one.type == "date" or _IS_A_TERM.search(one.name))
    moment = datetime.combine(day + timedelta(days=7) if ends else day, time.fromisoformat(clock))
    texts = (moment.strftime(layout) for layout in _LAYOUTS[one.type])
    return next((text for text in texts if re.search(one.pattern, text)), "")


def is_explained(one: BodyField) -> bool:
    """Whether it is known what a field takes, so that no row of a model with such a name is meant."""
    return bool(one.model or one.choices) or one.type not in _MAY_BE_A_KEY


def fits(value: object, kind: str) -> bool:
    """Whether a key of a row is of the kind that a field takes."""
    if kind == "uuid":
        return isinstance(value, uuid.UUID)
    return isinstance(value, int) if kind in ("integer", "number") else True


def is_end(name: str) -> bool:
    """Whether a field of this name tells the end of something."""
    return _ENDS.search(name_in_english(name)) is not None


def _text(one: BodyField, day: date, variant: int) -> str:
    if one.pattern and (found := _matching(one, day, variant)):
        return found
    if one.default not in (None, "") and not one.unique:
        return str(one.default)
    found = next(iter(suggested(one.name, day)), "" if one.unique else one.example or "") or _TEXT
    return fitted(str(found), one)


def _matching(one: BodyField, day: date, variant: int = 0) -> str:
    """Return a usual text that the field's pattern takes, else one that is made from it, or empty.

    Of what no two rows may have, each variant is another one.
    """
    number = variant if one.unique else 0
    likely = (*filter(None, [one.example]), *map(str, suggested(one.name, day)), *USUAL, day.isoformat(), *DIGITS)
    found = () if number else takes(one, likely)
    if found:
        most = one.max_length
        if UNIQUE_NUMBER in found[0] and (most is None or len(example(found[0])) <= most):
            return found[0]
        return fitted(example(found[0]), one)
    made = text_matching(one.pattern, number, least=one.min_length or 0)
    return made if one.max_length is None or len(made) <= one.max_length else ""
