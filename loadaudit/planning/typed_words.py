"""Words that a page wants typed before it goes on, such as the name of what is deleted."""

import html
import re
from collections.abc import Iterable, Iterator

_EMPHASIS = re.compile(r"</?(?:b|strong|code|em|i|kbd|samp|mark|tt|var)\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(?:placeholder|aria-label|title)=(?:\"([^\"<>]{1,200})\"|'([^'<>]{1,200})')", re.IGNORECASE)
_QUOTED_TWICE = re.compile("[\"“”„«»'\u2018\u2019`]?\1[\"“”„«»'\u2018\u2019`]?")
_TAG = re.compile(
    r"<(?:script|style)\b(?:[^<]|<(?!/?(?:script|style)\b))*</(?:script|style)>|<[^<>]*>", re.IGNORECASE | re.DOTALL
)
_SPACE = re.compile(r"(?<![ \t])[ \t]*[\r\n\0][\s\0]*")

_OPEN, _CLOSE = "(?<!\\w)[\"“”„«'\u2018`\1]", "[\"“”»'\u2019`\1]"
_QUOTED = rf"{_OPEN}(?P<%s>[^\"“”„«»`\1\n]{{1,100}}?){_CLOSE}"
_TYPE = r"\b(?:re-?)?(?:type|enter|write|repeat|input)\b"
_FOR = r"\b(?:confirm|delete|remove|continue|proceed|go on|archive|close|cancel|verify)\b"
_ASKED = re.compile(
    rf"{_TYPE}[^\n\"“„«`\1]{{0,60}}?{_QUOTED % 'behind'}[^\n]{{0,60}}?{_FOR}"
    rf"|{_FOR}[^\n]{{0,80}}?{_TYPE}[^\n\"“„«`\1]{{0,40}}?{_QUOTED % 'before'}"
    rf"|{_TYPE} (?P<plain>[^\s\"'<>]{{1,60}}) (?:below |here |again )?(?:to|and) {_FOR}",
    re.IGNORECASE,
)
_NO_WORDS = frozenset({"it", "this", "that", "yes", "below", "here", "again", "password", "code", "name"})
"""What stands there without quotes and is no text to type, but what is to be typed, or where."""

_CONFIRMS = re.compile(r"confirm|verif|retype|type_|repeat", re.IGNORECASE)
_LONGEST_PAGE = 200_000


def words_to_type(page: str) -> Iterator[str]:
    """Yield texts that a page says are to be typed to go on, as `member0` of `Type <b>member0</b> to delete`.

    They may stand in quotes or be emphasised, and the sentence in a label or in the placeholder of the field.
    """
    if len(page) > _LONGEST_PAGE:
        return
    attributes = "\n".join(one or other for one, other in _ATTRIBUTE.findall(page))
    # Elements end a sentence, those that emphasise quote.
    text = _TAG.sub("\0", _EMPHASIS.sub("\1", page))
    text = _SPACE.sub(" \n ", html.unescape(text.replace("\n", " "))).replace("\0", "\n")
    text = _QUOTED_TWICE.sub("\1", text)
    for match in _ASKED.finditer(f"{text}\n{html.unescape(attributes)}"):
        word = (match["behind"] or match["before"] or match["plain"] or "").strip()
        if word and (match["plain"] is None or word.lower() not in _NO_WORDS):
            yield word


def confirming(names: Iterable[str]) -> str:
    """Return which of the names of empty fields takes such a word: the only one, else that called so; or empty."""
    found = list(names)
    named = [one for one in found if _CONFIRMS.search(one)] if len(found) > 1 else found
    return named[0] if len(named) == 1 else ""
