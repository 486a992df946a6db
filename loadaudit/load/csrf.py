"""The CSRF token that an unsafe request carries, as Django's CsrfViewMiddleware wants it."""

import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from loadaudit.load.cookies import CookieStore
from loadaudit.load.job import Target
from loadaudit.records import BodyKind, Pair, Payload

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that Django does not check."""

FORM_FIELD = "csrfmiddlewaretoken"

ORIGIN = "__loadaudit_origin__"
"""Stands in a header line for scheme and host of the target."""

_SHOWN = re.compile(
    rb"<input[^>]*\bname=[\"']?" + FORM_FIELD.encode() + rb"[\"']?[^>]*\bvalue=[\"']([A-Za-z0-9]{32,64})"
    rb"|csrf[^<>]{0,60}?(?:[\"']|&quot;|&#x27;)([A-Za-z0-9]{64})\b",
    re.IGNORECASE,
)
"""A form's field, or what scripts read: a meta element, an attribute such as hx-headers, a variable."""

_LETTERS = string.ascii_letters + string.digits
_SECRET_LENGTH = 32
"""Letters and digits of Django's CSRF secret."""


def csrf_headers(target: Target, cookies: CookieStore, path: str, token: str = "") -> dict[str, str]:
    """Return the headers that let an unsafe request pass: token, Referer and Origin.

    The token is that of the cookie, so that it follows each rotation. A user who has no such cookie yet gives
    himself one, as Django accepts it: the check compares cookie and header. `token` is what a page of the session
    showed, for CSRF_USE_SESSIONS, where there is no cookie.
    """
    found = token or cookies.value(target.csrf_cookie)
    if not found:
        found = "".join(secrets.choice(_LETTERS) for _ in range(_SECRET_LENGTH))
        cookies.receive(f"{target.csrf_cookie}={found}; Path=/")
    origin = origin_of(target)
    return {target.csrf_header: found, "Referer": origin + path, "Origin": origin}


def csrf_token_of(page: bytes) -> str:
    """Return the token that a page shows, or empty."""
    found = _SHOWN.search(page)
    return (found[1] or found[2]).decode() if found else ""


def with_csrf_field(payload: Payload | None, token: str) -> Payload | None:
    """Return a form's body with the token of now in its field: Django prefers the field to the header."""
    if payload is None or payload.kind not in (BodyKind.FORM, BodyKind.MULTIPART):
        return payload
    others = tuple(one for one in payload.pairs if one.name != FORM_FIELD)
    return replace(payload, pairs=(Pair(name=FORM_FIELD, value=token), *others))


def with_origin(lines: Sequence[str], target: Target) -> tuple[str, ...]:
    """Return header lines with the origin of a page of the target in the place of its mark."""
    return tuple(one.replace(ORIGIN, origin_of(target)) for one in lines)


def origin_of(target: Target) -> str:
    """Return scheme and host of a page as the deployment presents itself."""
    base = target.base_url.replace("http://", "https://", 1) if target.present_https else target.base_url
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
