"""What the body of a response gives away, whatever its status says."""

import json
import re

SOFT_FAILURE = "soft_failure"
LOGIN_PAGE = "login_page"
LOGIN_FORM = "login_form"
FILE = "file"

INSPECTED_BYTES = 65_536
"""Only the beginning of a body is looked at."""

_PASSWORD_FIELD = re.compile(rb"<input[^>]*type=[\"']?password[^>]*", re.IGNORECASE)
_CURRENT = re.compile(rb"autocomplete=[\"']?current-password", re.IGNORECASE)
_NAME_FIELD = re.compile(rb"<input[^>]*(?:autocomplete=[\"']?username\b|\bname=[\"']?username\b)", re.IGNORECASE)
"""What Django's login form, and most others, tell password managers."""

_FAILURE_KEYS = ("ok", "success", "succeeded")


def mark_of(content_type: str, beginning: bytes) -> str:
    """Return what a body gives away: one of the words of this module, or empty.

    `soft_failure`: JSON that says it failed. `login_page`: HTML with a password field. `login_form`: HTML that asks
    for a user's name and present password, which is meant for nobody who is logged in. `file`: neither text nor JSON
    nor XML, so that its size is nobody's fault.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return SOFT_FAILURE if _says_failure(beginning) else ""
    if kind in ("text/html", "application/xhtml+xml") and (found := _PASSWORD_FIELD.findall(beginning)):
        asks = len(found) == 1 and _CURRENT.search(found[0]) and _NAME_FIELD.search(beginning)
        return LOGIN_FORM if asks else LOGIN_PAGE
    return FILE if kind and not is_text(kind) else ""


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
    if any(document.get(key) is False for key in _FAILURE_KEYS):
        return True
    return document.get("status") in ("error", "fail", "failed", "failure")
