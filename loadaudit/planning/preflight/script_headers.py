"""Headers that scripts and links of a page send and an address alone does not, which the code of a view asks for."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.urls import Resolver404

from loadaudit.load.csrf import ORIGIN
from loadaudit.planning.preflight.view_code import layers_of, words_of
from loadaudit.planning.resolving import match_at
from loadaudit.records import PlannedPath

_HEADERS = (
    (
        re.compile(r"X[-_]REQUESTED[-_]WITH|XMLHttpRequest|\bis_ajax\b", re.IGNORECASE),
        "X-Requested-With: XMLHttpRequest",
    ),
    (re.compile(r"\bHX[-_]REQUEST\b|^htmx$", re.IGNORECASE), "HX-Request: true"),
    # Only a page that leads there has one, and a view that sends back to it may have no other way out.
    (re.compile(r"\bHTTP_REFERER\b|^referer$", re.IGNORECASE), f"Referer: {ORIGIN}/"),
)
"""jQuery's and Django's word for a script's request, that of htmx and django-htmx, and where a link stands."""

OF_SCRIPTS = frozenset(line for _, line in _HEADERS)
"""The lines, whose values are no keys of rows."""

MOST_BEFORE = 3
"""Requests without the header that a view asks for, before those with it."""

SENT_BY_A_SCRIPT = ", asked for as a script or a link of a page does"
"""Ends the origin of an address that is sent with such a header."""


def as_script(path: PlannedPath) -> PlannedPath | None:
    """Return the address as a page asks for it; None where its view looks for no such header."""
    headers = script_headers(path.path)
    return replace(path, headers=headers, origin=f"{path.origin}{SENT_BY_A_SCRIPT}") if headers else None


def script_headers(path: str) -> tuple[str, ...]:
    """Return the header lines that the view behind a path, its classes or its decorators look for; mostly none."""
    try:
        return _of_view(match_at(path).func)
    except (Resolver404, TypeError):
        return ()


@lru_cache(maxsize=1024)
def _of_view(view: Any) -> tuple[str, ...]:
    words = [word for layer in layers_of(view) for word in words_of(layer.__code__)]
    return tuple(line for pattern, line in _HEADERS if any(pattern.search(word) for word in words))
