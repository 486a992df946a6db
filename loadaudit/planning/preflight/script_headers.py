"""Headers that scripts of a page send and browsers do not, which the code of a view asks for."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from types import CodeType
from typing import Any

from django.urls import Resolver404, resolve

from loadaudit.inventory.source.unwrap import cells
from loadaudit.records import PlannedPath

_HEADERS = (
    (
        re.compile(r"X[-_]REQUESTED[-_]WITH|XMLHttpRequest|\bis_ajax\b", re.IGNORECASE),
        "X-Requested-With: XMLHttpRequest",
    ),
    (re.compile(r"\bHX[-_]REQUEST\b|^htmx$", re.IGNORECASE), "HX-Request: true"),
)
"""jQuery's and Django's word for a script's request, and that of htmx and django-htmx."""

_MOST_LAYERS = 20

_FRAMEWORKS = ("django.", "rest_framework.", "builtins")


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
    words = [word for code in _codes(view) for word in _words(code)]
    return tuple(line for pattern, line in _HEADERS if any(pattern.search(word) for word in words))


def _codes(view: Any) -> Iterator[CodeType]:
    """Yield the code of a function and its decorators, or of all methods of a class and its parents."""
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    for one in view_class.__mro__ if view_class is not None else ():
        if not str(one.__module__).startswith(_FRAMEWORKS):
            for each in vars(one).values():
                yield from _layers(each)
    yield from _layers(view)


def _layers(function: Any) -> Iterator[CodeType]:
    """Yield the code of a function and of those inside it; a decorator that copies no names keeps its own in a cell."""
    waiting: list[Any] = [function]
    seen: set[CodeType] = set()
    while waiting and len(seen) < _MOST_LAYERS:
        one = waiting.pop()
        code = getattr(one, "__code__", None)
        if not isinstance(code, CodeType) or code in seen:
            continue
        seen.add(code)
        if not str(getattr(one, "__globals__", {}).get("__name__", "")).startswith(_FRAMEWORKS):
            yield code
        waiting += [getattr(one, "__wrapped__", None), *cells(one).values()]


def _words(code: CodeType) -> Iterator[str]:
    """Yield texts and names of a code object and of those inside it."""
    yield from code.co_names
    for one in code.co_consts:
        if isinstance(one, str):
            yield one
        elif isinstance(one, CodeType):
            yield from _words(one)
