"""The addresses of a project's login pages, by its settings and by the names of its routes."""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import URLResolver, get_resolver

from loadaudit.errors import RAISED
from loadaudit.inventory.source.unwrap import attribute_of

_USUAL = ("account_login", "login")
_LAST = ("admin:login", "rest_framework:login")
_LOGIN_NAME = re.compile(
    r"((user|users|auth|account|accounts|member|site)[-_.]?)?(log|sign)[-_]?in([-_](view|page|form|user|url))?",
    re.IGNORECASE,
)

_OF_SOME = re.compile(
    r"(?!social|api|token|oauth|sso|magic|auto|no[-_]|not[-_]|passwordless)[a-z]+[-_](log|sign)[-_]?in([-_](view|page|form))?",
    re.IGNORECASE,
)
"""A login page beside others, for customers, teachers or whoever it names."""

_ELSEWHERE = re.compile(r"social|oauth|oidc|openid|saml", re.IGNORECASE)
"""Modules of views that lead to the login of another site: `github_login` takes no password."""


def login_addresses(configured: str = "") -> tuple[str, ...]:
    """Return the paths of login pages, best first: `configured` (path or name), LOGIN_URL, then what routes are named.

    As they stand in links, with the prefix of FORCE_SCRIPT_NAME. A path without its last slash, to which APPEND_SLASH
    leads, stands there both ways. LOGIN_URL may be a path that the URLconf does not answer.
    """
    names = (configured, str(settings.LOGIN_URL), *_USUAL, *_named(get_resolver()), *_of_some(get_resolver()), *_LAST)
    return tuple(dict.fromkeys(path for name in names if name for path in _paths_of(name)))


def _paths_of(name: str) -> Iterator[str]:
    try:
        path = urlsplit(resolve_url(name)).path
    except RAISED:  # there is none, or what stands in the URLconf, which is the project's own code, fails
        return
    if not path.startswith("/"):
        return
    if settings.APPEND_SLASH and not path.endswith("/"):
        yield path + "/"
    yield path


@lru_cache(maxsize=8)
def _named(resolver: URLResolver) -> tuple[str, ...]:
    """Return the full names of routes that are called like a login page, nearest to the root first."""
    try:
        found = dict.fromkeys(_names_within(resolver, ()))
    except RAISED:  # an include that cannot be imported raises whatever its module does
        return ()
    return tuple(sorted(found, key=lambda name: name.count(":")))


@lru_cache(maxsize=8)
def _of_some(resolver: URLResolver) -> tuple[str, ...]:
    """Return the full names of routes that are called like a login page for some users."""
    try:
        return tuple(dict.fromkeys(_names_within(resolver, (), _OF_SOME)))
    except RAISED:  # as above
        return ()


def _names_within(
    resolver: URLResolver, namespaces: tuple[str, ...], names: re.Pattern[str] = _LOGIN_NAME
) -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _names_within(one, (*namespaces, one.namespace) if one.namespace else namespaces, names)
        elif isinstance(one.name, str) and names.fullmatch(one.name):
            if names is _OF_SOME and _ELSEWHERE.search(str(attribute_of(one.callback, "__module__") or "")):
                continue
            yield ":".join((*namespaces, one.name))
