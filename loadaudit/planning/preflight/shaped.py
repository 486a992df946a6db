"""What a text has to have in it, at its beginning or end, or must not have, and its case."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import ascii_uppercase

from loadaudit.load.payloads import UNIQUE_NUMBER, UNIQUE_TEXT
from loadaudit.load.words import Words

UNIQUE_CAPITALS = Words(parts=(tuple(ascii_uppercase),) * len(UNIQUE_TEXT), first=1000).mark
"""Capital letters that no other request has, as many as the usual mark has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Something that a text has or has not."""

    text: str
    """How it is written, or an example of its kind."""
    is_one: Callable[[str], bool] | None = None
    """Whether a character is of the kind; None for a text of its own."""

    def is_in(self, sent: str) -> bool:
        return any(map(self.is_one, sent)) if self.is_one is not None else self.text.lower() in sent.lower()

    def begins(self, sent: str) -> bool:
        return bool(sent) and self.is_one(sent[0]) if self.is_one is not None else sent.startswith(self.text)

    def ends(self, sent: str) -> bool:
        return bool(sent) and self.is_one(sent[-1]) if self.is_one is not None else sent.endswith(self.text)


_VERB = re.compile(
    r"(?P<not>\b(?:not|cannot|never|without|no)\b |n't )?(?:\b(?:be|to|only|ever|any) )?"
    r"\b(?:(?P<both>(?:start|begin)s? (?:or|and|nor) ends? with)"
    r"|(?P<begin>(?:start|begin)(?:s|ning)? with|prefixed with)|(?P<end>(?:end|finish)(?:e?s|ing)? (?:with|in|on)"
    r"|suffixed with)|(?P<hold>contain(?:s|ing)?|includ(?:es?|ing)|have|has|with))\b[: ]+"
    r"(?:(?:an?|the|any|at least|one|1|either|literal|following|special|exact|two|word|text|string|phrase|keyword"
    r"|character|symbol|prefix|suffix|sign|domain|of|:) )*",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"\b(?:an?|the|any|no)? ?(?P<name>[a-z ]{3,20}?) (?:is|are) not (?:allowed|permitted|accepted)\b"
    r"|\bno (?P<other>[a-z]+s)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"\s*(?:,|or|and|nor|/)?\s*(['\"`\u2018\u201c])"
    r"(?P<text>[^'\"`\u2018\u2019\u201c\u201d]{1,40})['\"`\u2019\u201d]"
)
_BARE = re.compile(r"(?P<text>[^\s'\"`]{1,40}?)(?=[.,;!]?(?:[\s'\"\])}]|$))")
_NAMES_A_TEXT = re.compile(r"\b(?:word|text|string|phrase|keyword|literal|prefix|suffix|domain) $", re.IGNORECASE)


def _kind(name: str, text: str, is_one: Callable[[str], bool] | None = None) -> tuple[re.Pattern[str], _Part]:
    is_one = is_one or (lambda each: each == text)
    return re.compile(rf"(?:{name})\b", re.IGNORECASE), _Part(text=text, is_one=is_one)


_KINDS = (
    _kind(r"upper[ -]?case(?: letters?| characters?)?|capital(?:s| letters?)?", "Q", str.isupper),
    _kind(r"lower[ -]?case(?: letters?| characters?)?|small letters?", "q", str.islower),
    _kind(r"(?:white ?)?spaces?(?: characters?)?|blanks?", " ", str.isspace),
    _kind(r"digits?|numbers?|numerals?|numeric characters?", "7", str.isdigit),
    _kind(r"letters?|alphabetic(?:al)? characters?", "a", str.isalpha),
    _kind(r"question marks?", "?"),
    _kind(r"exclamation (?:marks?|points?)", "!"),
    _kind(r"full stops?|periods?|dots?", "."),
    _kind(r"commas?", ","),
    _kind(r"semicolons?", ";"),
    _kind(r"colons?", ":"),
    _kind(r"hyphens?|dash(?:es)?|minus", "-"),
    _kind(r"underscores?", "_"),
    _kind(r"back ?slash(?:es)?", "\\"),
    _kind(r"(?:forward )?slash(?:es)?", "/"),
    _kind(r"at[ -]signs?", "@"),
    _kind(r"hash(?:tags?|es)?(?: signs?)?|pound signs?", "#"),
    _kind(r"plus(?: signs?)?", "+"),
    _kind(r"percent(?: signs?)?", "%"),
    _kind(r"dollar(?: signs?)?", "$"),
    _kind(r"asterisks?", "*"),
    _kind(r"ampersands?", "&"),
    _kind(r"apostrophes?", "'"),
    _kind(r"(?:special )?characters?(?! \S)|punctuation|symbols?", "!", lambda one: not one.isalnum() and one != " "),
)
_UPPER = re.compile(r"\b(?:upper[ -]?case|capitals|all caps|capital letters)\b", re.IGNORECASE)
_LOWER = re.compile(r"\b(?:lower[ -]?case|small letters)\b", re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:be|in|all|only|entirely|use|written|uses)\b[\w ]{0,12}$", re.IGNORECASE)
_NOT_WHOLE = re.compile(
    r"\bleast\b|\b(?:contain|includ|has|have)(?!\w* only| to\b)|\bnot\b|n't\b|\b(?:start|begin|end)s?\b", re.IGNORECASE
)
_CAPITALISED = re.compile(r"\b(?:be|title) ?(?:capitali[sz]ed|case)\b", re.IGNORECASE)
_MOST = 6


def shaped(text: str, sent: str) -> str | None:
    """Return what was sent with the parts and the case that a text asks for; None where it is so, or asks for none."""
    made = sent
    for match in [*_VERB.finditer(text)][:_MOST]:
        for part in _parts(text, match):
            if match["not"]:
                made = _without(part, made, match)
            elif match["begin"] and part.is_one is not None and not part.begins(made):
                made = _beginning_with(part, made)
            elif match["both"]:
                made = f"{'' if part.begins(made) else part.text}{made}{'' if part.ends(made) else part.text}"
            elif match["end"] and not part.ends(made):
                made = f"{made.rstrip('.!? ')}{part.text}"
            elif match["hold"] and not part.is_in(_plain(made)):
                made = _holding(part, made)
    for match in [*_NEVER.finditer(text)][:_MOST]:
        if (kind := _kind_at((match["name"] or match["other"]).split(" ")[-1])) is not None:
            made = _removed(kind, made)
    made = _in_case(text, made)
    return made if made != sent and made.strip() else None


def begins_with_a_kind(text: str) -> bool:
    """Whether a text says with what kind of character something begins, and no text of its own."""
    return _kind_at(text) is not None


def _parts(text: str, match: re.Match[str]) -> Iterator[_Part]:
    """Yield what stands behind a verb: texts between quotes, the name of a kind of characters, or a bare text."""
    behind, quoted = match.end(), False
    while (found := _QUOTED.match(text, behind)) is not None:
        yield _Part(text=found["text"])
        behind, quoted = found.end(), True
        if not match["not"]:
            # Any one of several does.
            return
    if quoted:
        return
    if (kind := _kind_at(text[behind : behind + 40])) is not None:
        yield kind
    elif (bare := _BARE.match(text, behind)) is not None:
        word = bare["text"]
        if _NAMES_A_TEXT.search(match[0]) or not word[0].isalnum() or (match["end"] and not word[-1].isalpha()):
            yield _Part(text=word)


def _kind_at(text: str) -> _Part | None:
    return next((part for pattern, part in _KINDS if pattern.match(text)), None)


def _plain(sent: str) -> str:
    """Return a text without its marks, which stand for others."""
    return sent.replace(UNIQUE_TEXT, "").replace(UNIQUE_NUMBER, "")


def _without(part: _Part, sent: str, match: re.Match[str]) -> str:
    if match["begin"] or match["both"]:
        while part.begins(sent) and len(sent) > 1 and not sent.startswith((UNIQUE_TEXT, UNIQUE_NUMBER)):
            sent = sent[1:] if part.is_one is not None else sent.removeprefix(part.text)
    if match["end"] or match["both"]:
        while part.ends(sent) and len(sent) > 1 and not sent.endswith((UNIQUE_TEXT, UNIQUE_NUMBER)):
            sent = sent[:-1] if part.is_one is not None else sent.removesuffix(part.text)
    return _removed(part, sent) if match["hold"] else sent


def _removed(part: _Part, sent: str) -> str:
    """Return a text without what must not be in it; its marks stay."""
    pieces = re.split(f"({UNIQUE_TEXT}|{UNIQUE_NUMBER})", sent)
    if part.is_one is not None:
        pieces[::2] = ["".join(each for each in one if not part.is_one(each)) for one in pieces[::2]]
    else:
        pieces[::2] = [re.sub(re.escape(part.text), "", one, flags=re.IGNORECASE) for one in pieces[::2]]
    return "".join(pieces)


def _beginning_with(part: _Part, sent: str) -> str:
    is_marked = sent.startswith((UNIQUE_TEXT, UNIQUE_NUMBER))
    if sent and not is_marked and part.is_one is not None and part.is_one(sent[0].upper()):
        return f"{sent[0].upper()}{sent[1:]}"
    return f"{part.text}{sent}"


def _holding(part: _Part, sent: str) -> str:
    if part.text == "@":
        # Rarely anything but an address has it.
        return f"la-{UNIQUE_TEXT}@example.com"
    return f"{sent} {part.text}" if part.text[0].isalnum() and len(part.text) > 1 else f"{sent}{part.text}"


def _in_case(text: str, sent: str) -> str:
    for pattern in (_UPPER, _LOWER):
        match = pattern.search(text)
        if match is None or not _WHOLE.search(text[: match.start()]) or _NOT_WHOLE.search(text):
            continue
        if pattern is _LOWER:
            return sent if sent.islower() else sent.lower().replace(UNIQUE_TEXT.lower(), UNIQUE_TEXT)
        return sent if sent.isupper() else sent.upper().replace(UNIQUE_TEXT.upper(), UNIQUE_CAPITALS)
    if _CAPITALISED.search(text) and sent[:1].islower():
        return f"{sent[0].upper()}{sent[1:]}" if not sent.startswith(UNIQUE_TEXT) else f"La {sent}"
    return sent
