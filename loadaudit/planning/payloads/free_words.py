"""What no two rows may have alike: words for it of which each request gets another one, and pairs that are free."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import islice, product
from math import ceil, floor, gcd, prod
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.inventory.bodies.fields.models import unique_sets
from loadaudit.load.payloads import is_marked
from loadaudit.load.words import Words, key_of
from loadaudit.planning.payloads.matching import word_parts
from loadaudit.records import BodyField

Parts = tuple[tuple[str, ...], ...]
Make = Callable[[Sequence[Sequence[str]], int], str]
"""What words are made of, and the number of the first → their mark."""

Choices = Mapping[str, Sequence[str]]
"""Name of a field → the texts of which it takes one; what is not there takes whatever its type allows."""

_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_TEXTS = ("string", "any")
_NUMBERS = ("integer", "number")
_MOST_ROWS = 20_000
"""Rows whose values are not sent again."""

_MOST_LISTED = 400
"""Choices, rows, days and numbers that stand in a mark one by one; of more words it is enough if these differ alone."""

_MOST_PAIRS = 40_000
_MOST_LETTERS = 16_000
"""Of the texts of pairs in a mark, beyond as many pairs as there may be choices: a plan has marks by the thousand."""

_DAYS = 200
_FOR_PREFLIGHT = 16
"""Words before that with which the load begins."""


@dataclass(slots=True)
class FreeWords:
    """Marks for what no two rows may have; of the same column and choices they are the same, whoever asks and when.

    So no two operations that send such a mark send the same word, and rows that came since do not move where the load
    begins. Operations with other choices, lengths or patterns for the same column count apart and may meet: lists
    that are not the same begin at different places, which makes that rare while most of their words are unused.
    """

    _known: dict[object, str] = field(default_factory=dict)
    _pairs: dict[object, Sequence[tuple[str, ...]]] = field(default_factory=dict)

    def of(self, one: BodyField, choices: Sequence[str] | None, today: date) -> str:
        """Return the mark of the values that a field takes and no row has yet, or empty where there are not two.

        `choices` are the texts of which it takes one; None: it takes any of its type.
        """
        listed = choices if choices is not None else _listed_by_type(one, today) or None
        parts = () if listed is not None else _parts_of(one)
        if not (listed or parts):
            return ""
        key = (one.column or one.name, tuple(listed or ()), parts)
        if key not in self._known:
            taken = {row[0] for row in _taken(one.column)}
            make = partial(_mark, one=one, key=key_of(repr(key)))
            self._known[key] = _listed(listed, taken, make) if listed else _counted(parts, taken, make)
        return self._known[key]

    def together(
        self, fields: Iterable[BodyField], values: Mapping[str, Any], choices: Choices, today: date
    ) -> dict[str, str]:
        """Return marks for some of the `values` of a body, where the model wants sets of columns to be no row's yet.

        Where one of a set has words for hundreds of requests that is enough; the rest of them stays as it is.
        """
        found: dict[str, str] = {}
        written = {one.column: one for one in fields if one.column and one.name in values}
        for model, names in _sets(written):
            members = [one for column, one in written.items() if column in {f"{model}.{name}" for name in names}]
            if not members or any(is_marked(found.get(one.name, values[one.name])) for one in members):
                continue
            found |= self._apart(model, names, members, values, choices, today)
        return found

    def _apart(
        self,
        model: str,
        names: Collection[str],
        members: Sequence[BodyField],
        values: Mapping[str, Any],
        choices: Choices,
        today: date,
    ) -> dict[str, str]:
        plain = [one for one in members if one.name not in choices and one.default in (None, "")]
        for one in sorted(plain, key=lambda each: each.type not in _TEXTS):
            if _size_of(_parts_of(one)) > _MOST_LISTED and (mark := self.of(one, None, today)):
                return {one.name: mark}
        # By their columns, as a form and a serializer may have other names for them, and in another order.
        members = sorted(members, key=lambda each: str(each.column))
        lists = [_texts_for(one, values, choices, today) for one in members]
        columns = [str(one.column).rpartition(".")[2] for one in members]
        key = (model, tuple(columns), tuple(lists))
        if key not in self._pairs:
            self._pairs[key] = _free_pairs(lists, _taken_together(model, columns), needed=len(members) == len(names))
        found = self._pairs[key]
        # Of how many texts there are, and not of which: the key of a row that the run makes may be one of chance.
        first = int(key_of(repr([len(texts) for texts in lists]))) % max(1, len(found))
        return {
            one.name: _mark([[pair[place] for pair in found]], first, one=one, key=key_of(repr(key)))
            for place, one in enumerate(members)
            if found and len(lists[place]) > 1
        }


def _days(today: date) -> list[str]:
    return [(today + timedelta(days=number)).isoformat() for number in range(_DAYS)]


def _listed_by_type(one: BodyField, today: date) -> list[str]:
    """Return the texts that a field of no list takes, if there are only a few, or those of days; else none."""
    if one.type == "date":
        return _days(today)
    if one.type in _NUMBERS and one.minimum is not None and one.maximum is not None:
        low, high = ceil(one.minimum), floor(one.maximum)
        if 0 < high - low < _MOST_LISTED:
            return [str(number) for number in range(low, high + 1)]
    parts = _parts_of(one)
    return ["".join(texts) for texts in product(*parts)] if 1 < _size_of(parts) <= _MOST_LISTED else []


def _size_of(parts: Parts) -> int:
    return prod(map(len, parts)) if parts else 0


def _texts_for(one: BodyField, values: Mapping[str, Any], choices: Choices, today: date) -> tuple[str, ...]:
    """Return the texts of which a field of a set may have each, in the same order wherever they were found.

    That is the order of the list, in which rows that are new come last: sorted, a key of chance would come anywhere.
    """
    listed = choices.get(one.name) or ([] if one.name in choices else _listed_by_type(one, today))
    present = str(values[one.name])
    return tuple(dict.fromkeys(listed if present in listed else (present, *listed)))


def _parts_of(one: BodyField) -> Parts:
    """Return what the words of a field are made of that is of no list."""
    if one.type in _NUMBERS:
        return _parts_of_numbers(one)
    if one.type not in _TEXTS:
        return ()
    if one.pattern:
        return word_parts(one.pattern, least=one.min_length or 0, most=one.max_length)
    return tuple((*_LETTERS,) for _ in range(max(one.min_length or 0, min(one.max_length or 6, 6))))


def _parts_of_numbers(one: BodyField) -> Parts:
    """Return the digits of whole numbers between the limits of a field, those with the most of them that are free."""
    low = max(1, int(one.minimum if one.minimum is not None else 1))
    high = int(one.maximum) if one.maximum is not None else 999_999_999
    for free in range(len(str(high)), 0, -1):
        step = 10**free
        if beginnings := range(-(-low // step), (high + 1) // step):
            return (tuple(map(str, beginnings[:_MOST_LISTED])), *((*_DIGITS,) for _ in range(free)))
    return (tuple(map(str, range(low, high + 1))),) if 0 < high - low < _MOST_LISTED else ()


def _listed(listed: Sequence[str], taken: Collection[str], make: Make) -> str:
    free = [text for text in dict.fromkeys(listed) if text not in taken][:_MOST_LISTED]
    return make([free], int(key_of(repr(free))) % len(free)) if len(free) > 1 else ""


def _counted(parts: Parts, taken: Iterable[str], make: Make) -> str:
    """Return the mark of words that begins where the fewest are taken."""
    words = Words(parts=parts)
    if words.size < 2:
        return ""
    places = sorted({place for text in taken if (place := _place_of(text, parts)) is not None})
    ends = [*places[1:], places[0] + words.size] if places else ()
    begin, end = max(zip(places, ends, strict=True), key=lambda gap: gap[1] - gap[0], default=(-1, words.size))
    free = end - begin - 1
    return make(parts, (begin + 1 + min(_FOR_PREFLIGHT * 4, free // 4)) % words.size)


def _place_of(text: str, parts: Parts) -> int | None:
    """Return which word a text is, None where it is none of these."""
    place = 0
    for part in parts:
        held = next((number for number, one in enumerate(part) if text.startswith(one)), None)
        if held is None:
            return None
        place, text = place * len(part) + held, text[len(part[held]) :]
    return place if not text else None


def _mark(parts: Sequence[Sequence[str]], first: int, *, one: BodyField, key: str) -> str:
    texts = tuple(tuple(part) for part in parts)
    plain = one.type in _NUMBERS and all(text.lstrip("-").isdecimal() for part in texts for text in part)
    return Words(parts=texts, first=first, is_number=plain, key=key).mark


def _free_pairs(
    lists: Sequence[Sequence[str]], taken: Collection[tuple[str, ...]], *, needed: bool
) -> list[tuple[str, ...]]:
    """Return values that go together and are no row's yet, in an order in which all of them change.

    Where a column of the set is filled by nobody's body (not `needed`), taken ones may be free with its value.
    """
    whole = list(islice(product(*lists), _MOST_PAIRS))
    free = [one for one in whole if one not in taken]
    if not needed and len(free) < len(whole) // 2:
        free = whole
    if len(free) < 2:
        return []
    step = next(number for number in range(round(len(free) * 0.618) or 1, len(free) + 1) if gcd(number, len(free)) == 1)
    most = max(_MOST_LISTED, _MOST_LETTERS // max(1, sum(len(text) + 1 for text in free[-1])))
    return [free[number * step % len(free)] for number in range(min(len(free), most))]


def _sets(written: Mapping[str, BodyField]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the label of each model that a body writes to, and each set of its columns that must be no row's yet."""
    for label in dict.fromkeys(column.rpartition(".")[0] for column in written):
        try:
            sets = [sorted(one) for one in unique_sets(apps.get_model(label)) if len(one) > 1]
        except LookupError:
            continue
        yield from ((label, one) for one in sets)


def _taken(column: str | None) -> Collection[tuple[str, ...]]:
    label, _, name = (column or "").rpartition(".")
    return _taken_together(label, [name]) if label else ()


def _taken_together(label: str, names: Sequence[str]) -> Collection[tuple[str, ...]]:
    """Return what rows have in these columns, as texts."""
    try:
        model: type[models.Model] = apps.get_model(label)
        rows = model._base_manager.order_by("-pk").values_list(*names)[:_MOST_ROWS]
        return {tuple(map(str, one)) for one in rows}
    except Exception:  # a manager is the project's own code and may raise anything
        return ()
