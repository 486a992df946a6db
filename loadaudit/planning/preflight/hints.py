"""Values that the words of an error describe: their beginning and length, their limits, their format."""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from loadaudit.load.payloads import UNIQUE_NUMBER, UNIQUE_TEXT, is_marked
from loadaudit.load.words import words_in
from loadaudit.planning.payloads.files import PNG
from loadaudit.planning.payloads.public_keys import CERTIFICATE, PEM, SSH
from loadaudit.planning.preflight.counted import counted, wants_some_digits
from loadaudit.planning.preflight.examples import shown_example
from loadaudit.planning.preflight.number_words import in_digits
from loadaudit.planning.preflight.numbers_of_a_kind import number_of_a_kind
from loadaudit.planning.preflight.on_days import FORMATS, on_day
from loadaudit.planning.preflight.plain_words import moved_dates
from loadaudit.planning.preflight.shaped import begins_with_a_kind, shaped

_NETWORK = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}/\d{1,2}\b")
_BEGINS = re.compile(
    r"\b(?:begins?|starts?|prefixed) with (?:an? |the )?['\"`]?([^\s'\"`]+?)['\"`]?(?=[\s.,;]|$)", re.IGNORECASE
)
_NOT_BEFORE = re.compile(r"(?:\bnot|n't|\bnever) $", re.IGNORECASE)
_DIGITS = re.compile(r"\b(?:(\d+)[ -]digits?|digits?: (\d+))\b", re.IGNORECASE)
_DIGITS_ALONE = re.compile(
    r"\b(?:digits|numbers) (?:only|alone)\b|\b(?:only|just) (?:contain |have |consist of )?(?:digits|numbers)\b"
    r"|\bmust be (?:numeric|(?:all )?digits)\b|\b(?:consists?|made up) of (?:digits|numbers)\b|\bnumeric only\b",
    re.IGNORECASE,
)
_DIGITS_BEHIND = re.compile(r"\b(?:digits?|numbers?)\b", re.IGNORECASE)
_LETTERS_ALONE = re.compile(
    r"\bcontains (?:a |any )?(?:digit|number)|\b(?:only|just) (?:contain )?(?:letters|alphabet)|\bletters only\b"
    r"|(?:\bnot|n't|\bno|without) (?:contain |have |include )?(?:a |any )?(?:digits?|numbers?)\b",
    re.IGNORECASE,
)
_HAS_TO_HAVE = re.compile(
    r"\b(?:must|should|has to|needs? to|please)\b(?! not|n't)[^.]*\b(?:contain|include|have|use)\b"
    r"|\bat least (?:one|1|an?)\b",
    re.IGNORECASE,
)
_KINDS_OF_CHARACTERS: tuple[tuple[re.Pattern[str], Callable[[str], bool], str], ...] = (
    (re.compile(r"upper[ -]?case|capital", re.IGNORECASE), lambda one: any(each.isupper() for each in one), "Q"),
    (re.compile(r"lower[ -]?case|small letter", re.IGNORECASE), lambda one: any(each.islower() for each in one), "q"),
    (
        re.compile(r"\b(?:one|1|an?|contain|include) (?:digit|number|numeral)", re.IGNORECASE),
        lambda one: any(each.isdigit() for each in one),
        "7",
    ),
    (
        re.compile(r"special (?:character|symbol|char)|\bsymbol\b|punctuation", re.IGNORECASE),
        lambda one: not one.isalnum(),
        "!",
    ),
)
_LENGTH = re.compile(r"\b(\d+) (?:characters?|letters|chars)\b|\blength (?:must be |of |is )*(\d+)\b", re.IGNORECASE)
_UP_TO = re.compile(
    r"at most|no more than|maximum|(?<!no )(?<!not )(?<!not be )(?:fewer|less than)|too long|exceed", re.IGNORECASE
)
_BETWEEN = re.compile(r"between (-?\d+(?:\.\d+)?) (?:and|to) (-?\d+(?:\.\d+)?)|from (-?\d+) to (-?\d+)", re.IGNORECASE)
_LEAST = re.compile(
    r"(?:at least|minimum(?: is| of)?|greater than or equal to|no less than|>=) (-?\d+(?:\.\d+)?)\b", re.IGNORECASE
)
_ABOVE = re.compile(
    r"(?P<not>(?:\bno|\bnot|\bcannot|\bnever|n't) (?:be )?)?(?:greater than|more than|above|exceed|>) "
    r"(?P<number>-?\d+(?:\.\d+)?)\b",
    re.IGNORECASE,
)
_EXACTLY = re.compile(
    r"\b(?:must|should|has to|needs to) (?:be |equal )(?:exactly |equal to )?(-?\d+(?:\.\d+)?)"
    r"(?![\d/:-]|[.,]\d| ?[A-Za-z%])",
    re.IGNORECASE,
)
"""A number that is the only right one, and no count of anything."""
_FORBIDS_MORE = re.compile(
    r"(?:\b(?:not|cannot|never)\b|n't\b)[^.;]{0,40}$|\b(?:is|are|was|were|of|has|have|for|with) (?:already )?$", re.I
)
"""Stands before what is too much: `may not have more than 6`, `groups of more than 6 book by phone`."""
_POSITIVE = re.compile(r"\bpositive\b|must not be zero|not be negative", re.IGNORECASE)
_MOST = re.compile(
    r"(?:at most|maximum(?: is| of)?|less than or equal to|no more than|<=) (-?\d+(?:\.\d+)?)\b", re.IGNORECASE
)
_AHEAD = re.compile(
    r"(\d+) (hour|day|week|month)s? (?:ahead|in advance|before|from (?:now|today)|later|in the future)"
    r"|at least (\d+) (hour|day|week|month)s?",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:$|[T ])")
_DAYS = {"hour": 1, "day": 1, "week": 7, "month": 31}
_EXTENSION = re.compile(
    r"\b(?:needs?|have|has|without|no|missing|lacks?|include)\b[^.]{0,20}\bextension\b", re.IGNORECASE
)
_AGREED = re.compile(
    r"\bmust (?:\w+ )?(?:agree|accept|confirm|acknowledge)|must be (?:checked|ticked|accepted|true)\b", re.IGNORECASE
)
_NAMED: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile(r"\bvalid e-?mail(?: address)?\b", re.IGNORECASE), f"la-{UNIQUE_TEXT}@example.com"),
    (
        re.compile(r"\bvalid (?:domain|host)(?: ?name)?\b|\bvalid (?:fqdn|fully qualified)\b", re.IGNORECASE),
        f"la-{UNIQUE_TEXT}.example.com",
    ),
    (re.compile(r"\bdata[ :-]ur[il]\b|data:image", re.IGNORECASE), f"data:image/png;base64,{PNG}"),
    (re.compile(r"\b(?:be|as) an? (?:valid )?(?:\w+ )?identifier\b", re.IGNORECASE), f"la_{UNIQUE_TEXT}"),
    (re.compile(r"\bssh\b", re.IGNORECASE), SSH),
    (re.compile(r"\bx\.?509\b|\bPEM\b.*\bcertificate\b|\bcertificate\b.*\bPEM\b", re.IGNORECASE), CERTIFICATE),
    (re.compile(r"\bpublic[ _-]?key\b|\bPEM\b", re.IGNORECASE), PEM),
    (
        re.compile(r"\b(input|select|textarea)\b.{1,20}\b(?!\1\b)(?:input|select|textarea)\b", re.IGNORECASE),
        '<form><input name="a"><textarea name="b"></textarea></form>',
    ),
    (re.compile(r"base ?64[ -].*\bjson\b|\bjson\b.*base ?64", re.IGNORECASE), "eyJsb2FkYXVkaXQiOiAxfQ=="),
    (re.compile(r"base ?64", re.IGNORECASE), PNG),
    (re.compile(r"\bcron\b|crontab", re.IGNORECASE), "0 3 * * *"),
    (re.compile(r"time ?zone", re.IGNORECASE), "UTC"),
    (re.compile(r"currency", re.IGNORECASE), "USD"),
    (re.compile(r"country", re.IGNORECASE), "US"),
    (re.compile(r"language|locale", re.IGNORECASE), "en"),
    (re.compile(r"hex(?:adecimal)? colou?r|colou?r code|valid colou?r", re.IGNORECASE), "#336699"),
)
"""Kinds of values that have a usual one."""

_TELEPHONE = re.compile(r"\b(?:tele)?phones?\b|\bmobile\b|\bmsisdn\b", re.IGNORECASE)
_INTERNATIONAL = re.compile(
    r"\binternational\b|\bE\.?164\b|\bcountry (?:calling )?code\b|\+\d|with (?:an? )?['\"]?\+", re.I
)
_ADDRESSES = _NAMED[:2]

_LONGEST = 2000
_MOST_LETTERS = 1000
_LONGEST_NUMBER = 9
"""Digits of a number that no other request has."""


_OF_NUMBERS = re.compile(r"\b(?:list|array) of (?:integers|numbers|ids)\b|\bvalid integer\b", re.IGNORECASE)


def hinted(text: str, sent: Any = None, today: date | None = None) -> Any:
    """Return a value that an error's text describes, None where it describes none; `sent` is what it was said of."""
    day = today or date.today()
    # What is made of a text needs one of the words that its mark stands for.
    sent = words_in(sent, lambda mark: 0) if isinstance(sent, str) else sent
    text = in_digits(text[:_LONGEST])
    if isinstance(sent, list) and _OF_NUMBERS.search(text) and not all(isinstance(one, int) for one in sent):
        return [1]
    for make in _MAKERS:
        found = make(text, sent, day)
        if found is not None and found != sent:
            return found
    return None


def hinted_by_name(text: str, sent: Mapping[str, Any], today: date | None = None) -> Iterator[tuple[str, Any]]:
    """Yield names of what was sent that a text speaks of, each with the value that the text describes."""
    for name, value in sent.items():
        words = re.escape(name).replace("_", "[ _]")
        if re.search(rf"(?<![\w-]){words}(?![\w-])", text, re.IGNORECASE):
            found = hinted(text, value, today)
            if found is not None:
                yield name, found


def hinted_of_any(text: str, sent: Mapping[str, Any], today: date | None = None) -> Iterator[tuple[str, Any]]:
    """Yield all that a sentence which names no field may mean, with what it says of how a value is written."""
    plain, day = in_digits(text[:_LONGEST]), today or date.today()
    for name, value in sent.items():
        held = words_in(value, lambda mark: 0) if isinstance(value, str) else value
        made = (make(plain, held, day) for make in _OF_ANY if held not in (None, ""))
        found = next((one for one in made if one is not None and one != held), None)
        if found is not None:
            yield name, found


def described_alone(text: str, sent: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the first text that was made up, with the value that an error wants which names no field.

    Only of kinds of which a body rarely has two, as the number of a telephone.
    """
    usual = next((value for pattern, value in _ADDRESSES if pattern.search(text)), None)
    value = _telephone(text[:_LONGEST], "", date.min) or usual
    made_up = (name for name, one in sent.items() if is_marked(one) and one != value)
    if value is not None and (first := next(made_up, None)) is not None:
        yield first, value


def _telephone(text: str, sent: Any, day: date) -> Any:
    """Return a number of a telephone as all countries write it, where a text asks for one."""
    is_asked = _TELEPHONE.search(text) is not None and _INTERNATIONAL.search(text) is not None
    return f"+4930{UNIQUE_NUMBER}" if is_asked and isinstance(sent, str) and not sent.startswith("+4930") else None


def _address(text: str, sent: Any, day: date) -> Any:
    match = _NETWORK.search(text)
    try:
        network = ipaddress.ip_network(match[0], strict=False) if match is not None else None
    except ValueError:
        return None
    if network is None or not re.search(r"\bin\b|within|belong|part of|subnet|network|range", text, re.IGNORECASE):
        return None
    # Not the first, which routers have, nor the last, which is for all.
    return str(network[min(7, network.num_addresses - 1)])


def _beginning(text: str, sent: Any, day: date) -> Any:
    match, sent = _BEGINS.search(text), _as_text(sent)
    if match is None or sent is None:
        return None
    if _NOT_BEFORE.search(text[: match.start()]):
        other = "9" if match[1].isdigit() else "B"
        return f"{other}{sent[len(match[1]) :]}" if sent.startswith(match[1]) and other != match[1] else None
    is_address = re.fullmatch(r"https?:?/?/?", match[1], re.IGNORECASE) is not None
    if is_address or begins_with_a_kind(text[match.start(1) :]):
        return None
    behind = _digits_for(sent[len(match[1]) :]) if _DIGITS_BEHIND.search(text[match.end() :]) else UNIQUE_TEXT
    if sent.isdecimal() and match[1].isdecimal() and len(match[1]) < len(sent) < _LONGEST_NUMBER:
        # A short number stays as long as it was.
        behind = sent[len(match[1]) :]
    is_done = sent.startswith(match[1]) and not (behind != UNIQUE_TEXT and UNIQUE_TEXT in sent)
    return None if is_done else f"{match[1]}{behind}"


def _digits_alone(text: str, sent: Any, day: date) -> Any:
    return _digits_for(sent) if isinstance(sent, str) and _DIGITS_ALONE.search(text) else None


def _digits_for(sent: str) -> str:
    """Return digits instead of a text, no more than there is room for as far as that is known."""
    return UNIQUE_NUMBER if len(sent) >= _LONGEST_NUMBER else "10023"[: max(1, len(sent))]


def _number_of_digits(text: str, sent: Any, day: date) -> Any:
    match = _DIGITS.search(text)
    count = int(match[1] or match[2]) if match is not None else 0
    if not 0 < count <= _MOST_LETTERS or wants_some_digits(text):
        return None
    if _UP_TO.search(text):
        return "1"
    return f"{'1' * (count - _LONGEST_NUMBER)}{UNIQUE_NUMBER}" if count > _LONGEST_NUMBER else "1" * count


def _letters(text: str, sent: Any, day: date) -> Any:
    """Return the letters of what was sent, without the part that no other request has, which has digits."""
    if not isinstance(sent, str) or _LETTERS_ALONE.search(text) is None:
        return None
    letters = re.sub(r"[^A-Za-z ]", "", sent.replace(UNIQUE_TEXT, "").replace(UNIQUE_NUMBER, "")).strip()
    return (letters or "Loadaudit") if letters != sent else None


def _with_a(text: str, sent: Any, day: date) -> Any:
    """Return what was sent with one character of each kind that has to be in it."""
    if not isinstance(sent, str) or _HAS_TO_HAVE.search(text) is None:
        return None
    more = [one for pattern, is_there, one in _KINDS_OF_CHARACTERS if pattern.search(text) and not is_there(sent)]
    return "".join([sent, *more]) if more else None


def _length(text: str, sent: Any, day: date) -> Any:
    match = _LENGTH.search(text)
    count = int(match[1] or match[2]) if match is not None else 0
    if not 0 < count <= _MOST_LETTERS or not isinstance(sent, str):
        return None
    length = len(sent) if UNIQUE_NUMBER not in sent else count
    if _UP_TO.search(text):
        return sent[:count] if length > count else None
    return (sent + "a" * count)[: max(count, length) if "at least" in text.lower() else count]


def _amount(text: str, sent: Any, day: date) -> Any:
    is_day = isinstance(sent, str) and _DAY.match(sent) is not None
    if is_day or re.search(r"characters?|letters|items?|words|lines|sentences", text, re.IGNORECASE):
        return None
    if (match := _BETWEEN.search(text)) is not None:
        return _as_number(match[1] or match[3])
    if (match := _LEAST.search(text)) is not None and _AHEAD.search(text) is None:
        return _as_number(match[1])
    if (match := _ABOVE.search(text)) is not None:
        is_limit = match["not"] or _FORBIDS_MORE.search(text[: match.start()])
        return _as_number(match["number"]) if is_limit else int(float(match["number"])) + 1
    if (match := _MOST.search(text)) is not None:
        return _as_number(match[1])
    if (match := _EXACTLY.search(text)) is not None:
        return _as_number(match[1])
    return 1 if _POSITIVE.search(text) else None


def _as_number(text: str) -> float | int:
    return float(text) if "." in text else int(text)


def _moved(text: str, sent: Any, day: date) -> Any:
    return next((value for _, value in moved_dates(text, {"": sent}, day)), None)


def _later(text: str, sent: Any, day: date) -> Any:
    match = _AHEAD.search(text)
    known = re.match(r"\d{4}-\d\d-\d\d", sent) if isinstance(sent, str) else None
    if match is None or known is None:
        return None
    days = int(match[1] or match[3]) * _DAYS[(match[2] or match[4]).lower()] + 1
    return f"{day + timedelta(days=min(days, 3650))}{sent[10:]}"


def _of_units(text: str, sent: Any, day: date) -> Any:
    return counted(text, plain) if (plain := _as_text(sent)) is not None else None


def _of_shape(text: str, sent: Any, day: date) -> Any:
    return shaped(text, plain) if (plain := _as_text(sent)) is not None else None


def _as_text(sent: Any) -> str | None:
    """Return what was sent where it is a text, or one instead of the truth value that was taken for one."""
    return f"loadaudit {UNIQUE_TEXT}" if isinstance(sent, bool) else sent if isinstance(sent, str) else None


def _of_a_kind(text: str, sent: Any, day: date) -> Any:
    return number_of_a_kind(text, sent)


def _on_a_day(text: str, sent: Any, day: date) -> Any:
    """Return the day that a text asks for, as far ahead or behind as it says."""
    moved = _later(text, sent, day) or _moved(text, sent, day)
    return on_day(text, moved or sent, day) or moved


def _formatted(text: str, sent: Any, day: date) -> Any:
    moment = datetime.combine(day, time(10))
    lowered = text.upper()
    return next((moment.strftime(format_) for shown, format_ in FORMATS if shown in lowered), None)


def _shown(text: str, sent: Any, day: date) -> Any:
    """Return what a text gives as an example, days of which are those of today: others may be over."""
    shown = shown_example(text, sent)
    if shown is None:
        return None
    for _, format_ in FORMATS:
        with suppress(ValueError):
            datetime.strptime(shown, format_)
            return datetime.combine(day, time(10)).strftime(format_)
    return _formatted(shown, sent, day) or shown


def _with_extension(text: str, sent: Any, day: date) -> Any:
    """Return a name as a file has one, where a text misses that and says no more of it."""
    is_asked = isinstance(sent, str) and _EXTENSION.search(text) is not None and "." not in sent
    return f"{sent}.txt" if is_asked else None


def _agreed(text: str, sent: Any, day: date) -> Any:
    return True if _AGREED.search(text) and not isinstance(sent, bool) else None


def _usual(text: str, sent: Any, day: date) -> Any:
    return next((value for pattern, value in _NAMED if pattern.search(text)), None)


_MAKERS: tuple[Callable[[str, Any, date], Any], ...] = (
    *(
        _address,
        _telephone,
        _on_a_day,
        _shown,
        _beginning,
        _of_units,
        _number_of_digits,
        _digits_alone,
        _letters,
        _with_a,
    ),
    *(_of_shape, _length, _formatted, _of_a_kind, _amount, _with_extension, _agreed, _usual),
)


def _length_of_words(text: str, sent: Any, day: date) -> Any:
    is_made_up = isinstance(sent, str) and UNIQUE_TEXT in sent and "@" not in sent
    return _length(text, sent, day) if is_made_up else None


def _layout_of_day(text: str, sent: Any, day: date) -> Any:
    """Return a day that was sent as a text says that days are written."""
    match = _DAY.match(sent) if isinstance(sent, str) else None
    return _formatted(text, sent, day) if match is not None else None


_OF_ANY = (_on_a_day, _of_units, _of_shape, _of_a_kind, _length_of_words, _layout_of_day)
"""Those that look at the value themselves, so that what needs no change is not meant."""
