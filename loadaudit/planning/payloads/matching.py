"""Texts that a regular expression takes, made from the expression itself."""

import re
import string
from collections.abc import Sequence
from importlib import import_module
from math import prod
from typing import Any

_PARSER: Any = import_module("re._parser")
"""The standard library's own reading of an expression: there is no public one."""

_MOST_REPEATS = 40
_LONGER = (1, 2, 3, 4, 6)
_ENOUGH = 1_000_000
"""Words, with which no load comes to an end."""

_NOBODYS = 0xF0000
"""Where the letters begin that have no meaning for everybody."""

_LETTERS = string.ascii_lowercase
_CLASSES = {"CATEGORY_DIGIT": "1234567890", "CATEGORY_WORD": _LETTERS, "CATEGORY_SPACE": " "}
_OTHERS = {"CATEGORY_NOT_DIGIT": _LETTERS, "CATEGORY_NOT_WORD": "-", "CATEGORY_NOT_SPACE": _LETTERS}


def text_matching(pattern: str, number: int = 0, *, least: int = 0) -> str:
    """Return a text of at least so many characters that the pattern takes from end to end, empty where none is found.

    Texts for different numbers differ where the pattern leaves room for it.
    """
    try:
        tree = _PARSER.parse(pattern)
        for more in (0, max(0, least), least + len(str(number))):
            made = _Maker(number, more).sequence(tree)
            if len(made) >= least and re.fullmatch(pattern, made):
                return made
    except (re.error, ValueError, OverflowError, RecursionError):
        return ""
    return ""


def word_parts(pattern: str, *, least: int = 0, most: int | None = None) -> tuple[tuple[str, ...], ...]:
    """Return what the words that a pattern takes are made of, part by part the texts of which each has one.

    Longer words where there are few short ones; nothing where the pattern leaves no choice within the lengths.
    """
    found: tuple[tuple[str, ...], ...] = ()
    try:
        tree = _PARSER.parse(pattern)
        for more in (0, max(0, least), *_LONGER):
            parts = _Slots(0, more).parts(tree)
            if least <= len(parts) and (most is None or len(parts) <= most) and _are_taken(pattern, parts):
                found = parts if prod(map(len, parts)) > prod(map(len, found)) else found
            if prod(map(len, found)) >= _ENOUGH:
                break
    except (re.error, ValueError, OverflowError, RecursionError):
        return ()
    return found


def _are_taken(pattern: str, parts: Sequence[Sequence[str]]) -> bool:
    """Whether the pattern takes words with the first, the last and a middle text of each part, and mixed ones."""
    words = {"".join(one[int(at * (len(one) - 1))] for one in parts) for at in (0, 0.3, 0.5, 0.7, 1)}
    words.add("".join(one[place * 7 % len(one)] for place, one in enumerate(parts)))
    return all(re.fullmatch(pattern, one) for one in words)


class _Maker:
    """Walks through an expression once."""

    def __init__(self, number: int, more: int) -> None:
        self._turn = number
        self._more = more
        """How often something is repeated beyond what it must be, at most."""
        self._groups: dict[int, str] = {}

    def sequence(self, items: Any) -> str:
        """Return a text for what stands one after the other."""
        return "".join(self._of(str(kind), value) for kind, value in items)

    def _of(self, kind: str, value: Any) -> str:
        if kind == "LITERAL":
            return chr(value)
        if kind in ("NOT_LITERAL", "ANY"):
            letters = [one for one in _LETTERS if kind == "ANY" or ord(one) != value]
            return self._pick(letters)
        if kind == "IN":
            return self._one_of(value)
        if kind == "BRANCH":
            return self._branch(value[1])
        if kind == "SUBPATTERN":
            return self._group(value)
        if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self._repeated(*value)
        return self._groups.get(value, "") if kind == "GROUPREF" else ""

    def _group(self, value: Sequence[Any]) -> str:
        text = self.sequence(value[-1])
        if value[0] is not None:
            self._groups[value[0]] = text
        return text

    def _branch(self, branches: Sequence[Any]) -> str:
        return self.sequence(branches[self._next(len(branches))])

    def _repeated(self, least: int, most: Any, inner: Any) -> str:
        limit = min(int(most), _MOST_REPEATS) if str(most) != "MAXREPEAT" else _MOST_REPEATS
        count = max(least, min(limit, least + self._more))
        return "".join(self.sequence(inner) for _ in range(count))

    def _one_of(self, members: Sequence[Any]) -> str:
        chosen = [char for kind, value in members for char in _characters(str(kind), value)]
        if members and str(members[0][0]) == "NEGATE":
            chosen = [char for char in _LETTERS if char not in chosen] or [
                char for char in "AB12-_ " if char not in chosen
            ]
        letters = [one for one in chosen if one.isalnum()] or chosen
        return self._pick(letters) if letters else ""

    def _pick(self, letters: Sequence[str]) -> str:
        return letters[self._next(len(letters))]

    def _next(self, count: int) -> int:
        """Return one of so many, another one for another number."""
        turn, self._turn = self._turn % count, self._turn // count
        return turn


class _Slots(_Maker):
    """Notes what may stand where, with a letter of nobody's in each such place."""

    def parts(self, tree: Any) -> tuple[tuple[str, ...], ...]:
        """Return for each character of a text those that may stand there; what is repeated by a group stays one."""
        self._choices: list[Sequence[str]] = []
        text = self.sequence(tree)
        return tuple(self._at(one, text.count(one) == 1) for one in text)

    def _at(self, letter: str, is_free: bool) -> tuple[str, ...]:
        place = ord(letter) - _NOBODYS
        if not 0 <= place < len(self._choices):
            return (letter,)
        return tuple(dict.fromkeys(self._choices[place])) if is_free else (self._choices[place][0],)

    def _pick(self, letters: Sequence[str]) -> str:
        self._choices.append(letters)
        return chr(_NOBODYS + len(self._choices) - 1)


def _characters(kind: str, value: Any) -> list[str]:
    if kind == "LITERAL":
        return [chr(value)]
    if kind == "RANGE":
        return [chr(code) for code in range(value[0], min(value[1], value[0] + 25) + 1)]
    if kind == "CATEGORY":
        return [*(_CLASSES.get(str(value)) or _OTHERS.get(str(value), "a"))]
    return []
