"""How many of what a text has to have: `at least 3 words`, `no more than 2 lines`, `between 4 and 6 sentences`."""

import re
from collections.abc import Callable
from itertools import cycle, islice

from loadaudit.load.payloads import UNIQUE_TEXT

_UNIT = re.compile(
    r"\b(?P<low>\d{1,4}|one|an?|single)(?: ?(?:-|\u2013|to|and|or) ?(?P<high>\d{1,4}))?\+?[ -]"
    r"(?:(?:distinct|different|separate|full|complete|whole|more|non-empty|valid) )?"
    r"(?P<unit>words?|sentences?|lines?|paragraphs?|(?:items?|elements?|entries|entry|tags?|keywords?|values?|parts?"
    r"|(?:\w{1,30}[ _])?(?:ids?|identifiers?))\b"
    r"|(?:upper[ -]?case|capital)(?: letters?| characters?)?|lower[ -]?case(?: letters?| characters?)?"
    r"|(?:special|non-alphanumeric) characters?|symbols?|digits?|numbers?|numerals?)\b",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"\b(?:at least|minimum(?: of| is|:)?|min\.?|(?:no|not)(?: \w+)? (?:fewer|less) than|(?P<above>more than|over))\s$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"\b(?:at most|maximum(?: of| is|:)?|max\.?|(?:no|not|cannot|n't)(?: \w+)? (?:more|longer) than|up to|within"
    r"|limited to|not exceed|(?P<below>fewer than|less than|under))\s$",
    re.IGNORECASE,
)
_IS_SO = re.compile(
    r"\b(?:has|had|is|are|was|contains|contained|entered|wrote|gave|provided|sent)(?: only)? "
    r"(?:(?P<few>fewer|less)|more) than\s$",
    re.IGNORECASE,
)
"""What an error says of what was sent, rather than of what is wanted."""

_DEMANDS = re.compile(
    r"\b(?:must|should|shall|needs?|has to|have to|requires?|exactly|enter|write|gives?|provide|send|contains?"
    r"|consists?|between|either|expected)\b",
    re.IGNORECASE,
)
"""Words before a number that wants so many; others tell of what is there."""

_NEGATED = re.compile(r"\b(?:not|cannot|never|without|no)\b|n't\b", re.IGNORECASE)
_OR_MORE = re.compile(r"\s*(?:or more|or longer|and more|and up|minimum|at (?:the )?least|is the minimum)", re.I)
_OR_LESS = re.compile(r"\s*(?:or (?:fewer|less|shorter)|maximum|at (?:the )?most|is the maximum)", re.IGNORECASE)
_WITHIN = re.compile(r"\b(?:contain|includ|have|has|with|at least|needs?)\w*[^.]*$", re.IGNORECASE)
_HOLDS = re.compile(r"\b(?:contain|includ)\w*[^.]*$", re.IGNORECASE)
_FILLING = ("loadaudit", "writes", "these", "plain", "words", "here", "for", "want", "of", "others")
_SENTENCE = "Loadaudit wrote this."
_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[.!?])$")
_DIGITS = ("digit", "number", "numeral")
_NO_LIMIT = 10_000
_MOST = 500
_BEFORE, _BEHIND = 30, 20
"""Characters around a number that tell which side of it is meant."""


def counted(text: str, sent: str) -> str | None:
    """Return what was sent with as many of each unit as a text asks for; None where it is so, or asks for none."""
    made = sent
    for match in _UNIT.finditer(text):
        before, behind = _around(text, match)
        low, high = _limits(match, before, behind)
        if low > _MOST or (low == 0 and high == 0):
            continue
        unit = match["unit"].lower()
        if (filled := _of_characters(unit, made, before, low, some=_are_some(match, high, text))) is not None:
            made = filled
            continue
        made = next(change(made, low, high) for begins, change in _CHANGES if unit.startswith(begins))
    return made if made != sent else None


def _limits(match: re.Match[str], before: str, behind: str) -> tuple[int, int]:
    """Return the least and the largest number that are taken."""
    low = int(match["low"]) if match["low"].isdigit() else 1
    if match["high"]:
        return low, max(low, int(match["high"]))
    if (told := _IS_SO.search(before)) is not None:
        return (low, _NO_LIMIT) if told["few"] else (0, low)
    most, least = _AT_MOST.search(before), _AT_LEAST.search(before)
    if most is not None or _OR_LESS.match(behind):
        return 0, max(1, low - bool(most is not None and most["below"]))
    if least is None and _NEGATED.search(before):
        return 0, _NO_LIMIT
    if least is not None or _OR_MORE.match(behind) or match[0].lower().startswith(("a ", "an ")) or "+" in match[0]:
        return low + bool(least is not None and least["above"]), _NO_LIMIT
    return (low, low) if _DEMANDS.search(before) else (0, _NO_LIMIT)


def wants_some_digits(text: str) -> bool:
    """Whether a text wants a number of digits among other characters, rather than digits alone."""
    return any(_are_some(one, _limits(one, *_around(text, one))[1], text) for one in _UNIT.finditer(text))


def _are_some(match: re.Match[str], high: int, text: str) -> bool:
    is_of_digits = match["unit"].lower().startswith(_DIGITS)
    return is_of_digits and high == _NO_LIMIT and _HOLDS.search(_around(text, match)[0]) is not None


def _around(text: str, match: re.Match[str]) -> tuple[str, str]:
    return text[max(0, match.start() - _BEFORE) : match.start()], text[match.end() :][:_BEHIND]


def _of_characters(unit: str, sent: str, before: str, least: int, *, some: bool) -> str | None:
    """Return a text with so many characters of a kind; None where the unit is none of them."""
    for begins, is_one, more in _CHARACTERS:
        if re.match(begins, unit):
            lacking = least - sum(map(is_one, sent.replace(UNIQUE_TEXT, "")))
            is_asked = some if unit.startswith(_DIGITS) else _WITHIN.search(before) is not None
            return sent + "".join(islice(cycle(more), max(0, lacking))) if is_asked else sent
    return None


_CHARACTERS: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    (r"upper|capital", str.isupper, "QZ"),
    (r"lower", str.islower, "qz"),
    (r"special|non|symbol", lambda one: not one.isalnum() and not one.isspace(), "!#"),
    (r"digit|number|numeral", str.isdigit, "73"),
)


def _words(sent: str, low: int, high: int) -> str:
    words = sent.split()
    if len(words) > high:
        return " ".join(_kept(words, high))
    return " ".join([*words, *islice(cycle(_FILLING), low - len(words))]) if len(words) < low else sent


def _kept(parts: list[str], most: int) -> list[str]:
    """Return the first of some parts; the one that no other request has is among them."""
    own = [one for one in parts if UNIQUE_TEXT in one][:1]
    return [*[one for one in parts if one not in own][: most - len(own)], *own]


def _sentences(sent: str, low: int, high: int) -> str:
    sentences = [one for one in _ENDS.split(sent.strip()) if one]
    sentences = [one if one[-1] in ".!?" else f"{one}." for one in sentences]
    if len(sentences) > high:
        return " ".join(_kept(sentences, high))
    lacking = low - len(sentences)
    return " ".join([*sentences, *[_SENTENCE] * lacking]) if lacking > 0 else sent


def _joined_by(between: str, filling: str) -> Callable[[str, int, int], str]:
    def change(sent: str, low: int, high: int) -> str:
        parts = [one.strip() for one in sent.split(between.strip(" ")) if one.strip()]
        if len(parts) > high:
            return between.join(_kept(parts, high))
        if parts and all(one.isdecimal() for one in parts) and len(parts) < low:
            # Keys of rows: those that follow are there more likely than words.
            following = range(int(parts[-1]) + 1, int(parts[-1]) + 1 + low - len(parts))
            return ",".join([*parts, *map(str, following)])
        more = [f"{filling}{number}" for number in range(len(parts) + 1, low + 1)]
        return between.join([*parts, *more]) if more else sent

    return change


_CHANGES: tuple[tuple[tuple[str, ...], Callable[[str, int, int], str]], ...] = (
    (("word",), _words),
    (("sentence",), _sentences),
    (("line",), _joined_by("\n", "Line ")),
    (("paragraph",), _joined_by("\n\n", "Paragraph ")),
    (("",), _joined_by(", ", "la")),
)
"""By what a unit begins with; what remains are items of a list in a text."""
