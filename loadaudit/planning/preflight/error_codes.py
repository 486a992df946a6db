"""Spells out the codes with which an API tells errors: `{"error": "handle_taken"}` says what a sentence would say."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from loadaudit.planning.control import Answer

_CODE = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_BETWEEN = re.compile(r"[_-]")
_KEYS = ("error", "code", "error_code", "errorCode", "detail", "message", "msg", "reason", "type")
"""Of an error's object, those that may hold a code."""

_HINTS = ("hint", "message", "detail", "description", "error_description", "info", "help")
_SEVERAL = re.compile(r"must be(?= (?:integers|numbers|strings|uuids|ids|texts|objects|booleans)$)")
_LONGEST = 20_000

_SAYS: Sequence[tuple[frozenset[str], str]] = (
    (frozenset({"taken", "exists", "exist", "used", "duplicate", "unique", "already"}), "{} is taken already."),
    (frozenset({"missing", "required", "empty", "blank", "needed"}), "This field is required."),
    (frozenset({"unknown", "found", "nonexistent", "such"}), "No such {}: it was not found."),
    (frozenset({"bad", "invalid", "wrong", "illegal", "malformed", "incorrect"}), "{} is invalid."),
)
"""What words beside the name of a field say of it, those first that say most."""


def spelled(answer: Answer, sent: Collection[str]) -> Answer:
    """Return an error with its code as a sentence, under the name of the field that was sent and is in the code.

    What came stays in `Answer.as_it_came`. Anything else is returned as it is.
    """
    is_short = len(answer.content) <= _LONGEST and "json" in answer.content_type
    document = answer.json() if answer.status >= HTTPStatus.BAD_REQUEST and is_short else None
    if not isinstance(document, dict):
        return answer
    inner = next((key for key in ("error", "errors") if isinstance(document.get(key), dict)), "")
    told = _told(document[inner], sent) if inner else _told(document, sent)
    if told is None:
        return answer
    content = json.dumps({**document, inner: told} if inner else told).encode()
    return replace(answer, content=content, as_it_came=answer.content)


def _told(document: Mapping[str, Any], sent: Collection[str]) -> dict[str, Any] | None:
    """Return an object of an error with its code spelled out; None where it has none."""
    texts = {key: value for key in _KEYS if isinstance(value := document.get(key), str) and key not in sent}
    key = next((key for key, value in texts.items() if _CODE.fullmatch(value) and value not in sent), "")
    if not key:
        return None
    words = _BETWEEN.split(texts[key].lower())
    hints = [one for name in _HINTS if name != key and isinstance(one := document.get(name), str) and " " in one]
    field = _field_in(words, sent)
    rest = {name: value for name, value in document.items() if name != key and value not in hints}
    if field:
        return {**rest, field: [" ".join([_sentence(words, field), *hints])]}
    if any(name in _KEYS for name in document if document[name] in hints):
        # There is a sentence beside the code.
        return None
    return {**rest, key: ": ".join([" ".join(words), *hints])}


def _field_in(words: Sequence[str], sent: Collection[str]) -> str:
    """Return the longest name of what was sent that the words of a code have; empty where they have none."""
    text = f" {' '.join(words)} "
    for name in sorted(sent, key=len, reverse=True):
        if f" {' '.join(_BETWEEN.split(name.lower()))} " in text:
            return name
    return ""


def _sentence(words: Sequence[str], field: str) -> str:
    beside = [one for one in words if one not in _BETWEEN.split(field.lower())]
    if "must" not in beside and "too" not in beside:
        for told, sentence in _SAYS:
            if told.intersection(beside):
                return sentence.format(field)
    # Several of a kind come in a list.
    return f"{field} {_SEVERAL.sub(r'must be a list of', ' '.join(beside))}."
