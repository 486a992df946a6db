"""A page that stands there again and says in its own way why it took nothing, as forms written by hand do."""

import re
from html.parser import HTMLParser
from http import HTTPStatus

from loadaudit.planning.control import Answer
from loadaudit.planning.forms import read_forms
from loadaudit.records import BodyKind, Payload

_MARKED = re.compile(
    r"(?:^|[\s_-])(?:alert-(?:danger|error)|errornote|errorlist|errors?|error-?(?:message|text|msg)s?)(?:$|\s)"
)
"""Words of a class for what went wrong; `danger` alone is also on the button that deletes something."""

_HIDDEN = re.compile(r"(?:^|\s)(?:hidden|d-none|is-hidden|invisible)(?:$|\s)")
_NOT_SHOWN = re.compile(r"display\s*:\s*none")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_UNREAD = frozenset({"script", "style", "template"})
_LONGEST = 200_000
_LONGEST_TEXT = 200


def wrote_nothing(payload: Payload | None, answer: Answer) -> bool:
    """Whether a form was answered with a page, and nothing was written."""
    is_form = payload is not None and payload.kind in (BodyKind.FORM, BodyKind.MULTIPART)
    is_page = answer.status == HTTPStatus.OK and answer.content_type.startswith("text/html")
    return is_form and is_page and answer.trace is not None and not answer.trace.sql_writes


def refusal_on_page(payload: Payload | None, answer: Answer) -> str:
    """Return what a page says is wrong with a form that was sent, or empty where it may have been taken.

    It was not taken where nothing was written, the page has a form for all of it again, and an element that is marked
    as an error and shown has a text.
    """
    if payload is None or not wrote_nothing(payload, answer) or len(answer.content) > _LONGEST:
        return ""
    page = answer.content.decode(errors="replace")
    told = _told(page)
    names = {one.name for one in payload.pairs} | {one.field for one in payload.uploads}
    forms = read_forms(page) if told and names else ()
    again = any(one.method == "POST" and names <= {each.name for each in one.fields} for one in forms)
    return told if again else ""


def _told(page: str) -> str:
    parser = _Told()
    parser.feed(page)
    parser.close()
    return " ".join(dict.fromkeys(parser.texts))[:_LONGEST_TEXT]


class _Told(HTMLParser):
    """Collects the texts of elements that are marked as errors and shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._depth = 0
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        values = {name: value or "" for name, value in attrs}
        classes = values.get("class", "").lower()
        unseen = "hidden" in values or tag in _UNREAD or _HIDDEN.search(classes)
        if self._hidden or unseen or _NOT_SHOWN.search(values.get("style", "").lower()):
            self._hidden += 1
        if self._depth or _MARKED.search(classes):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._depth, self._hidden = max(self._depth - 1, 0), max(self._hidden - 1, 0)

    def handle_data(self, data: str) -> None:
        if self._depth and not self._hidden and (text := " ".join(data.split())):
            self.texts.append(text)
