"""The shape of a value that was taken out: which letters and digits stand where, and which check digits it had."""

import re
from collections.abc import Callable, Mapping
from string import ascii_lowercase, ascii_uppercase

from loadaudit.load.words import Words

LAYOUT = r"(?:(?P<check>iban|luhn|ean|isbn);)?(?P<layout>(?:![A-Za-z0-9]|[9Aa ()+./,'&#:-])+)"
"""Of digits, large and small letters; what stands behind `!` belongs to the form and is kept: `!D!E99 9999`."""

_PIECE = re.compile(r"!.|[9Aa]|.")
_WRITTEN = re.compile(r"[A-Za-z0-9 ()+./,'&#:-]+")
_PHONE = re.compile(r"(?P<kept>\+\d{1,3}(?:[ ./-]?\(?0?\)?[ ./-]?\d{2,4}(?=[ ./)-]))?|\+\d{3}|\(?0\d{1,4}\)?[ ./-])")
"""Country and area, which say whose network it is and not who has it."""

_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.IGNORECASE)
_KEPT = {"iban": 2, "luhn": 1, "ean": 3}
"""Characters that tell a country, a network or a kind of thing, which belongs to the form."""

_FEWEST = 3
"""Letters and digits; of fewer a shape would leave the value itself likely."""

_LONGEST = 60
_UNIQUE = 4
"""Places at the end that differ from request to request."""

_TEST_CARD = "4111111111111111"
"""The number that payment services give for tests."""

_LETTERS = {"A": ascii_uppercase, "a": ascii_lowercase, "9": "0123456789"}


def layout_of(text: str, *, is_phone: bool = False) -> str:
    """Return the layout of a text, empty where it has none that tells more than that it is a text."""
    if not _WRITTEN.fullmatch(text) or len(text) > _LONGEST or sum(map(str.isalnum, text)) < _FEWEST:
        return ""
    check = next((name for name, holds in _CHECKS.items() if holds(text)), "")
    phone = _PHONE.match(text) if is_phone else None
    kept = _KEPT.get(check, phone.end() if phone is not None else 0)
    begin = "".join(f"!{one}" if one.isalnum() else one for one in text[:kept])
    rest = re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"\d", "9", text[kept:])))
    return f"{f'{check};' if check else ''}{begin}{rest}"


def like(layout: str, check: str = "") -> str:
    """Return a text of a layout with the check digits of a standard; else with a mark for what differs each time."""
    pieces = _PIECE.findall(layout)
    free = [place for place, one in enumerate(pieces) if one in _LETTERS]
    made = [one[-1] if place not in free else _at(one, place) for place, one in enumerate(pieces)]
    if check:
        return _CHECKED[check]("".join(made))
    last = free[-_UNIQUE:]
    if len(free) < _FEWEST or last[-1] - last[0] + 1 != len(last):
        return "".join(made)
    parts = tuple(tuple(_LETTERS[pieces[place]]) for place in last)
    first = sum(ord(one) for one in layout) * 31 % 9_973
    mark = Words(parts=parts, first=first).mark
    return "".join(made[: last[0]]) + mark + "".join(made[last[-1] + 1 :])


def _at(kind: str, place: int) -> str:
    """Return a letter or a digit for a place: no leading zero, and no two alike beside each other."""
    return str(1 + place % 9) if kind == "9" else _LETTERS[kind][(place * 7 + 3) % 26]


def _digits(text: str) -> list[int]:
    return [int(one) for one in text if one.isdigit()]


def _luhn(digits: list[int]) -> int:
    """Return the rest of ISO/IEC 7812-1, which is zero of a right number."""
    return (sum(digits[-1::-2]) + sum(sum(divmod(2 * one, 10)) for one in digits[-2::-2])) % 10


def _ean(digits: list[int]) -> int:
    """Return the rest of GS1 and ISBN-13."""
    return sum(one * (1, 3)[place % 2] for place, one in enumerate(reversed(digits))) % 10


def _isbn(text: str) -> int:
    """Return the rest of ISBN-10, whose last digit may be an X."""
    values = [10 if one in "Xx" else int(one) for one in text if one.isalnum()]
    return sum(value * (10 - place) for place, value in enumerate(values)) % 11


def _mod97(text: str) -> int:
    """Return the rest of ISO 13616, which is one of a right number."""
    plain = text.replace(" ", "")
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97


def _is_of_digits(text: str, lengths: tuple[int, ...]) -> bool:
    return not re.search(r"[A-Za-z]", text) and len(_digits(text)) in lengths


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "iban": lambda text: _IBAN.fullmatch(text) is not None and _mod97(text) == 1,
    "ean": lambda text: _is_of_digits(text, (13,)) and _ean(_digits(text)) == 0,
    "luhn": lambda text: _is_of_digits(text, tuple(range(12, 20))) and text[0] != "+" and _luhn(_digits(text)) == 0,
    "isbn": lambda text: re.fullmatch(r"(?:\d[ -]?){9}[\dXx]", text) is not None and _isbn(text) == 0,
}


def _with_last(text: str, rest: Callable[[list[int]], int]) -> str:
    """Return digits with the last of them so that the check holds."""
    place = max(place for place, one in enumerate(text) if one.isdigit())
    return next(made for digit in range(10) if rest(_digits(made := f"{text[:place]}{digit}{text[place + 1 :]}")) == 0)


def _card(text: str) -> str:
    """Return a number of a card; of the usual length the one that is there for tests."""
    if len(_digits(text)) != len(_TEST_CARD) or text[0] != _TEST_CARD[0]:
        return _with_last(text, _luhn)
    digits = iter(_TEST_CARD)
    return "".join(next(digits) if one.isdigit() else one for one in text)


def _iban(text: str) -> str:
    plain = text.replace(" ", "").upper()
    right = f"{98 - _mod97(f'{plain[:2]}00{plain[4:]}'):02}"
    return f"{text[:2]}{right}{text[4:]}"


_CHECKED: Mapping[str, Callable[[str], str]] = {
    "iban": _iban,
    "luhn": _card,
    "ean": lambda text: _with_last(text, _ean),
    "isbn": lambda text: next(made for last in "0123456789X" if _isbn(made := text[:-1] + last) == 0),
}
