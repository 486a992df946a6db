"""Takes the passwords of accounts out of a plan, without taking out of it what only happens to be the same word."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

MARK = "{password}"

_LEAST_LENGTH = 12
_OF_A_WORD = re.compile(r"[A-Z]?[a-z]+(?:[_ -][A-Za-z]?[a-z]+)*|[A-Z]+(?:_[A-Z]+)*|\d+")
_WHO = re.compile(r"user|login|account|name|mail|role|group|staff", re.IGNORECASE)
_A_PASSWORD = re.compile(r"pass|pwd|secret|pin\b|credential", re.IGNORECASE)
_ONCE_MORE = re.compile(r"current|confirm|repeat|again|verify|(^|[_-])(old|new)([_-]|\d|$)", re.IGNORECASE)
"""Names of fields that ask for a password without saying so."""

_PAIR = re.compile(r"(?<=[?&])(?P<name>[^=&#]*)=(?P<value>[^&#]+)")
_AS_THEY_ARE = frozenset({"operation_id", "method", "lane", "role", "username", "weight_origin", "content"})


class HiddenPasswords:
    """Puts a mark in the place of passwords.

    What nobody would write by chance is found in any text, however it is encoded. A password that is a word stands
    in routes and names of roles as well: there a mark would spoil the plan, and give away what it stands for. It is one
    only where a whole value is it, and where that is not whom the value names.
    """

    def __init__(self, passwords: Iterable[str], before: Any) -> None:
        """`before`: the plain plan of before anything was sent, whose values are of nobody's password."""
        self._passwords = frozenset(filter(None, passwords))
        texts = list(texts_of(before))
        self._known = frozenset(word for text in texts for word in re.split(r"[^\w.@+-]+", text))
        told = (one for one in self._passwords if _is_telling(one) and not any(one in text for text in texts))
        self._anywhere = re.compile(_any_of(told))
        alone = _any_of(filter(self._is_alone, self._passwords))
        self._quoted = re.compile(rf"""(?P<sign>["'`])(?:{alone})(?P=sign)""")

    def hidden(self, value: Any, key: str = "") -> Any:
        """Return a plain plan, or a part of it that stands behind a key, without the passwords."""
        if not self._passwords or key in _AS_THEY_ARE:
            return value
        if isinstance(value, list):
            return [self.hidden(entry, key) for entry in value]
        if isinstance(value, dict):
            plain = {name: self.hidden(entry, name) for name, entry in value.items()}
            if plain.keys() == {"name", "value"}:
                plain["value"] = self._of_field(plain["value"], plain["name"])
            return plain
        return self._of_text(self._anywhere.sub(MARK, value), key) if isinstance(value, str) else value

    def _of_text(self, text: str, key: str) -> str:
        if key == "path":
            plain, sign, query = text.partition("?")
            segments = [MARK if self._is_alone(unquote(one)) else one for one in plain.split("/")]
            return _PAIR.sub(self._of_pair, "/".join(segments) + sign + query)
        if key == "document":
            return self._of_document(text)
        return text if key == "value" else self._quoted.sub(rf"\g<sign>{MARK}\g<sign>", text)

    def _of_document(self, text: str) -> str:
        try:
            document = json.loads(text)
            hidden = self._of_json(document, "")
        except (ValueError, RecursionError):
            return self._quoted.sub(rf"\g<sign>{MARK}\g<sign>", text)
        return text if hidden == document else json.dumps(hidden, ensure_ascii=False)

    def _of_json(self, value: Any, name: str) -> Any:
        if isinstance(value, dict):
            return {key: self._of_json(entry, key) for key, entry in value.items()}
        if isinstance(value, list):
            return [self._of_json(entry, name) for entry in value]
        return self._of_field(value, name) if isinstance(value, str) else value

    def _of_field(self, value: str, name: str) -> str:
        """Return the whole value of a field, which may be a password whatever the field is called."""
        if value not in self._passwords or (_WHO.search(name) and not _A_PASSWORD.search(name)):
            return value
        return MARK if value not in self._known or _A_PASSWORD.search(name) or _ONCE_MORE.search(name) else value

    def _of_pair(self, found: re.Match[str]) -> str:
        value, name = unquote_plus(found["value"]), unquote_plus(found["name"])
        return f"{found['name']}={MARK}" if self._of_field(value, name) != value else found[0]

    def _is_alone(self, text: str) -> bool:
        return text in self._passwords and text not in self._known


def texts_of(value: Any) -> Iterator[str]:
    """Yield all texts of a plain value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from texts_of(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from texts_of(entry)


def _is_telling(password: str) -> bool:
    """Whether no text has it in it by chance, as the name of a field has a word."""
    signs = re.search(r"[^\w.@+ -]", password) is not None
    return (len(password) >= _LEAST_LENGTH or (signs and len(password) >= _LEAST_LENGTH // 2)) and not (
        _OF_A_WORD.fullmatch(password)
    )


def _any_of(passwords: Iterable[str]) -> str:
    """Return a pattern of all forms of passwords, of nothing where there are none."""
    forms = {form for one in passwords for form in _forms(one)}
    return "|".join(map(re.escape, sorted(forms, key=len, reverse=True))) or r"(?!)"


def _forms(password: str) -> Collection[str]:
    """Return how a password stands in texts, in JSON, in addresses and in pages."""
    told = (json.dumps(password)[1:-1], json.dumps(password, ensure_ascii=False)[1:-1])
    return {password, *told, quote(password), quote(password, safe=""), quote_plus(password), escape(password)}
