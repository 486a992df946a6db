"""Values that an error asks for in a sentence and of no field: within a range, or another choice than the one sent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from loadaudit.load.payloads import is_marked
from loadaudit.planning.payloads.texts import is_birth
from loadaudit.planning.preflight.compared import compared
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.counted import counted
from loadaudit.planning.preflight.error_words import wanted
from loadaudit.planning.preflight.hints import hinted_of_any
from loadaudit.planning.preflight.number_words import in_digits
from loadaudit.planning.preflight.on_days import is_of_age
from loadaudit.records import BodyField

_NUMBER = r"\W{0,3}(-?\d+(?:\.\d+)?)"
_MUST = r"\b(?P<name>(?:\w{1,60} ){0,2}\w{1,60})['\"`]? (?:must|should|has to|needs to|shall) be "
_BETWEEN = re.compile(rf"{_MUST}(?:between|from|in the range(?: of)?){_NUMBER}(?: and | to | - |-|,\s?){_NUMBER}", re.I)
_LEAST = re.compile(rf"{_MUST}(?:at least|no less than|greater than or equal to|>=|minimum(?: of)?){_NUMBER}", re.I)
_MOST = re.compile(rf"{_MUST}(?:at most|no more than|less than or equal to|<=|up to|maximum(?: of)?){_NUMBER}", re.I)
_ABOVE = re.compile(rf"{_MUST}(?:greater than|more than|larger than|above|over|>){_NUMBER}", re.I)
_BELOW = re.compile(rf"{_MUST}(?:less than|smaller than|lower than|below|under|<){_NUMBER}", re.I)
_POSITIVE = re.compile(rf"{_MUST}(?:a )?(?:positive|(?:greater|more|larger) than zero)", re.I)
_NOT_TO_BE_SENT = re.compile(
    r"\b(\w{1,60})['\"`]? (?:(?:is|are) )?(?:forbidden|not (?:allowed|permitted|editable)|read[- ]only|immutable"
    r"|(?:can(?: ?not|'t)|may not|must not) be (?:changed|set|updated|modified|edited|sent|given|specified))"
    r"|\bUse (\w+)\.set\(\) instead",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"\b(?:use|send|choose|try) ['\"`]?(\w+)['\"`]?(?: ?[(=:] ?['\"`]?(\w+)['\"`]?\)?)? instead\b", re.I
)
_HAS_TO_BE = re.compile(r"\b(?:must|required?|requires|needs?|specify|provide|supply|either|at least|has to|have to)\b")
_IS_WRITTEN = re.compile(
    r"\b(?:(?:can|may|must|should|has to|needs to) (?:only |not )?|can(?:not|'t) |mustn't |only )"
    r"(?:contains?|consists? of|be made up of|include|start|begin|end with|be alphanumeric)\b"
    r"|\b(?:contains|includes|has) (?:\w+ )?(?:invalid|illegal|forbidden|disallowed|unsupported|special)\b",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"[.;!]\s+|\n")
_HAS_NOT_TO_BE = re.compile(r"\b(?:must not|cannot|can not|can't|may not|mustn't|do not|don't|without)\b")
_IS_THERE = re.compile(
    r"UNIQUE constraint|already exists|duplicate key|must be unique|already (?:taken|in use|used)", re.I
)
_ONLY_ONE = re.compile(
    r"\b(?:exactly|only|just|at most|(?:no|not) more than) one\b|\b(?:not|n't) (?:\w+ )?both\b|\bmutually exclusive\b"
    r"|\b(?:can ?not|can't|may not|must not) be (?:\w+ )?(?:together|combined)\b",
    re.IGNORECASE,
)
_KINDS = frozenset({"array", "number", "integer", "boolean"})
_SHORTEST_CHOICE = 3
_LONGEST_SAID = 200
_LONGEST = 5_000
"""Characters of an error in which its sentences are looked for."""
_FAR = 10_007
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_DEEPEST = 4
_MOST_PLACES = 20


def worded_values(said: str, sent: Mapping[str, Any], fields: Sequence[BodyField], variant: int) -> Iterator[Complaint]:
    """Yield what an error that names no field of the body says of values: `Year must be between 1900 and 2100`.

    `Status is already set to this value` speaks of a choice, of which another may be meant.
    """
    found = (
        list(_within_ranges(said, sent)) or list(_instead(said, sent, fields)) or list(_unwanted(said, sent, fields))
    )
    found = found or list(_other_choices(said, sent, fields, variant)) or list(_written_otherwise(said, sent))
    found = found or list(_left_out(said, sent, fields, variant))
    found = found or list(compared(said, sent, fields)) or list(_of_one(said, sent, fields, variant))
    yield from found or _of_a_kind(said, sent, variant)


def in_words(
    said: str,
    found: list[Complaint],
    sent: Mapping[str, Any],
    fields: Sequence[BodyField],
    variant: int,
) -> list[Complaint]:
    """Return what an error says in sentences, where those count before what it says of fields, or it says none."""
    said = said[:_LONGEST]
    return (
        _too_many(said, sent, variant) or _too_few(said, sent) or found or [*worded_values(said, sent, fields, variant)]
    )


def _too_many(said: str, sent: Mapping[str, Any], variant: int) -> list[Complaint]:
    """Return the fields that are too many: `Supply exactly one of user_ids or user_identifiers`."""
    for sentence in _SENTENCES.split(said):
        names = [name for name, value in sent.items() if value not in _NOTHING and _word(name, sentence) is not None]
        if len(names) > 1 and _ONLY_ONE.search(sentence):
            kept = names[(variant - 1) % len(names)]
            return [Complaint(field=name, unwanted=True) for name in names if name != kept]
    return []


def _too_few(said: str, sent: Mapping[str, Any]) -> list[Complaint]:
    """Return a key that was sent alone with those behind it, where several are wanted: `At least two store ids`."""
    keys = {name: value for name, value in sent.items() if isinstance(value, str) and value.isdecimal()}
    for sentence in _SENTENCES.split(said) if keys else ():
        for name in (one for one in keys if one.endswith("s") and _word(one, sentence) is not None):
            value = counted(in_digits(sentence), keys[name])
            if value is not None:
                return [Complaint(field=name, value=value)]
    return []


def _word(name: str, text: str) -> re.Match[str] | None:
    return re.search(rf"\b{re.escape(name).replace('_', '[_ -]')}\b", text, re.IGNORECASE)


def free_numbers(
    said: str, found: Sequence[Complaint], sent: Mapping[str, Any], fields: Sequence[BodyField], variant: int
) -> list[Complaint]:
    """Return complaints with a number that no row has where an error says that one is there: made-up ones are small."""
    if not _IS_THERE.search(said):
        return list(found)
    plain = {one.name for one in fields if not (one.model or one.choices or one.fields or one.many)}
    return [
        replace(one, value=int(sent[one.field]) + variant * _FAR)
        if one.choice and one.value is None and one.field in plain and _is_whole(sent.get(one.field))
        else one
        for one in found
    ]


def _is_whole(value: Any) -> bool:
    return _is_number(value) and re.fullmatch(r"-?\d+", str(value)) is not None


def _within_ranges(said: str, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    for match, value in _wanted(said):
        words = match["name"].lower().split()
        names = ["_".join(words[-many:]) for many in range(len(words), 0, -1)]
        name = next((one for one in names if next(_places(sent, one), None) is not None), "")
        for place, held in list(_places(sent, name))[:_MOST_PLACES] if name else ():
            if _is_number(held) and str(held) != str(value):
                yield Complaint(field=str(place[0]), value=value, place=place if len(place) > 1 else ())


def _wanted(said: str) -> Iterator[tuple[re.Match[str], int | float]]:
    """Yield the ranges that a text speaks of, each with a number within."""
    for match in _BETWEEN.finditer(said):
        low, high = _number(match[2]), _number(match[3])
        yield match, (low + high) // 2 if high - low > 1 else low
    for pattern, step in ((_LEAST, 0), (_MOST, 0), (_ABOVE, 1), (_BELOW, -1)):
        yield from ((match, _number(match[2]) + step) for match in pattern.finditer(said))
    yield from ((match, 1) for match in _POSITIVE.finditer(said))


def _unwanted(said: str, sent: Mapping[str, Any], fields: Sequence[BodyField]) -> Iterator[Complaint]:
    """Yield what must not be sent at all: `barcode forbidden during update`. Of a choice another one may do."""
    chosen = {one.name for one in fields if one.choices}
    names = {(match[1] or match[2]).lower() for match in _NOT_TO_BE_SENT.finditer(said)}
    yield from (Complaint(field=name, unwanted=True) for name in sent if name.lower() in names and name not in chosen)


def _instead(said: str, sent: Mapping[str, Any], fields: Sequence[BodyField]) -> Iterator[Complaint]:
    """Yield the choices that a sentence says to send: `Use BUSINESS_UNIT (3) instead.`"""
    words = [word for match in _INSTEAD.finditer(said) for word in match.groups() if word]
    for one in fields:
        told = next((word for word in words if word in one.choices and word != str(sent.get(one.name))), None)
        if told is not None and sent.get(one.name) not in _NOTHING:
            yield Complaint(field=one.name, value=told)
            return


def choice_told(field: BodyField, said: str, sent: Mapping[str, Any]) -> str:
    """Return the choice of a field that an error about it names beside the one that was sent, if it is one alone.

    As `An account 4000 is of kind income` does.
    """
    others = [one for one in field.choices if one != str(sent.get(field.name)) and len(one) >= _SHORTEST_CHOICE]
    told = [one for one in others if _word(one, said[:_LONGEST]) is not None]
    return told[0] if len(told) == 1 else ""


def _other_choices(
    said: str, sent: Mapping[str, Any], fields: Sequence[BodyField], variant: int
) -> Iterator[Complaint]:
    text = said.lower()
    for one in fields:
        value = sent.get(one.name)
        others = [each for each in one.choices if each != str(value)]
        if not others or isinstance(value, (list, dict)) or value in (None, ""):
            continue
        words = (one.name.lower(), one.name.lower().replace("_", " "), str(value).lower().replace("_", " "))
        if any(re.search(rf"\b{re.escape(word)}\b", text) for word in (*words, str(value).lower())):
            yield Complaint(field=one.name, value=others[(variant - 1) % len(others)])


def _written_otherwise(said: str, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield the texts of which a sentence says how they are written: `Username can only contain letters`."""
    for sentence in _SENTENCES.split(said):
        if _IS_WRITTEN.search(sentence):
            subject = _IS_WRITTEN.split(sentence)[0]
            names = [name for name, value in sent.items() if isinstance(value, str) and _word(name, subject)]
            # Of `user` and `user name` the longer one is meant.
            yield from (Complaint(field=name, said=sentence) for name in sorted(names, key=len)[-1:])


def _of_one(said: str, sent: Mapping[str, Any], fields: Sequence[BodyField], variant: int) -> Iterator[Complaint]:
    """Yield one of the values that a sentence without a name may mean, each time another: `Write at least 3 words.`"""
    fixed = {one.name for one in fields if one.choices or one.model}
    meant = [(name, value) for name, value in hinted_of_any(said, sent) if name not in fixed]
    # Of several days and texts an age is that of whoever was born on one.
    births = [one for one in meant if is_birth(one[0])] if is_of_age(said) else []
    meant = births if len(births) == 1 else meant
    # What was made up is rather wrong than what a page had.
    meant.sort(key=lambda one: not is_marked(sent[one[0]]))
    if meant:
        name, value = meant[(variant - 1) % len(meant)]
        yield Complaint(field=name, value=value, said=said[:_LONGEST_SAID])


def _of_a_kind(said: str, sent: Mapping[str, Any], variant: int) -> Iterator[Complaint]:
    """Yield one of the texts sent, each time another, where an error that names no field wants a list or a number."""
    kind = wanted(said)
    texts = [name for name, value in sent.items() if isinstance(value, str)] if kind in _KINDS else []
    # A list is rather called like several, and a number is no text that has digits alone.
    texts.sort(key=lambda name: not name.endswith("s") if kind == "array" else str(sent[name]).isdecimal())
    if texts:
        yield Complaint(field=texts[(variant - 1) % len(texts)], wants=kind, said=said[:_LONGEST_SAID])


def _left_out(said: str, sent: Mapping[str, Any], fields: Sequence[BodyField], variant: int) -> Iterator[Complaint]:
    """Yield the optional field that a sentence wants, of several one: `either a device type or a module type`."""
    sentences = (one for one in _SENTENCES.split(said.lower()) if _HAS_TO_BE.search(one))
    text = ". ".join(one for one in sentences if not _HAS_NOT_TO_BE.search(one))
    # What is uploaded is not among the values.
    empty = [one.name for one in fields if one.type != "file" and sent.get(one.name) in _NOTHING]
    places = sorted((match.start(), name) for name in empty if (match := _word(name, text)) is not None)
    if places:
        yield Complaint(field=places[(variant - 1) % len(places)][1], missing=True)


def _places(document: Any, name: str, depth: int = _DEEPEST) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield where in a document a key stands, with its value."""
    inner = document.items() if isinstance(document, Mapping) else enumerate(document)
    for key, value in inner:
        if isinstance(key, str) and key.lower() == name:
            yield (key,), value
        if depth and isinstance(value, (Mapping, list)):
            yield from (((key, *place), held) for place, held in _places(value, name, depth - 1))


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"-?\d+(?:\.\d+)?", value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
