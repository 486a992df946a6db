"""Headers that scripts of a page send and browsers do not, which the code of a view asks for."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.urls import Resolver404, resolve

from loadaudit.planning.preflight.view_code import layers_of, words_of
from loadaudit.records import PlannedPath

_HEADERS = (
    (
        re.compile(r"X[-_]REQUESTED[-_]WITH|XMLHttpRequest|\bis_ajax\b", re.IGNORECASE),
        "X-Requested-With: XMLHttpRequest",
    ),
    (re.compile(r"\bHX[-_]REQUEST\b|^htmx$", re.IGNORECASE), "HX-Request: true"),
)
"""jQuery's and Django's word for a script's request, and that of htmx and django-htmx."""

SENT_BY_A_SCRIPT = ", asked for as a script of a page does"
"""Ends the origin of an address that is sent with such a header."""


def as_script(path: PlannedPath) -> PlannedPath | None:
    """Return the address as a script asks for it; None where its view looks for no such header."""
    headers = script_headers(path.path)
    return replace(path, headers=headers, origin=f"{path.origin}{SENT_BY_A_SCRIPT}") if headers else None


def script_headers(path: str) -> tuple[str, ...]:
    """Return the header lines that the view behind a path, its classes or its decorators look for; mostly none."""
    try:
        return _of_view(resolve(path.partition("?")[0]).func)
    except (Resolver404, TypeError):
        return ()


@lru_cache(maxsize=1024)
def _of_view(view: Any) -> tuple[str, ...]:
    words = [word for layer in layers_of(view) for word in words_of(layer.__code__)]
    return tuple(line for pattern, line in _HEADERS if any(pattern.search(word) for word in words))
