"""A regular expression of a URL pattern, made readable: groups by name, optional parts in brackets, no anchors."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from loadaudit.records.making import quickly_made

ANYTHING = "*"
"""Stands for text that varies and that no group captures."""

_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d*)(,?)(\d*)\})[?+]?")
_LITERAL_RUN = re.compile(r"[\w/-]+(?![*+?{\w/-])")
"""Characters that mean themselves, up to one that a quantifier may follow."""
_LITERAL_START = re.compile(rf"\^?({_LITERAL_RUN.pattern})")
_FLAGS = re.compile(r"\?[aiLmsux]*(?:-[imsx]+)?(:|\))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One capturing group."""

    name: str
    """Its name, or its number as text."""
    pattern: str
    named: bool


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRegex:
    """What `read_regex` found."""

    text: str
    groups: tuple[Group, ...]
    count: int = 0
    """Groups that were numbered, also those that are part of no route."""
    varying: str = ""
    """The expression of the text that varies last and that no group captures; empty when there is none."""
    error: str = ""
    """Why it is no regular expression at all."""


@dataclass(slots=True)
class _Reader:
    """A recursive descent over the expression; `number` counts unnamed and named groups alike."""

    source: str
    number: int
    position: int = 0
    groups: list[Group] = field(default_factory=list)
    varying: str = ""

    def alternatives(self) -> str:
        """Read up to the closing bracket or the end."""
        branches = [self._branch()]
        while self._peek() == "|":
            self.position += 1
            branches.append(self._branch())
        if len(branches) == 1:
            return branches[0]
        written = list(dict.fromkeys(branch for branch in branches if branch))
        text = written[0] if len(written) == 1 else "(" + "|".join(written) + ")"
        return f"[{text}]" if "" in branches and written else text

    def _branch(self) -> str:
        texts: list[str] = []
        start = self.position
        while self._peek() not in ("", "|", ")"):
            run = _LITERAL_RUN.match(self.source, self.position)
            if run:
                texts.append(run.group())
                self.position = run.end()
                continue
            goes_on = texts[-1:] == [ANYTHING]
            start = start if goes_on else self.position
            atom = self._quantified(self._atom())
            if ANYTHING in atom:
                # Set again behind what is inside it: of `(?:[^/]+/)*` the whole is kept.
                self.varying = self.source[start : self.position]
            if not (atom == ANYTHING and goes_on):
                texts.append(atom)
        return "".join(texts)

    def _peek(self) -> str:
        return self.source[self.position : self.position + 1]

    def _quantified(self, atom: str) -> str:
        found = _QUANTIFIER.match(self.source, self.position)
        if not found:
            return atom
        self.position = found.end()
        most = found.group(3) if found.group(2) else found.group(1)
        if most and not most.strip("0"):
            return ""
        least = found.group(1) if found.group(0).startswith("{") else {"+": "1"}.get(found.group(0)[0], "0")
        if atom in ("", ANYTHING):
            return atom
        if (least or "0") == "0":
            return f"[{atom}]"
        return atom * int(least) if found.group(0).startswith("{") and len(atom) == 1 else atom

    def _atom(self) -> str:
        char = self._peek()
        self.position += 1
        if char in "^$":
            return ""
        if char == ".":
            # Alone it is nearly always a dot that nobody escaped, and a dot is what requests have there.
            return ANYTHING if _QUANTIFIER.match(self.source, self.position) else "."
        if char == "\\":
            return self._escape()
        if char == "[":
            return self._char_class()
        if char == "(":
            return self._group()
        return char

    def _escape(self) -> str:
        char = self._peek()
        self.position += 1
        if char in "AZzbB":
            return ""
        if char.isalnum():
            return {"t": "\t", "n": "\n"}.get(char, ANYTHING)
        return char

    def _char_class(self) -> str:
        start = self.position
        end = start + 1 if self.source[start : start + 1] in ("^", "]") else start
        if self.source[start : start + 2] == "^]":
            end = start + 2
        while end < len(self.source) and self.source[end] != "]":
            end += 2 if self.source[end] == "\\" else 1
        self.position = end + 1
        body = self.source[start:end]
        if len(body) == 1 and body != "^":
            return body
        if len(body) == 2 and body[0] != body[1] and body[0].lower() == body[1].lower():
            # One letter, large or small: `[Aa]pi`.
            return body[0].lower()
        return body[1] if len(body) == 2 and body[0] == "\\" and not body[1].isalnum() else ANYTHING

    def _group(self) -> str:
        rest = self.source[self.position :]
        if rest.startswith("?P<"):
            name, _, _ = rest[3:].partition(">")
            self.position += 4 + len(name)
            return self._captured(name)
        if rest.startswith("?P="):
            name, _, _ = rest[3:].partition(")")
            self.position += 4 + len(name)
            return f"<{name}>"
        if rest.startswith("?#"):
            self._skip_to_close()
            return ""
        if rest.startswith(("?=", "?!", "?<=", "?<!")):
            self.position += 3 if rest.startswith("?<") else 2
            self._inside()
            return ""
        if rest.startswith("?("):
            self._skip_to_close()
            self._inside()
            return ANYTHING
        if rest.startswith("?>"):
            self.position += 2
            return self._inside()
        flags = _FLAGS.match(rest)
        if flags:
            self.position += flags.end()
            return "" if flags.group(1) == ")" else self._inside()
        return self._captured("")

    def _captured(self, name: str) -> str:
        self.number += 1
        shown = name or str(self.number)
        slot = len(self.groups)
        start = self.position
        text = self._inside()
        pattern = self.source[start : self.position - 1]
        if not text and pattern:
            # It holds nothing, ever: `[_]{0}`.
            return ""
        if not name and any(one.named for one in self.groups[slot:]):
            # Beside a group with a name Django hands over none without: it only holds the others together.
            return text
        self.groups.insert(slot, Group(name=shown, pattern=pattern, named=bool(name)))
        return f"<{shown}>"

    def _inside(self) -> str:
        text = self.alternatives()
        self.position += 1
        return text

    def _skip_to_close(self) -> None:
        end = self.source.find(")", self.position)
        self.position = len(self.source) if end < 0 else end + 1


def read_regex(source: str, number: int = 0) -> ReadRegex:
    """Return the readable text and the groups of `source`; unnamed groups are numbered from `number` + 1."""
    # Routers write the same behind a literal start of each, and what is behind it is read once.
    start = _LITERAL_START.match(source) if "|" not in source else None
    if start is None:
        return _read(source, number)
    rest = _read(source[start.end() :], number)
    if rest.error:
        return _read(source, number)
    return ReadRegex(text=start[1] + rest.text, groups=rest.groups, count=rest.count, varying=rest.varying)


@lru_cache(maxsize=1024)
def _read(source: str, number: int) -> ReadRegex:
    reader = _Reader(source, number)
    text = reader.alternatives()
    # Compiling all of them would take longer than all else that is read of routes.
    error = "" if reader.position == len(source) else _error_of(source)
    return ReadRegex(
        text=text, groups=tuple(reader.groups), count=reader.number - number, varying=reader.varying, error=error
    )


def _error_of(source: str) -> str:
    try:
        re.compile(source)
    except re.error as error:
        return str(error)
    return ""
