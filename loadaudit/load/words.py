"""Marks of a template that stand for the next of many words: each request that has such a mark gets another one."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from math import prod
from urllib.parse import quote, unquote
from zlib import crc32

_BEGINS = "__loadaudit_word:"
_ENDS = ":__"
_PLAIN = rf"{_BEGINS}(?P<number>#?)(?P<first>\d+):(?P<key>\d+):(?P<parts>[^:\"\\\s]+){_ENDS}"
_MARK = re.compile(_PLAIN)
_MARK_IN_JSON = re.compile(rf'(?P<quote>"?){_PLAIN}(?P=quote)')

_FOR_PREFLIGHT = 16
_FEWEST_TRIES = 2
"""One that works, and one more that tells whether it does so again."""

_KEPT = 8
"""The most words that are kept from a load where there are few."""

_MANY = 4_000
"""Of so many a quarter is kept: rows of the run may be hundreds, and no load needs what is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a mark: of each part one of several texts, the last part changes first.

    Before those that the preflight takes, which goes backwards from the first, some are kept for rows that the run
    makes and for equal requests of one moment: a sixteenth, one at least and 8 at most, of thousands a quarter. A load
    never sends them. It comes to those of the preflight last, which may not have taken all of them. Of two or three
    words none is kept: the preflight needs two, so that what has to be no row's yet finds none behind a load.
    """

    parts: tuple[tuple[str, ...], ...]
    first: int = 0
    """The number of the word that the load begins with; the preflight takes those before it."""
    is_number: bool = False
    """Whether JSON has them without quotes."""
    key: str = ""
    """Digits, the same for all marks whose words go together: they are counted together. Empty: made of the parts."""

    @property
    def size(self) -> int:
        """How many different words there are."""
        return prod(map(len, self.parts))

    @property
    def kept(self) -> int:
        """How many of them no load sends."""
        if self.size < 2 * _FEWEST_TRIES:
            return 0
        return self.size // 4 if self.size >= _MANY else min(max(self.size // 16, 1), _KEPT)

    @property
    def _kept_from(self) -> int:
        return self.size - self.kept - min(_FOR_PREFLIGHT, max(_FEWEST_TRIES, self.size // 4))

    @property
    def of_load(self) -> int:
        """How many of them a load sends before the first comes again."""
        return self.size - self.kept

    def for_load(self, number: int) -> int:
        """Return the turn of the word that a load sends after so many."""
        return number if number < self._kept_from else number + self.kept

    def for_equal(self, number: int) -> int:
        """Return the turn of requests that are the same to the letter: the first half of what is kept."""
        return self._kept_from + number % max(1, self.kept // 2)

    def for_row(self, number: int) -> int:
        """Return the turn of a row that the run makes past any request: the other half."""
        half = self.kept // 2
        return self._kept_from + half + number % max(1, self.kept - half)

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
        texts = ",".join("|".join(quote(one, safe="") for one in part) for part in self.parts)
        return f"{_BEGINS}{'#' * self.is_number}{self.first}:{self.key or key_of(texts)}:{texts}{_ENDS}"


TurnOf = Callable[[Words], int]
"""Which of the words of a mark is meant, counted from the first; negative ones stand before it."""


@dataclass(slots=True)
class Turns:
    """Which words whoever sends has used up."""

    shares: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Key of marks → which of how many users that send them this is; of what is not there it is the only one."""
    before: bool = False
    """Whether the words before those of a load are taken, the nearest first."""
    equal: bool = False
    """Whether words are taken that are kept from the load for requests that are the same to the letter."""
    _of: dict[str, Iterator[int]] = field(default_factory=dict)

    def of_body(self) -> TurnOf:
        """Return what tells the turns of one body, in which marks of the same key are in step."""
        here: dict[str, int] = {}

        def turn_of(words: Words) -> int:
            if words.key not in here:
                # In one step each, as several threads may send at the same moment.
                here[words.key] = next(self._of.setdefault(words.key, count()))
            if self.before:
                return -1 - here[words.key]
            if self.equal:
                return words.for_equal(here[words.key])
            return words.for_load(_dealt(here[words.key], *self.shares.get(words.key, (0, 1)), words.of_load))

        return turn_of


def _dealt(number: int, user: int, users: int, size: int) -> int:
    """Return which of `size` words user n of m sends after so many: every m-th, and then what others have left.

    Of users that are equally quick none sends what another has sent before all words are used. One that is quicker
    goes on with the words of the next user from the last on, as that one begins with the first.
    """
    users = min(users, size)
    user %= users
    short, longer = divmod(size, users)
    place = (user * short + min(user, longer) + number) % size
    if place < longer * (short + 1):
        whose, nth = divmod(place, short + 1)
    else:
        whose, nth = divmod(place - longer * (short + 1), short)
        whose += longer
    if whose != user:
        nth = short + (whose < longer) - 1 - nth
    return whose + nth * users


def key_of(text: str) -> str:
    """Return a short key for what marks are made of."""
    return str(crc32(text.encode()))


def has_words(text: object) -> bool:
    """Whether a text holds a mark that stands for words."""
    return isinstance(text, str) and _BEGINS in text


def sizes_in(text: str) -> dict[str, int]:
    """Return the keys of the marks in a text, each with how many different words a load has of them."""
    return {words.key: words.of_load for words in all_in(text)}


def all_in(text: str) -> tuple[Words, ...]:
    """Return the words of each mark in a text."""
    return tuple(words for words, _ in _split(text, in_json=False)[1]) if _BEGINS in text else ()


def words_in(text: str, turn_of: TurnOf) -> str:
    """Return a text with a word in the place of each mark."""
    if _BEGINS not in text:
        return text
    begin, pieces = _split(text, in_json=False)
    return begin + "".join([f"{words.at(turn_of(words))}{plain}" for words, plain in pieces])


def words_in_json(text: str, turn_of: TurnOf) -> str:
    """Return a JSON text with a word in the place of each mark; numbers lose the quotes around theirs."""
    if _BEGINS not in text:
        return text
    begin, pieces = _split(text, in_json=True)
    return begin + "".join([f"{_in_json(words.at(turn_of(words)))}{plain}" for words, plain in pieces])


def as_pattern(escaped: str) -> str:
    """Return a regular expression, made from a template by `re.escape`, in which any word may stand for a mark."""
    return _ESCAPED_MARK.sub(lambda match: r".{1,60}?", escaped) if re.escape(_BEGINS) in escaped else escaped


@lru_cache(maxsize=1_024)
def _split(text: str, *, in_json: bool) -> tuple[str, tuple[tuple[Words, str], ...]]:
    """Return what stands before the first mark, and each mark's words with what follows them.

    Kept, because a template is sent thousands of times, and one that lists hundreds of rows takes long to search.
    """
    plain, words, end, quotes = list[str](), list[Words](), 0, ""
    for match in (_MARK_IN_JSON if in_json else _MARK).finditer(text):
        before = f"{quotes}{text[end : match.start()]}"
        quotes = match["quote"] if in_json and not match["number"] else ""
        plain.append(f"{before}{quotes}")
        words.append(_words(*match.group("number", "first", "key", "parts")))
        end = match.end()
    plain.append(f"{quotes}{text[end:]}")
    return plain[0], tuple(zip(words, plain[1:], strict=True))


@lru_cache(maxsize=1_024)
def _words(number: str, first: str, key: str, parts: str) -> Words:
    # Kept as well, because bodies that belong to one address each have the same marks.
    texts = tuple(tuple(map(unquote, part.split("|"))) for part in parts.split(","))
    return Words(parts=texts, first=int(first), is_number=bool(number), key=key)


def _in_json(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')


_ESCAPED_MARK = re.compile(rf"{re.escape(re.escape(_BEGINS))}.+?{re.escape(re.escape(_ENDS))}")
