"""Days and times of day that an error asks for: a weekday, the first of a month, an age, opening hours."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from loadaudit.load.payloads import UNIQUE_TEXT

FORMATS = (
    ("YYYY-MM-DDTHH:MM:SS", "%Y-%m-%dT%H:%M:%S"),
    ("YYYY-MM-DD HH:MM:SS", "%Y-%m-%d %H:%M:%S"),
    ("YYYY-MM-DDTHH:MM", "%Y-%m-%dT%H:%M"),
    ("YYYY-MM-DD HH:MM", "%Y-%m-%d %H:%M"),
    ("YYYY-MM-DD", "%Y-%m-%d"),
    ("DD/MM/YYYY", "%d/%m/%Y"),
    ("MM/DD/YYYY", "%m/%d/%Y"),
    ("DD.MM.YYYY", "%d.%m.%Y"),
    ("YYYYMMDD", "%Y%m%d"),
    ("YYYY-MM", "%Y-%m"),
    ("HH:MM:SS", "%H:%M:%S"),
    ("HH:MM", "%H:%M"),
)
"""How people write how a moment is written, and how Python does, the longest first."""

DAY = re.compile(r"\d{4}-\d\d-\d\d(?=$|[T ])")
"""Begins a day, or a moment of one, as ISO 8601 writes it."""

_NAMES = [name.lower() for name in calendar.day_name]
_NAMED = re.compile(rf"\b({'|'.join(_NAMES)})s?\b", re.IGNORECASE)
_RANGE = re.compile(rf"\b({'|'.join(_NAMES)})s? ?(?:to|-|\u2013|through|until) ?({'|'.join(_NAMES)})s?\b", re.I)
_WEEKDAY = re.compile(r"\b(?:week|working|business|work) ?days?\b", re.IGNORECASE)
_WEEKEND = re.compile(r"\bweek-?ends?\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|no|nobody|never|closed|except|cannot|without|outside|unavailable)\b|n't\b", re.IGNORECASE)
_FIRST = re.compile(r"\b(?:first|1st)(?: day)? of (?:the|a|each|every|any) month\b|\bstart of (?:the|a) month\b", re.I)
_LAST = re.compile(r"\blast(?: day)? of (?:the|a|each|every|any) month\b|\bend of (?:the|a) month\b", re.IGNORECASE)
_OF = r"(?: ?years?(?:[ -](?:old|of age))?)?"
_AGE = re.compile(
    rf"\bbetween (?P<low>\d{{1,2}}){_OF} (?:and|-|to) (?P<high>\d{{1,2}})\b"
    r"|\b(?:(?P<young>under|below|younger than|at most|up to)|at least|over|above|older than|minimum age)"
    r"(?: (?:is|of|the age of|age))* (?P<age>\d{1,2})\b"
    rf"|\b(?P<limit>\d{{1,2}})(?:\+|{_OF} (?:or|and) "
    r"(?:(?P<younger>younger|less|under|below)|more|older|over|above|up)\b)",
    re.IGNORECASE,
)
_IS_AGE = re.compile(
    r"\byears?(?: |-)(?:old|of age)\b|\bage\b|\bold(?:er)?\b|\byounger\b|\byears ago\b|\bbe \d{1,2}\+? years\b"
    r"|\badults?\b|\b(?:you|person|user|who) (?:is|are)(?: still)? under \d",
    re.IGNORECASE,
)
_TOLD = re.compile(r"\b(?:you|person|user|applicant|member|child)s? (?:is|are|was)(?: still)? $", re.IGNORECASE)
"""Stands before what is, and not before what has to be."""

_HAS_TO = re.compile(r"\b(?:must|has to|have to|needs?|should|only)\b(?! not)", re.IGNORECASE)
_OLDEST = 130
_ISO = r"(\d{4}-\d\d-\d\d)"
_AFTER = re.compile(rf"\b(?:after|later than|since|from|on or after|between) {_ISO}", re.IGNORECASE)
_BEFORE = re.compile(rf"\b(?:before|earlier than|until|on or before|by) {_ISO}", re.IGNORECASE)
_HOUR = r"(\d{1,2})(?::(\d\d))? ?(am|pm)?"
_HOURS = re.compile(rf"\b(?:between|from) {_HOUR} (?:and|to|until) {_HOUR}(?! ?\w)", re.IGNORECASE)
_EVERY = re.compile(
    r"\b(?:every|multiples? of|steps of|intervals of) (\d{1,2}) ?min"
    r"|\b(\d{1,2})[ -]min\w*[ -](?:steps?|slots?|intervals?|grid)",
    re.IGNORECASE,
)
_HOURLY = re.compile(r"\b(?:full|whole|every) hours?\b|\bon the hour\b", re.IGNORECASE)
_HALVES = re.compile(r"\bhalf[ -](?:an )?hours?\b", re.IGNORECASE)
_QUARTERS = re.compile(r"\bquarters?[ -](?:of an )?hours?\b", re.IGNORECASE)
_TIME = re.compile(r"(?:^|(?<=[T ]))\d\d:\d\d")
_HIDDEN = re.compile(r"\d{0,2}")
"""What code compares that looks at a part of a day alone, which hides that it is one."""

_FARTHEST = 40
"""Days within which each kind of day comes."""


def on_day(text: str, sent: Any, today: date) -> str | None:
    """Return the day that was sent moved to one that a text asks for; None where it is, or the text asks for none."""
    is_made_up = isinstance(sent, str) and UNIQUE_TEXT in sent
    if (is_made_up and is_of_age(text)) or (
        isinstance(sent, str) and _HIDDEN.fullmatch(sent) and _wanted(text) is not None
    ):
        return f"{_moved(text, today + timedelta(days=1), today)}"
    match = DAY.match(sent) if isinstance(sent, str) else None
    made = sent
    try:
        if match is not None:
            made = f"{_moved(text, date.fromisoformat(match[0]), today)}{sent[match.end() :]}"
    except (ValueError, OverflowError):
        return None
    made = _at_hour(text, made) if isinstance(made, str) else made
    return made if made != sent else None


def _moved(text: str, sent: date, today: date) -> date:
    if (ages := _ages(text)) is not None:
        low, high = ages
        is_right = low * 365.25 < (today - sent).days < high * 365.25
        years = low + 2 if high == _OLDEST else max(0, high - 2) if not low else (low + high) / 2
        return sent if is_right else today - timedelta(days=int(365.25 * years))
    if (found := _AFTER.search(text)) is not None and sent <= date.fromisoformat(found[1]):
        return date.fromisoformat(found[1]) + timedelta(days=1)
    if (found := _BEFORE.search(text)) is not None and sent >= date.fromisoformat(found[1]):
        return date.fromisoformat(found[1]) - timedelta(days=1)
    is_wanted = _wanted(text)
    if is_wanted is None or is_wanted(sent):
        return sent
    # What was to come stays to come, and what was past stays past.
    step = timedelta(days=1 if sent >= today else -1)
    return next((one for number in range(1, _FARTHEST) if is_wanted(one := sent + number * step)), sent)


def is_of_age(text: str) -> bool:
    """Whether a text says how old somebody has to be."""
    return _ages(text) is not None


def _ages(text: str) -> tuple[int, int] | None:
    """Return the ages that a text wants, in years: `Under 18 is not allowed` wants more. None where it wants none."""
    for sentence in re.split(r"[.:;!]", text):
        match = _AGE.search(sentence)
        if match is None or _IS_AGE.search(sentence) is None:
            continue
        if match["low"]:
            return int(match["low"]), int(match["high"])
        age, is_young = int(match["age"] or match["limit"]), bool(match["young"] or match["younger"])
        before = sentence[: match.start()]
        is_refused = _HAS_TO.search(before) is None and (_NOT.search(sentence) or _TOLD.search(before))
        return (0, age) if is_young is not bool(is_refused) else (age, _OLDEST)
    return None


def _wanted(text: str) -> Callable[[date], bool] | None:
    """Return what tells the days that a text wants; None where it speaks of none."""
    found: Callable[[date], bool] | None = None
    if _FIRST.search(text):
        return lambda one: one.day == 1
    if _LAST.search(text):
        return lambda one: (one + timedelta(days=1)).day == 1
    if (span := _RANGE.search(text)) is not None:
        first, last = (_NAMES.index(each.lower()) for each in span.groups())
        days = {(first + number) % 7 for number in range((last - first) % 7 + 1)}
        found = lambda one: one.weekday() in days  # noqa: E731
    elif named := {_NAMES.index(one.lower()) for one in _NAMED.findall(text)}:
        found = lambda one: one.weekday() in named  # noqa: E731
    elif _WEEKEND.search(text):
        found = lambda one: one.weekday() > 4  # noqa: E731
    elif _WEEKDAY.search(text):
        found = lambda one: one.weekday() < 5  # noqa: E731
    if found is None or not _NOT.search(text) or (_WEEKEND.search(text) and _WEEKDAY.search(text)):
        return found
    unwanted = found
    return lambda one: not unwanted(one)


def _at_hour(text: str, sent: str) -> str:
    """Return a time, or what ends with one, within the hours and on the grid of minutes that a text names."""
    match, time = _HOURS.search(text), _TIME.search(sent)
    if time is None:
        return sent
    made = now = int(time[0][:2]) * 60 + int(time[0][3:])
    if (grid := _grid(text)) is not None:
        made -= made % grid
    if match is not None and (match[2] or match[3] or match[5] or match[6]):
        first, last = (_minutes(*match.groups()[start : start + 3]) for start in (0, 3))
        if first < last < 24 * 60 and not first < made < last:
            middle = (first + last) // 2
            # What is booked begins at full hours, and at half ones.
            made = next((one for one in (middle - middle % 60, middle - middle % 30) if one >= first), middle)
    return sent if made == now else f"{sent[: time.start()]}{made // 60:02}:{made % 60:02}{sent[time.end() :]}"


def _grid(text: str) -> int | None:
    """Return the minutes between the times that a text lets through: `Slots begin every 15 minutes`."""
    if _HOURLY.search(text):
        return 60
    match = _EVERY.search(text)
    minutes = int(match[1] or match[2]) if match is not None else 15 if _QUARTERS.search(text) else 0
    return minutes if 0 < minutes <= 60 else 30 if _HALVES.search(text) else None


def _minutes(hour: str, minute: str | None, half: str | None) -> int:
    hours = int(hour) % 12 + 12 * (half.lower() == "pm") if half else int(hour)
    return hours * 60 + int(minute or 0)
