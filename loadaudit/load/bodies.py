"""What the body of a response gives away, whatever its status says."""

import json
import re

SOFT_FAILURE = "soft_failure"
LOGIN_PAGE = "login_page"

INSPECTED_BYTES = 65_536
"""Only the beginning of a body is looked at."""

_PASSWORD_FIELD = re.compile(rb"<input[^>]*type=[\"']?password", re.IGNORECASE)
_FAILURE_KEYS = ("ok", "success", "succeeded")


def mark_of(content_type: str, beginning: bytes) -> str:
    """Return `soft_failure` for JSON that says it failed, `login_page` for HTML with a password field, else empty."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return SOFT_FAILURE if _says_failure(beginning) else ""
    if kind in ("text/html", "application/xhtml+xml") and _PASSWORD_FIELD.search(beginning):
        return LOGIN_PAGE
    return ""


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
