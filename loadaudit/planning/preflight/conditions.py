"""The conditions of a statement's WHERE, as far as they compare single columns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CONDITION = re.compile(
    # PostgreSQL compares `UPPER("table"."column"::text)` where case does not count.
    r"""(?:(?:UPPER|LOWER)\()?["`]?(?P<table>\w+)["`]?\.["`](?P<column>\w+)["`](?:::\w+)?\)?"""
    r"""(?:\s+(?P<null>IS NOT NULL|IS NULL)|\s*(?P<compared>=|IN\b|>=|<=|<|>|LIKE\b|BETWEEN\b))?"""
)
_WHERE = re.compile(r"\bWHERE\b(?P<conditions>.*?)(?:\b(?:ORDER BY|GROUP BY|LIMIT|FOR UPDATE)\b|$)", re.DOTALL)
_INNER = re.compile(r"\(\s*SELECT\b")
_NOT = re.compile(r"NOT\b\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One column, and what it is compared with."""

    table: str
    """Its table, or what the statement calls it."""
    column: str
    negated: bool = False
    null: str = ""
    """`IS NULL` or `IS NOT NULL`."""
    compared: str = ""
    """How it is compared with a value that the statement does not show; with `null` empty, too, it is a flag."""
    among_others: bool = False
    """One of several that do not hold together."""


Part = tuple[tuple[Condition, ...], ...]
"""Ways of meeting one part of a WHERE, each with all its conditions."""


def parts_of(sql: str) -> tuple[Part, ...]:
    """Return the parts of a statement's WHERE that all have to hold; none where one of several is enough."""
    where = _WHERE.search(_without_inner(sql))
    text = _plain(where["conditions"]) if where is not None else ""
    return tuple(_parts(text)) if text and len(_split(text, "OR")) == 1 else ()


def _without_inner(sql: str) -> str:
    """Return a statement without the queries within it, whose LIMIT would seem to be its own."""
    while (match := _INNER.search(sql)) is not None:
        sql = f"{sql[: match.start()]}(1){sql[end_of_brackets(sql, match.start()) :]}"
    return sql


def end_of_brackets(sql: str, start: int) -> int:
    """Return where what an opening bracket at `start` begins has ended, its closing bracket included."""
    end, depth = start + 1, 1
    while end < len(sql) and depth:
        depth += {"(": 1, ")": -1}.get(sql[end], 0)
        end += 1
    return end


def _parts(text: str) -> Iterator[Part]:
    for each in _split(_plain(text), "AND"):
        text = _plain(each)
        if len(ways := _split(text, "OR")) > 1:
            yield tuple(tuple(one for chosen in _parts(way) for one in chosen[0]) for way in ways)
        elif len(_split(text, "AND")) > 1:
            yield from _parts(text)
        elif found := tuple(_single(text)):
            yield (found,)


def _single(text: str) -> Iterator[Condition]:
    """Yield the condition that a text without AND and OR is, or those that must not hold together."""
    negated = _NOT.match(text)
    inner = _plain(text[negated.end() :]) if negated is not None else text
    several = [_plain(one) for word in ("AND", "OR") for one in _split(inner, word) if len(_split(inner, word)) > 1]
    for one in several or [inner]:
        # What `exclude()` leaves out may be a negation itself, as with a flag that is off.
        again = _NOT.match(one)
        match = _CONDITION.match(_plain(one[again.end() :]) if again is not None else one)
        if match is not None:
            yield Condition(
                table=match["table"],
                column=match["column"],
                negated=(negated is None) is not (again is None),
                null=match["null"] or "",
                compared=match["compared"] or "",
                among_others=bool(several),
            )


def _split(text: str, word: str) -> list[str]:
    """Return what stands around a word outside of all brackets."""
    found, depth, begin = [], 0, 0
    for match in re.finditer(rf"[()]|\b{word}\b", text):
        if match[0] != word:
            depth += 1 if match[0] == "(" else -1
        elif depth == 0:
            found.append(text[begin : match.start()])
            begin = match.end()
    return [*found, text[begin:]]


def _plain(text: str) -> str:
    """Return a text without spaces and brackets around the whole of it."""
    text = text.strip()
    while text.startswith("(") and _closes_last(text):
        text = text[1:-1].strip()
    return text


def _closes_last(text: str) -> bool:
    depth = 0
    for place, one in enumerate(text):
        depth += (one == "(") - (one == ")")
        if depth == 0:
            return place == len(text) - 1
    return False
