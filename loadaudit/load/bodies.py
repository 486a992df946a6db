"""What the body of a response gives away, whatever its status says."""

import json
import re
from collections.abc import Mapping
from typing import Any

from loadaudit.records import PASSWORD_FORM

SOFT_FAILURE = "soft_failure"
LOGIN_PAGE = "login_page"
LOGIN_FORM = "login_form"
FILE = "file"
ERROR_TEMPLATE = "error_template"
EMPTY_FILE = "empty_file"
HTML_AS_FILE = "html_as_file"

INSPECTED_BYTES = 65_536
"""Only the beginning of a body is looked at."""

_PASSWORD_FIELD = re.compile(rb"<input[^<>]*type=[\"']?password[^<>]*", re.IGNORECASE)
_CURRENT = re.compile(rb"autocomplete=[\"']?current-password", re.IGNORECASE)
_END_OF_FORM = re.compile(rb"</form", re.IGNORECASE)
_NAME_FIELD = re.compile(rb"<input[^<>]*(?:autocomplete=[\"']?username\b|\bname=[\"']?username\b)", re.IGNORECASE)
"""What Django's login form, and most others, tell password managers."""

_FORM = re.compile(rb"<form\b", re.IGNORECASE)
_FREE_FIELD = re.compile(
    rb"<input\b(?![^<>]*[\s\"'/]type\s*=\s*[\"']?"
    rb"(?:hidden|password|submit|button|image|reset|checkbox|radio|file|color|range)\b)[^<>]*[\s\"'/]name\s*="
    rb"|<select\b|<textarea\b",
    re.IGNORECASE,
)
"""Where a person says who they are: what has no type, or one that browsers do not know, is a text (HTML, 4.10.5)."""

_HTML = ("text/html", "application/xhtml+xml")
_DOCUMENT = re.compile(
    r"application/(?:pdf|zip|vnd\.openxmlformats-officedocument\..+|vnd\.oasis\.opendocument\..+)"
    r"|text/(?:csv|tab-separated-values)"
)
"""Files asked for because of what is in them. Spreadsheets of old may be HTML on purpose, and pictures empty."""
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)\b", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>\s*([^<]{1,80}?)\s*</title", re.IGNORECASE)
_ERROR_TITLE = re.compile(
    rb"(?:error\s*)?(?:40[0-9]|410|429|50[0-4])"
    rb"(?:\W+(?:error|bad request|unauthorized|forbidden|(?:page )?not found|"
    rb"(?:internal )?server error|bad gateway|service unavailable)\b.*)?"
    rb"|(?:internal )?server error(?:\s*\(500\))?(?:\s+[-|].*)?|page not found(?:\s*\(404\))?(?:\s+[-|].*)?"
    rb"|not found(?:\s*\(404\))?|bad request \(400\)",
    re.IGNORECASE,
)
"""Of Django's own error pages, and of what most projects put in their place."""

HANDING_OVER = ("X-Accel-Redirect", "X-Sendfile", "X-LIGHTTPD-send-file")
"""Headers with which an answer leaves its body to the web server in front."""
_HANDED_OVER = re.compile(rf"^(?:{'|'.join(HANDING_OVER)}):".encode(), re.IGNORECASE | re.MULTILINE)

_GRAPHQL_KEYS = frozenset({"data", "errors", "extensions"})
"""All that an answer of GraphQL may have."""

_FAILURE_KEYS = ("ok", "success", "succeeded")
_KEYS_OF_ROWS = ("id", "pk", "uuid")
_TIME_OF_ROWS = re.compile(r"_at$|[a-z]At$|^(?:created|modified|updated|started|timestamp)(?:_|$)")
_REASON = re.compile(r"err|msg|message|reason|detail", re.IGNORECASE)


def mark_of(content_type: str, beginning: bytes) -> str:
    """Return what a body gives away: one of the words of this module, or empty.

    `soft_failure`: JSON that says it failed. `login_page`: HTML with a field for a password that is there.
    `login_form`: HTML that asks for a user's name and present password, which is meant for nobody who is logged in.
    `password_form`: HTML with one form for a password and nobody's name, as that of a locked page, which may be all
    there is at its address.
    `error_template`: HTML with the title of an error. `empty_file`, `html_as_file`: by its type a document, without
    content or with a page in it. `file`: neither text nor JSON nor XML, so that its size is nobody's fault.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return SOFT_FAILURE if _says_failure(beginning) else ""
    if kind in _HTML:
        return _mark_of_page(beginning)
    if _DOCUMENT.fullmatch(kind) and not beginning:
        return EMPTY_FILE
    if _DOCUMENT.fullmatch(kind) and _MARKUP.match(beginning):
        return HTML_AS_FILE
    return FILE if kind and not is_text(kind) else ""


def is_handed_over(headers: bytes) -> bool:
    """Whether an answer leaves its body to the web server in front, so that it has none itself."""
    return _HANDED_OVER.search(headers) is not None


def _mark_of_page(beginning: bytes) -> str:
    if found := _PASSWORD_FIELD.findall(beginning):
        asks = len(found) == 1 and _CURRENT.search(found[0]) and _NAME_FIELD.search(beginning)
        if _asks_for_a_password_alone(beginning):
            return PASSWORD_FORM
        return LOGIN_FORM if asks else LOGIN_PAGE if _asks_for_known_one(beginning) else ""
    title = _TITLE.search(beginning)
    return ERROR_TEMPLATE if title is not None and _ERROR_TITLE.fullmatch(title[1]) else ""


def _asks_for_a_password_alone(page: bytes) -> bool:
    forms = [one for one in _END_OF_FORM.split(page) if _PASSWORD_FIELD.search(one)]
    alone = (_FORM.split(one)[-1] for one in forms if _FORM.search(one))
    return len(forms) == 1 and any(
        len(_PASSWORD_FIELD.findall(one)) == 1 and not (_FREE_FIELD.search(one) or _NAME_FIELD.search(one))
        for one in alone
    )


def _asks_for_known_one(page: bytes) -> bool:
    """Whether a form of a page may ask for a password that is there: only a new one is asked for twice."""
    forms = [_PASSWORD_FIELD.findall(one) for one in _END_OF_FORM.split(page)]
    return any(fields and (len(fields) != 2 or any(map(_CURRENT.search, fields))) for fields in forms)


def is_text(content_type: str) -> bool:
    """Whether a body of this type is made of words."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind.endswith(("json", "xml", "javascript", "x-www-form-urlencoded"))


def _says_failure(beginning: bytes) -> bool:
    try:
        document = json.loads(beginning)
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict):
        return False
    if any(document.get(key) is False for key in _FAILURE_KEYS) or _is_failure_of_graphql(document):
        return True
    return document.get("status") in ("error", "fail", "failed", "failure") and not _is_row(document)


def _is_row(document: Mapping[str, Any]) -> bool:
    """Whether an answer shows a row, as of a job or a log, whose status is that of what it tells of.

    A failure that names a row says why it failed; a row that says why has a time as well.
    """
    is_dated = any(document[key] for key in document if _TIME_OF_ROWS.search(key))
    gives_reason = any(document[key] for key in document if _REASON.search(key))
    return any(document.get(key) is not None for key in _KEYS_OF_ROWS) and (is_dated or not gives_reason)


def _is_failure_of_graphql(document: Mapping[str, Any]) -> bool:
    """Whether an answer of GraphQL lists errors. Source: https://spec.graphql.org/October2021/#sec-Response-Format"""
    errors = document.get("errors")
    is_answer = document.keys() <= _GRAPHQL_KEYS and isinstance(errors, list) and bool(errors)
    return is_answer and all(
        isinstance(one, str) or (isinstance(one, dict) and "message" in one) for one in errors or ()
    )
