"""Marks of a template that stand for the next of many words: each request that has such a mark gets another one."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from math import prod
from urllib.parse import quote, unquote

_BEGINS = "__loadaudit_word:"
_ENDS = ":__"
_MARK = re.compile(rf"{_BEGINS}(?P<number>#?)(?P<first>\d+):(?P<parts>[^:\"\\\s]+){_ENDS}")
_QUOTED_NUMBER = re.compile(rf'"({_BEGINS}#[^:\"\\\s]+:[^:\"\\\s]+{_ENDS})"')

TurnOf = Callable[[str], int]
"""Mark → which of its words is meant, counted from the first; negative ones stand before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a mark: of each part one of several texts, the last part changes first."""

    parts: tuple[tuple[str, ...], ...]
    first: int = 0
    """The number of the word that the load begins with; the preflight takes those before it."""
    is_number: bool = False
    """Whether JSON has them without quotes."""

    @property
    def size(self) -> int:
        """How many different words there are."""
        return prod(map(len, self.parts))

    def at(self, turn: int) -> str:
        """Return the word of a turn; after all of them they come again."""
        rest, found = (self.first + turn) % self.size, list[str]()
        for part in reversed(self.parts):
            rest, place = divmod(rest, len(part))
            found.append(part[place])
        return "".join(reversed(found))

    @property
    def mark(self) -> str:
        """The text that stands for them in a template."""
        # Neither JSON nor a form's encoding changes what is left of the letters, and no part holds what ends it.
        texts = ("|".join(quote(one, safe="") for one in part) for part in self.parts)
        return f"{_BEGINS}{'#' if self.is_number else ''}{self.first}:{','.join(texts)}{_ENDS}"


@dataclass(slots=True)
class Turns:
    """Which words whoever sends has used up; several who share the words take every so many-th."""

    first: int = 0
    step: int = 1
    _of: dict[str, Iterator[int]] = field(default_factory=dict)

    def of_body(self) -> TurnOf:
        """Return what tells the turns of one body, in which a mark means the same word wherever it stands."""
        here: dict[str, int] = {}

        def turn_of(mark: str) -> int:
            if mark not in here:
                # In one step each, as several threads may send at the same moment.
                here[mark] = next(self._of.setdefault(mark, count(self.first, self.step)))
            return here[mark]

        return turn_of


def has_words(text: object) -> bool:
    """Whether a text holds a mark that stands for words."""
    return isinstance(text, str) and _BEGINS in text


def words_in(text: str, turn_of: TurnOf) -> str:
    """Return a text with a word in the place of each mark."""
    return _MARK.sub(lambda match: _words(match[0]).at(turn_of(match[0])), text) if _BEGINS in text else text


def words_in_json(text: str, turn_of: TurnOf) -> str:
    """Return a JSON text with a word in the place of each mark; numbers lose the quotes around theirs."""
    if _BEGINS not in text:
        return text
    text = _QUOTED_NUMBER.sub(lambda match: _words(match[1]).at(turn_of(match[1])), text)
    return _MARK.sub(lambda match: _in_json(_words(match[0]).at(turn_of(match[0]))), text)


def as_pattern(escaped: str) -> str:
    """Return a regular expression, made from a template by `re.escape`, in which any word may stand for a mark."""
    return _ESCAPED_MARK.sub(lambda match: r".{1,60}?", escaped) if re.escape(_BEGINS) in escaped else escaped


@lru_cache(maxsize=1_024)
def _words(mark: str) -> Words:
    match = _MARK.fullmatch(mark)
    if match is None:
        raise ValueError(f"no mark of words: {mark}")
    parts = tuple(tuple(map(unquote, part.split("|"))) for part in match["parts"].split(","))
    return Words(parts=parts, first=int(match["first"]), is_number=bool(match["number"]))


def _in_json(word: str) -> str:
    return word.translate({ord('"'): '\\"', ord("\\"): "\\\\"})


_ESCAPED_MARK = re.compile(rf"{re.escape(re.escape(_BEGINS))}.+?{re.escape(re.escape(_ENDS))}")
