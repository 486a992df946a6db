"""Errors in other languages, read as if they were in English."""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache
from typing import Any

from loadaudit.planning.languages.other_scripts import CHINESE, RUSSIAN
from loadaudit.planning.languages.phrases import LANGUAGES, LAYOUTS, SAYING, Phrases

_LONGEST = 3_000
"""Characters of an error that are read at all."""

_MOST_SENTENCES, _DEEPEST = 200, 50
"""Of a document: errors have few, and hundreds of expressions are tried on each."""

_COMMON = tuple(
    re.compile(rf"\b(?:{words})\b")
    for words in (
        "el|la|los|las|una?|del?|no|se|que|es|para|est[ea]|su|con|por|y|al|campo",
        "os?|as?|um|uma|d[eoa]s?|nao|que|para|est[ea]|seu|sua|com|por|ao|campo",
        "le|la|les|une?|des|d[eu]|ne|pas|que|est|pour|cet?|cette|votre|avec|par|et|au|champ",
        "der|die|das|eine?n?|dem|den|nicht|ist|sind|fur|diese[rs]?|ihr|mit|und|bitte|im",
        "il|lo|la|gli|una?|del|della|di|non|che|per|quest[oa]|con|campo",
    )
)
"""Short words of a language, in the order of `LANGUAGES`, without accents."""

_HAN = re.compile("[\u4e00-\u9fff]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_ENGLISH = re.compile(
    r"\b(?:the|is|are|was|has|must|may|should|can(?:not)?|not|your?|this|that|of|with|for|and|or|to|be|in|on|at|it|does"
    r"|required|field|already|exists?|found|enter|please|than|too|only|least|most|valid|invalid|minimum|maximum"
    r"|unknown|unsupported|expected|received|got|used|choose|select|given|provided|allowed|missing|failed|incorrect"
    r"|from|have|been|could|which|when|before|after|any|more|less|one|my|we)\b"
)
"""Words of errors in English: a text that has as many of them as of another language is in English."""

_IN_BOTH = frozenset(
    {"deja", "demain", "different", "errata", "format", "future", "futures", "incorrect", "ja", "maximal", "maximum"}
    | {"minimum", "morgen", "mots", "null", "parole", "positive", "uber", "zero"}
)
"""Words of phrases that are English ones, too, or stand in English texts: of the language they tell nothing."""

_QUOTED = re.compile(
    r"(?<!\w)(?:'[^\s']{1,60}'|\"[^\s\"]{1,60}\"|`[^`\n]{1,60}`"
    "|“[^“”\n]{1,60}”|„[^„“”\n]{1,60}[“”]|«[^«»\n]{1,60}»)(?!\\w)"
)
_QUOTED_IN_CHINESE = re.compile("'[^\\s']{1,60}'|「[^「」]{1,60}」")
_HELD = 0xE000
"""Where Unicode has characters for private use: each stands for a quoted value while a text is turned."""


def in_english(text: str) -> str:
    """Return a text of an error with what it says of values in English, or itself where it is in no known language.

    Words that tell what a value has to be are turned; names of fields stay, but lose their accents, and what is quoted
    stays to the letter, as it may be the value to send.
    """
    if len(text) > _LONGEST or not (" " in text or _HAN.search(text)):
        return text
    return _turned(text)


def in_english_document(document: Any, sent: Container[str] = ()) -> Any:
    """Return a JSON document with its sentences in English; words that stand alone stay, and so do its keys.

    But for those that hold a sentence about all of it, unless one of that name was `sent`. Of a document with more than
    errors have, the first ones are read.
    """
    left = [_MOST_SENTENCES]

    def turned(one: Any, deep: int) -> Any:
        if deep > _DEEPEST or left[0] <= 0:
            return one
        if isinstance(one, str):
            left[0] -= " " in one
            return in_english(one)
        if isinstance(one, Mapping):
            return {
                SAYING.get(name, name) if isinstance(each, str) and name not in sent else name: turned(each, deep + 1)
                for name, each in one.items()
            }
        return [turned(each, deep + 1) for each in one] if isinstance(one, list) else one

    return turned(document, 0)


@lru_cache(maxsize=1024)
def _turned(text: str) -> str:
    is_chinese = _HAN.search(text) is not None
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return chr(_HELD + len(held) - 1)

    found = _turned_plain((_QUOTED_IN_CHINESE if is_chinese else _QUOTED).sub(hold, text), is_chinese)
    for place, one in enumerate(held):
        found = found.replace(chr(_HELD + place), one)
    return found


def _turned_plain(text: str, is_chinese: bool) -> str:
    if is_chinese:
        # Nothing tells where a word ends, and what stands between two phrases is part of a name.
        return " ".join(_by(_compiled_in(CHINESE, between=""), text)[0].split())
    if _CYRILLIC.search(text):
        return _by(_compiled_in(RUSSIAN), text)[0]
    plain = without_accents(text)
    lowered = plain.lower()
    of_english, best = len(_ENGLISH.findall(lowered)), text
    of_others = [len(common.findall(lowered)) for common in _COMMON]
    if of_english < 2 or any(of_others):
        turned = [
            (many + count, found)
            for many, phrases in zip(of_others, map(_compiled_in, LANGUAGES), strict=True)
            for found, count in (_by(phrases, plain),)
            if count
        ]
        # Spanish and Portuguese share many words: the one is meant of which more is understood.
        score, found = max(turned, key=lambda pair: pair[0], default=(0, text))
        best = found if score > of_english else text
    for pattern, layout in LAYOUTS:
        best = re.sub(pattern, layout, best)
    return best


def _by(phrases: Sequence[tuple[re.Pattern[str], str]], text: str) -> tuple[str, int]:
    """Return a text with the phrases of one language turned, and how many there were that are not English as well."""
    count = 0
    for pattern, said in phrases:
        if words := [one[0].lower() for one in pattern.finditer(text)]:
            text = pattern.sub(said, text)
            count += sum(one not in _IN_BOTH for one in words)
    return text, count


@lru_cache(maxsize=len(LANGUAGES) + 2)
def _compiled_in(phrases: Phrases, between: str = r"\w") -> list[tuple[re.Pattern[str], str]]:
    """Return the phrases of a language as patterns, which begin and end where a word does if words stand apart."""
    begins, ends = (f"(?<!{between})", f"(?!{between})") if between else ("", "")
    return [(re.compile(f"{begins}(?:{pattern}){ends}", re.IGNORECASE), said) for pattern, said in phrases]


def without_accents(text: str) -> str:
    """Return a text with the letters that accents stand on."""
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(one for one in apart if not unicodedata.combining(one))
