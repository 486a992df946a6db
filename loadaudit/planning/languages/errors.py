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
    r"|required|field|already|exists?|found|enter|please|than|too|only|least|most|valid|invalid|minimum|maximum)\b"
)
"""Words of errors in English: a text that has as many of them as of another language is in English."""


def in_english(text: str) -> str:
    """Return a text of an error with what it says of values in English, or itself where it is in no known language.

    Words that tell what a value has to be are turned; names of fields and values stay, but lose their accents.
    """
    if len(text) > _LONGEST or not (" " in text or _HAN.search(text)):
        return text
    return _turned(text)


def in_english_document(document: Any, sent: Container[str] = ()) -> Any:
    """Return a JSON document with its sentences in English; words that stand alone stay, and so do its keys.

    But for those that hold a sentence about all of it, unless one of that name was `sent`.
    """
    if isinstance(document, str):
        return in_english(document)
    if isinstance(document, Mapping):
        return {
            SAYING.get(name, name) if isinstance(value, str) and name not in sent else name: in_english_document(
                value, sent
            )
            for name, value in document.items()
        }
    return [in_english_document(one, sent) for one in document] if isinstance(document, list) else document


@lru_cache(maxsize=1024)
def _turned(text: str) -> str:
    if _HAN.search(text):
        # Nothing tells where a word ends, and what stands between two phrases is part of a name.
        return " ".join(_by(_compiled_in(CHINESE, between=""), text)[0].split())
    if _CYRILLIC.search(text):
        return _by(_compiled_in(RUSSIAN), text)[0]
    plain = _without_accents(text)
    lowered = plain.lower()
    turned = [
        (len(common.findall(lowered)) + count, found)
        for common, phrases in zip(_COMMON, map(_compiled_in, LANGUAGES), strict=True)
        for found, count in (_by(phrases, plain),)
        if count
    ]
    # Spanish and Portuguese share many words: the one is meant of which more is understood.
    score, best = max(turned, key=lambda pair: pair[0], default=(0, text))
    if score <= len(_ENGLISH.findall(lowered)):
        best = text
    for pattern, layout in LAYOUTS:
        best = re.sub(pattern, layout, best)
    return best


def _by(phrases: Sequence[tuple[re.Pattern[str], str]], text: str) -> tuple[str, int]:
    """Return a text with the phrases of one language turned, and how many there were."""
    count = 0
    for pattern, said in phrases:
        text, many = pattern.subn(said, text)
        count += many
    return text, count


@lru_cache(maxsize=len(LANGUAGES) + 2)
def _compiled_in(phrases: Phrases, between: str = r"\w") -> list[tuple[re.Pattern[str], str]]:
    """Return the phrases of a language as patterns, which begin and end where a word does if words stand apart."""
    begins, ends = (f"(?<!{between})", f"(?!{between})") if between else ("", "")
    return [(re.compile(f"{begins}(?:{pattern}){ends}", re.IGNORECASE), said) for pattern, said in phrases]


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(one for one in apart if not unicodedata.combining(one))
