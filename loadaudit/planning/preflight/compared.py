"""Numbers that an error compares with one which it does not name: `Your bid must be higher than the current bid.`"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from loadaudit.planning.preflight.beside import places_of
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.records import BodyField

_MORE = r"greater|more|larger|bigger|higher|above"
_LESS = r"less|smaller|lower|fewer|below"
_COMPARED = re.compile(
    rf"\b(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\b(?= than\b| the\b)|\b(?P<over>exceeds?|exceed(?:ed|ing))\b"
    r"|\btoo (?:(?P<high>high|large|big|much|many)|(?P<low>low|small|little|few))\b",
    re.IGNORECASE,
)
_WANTED = re.compile(r"\b(?:must|should|has to|have to|needs? to|please|enter|bid|offer|give)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:not|cannot|never)\b|n't\b", re.IGNORECASE)
_SENTENCES = re.compile(r"[.;!]\s+|\n")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,10})?")
_LONGEST = 2_000
_TIMES = 10
"""By how much each try differs from the one before: three come from 1 to a thousand."""


def compared(said: str, sent: Mapping[str, Any], fields: Sequence[BodyField]) -> Iterator[Complaint]:
    """Yield the number that a sentence without one wants to be more, or less, ten times so.

    It is the one whose name stands in the sentence, or the only one that was sent; keys of rows and choices are none.
    """
    fixed = {one.name for one in fields if one.choices or one.model}
    numbers = {name: value for name, value in sent.items() if name not in fixed and _is_number(value)}
    for sentence in _SENTENCES.split(said[:_LONGEST]):
        match = _COMPARED.search(sentence)
        if match is None or re.search(r"\d", sentence):
            continue
        # A sentence is about what it names first.
        about = [name for _, name in places_of(numbers, sentence)] or (list(numbers) if len(numbers) == 1 else [])
        for name in about[:1]:
            value = _next(numbers[name], up=_is_up(match, sentence[: match.start()]))
            if value is not None:
                yield Complaint(field=name, value=value, said=sentence)
        return


def _is_up(match: re.Match[str], before: str) -> bool:
    """Whether what is compared has to be more."""
    if match["high"] or match["low"]:
        return match["low"] is not None
    is_more = match["less"] is None
    is_wanted = _WANTED.search(before) is not None and _NEGATED.search(before) is None
    return is_more if is_wanted else not is_more


def _next(value: Any, *, up: bool) -> Any:
    number = Decimal(str(value))
    if up:
        number = number * _TIMES if number > 0 else Decimal(_TIMES)
    elif number > 1:
        number = max(Decimal(1), (number / _TIMES).to_integral_value())
    else:
        return None
    if isinstance(value, str):
        return f"{number:f}"
    return int(number) if isinstance(value, int) else float(number)


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)
