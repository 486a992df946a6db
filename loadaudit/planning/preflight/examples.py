"""What an error tells to send instead: an object that it shows, or somebody else than whoever sends."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from loadaudit.inventory.source.relations import user_model
from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.payloads.matching import text_matching
from loadaudit.planning.payloads.suggested import suggested
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.records import Identity

_OBJECT = re.compile(r"\{\s*\\?\"[\w-]+\\?\"\s*:[^{}]{1,200}\}")
_SEND = re.compile(r"\b(?:send|post|provide|pass|include|expected?|must|use)\b[^{}]{0,40}$", re.IGNORECASE)
_EACH = re.compile(
    r"\b(?:each|every|all) (?P<one>\w{1,40}) "
    r"(?:needs?|requires?|(?:must|should|has to|have to) (?:have|contain|include))"
    r" (?:an? |the )?(?:(?:keys?|fields?) )?(?P<keys>[a-z_]\w{0,40}(?:(?:, |,? and )[a-z_]\w{0,40}){0,5})",
    re.IGNORECASE,
)
_ANY_ONE = frozenset({"item", "entry", "element", "object", "row", "line", "record"})
_LONGEST = 2_000
_ONESELF = re.compile(
    r"\b(?:your|one|them|him|her)sel(?:f|ves)\b|\bown \w+\b|_SELF\b|\b(?:that|this|it)(?: i|['’])s you\b", re.IGNORECASE
)
_SENDER = re.compile(r"\b(?:sender|from|source)\b", re.IGNORECASE)
_DIFFERS = re.compile(r"\b(?:must be different|must differ|can(?:not|'t| not) be the same)\b", re.IGNORECASE)
_MOST = 5
_BEFORE = 80
"""Characters before an object that tell whether it is to be sent."""

_EXAMPLE = re.compile(
    r"(?:(?:\bfor (?:example|instance)|\be\.?g\b\.?|\bexamples?\b|\bex\."
    r"|\b(?:looks?|something|written|formatted) like(?: this)?)\s*[:,=(]?"
    r"|\b(?:in|of|has|have|use) (?:the )?(?:format|form|pattern)\s*:?"
    r"|\b(?:format|pattern)\s*(?:[:=]|is|(?:must|should) be))\s*"
    r"(?:['\"`\u201c](?P<quoted>[^'\"`\u201d\n]{1,60})['\"`\u201d]|(?P<plain>[^\s'\"`]{1,60}))",
    re.IGNORECASE,
)
_NOT_PROSE = re.compile(r"[\d@#/]")
_REFUSED = re.compile(
    r"(?:\b(?:not|no|never|cannot|without)\b|n't\b)"
    r"(?! (?:an? |the )?(?:valid|match|correct|recogni[sz]ed|in\b|well|proper))"
    r"|\b(?:reserved|forbidden)\b",
    re.IGNORECASE,
)
_REFUSED_WITHIN = 40
_REFUSED_BEHIND = re.compile(
    r"['\"`\u201d]?,? *(?:(?:is|are|was|were|may|must|can|will) (?:not|never|too|reserved|forbidden)|cannot)\b", re.I
)
_COUNT = re.compile(r"\d+(?:-\d+)?")
_OF_SO_MANY = re.compile(r" *(?:to \d|or (?:more|less|fewer)|[a-z]+s\b)", re.IGNORECASE)
"""What follows a number of digits, of letters, of hours."""

_PATTERN = re.compile(r"^\^|\$$|\\[dwsAZb]|\[[^\]]*-[^\]]*\]|[])\w]\{\d")
_ADDRESS = re.compile(r"[\w.+-]+@([\w-]+\.[\w.-]*\w)")


def shown_example(text: str, sent: object) -> str | None:
    """Return the value that an error gives as an example: `A letter and nine digits, for example A123456789.`

    An address gets words of its own; a word of plain prose is none, nor is how many there have to be, nor what was
    sent. Of a regular expression it is a text that it takes.
    """
    for match in _EXAMPLE.finditer(text) if isinstance(sent, str) else ():
        shown = match["quoted"] or match["plain"].rstrip(".,;:!?)")
        behind = text[match.end() :]
        is_prose = _NOT_PROSE.search(shown) is None or (_COUNT.fullmatch(shown) and _OF_SO_MANY.match(behind))
        is_refused = _REFUSED.search(text[max(0, match.start() - _REFUSED_WITHIN) : match.start()])
        if not shown or (is_prose and not match["quoted"]) or is_refused or _REFUSED_BEHIND.match(behind):
            continue
        if _PATTERN.search(shown):
            shown = text_matching(shown)
        if not shown or shown == sent:
            continue
        mail = _ADDRESS.fullmatch(shown)
        return f"la-{UNIQUE_TEXT}@{mail[1]}" if mail else shown
    return None


def shown_objects(said: str) -> Iterator[Complaint]:
    """Yield the fields of a JSON object that an error says to send: `Send {"confirm": "DELETE"} to go on.`"""
    for match in _OBJECT.finditer(said):
        if not _SEND.search(said[max(0, match.start() - _BEFORE) : match.start()]):
            continue
        with suppress(ValueError):
            shown = json.loads(match[0].replace('\\"', '"'))
            yield from (
                Complaint(field=name, value=value)
                for name, value in list(shown.items())[:_MOST]
                if isinstance(value, (str, int, float, bool)) and value not in ("", "...", "…")
            )


def objects_of_list(said: str, sent: Mapping[str, Any], day: date) -> Iterator[Complaint]:
    """Yield the list that was sent, of objects with the keys that each must have: `each request needs id and path`."""
    lists = [name for name, value in sent.items() if isinstance(value, list)]
    for match in _EACH.finditer(said[:_LONGEST]):
        named = [name for name in lists if name.lower() in (f"{match['one'].lower()}s", f"{match['one'].lower()}es")]
        meant = named or (lists if len(lists) == 1 and match["one"].lower() in _ANY_ONE else [])
        keys = [one for one in re.split(r", |,? and ", match["keys"]) if one]
        for name in meant[:1]:
            made = {key: next(iter(suggested(key, day)), f"la-{UNIQUE_TEXT}") for key in keys[:_MOST]}
            held = next((one for one in sent[name] if isinstance(one, dict)), {})
            if not made.keys() <= held.keys():
                yield Complaint(field=name, value=[{**held, **made}])


def somebody_else(said: str, sent: Mapping[str, Any], identity: Identity) -> Iterator[Complaint]:
    """Yield what named the user who sends, where an error says that it must not, with another's value. Never raises.

    Where nothing names that user, two values mean the same other one: a token of somebody, and their address.
    """
    if not identity.user_id or not is_about_oneself(said):
        return
    with suppress(Exception):  # user managers are the project's own code
        users = user_model()._base_manager
        own = users.get(pk=identity.user_id)
        mail = getattr(type(own), "EMAIL_FIELD", "")
        columns = [one.attname for one in own._meta.concrete_fields if one.unique or one.name == mail]
        found = list(_in_place_of(own, columns, sent))
        words = [one.attname for one in own._meta.concrete_fields if one.attname in columns and not one.primary_key]
        for value in map(str, sent.values() if not found else ()):
            named = next((user for one in words if (user := users.filter(**{one: value}).first()) is not None), None)
            found += _in_place_of(named, words, sent) if named is not None and value else []
        yield from found


def is_about_oneself(said: str) -> bool:
    """Whether an error says that something must not mean whoever sends it."""
    if _ONESELF.search(said):
        return True
    senders = ((line, _SENDER.search(line)) for line in said.splitlines())
    return any(found is not None and _DIFFERS.search(line, found.end()) for line, found in senders)


def _in_place_of(user: Any, columns: list[str], sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield what names a user, with the value of the newest other one, to whom the fewest rows belong."""
    other = type(user)._base_manager.exclude(pk=user.pk).order_by("-pk").first()
    for name, value in sent.items() if other is not None else ():
        same = next((one for one in columns if str(getattr(user, one)) == str(value)), "")
        if same:
            found = getattr(other, same)
            yield Complaint(field=name, choice=True, value=found if isinstance(found, int) else str(found))
