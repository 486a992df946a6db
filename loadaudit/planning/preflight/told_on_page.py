"""A page that stands there again and says in its own way why it took nothing, as forms written by hand do."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus

from loadaudit.planning.control import Answer
from loadaudit.planning.forms import PageParser, read_forms
from loadaudit.planning.preflight.page_words import text_of_page
from loadaudit.planning.preflight.states import puts_forms
from loadaudit.records import BodyKind, Operation, Payload

_MARKED = re.compile(
    r"(?:^|[\s_-])(?:alert-(?:danger|error)|errornote|errorlist|errors?|error-?(?:message|text|msg)s?)(?:$|\s)"
)
"""Words of a class for what went wrong; `danger` alone is also on the button that deletes something."""

_MARKED_BESIDE = re.compile(
    r"(?:^|\s)(?:invalid-feedback|text-danger|text-error|help is-danger|(?:[\w-]+[-_])?errors?(?:[-_][\w-]+)?)(?:$|\s)"
)
"""The same beside an input, where it is known that its form was refused."""

_HIDDEN = re.compile(r"(?:^|\s)(?:hidden|d-none|is-hidden|invisible)(?:$|\s)")
_NOT_SHOWN = re.compile(r"display\s*:\s*none")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_INPUTS = frozenset({"input", "select", "textarea"})
_UNREAD = frozenset({"script", "style", "template"})
_LONGEST = 200_000
_LONGEST_TEXT = 200


def _wrote_nothing(payload: Payload | None, answer: Answer) -> bool:
    """Whether a form was answered with a page, and nothing was written."""
    is_form = payload is not None and payload.kind in (BodyKind.FORM, BodyKind.MULTIPART)
    return is_form and _is_idle_page(answer)


def is_unread(operation: Operation, path: str, payload: Payload | None, answer: Answer) -> bool:
    """Whether a form was put and a page came of it: Django reads none then, and its generic views show theirs again."""
    return operation.method == "PUT" and (
        _wrote_nothing(payload, answer) or (_is_idle_page(answer) and puts_forms(operation, path))
    )


def _is_idle_page(answer: Answer) -> bool:
    """Whether an answer is a page, and nothing was written before it."""
    is_page = answer.status == HTTPStatus.OK and answer.content_type.startswith("text/html")
    return is_page and answer.trace is not None and not answer.trace.sql_writes


def refusal_in_json(payload: Payload | None, answer: Answer) -> bool:
    """Whether a body was answered with a success that tells of errors and wrote nothing, as an import of no row is."""
    if payload is None or answer.trace is None or answer.trace.sql_writes or "json" not in answer.content_type:
        return False
    document = answer.json() if answer.status < HTTPStatus.MULTIPLE_CHOICES else None
    return isinstance(document, dict) and any(document.get(key) for key in ("errors", "error"))


def refusal_on_page(payload: Payload | None, answer: Answer) -> str:
    """Return what a page says is wrong with a form that was sent, or empty where it may have been taken.

    It was not taken where nothing was written, the page has a form for all of it again, and an element that is marked
    as an error and shown has a text.
    """
    if payload is None or not _wrote_nothing(payload, answer) or len(answer.content) > _LONGEST:
        return ""
    page = answer.content.decode(errors="replace")
    told = _told(page)
    names = {one.name for one in payload.pairs} | {one.field for one in payload.uploads}
    forms = read_forms(page) if told else ()
    # Of what nothing was sent for, a button may be all there is.
    again = any(
        one.method == "POST" and names <= (shown := {each.name for each in one.fields}) and shown for one in forms
    )
    return told if again else ""


def told_on(answer: Answer) -> str:
    """Return what a page says: the texts that it marks as errors, else that of an error by itself."""
    if not answer.content_type.startswith("text/html") or len(answer.content) > _LONGEST:
        return ""
    page = answer.content.decode(errors="replace")
    is_error = answer.status >= HTTPStatus.BAD_REQUEST and answer.status != HTTPStatus.NOT_FOUND
    return _told(page) or (text_of_page(page) if is_error else "")


def told_beside(page: str, refused: Sequence[str]) -> Mapping[str, str]:
    """Return what a page says of the fields of a refused form: in their order, or of the input before it."""
    texts = [(name, text) for name, text in _parsed(page, _MARKED_BESIDE) if " " in text] if refused else []
    if len(texts) == len(refused):
        return {name: text for name, (_, text) in zip(refused, texts, strict=True)}
    return {name: text for name, text in reversed(texts) if name in refused}


def _told(page: str) -> str:
    return " ".join(dict.fromkeys(text for _, text in _parsed(page, _MARKED)))[:_LONGEST_TEXT]


@lru_cache(maxsize=8)
def _parsed(page: str, marked: re.Pattern[str]) -> tuple[tuple[str, str], ...]:
    parser = _Told(marked)
    parser.feed(_with_ends(page))
    parser.close()
    return tuple(parser.texts)


def _with_ends(page: str) -> str:
    """Return a page up to where its last tag and comment end: the parser looks for each end that is missing anew."""
    page = page[: page.rfind(">") + 1]
    begun = page.find("<!--", page.rfind("-->") + 1)
    return page if begun < 0 else page[:begun]


class _Told(PageParser):
    """Collects the texts of elements that are marked as errors and shown, each with the input before it."""

    def __init__(self, marked: re.Pattern[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[str, str]] = []
        self._marked = marked
        self._input = ""
        self._depth = 0
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _INPUTS and values.get("type", "").lower() != "hidden":
            self._input = values.get("name", "") or self._input
        if tag in _VOID:
            return
        classes = values.get("class", "").lower()
        unseen = "hidden" in values or tag in _UNREAD or _HIDDEN.search(classes)
        if self._hidden or unseen or _NOT_SHOWN.search(values.get("style", "").lower()):
            self._hidden += 1
        if self._depth or self._marked.search(classes):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._depth, self._hidden = max(self._depth - 1, 0), max(self._hidden - 1, 0)

    def handle_data(self, data: str) -> None:
        if self._depth and not self._hidden and (text := " ".join(data.split())):
            self.texts.append((self._input, text))
