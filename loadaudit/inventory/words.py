"""Routes, names and views as lower-case words, which the rules of categories and risk look at."""

import re
from functools import lru_cache

_VARIABLE = re.compile(r"<[^<>]*>")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LEAVING = re.compile(r"(?<![a-z0-9])(log|sign)[ _-](out|up|off|in(?![ _-]))(?![a-z0-9])")
"""One word that is written as two; `log_in_use` is about a log."""
_WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=1024)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a route, a URL name or a qualified name; the names of variables are none of them."""
    plain = _VARIABLE.sub(" ", text) if "<" in text else text
    if not plain.islower():
        plain = _CAMEL.sub(" ", plain).lower()
    if "log" in plain or "sign" in plain:
        plain = _LEAVING.sub(r"\1\2", plain)
    return frozenset(_WORD.findall(plain))


@lru_cache(maxsize=1024)
def segments_of(route: str) -> tuple[str, ...]:
    """Return the literal segments of a route, lower-case."""
    plain = _VARIABLE.sub("", route) if "<" in route else route
    return tuple(filter(None, plain.lower().split("/")))
