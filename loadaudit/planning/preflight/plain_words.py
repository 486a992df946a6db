"""What plain words of an error say: which fields must be unique together, which date is wrong, which name is meant."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from loadaudit.planning.preflight.complaint import Complaint

_TOGETHER = (
    re.compile(r"with this ([\w ,]+?) already exists", re.IGNORECASE),
    re.compile(r"fields ([\w, ]+?) must make a unique set", re.IGNORECASE),
    re.compile(r"UNIQUE constraint failed: ([\w., ]+)"),
    re.compile(r"Key \(([\w, ]+)\)=\(.*?\) already exists"),
)
"""Django's models and REST framework, SQLite and PostgreSQL."""

_AHEAD = re.compile(
    r"already (?:over|past|passed)|(?:after|later than) (?:today|now)|\btomorrow\b|\bsame[ -]day\b"
    r"|\b(?:not|n't) (?:be )?(?:today|for today)\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"(?:before|earlier than) (?:today|now)|\byesterday\b", re.IGNORECASE)
_OCCUPIED = re.compile(
    r"\b(?:slot|times?|hours?|days?|dates?|period|week|night)s?\b[^.!]{0,40}"
    r"\b(?:taken|booked|occupied|reserved|blocked|unavailable|full|closed)\b"
    r"|\b(?:not|no longer|n't) (?:available|free|open) (?:on|at|in|during|then)\b"
    r"|\boverlap|\bdouble[ -]book|\b(?:fully|already) (?:booked|reserved|scheduled|planned)\b"
    r"|\bon (?:leave|holiday|vacation)\b"
    r"|\b(?:in|during|within|at|for|on) (?:this|that|these|those|the (?:same|chosen|selected|given|requested)) "
    r"(?:time|moment|hours?|slot|period|range|days?|dates?|week|month)\b",
    re.IGNORECASE,
)
"""What is said of a time that somebody else has."""
_SIDE = re.compile(r"\bin the (?P<side>past|future)\b", re.IGNORECASE)
_WANTED = re.compile(
    r"\b(?:must|should|to|only|please|enter|choose|select|pick|use|provide|give)\b(?:(?!\bnot\b|not\b|n't).)*$",
    re.IGNORECASE,
)
"""Stands before the side of now that is wanted; otherwise it is the one that is not."""

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?=$|[T ])")
_FAR = timedelta(days=7)
_NAME = re.compile(r"(?<![\w/.@:'\"=-])_*[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w/@=-]|:[\w/]|\(\))")
"""As programs write names, and people do not; what is called is none of a field."""

_CODE = re.compile(r"[\w.-]+")
"""A text that is one word: a code for the error itself."""

_OF_A_TYPE = re.compile(r"\btypes?:? ['\"`]\w+['\"`]")
"""What a value is said to be, as in `got type "str"`."""

_QUOTED_NAME = re.compile(r"""(?<!\w)(['"`\u2018\u201c\u201e\u00ab])([a-z_]\w+)['"`\u2019\u201c\u201d\u00bb](?!\w)""")
"""A name between quotes in a sentence, whatever its language."""

_FORMAT = re.compile(r"time data ['\"](.*?)['\"] does not match format ['\"](.*?)['\"]")
"""As `strptime` says it."""

_NOT_FOUND = re.compile(
    r"\b(\w+) (?:(?:was|is|were|could) )?(?:not (?:be )?found|does(?: not|n't) exist|not exist)\b"
    r"|\b(?:no such|unknown|invalid|no matching|can ?not find (?:the )?|could not find (?:the )?)[ _]?(\w+)\b"
    r"|\bno (\w+) (?:found|matches|with)\b",
    re.IGNORECASE,
)
_METHODS = r"\b(?:GET|POST|PUT|PATCH|DELETE)\b"
_LISTED = rf"{_METHODS}(?:(?:,? (?:and|or)|,|/) ?{_METHODS})*"
_METHODS_TAKEN = re.compile(
    rf"\b(?:[Oo]nly|ONLY) (?:accepts? |supports? |allows? )?(?:the |a |an |HTTP )*{_LISTED}"
    rf"|{_LISTED}(?: ?-?methods?| requests?)?(?: (?:is|are))? (?:only|required|expected|needed)\b"
    rf"|\b(?:(?:must|has to|needs to) be|[Uu]se|[Ee]xpect(?:s|ed)|[Rr]equires?) (?:the |an? |HTTP )*{_LISTED}"
    r"(?= ?(?:$|[.!;,)\"'\n]|methods?\b|requests?\b|instead\b))"
)
"""What errors say of the methods that a view takes; `POST data required` is about what was sent."""

_METHODS_REFUSED = re.compile(
    rf"{_LISTED}(?: ?-?methods?| requests?)?(?: (?:is|are))? "
    r"(?:not (?:allowed|supported|permitted|accepted)|unsupported)"
)
_ALREADY = re.compile(r"\balready\b", re.IGNORECASE)
"""Stands in a sentence about what is so."""

_TAKEN = re.compile(
    r"\b(\w+)['\"`]? (?:(?:is|was|has been|are) )?(?:already )?(?:taken|in use|used|registered)\b"
    r"|\b(\w+) already exists\b",
    re.IGNORECASE,
)
_NO_ROW = frozenset({"not", "page", "it", "url", "value", "data", "request", "input", "field", "id", "object", "row"})
_KEYS = ("id", "pk", "uuid", "key", "slug", "name", "code")

_REPEATS = re.compile(r"confirm|again|repeat|retype|verif|_?2$", re.IGNORECASE)
_MOST_NAMES = 2
_BEFORE = 200
_NEAR = 70
"""Characters before a list in which it is said that what it names is required."""

_LONGEST = 3000
"""Characters of an error in which its sentences stand; behind them is what it repeats, such as a file in Base64."""

_WORD = r"['\"\\]*[A-Za-z_]\w*['\"\\]*"
_LISTED_BEHIND = re.compile(rf"[:\[]\s{{0,9}}\[?(?P<names>{_WORD}(?:(?:,| and|, and)\s{{0,9}}{_WORD})*)", re.IGNORECASE)
"""As in `These fields are required for a delivery: ['street', 'town']`."""

_OF_FIELDS = re.compile(
    r"\b(?:fields?|param(?:eter)?s?|keys?|arguments?|attributes?|properties|values?)\b", re.IGNORECASE
)
_ARE_REQUIRED = re.compile(r"\b(?:required|missing|mandatory)\b", re.IGNORECASE)

_ABSENT = re.compile(
    r"\b(?:no|missing|without(?: an?)?) (?P<kind>(?:\w+ ){0,2})(?:argument|param(?:eter)?|key|field|value)s?\b"
    r"[\w ]{0,30}:? ?['\"`](?P<name>[A-Za-z_][\w-]*)['\"`]"
    r"|['\"`](?P<other>[A-Za-z_][\w-]*)['\"`] (?P<where>(?:\w+ ){0,2})(?:argument|param(?:eter)?|key|field)s? "
    r"(?:is |was )?(?:required|missing|not (?:given|found|present|provided|sent))",
    re.IGNORECASE,
)
"""As in `No POST argument with this key: "id"`."""

_OF_QUERY = re.compile(r"\b(?:GET|query|url)\b", re.IGNORECASE)

_NOT_NULL = re.compile(
    r"NOT NULL constraint failed: \w+\.(\w+)|null value in column \"(\w+)\"|Column '(\w+)' cannot be null"
)
"""As SQLite, PostgreSQL and MySQL say it."""


def unique_together(text: str, sent: Iterable[str]) -> Iterator[str]:
    """Yield those names of what was sent of which another row has the same values already."""
    found = (match[1] for pattern in _TOGETHER for match in pattern.finditer(text[:_LONGEST]))
    names = [part.strip().rpartition(".")[2].lower().replace(" ", "_") for one in found for part in _parts(one)]
    known = {name for one in names for name in (one, f"{one}_id", one.removesuffix("_id"))}
    yield from (name for name in sent if name in known)


def _far(text: str) -> timedelta | None:
    """Return how far a moment has to be moved by what an error says; None where it says nothing of that."""
    text = text[:_LONGEST]
    for sentence in re.split(r"[.!]", text):
        for match in [*_SIDE.finditer(sentence)][-1:]:
            is_wanted = _WANTED.search(sentence[: match.start()][-_BEFORE:]) is not None
            return _FAR if is_wanted is (match["side"].lower() == "future") else -_FAR
    return _FAR if _AHEAD.search(text) else -_FAR if _BEHIND.search(text) else None


def moved_dates(text: str, sent: Mapping[str, Any], today: date) -> Iterator[tuple[str, str]]:
    """Yield dates and times that were sent, each as far ahead or behind as an error asks for, and beyond today."""
    days, far = list(_days_in(sent)), _far(text)
    if far is None and days and _OCCUPIED.search(text[:_LONGEST]):
        # Each time twice as far, as what has one week often has the next one, too; the day of the week stays.
        ahead = max(day - today for _, day, _ in days)
        yield from ((name, f"{day + max(_FAR, ahead // _FAR * _FAR)}{rest}") for name, day, rest in days)
    for name, day, rest in days if far is not None else ():
        assert far is not None
        beyond = max if far > timedelta() else min
        yield name, f"{beyond(day, today) + far}{rest}"


def _days_in(sent: Mapping[str, Any]) -> Iterator[tuple[str, date, str]]:
    """Yield names with the days that were sent, and what stands behind these; a last day of all times stays there."""
    for name, value in sent.items():
        match = _DAY.match(value) if isinstance(value, str) else None
        with suppress(ValueError):  # `2026-13-45` only looks like a day
            if match is not None and date.min.year < (day := date.fromisoformat(match[1])).year < date.max.year:
                yield name, day, value[match.end() :]


def takes_another(text: str, method: str) -> bool:
    """Whether an error says that a view does not take a method, or takes others alone: `Only POST is allowed.`"""
    if any(method in one[0] for one in _METHODS_REFUSED.finditer(text)):
        return True
    named = {name for one in _METHODS_TAKEN.finditer(text) for name in re.findall(_METHODS, one[0])}
    return bool(named) and method not in named


def not_found(text: str, sent: Iterable[str]) -> list[str]:
    """Return those names of what was sent that mean the row which an error says is not there: `User not found.`"""
    words = {one.lower() for match in _NOT_FOUND.finditer(text) for one in match.groups() if one} - _NO_ROW
    return [name for name in sent if any(name.lower() in (one, *(f"{one}_{key}" for key in _KEYS)) for one in words)]


def taken(text: str, sent: Iterable[str]) -> list[str]:
    """Return those names of what was sent of which an error says that another row has the value: `Email is taken.`"""
    words = {one.lower() for match in _TAKEN.finditer(text) for one in match.groups() if one} - _NO_ROW
    return [name for name in sent if name.lower() in words]


def held_already(text: str, sent: Iterable[str]) -> list[str]:
    """Return those names of what was sent that bring rows together which are so: `The user already has this role.`"""
    told = [one for one in re.split(r"[.!?\n]", text) if _ALREADY.search(one)]
    words = {word.lower() for one in told for word in re.findall(r"[A-Za-z]+", one)}
    keys = tuple(f"_{key}" for key in _KEYS)
    stems = {name: next((name[: -len(key)] for key in keys if name.endswith(key)), name) for name in sent}
    return [name for name, stem in stems.items() if stem.lower() in words]


def formatted_times(text: str, sent: Mapping[str, Any], today: date) -> Iterator[tuple[str, str]]:
    """Yield values that were sent and are no times for Python, each as the format that it names wants it."""
    for said, format_ in _FORMAT.findall(text):
        moment = datetime.combine(today, time(10))
        yield from ((name, moment.strftime(format_)) for name, value in sent.items() if str(value) == said)


def lacked(text: str, sent: Iterable[str]) -> list[str]:
    """Return the names of fields that an error lists as required, as far as they were not sent."""
    known = {*sent}
    text = text[:_LONGEST]
    heads = ((match, re.split(r"[:\[\"]", text[: match.start()])[-1]) for match in _LISTED_BEHIND.finditer(text))
    lists = [match["names"] for match, head in heads if _OF_FIELDS.search(head) and _ARE_REQUIRED.search(head[-_NEAR:])]
    found = [name for names in lists for name in re.findall(r"[A-Za-z_]\w*", names)]
    return [name for name in dict.fromkeys(found) if name not in known and name != "and"]


def absent(text: str) -> list[tuple[str, bool]]:
    """Return the parameters of which an error says that they are not there, and whether it means those of a query."""
    found = {
        str(match["name"] or match["other"]): bool(_OF_QUERY.search(match["kind"] or match["where"] or ""))
        for match in _ABSENT.finditer(text)
    }
    return list(found.items())


def names_in(texts: Iterable[str]) -> list[str]:
    """Return names as programs write them, or between quotes, a few at most, from the texts of an error."""
    told = [text for text in texts if not _CODE.fullmatch(text.strip())]
    quoted = [match[2] for text in told for match in _QUOTED_NAME.finditer(_OF_A_TYPE.sub("", text))]
    return list(dict.fromkeys([*quoted, *(name for text in told for name in _NAME.findall(text))]))[:_MOST_NAMES]


def repetitions(found: Sequence[Complaint], sent: Mapping[str, Any]) -> list[Complaint]:
    """Return the fields that repeat what was not taken, as a confirmation does, with the same complaint about them."""
    told = {one.field for one in found}
    return [
        replace(one, field=name)
        for one in found
        if one.field in sent and not one.place
        for name, value in sent.items()
        if name not in told and value == sent[one.field] and _REPEATS.search(name)
    ]


def _parts(text: str) -> list[str]:
    return re.split(r", | and ", text)


def empty_columns(said: str, names: Iterable[str]) -> list[str]:
    """Return those of some names that mean a column which a database says must not be empty."""
    known = set(names)
    match = _NOT_NULL.search(said)
    column = next(filter(None, match.groups()), "") if match is not None else ""
    return [one for one in dict.fromkeys((column, column.removesuffix("_id"))) if one in known]
