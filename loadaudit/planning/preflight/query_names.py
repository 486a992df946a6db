"""Parameters of the query string that the source of a view reads."""

import inspect
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.urls import Resolver404

from loadaudit.planning.resolving import match_at

_READS = re.compile(
    r"""(?:\.(?:GET|query_params)|getattr\(\w*\.?request, \w*\.?request\.method\))"""
    r"""(?:\.get(?:list)?\(|\[)\s*["']([\w-]+)["']"""
    r"""|["']([\w-]+)["'] (?:not )?in \w*\.?request\.GET"""
)
_PARSES = re.compile(r"""\bloads\(\s*[\w.]+(?:\.get\(|\[)\s*["']([\w-]+)["']""")
_FRAMEWORKS = ("django.", "rest_framework.", "builtins")
_MOST = 6


def query_names(path: str) -> tuple[str, ...]:
    """Return the names that the view behind a path reads from its query, in the order of the source, a few at most."""
    try:
        return _names(match_at(path).func)
    except (Resolver404, TypeError):
        return ()


def parsed_names(path: str) -> frozenset[str]:
    """Return the names of values that the view behind a path reads as JSON, each alone: `loads(request.GET["a"])`."""
    try:
        return _parsed(match_at(path).func)
    except (Resolver404, TypeError):
        return frozenset()


@lru_cache(maxsize=1024)
def _parsed(view: Any) -> frozenset[str]:
    return frozenset(name for text in _sources(view) for name in _PARSES.findall(text))


@lru_cache(maxsize=1024)
def _names(view: Any) -> tuple[str, ...]:
    found = (match[1] or match[2] for text in _sources(view) for match in _READS.finditer(text))
    return tuple(dict.fromkeys(found))[:_MOST]


def _sources(view: Any) -> Iterator[str]:
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    parts = view_class.__mro__ if view_class is not None else (inspect.unwrap(view),)
    yield from (_source(one) for one in parts if not str(one.__module__).startswith(_FRAMEWORKS))


@lru_cache(maxsize=256)
def _source(one: Any) -> str:
    """Return the source of a class or a function, empty where there is none; many views share their parents."""
    try:
        return inspect.getsource(one)
    except (OSError, TypeError):
        return ""
