"""What the answer to a request that failed says: its text, its sentences, and whether it is JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from loadaudit.planning.control import Answer
from loadaudit.planning.languages.errors import in_english
from loadaudit.planning.preflight.told_on_page import told_on
from loadaudit.records import RAISED_BY, TOLD

_LONGEST = 20_000
ABOUT_THE_ERROR = frozenset(
    {"type", "code", "status", "status_code", "error_code", "errorcode", "success", "title", "responsecode"}
    | {"path", "url", "method", "instance", "timestamp", "error_id", "request_id", "trace_id", "correlation_id"}
)
"""Keys of an error that tell what kind it is, and name no field unless one of that name was sent."""

_NO_SENTENCES = ABOUT_THE_ERROR | {"loc", "url"}
_OF_THE_PROBLEM = re.compile(r'"(?:type|instance)": ?"(?:https?:|about:|urn:|tag:|/)[^"]*",? ?')
"""Addresses of the kind of error and of the error itself (RFC 9457), whose words are none about what was sent."""

_LONGEST_PLAIN, _MOST_TEXTS = 500, 200


def said_of(answer: Answer) -> str:
    """Return what an error says, in English as far as it is in another language that is known.

    That is the exception's words, or a message, else the answer's text or JSON, else a 404's.
    """
    return in_english(_as_said(answer))


def _as_said(answer: Answer) -> str:
    exception = answer.trace.exception if answer.trace is not None else None
    if exception is not None:
        return exception.message
    if answer.trace is not None and answer.trace.refusals and answer.trace.refusals[-1].startswith(TOLD):
        return answer.trace.refusals[-1].removeprefix(TOLD)
    json_text = _OF_THE_PROBLEM.sub("", _unescaped(answer)) if is_json(answer) else ""
    said = plain_text(answer) or json_text or told_on(answer)
    if said or answer.trace is None or answer.trace.not_found.startswith(RAISED_BY):
        return said
    return answer.trace.not_found


def _unescaped(answer: Answer) -> str:
    """Return JSON as a text, with the letters that are no ASCII as people read them."""
    if b"\\u" in answer.content and (document := answer.json()) is not None:
        return json.dumps(document, ensure_ascii=False)[:_LONGEST]
    return answer.content[:_LONGEST].decode(errors="replace")


def texts_of(answer: Answer) -> list[str]:
    """Return the sentences of an error, or the first of them."""
    if not is_json(answer):
        return [plain_text(answer)]
    return [in_english(one[:_LONGEST]) for one in islice(_leaves(answer.json()), _MOST_TEXTS)]


def sentences_of(answer: Answer) -> list[str]:
    """Return the sentences of an error that is JSON; none of anything else, and of what was raised."""
    raised = answer.trace is not None and answer.trace.exception is not None
    return texts_of(answer) if is_json(answer) and not raised else []


def _leaves(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    if isinstance(document, Mapping):
        document = [one for name, one in document.items() if str(name).lower() not in _NO_SENTENCES]
    for one in document if isinstance(document, list) else ():
        yield from _leaves(one)


def is_json(answer: Answer) -> bool:
    """Whether an answer is JSON by its type, or by how it begins where its type is that of any text."""
    is_text = answer.content_type.startswith("text/")
    return "json" in answer.content_type or (is_text and answer.content.lstrip()[:2] in (b'{"', b"[{"))


def plain_text(answer: Answer) -> str:
    """Return the text of an error that is neither JSON nor a page, as of `HttpResponseBadRequest("…")`, or empty."""
    if answer.status < 400 or not answer.content_type.startswith("text/") or len(answer.content) > _LONGEST_PLAIN:
        return ""
    text = answer.content.decode(errors="replace").strip()
    return "" if "<" in text else text
