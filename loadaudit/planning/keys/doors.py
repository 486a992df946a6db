"""Which header the code behind an address wants a key in, and where such a key may come from: models and settings."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import Resolver404

from loadaudit.inventory.source.relations import is_user_model
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.planning.keys.compared import Column, columns_compared, header_reads
from loadaudit.planning.keys.hashed import IS_HASH
from loadaudit.planning.preflight.view_code import FRAMEWORKS, layers_of, words_of
from loadaudit.planning.resolving import match_at

_OTHERS = (*FRAMEWORKS, "ninja.", "ninja_extra.", "functools")
_KEY = re.compile(r"api[-_]?key|token|authorization|secret|(?:^|[-_])(?:auth|key)(?:$|[-_])", re.IGNORECASE)
_NO_KEY = re.compile(r"csrf|signature|hmac", re.IGNORECASE)
_HEADER = re.compile(r"Authorization|HTTP_[A-Z0-9_]+|[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+", re.IGNORECASE)
_SCHEME = re.compile(r"(?P<scheme>[Bb]earer|BEARER|[Aa]pi-?[Kk]ey|JWT|Token|Key|token(?= )|key(?= )) ?")
_BASIC = re.compile(r"basic ?", re.IGNORECASE)
_OF_HTTP = re.compile(
    r"Host|Origin|Referer|User-Agent|Accept(?:-\w+)*|Content-\w+|Cookie|X-Forwarded-\w+|X-Real-Ip|X-Requested-With"
    r"|If-\w+(?:-\w+)?|Range|X-CSRFToken|Remote-\w+|Server-\w+|Path-Info|Query-String|Request-Method",
    re.IGNORECASE,
)
"""Headers and variables that every client or server sends."""

_SETTING = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD")
_NAMES_OF_SCHEMES = ("keyword", "scheme", "auth_scheme", "auth_header_prefix", "openapi_scheme")
_NAMES_OF_HEADERS = ("header", "header_name", "param_name")
_OF_KEYS = re.compile(
    r"^(?!.*(?:reset|confirm|invit|refresh|verif|session)).*(?:key|token|credential)s?$", re.IGNORECASE
)
_OPENS = re.compile(r"access|api|auth", re.IGNORECASE)
_OF_PASSWORDS = frozenset({"basic", "digest", "negotiate", "ntlm", "session", "formbased"})
_DEPTH = 3
_MOST_PIECES = 60
_PLAIN = (str, bytes, int, float, bool, list, tuple, dict, set, frozenset, type(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A header in which a key opens something."""

    header: str
    schemes: tuple[str, ...]
    """Words before the key, the likeliest first; an empty one is no word."""
    models: tuple[type[models.Model], ...]
    """Whose rows may be the keys."""
    settings: tuple[str, ...]
    """Names of the settings that may be the key."""
    columns: tuple[Column, ...] = ()
    """Columns that the code compares the header with, whatever their models are called."""
    by_password: bool = False
    """The code speaks of HTTP Basic, so that name and password may open it; no challenge has to say so."""

    def lines(self, key: str) -> Iterator[dict[str, str]]:
        """Yield the headers that may show a key."""
        yield from ({self.header: f"{scheme} {key}".strip()} for scheme in self.schemes)

    def values(self) -> Iterator[tuple[str, str]]:
        """Yield name and value of the settings that are set."""
        for name in self.settings:
            value = getattr(settings, name, None)
            first = next(iter(value), "") if isinstance(value, (list, tuple, set, frozenset, dict)) else value
            if isinstance(first, str) and first:
                yield name, first


def door_at(path: str) -> Door | None:
    """Return the door before what a path leads to; None where its code looks for no key in a header."""
    try:
        return _door_of(match_at(path).func)
    except Exception:  # no such address, or objects of the project that do anything when they are looked at
        return None


def door_of_challenge(path: str, challenge: str) -> Door | None:
    """Return the door that a WWW-Authenticate header tells of; None where it asks for a password, or for nothing.

    Keys are then those of the app of the view.
    """
    scheme = _scheme_of(challenge)
    if not scheme:
        return None
    try:
        view = match_at(path).func
    except Resolver404:
        return None
    app = apps.get_containing_app_config(str(getattr(view, "__module__", "")))
    keyed = [one for one in _keyed() if app is not None and one._meta.app_label == app.label]
    return Door(header="Authorization", schemes=(scheme,), models=tuple(keyed), settings=()) if keyed else None


def asks_for_password(challenge: str) -> bool:
    """Whether a WWW-Authenticate header asks for name and password with every request (HTTP Basic)."""
    return challenge.partition(" ")[0].rstrip(",").lower() == "basic"


def takes_no_session(path: str) -> bool:
    """Whether a class-based view of REST framework's kind asks authenticators of which none looks at a session."""
    try:
        view = match_at(path).func
        view_class: Any = getattr(view, "view_class", None) or getattr(view, "cls", None)
        known = view_class(**getattr(view, "initkwargs", {})).get_authenticators() if view_class is not None else []
    except Exception:  # no such address, no such method, or what the project's own code raises there
        return False
    names = [base.__name__ for one in known for base in type(one).__mro__]
    return bool(known) and not any("Session" in one for one in names)


def with_challenge(door: Door, challenge: str) -> Door:
    """Return a door whose likeliest word before the key is the one that a WWW-Authenticate header tells."""
    scheme = _scheme_of(challenge) if door.header == "Authorization" else ""
    return replace(door, schemes=tuple(dict.fromkeys((scheme, *door.schemes)))) if scheme else door


def _scheme_of(challenge: str) -> str:
    scheme = challenge.partition(" ")[0].rstrip(",")
    return "" if scheme.lower() in _OF_PASSWORDS else scheme


def may_hold_keys(model: type[models.Model]) -> bool:
    """Whether the rows of a model are keys that open an API, by its name."""
    return _OF_KEYS.search(model.__name__) is not None


def _keyed() -> list[type[models.Model]]:
    """Return the models whose names or columns speak of keys, those first that name an access or an API."""
    known = [one for one in apps.get_models() if one._meta.managed]
    found = [one for one in known if may_hold_keys(one)]
    found.sort(key=lambda one: _OPENS.search(one.__name__) is None)
    hashed = [one for one in known if any(IS_HASH.search(each.name) for each in one._meta.concrete_fields)]
    return [*found, *(one for one in hashed if one not in found and not is_user_model(one))]


@lru_cache(maxsize=1024)
def _door_of(view: Any) -> Door | None:
    functions, classes, instances = _pieces_of(view)
    codes = [code for one in functions for code in _codes(one.__code__)]
    named = {word for one in functions for word in words_of(one.__code__) if _SETTING.fullmatch(word)}
    header = next(_headers(codes, classes, instances, named), "") or next(_compared(functions), "")
    if not header:
        return None
    schemes = [match["scheme"] for code in codes for text in _texts(code) if (match := _SCHEME.fullmatch(text))]
    schemes = [*_attributes((*instances, *classes), _NAMES_OF_SCHEMES), *schemes]
    usual = ["Bearer", "Token", "Api-Key", ""] if header == "Authorization" else [""]
    written = [one[:1].upper() + one[1:] for one in schemes]
    return Door(
        header=header,
        schemes=tuple(dict.fromkeys([*written, *usual] if header == "Authorization" else [*usual, *written]))[:4],
        models=tuple(_models(functions, classes)),
        settings=tuple(sorted(filter(is_secret_setting, named))),
        columns=columns_compared(functions, header),
        by_password=header == "Authorization"
        and any(map(_BASIC.fullmatch, [*schemes, *(one for code in codes for one in _texts(code))])),
    )


@lru_cache(maxsize=1024)
def functions_before(view: Any) -> tuple[FunctionType, ...]:
    """Return what has the code that a request to a view comes through, that of django-ninja's authenticators, too."""
    return tuple(_pieces_of(view)[0])


def _pieces_of(view: Any) -> tuple[list[FunctionType], list[type], list[object]]:
    """Return the functions, the classes and the objects that a request to a view comes through."""
    path_view = unwrap(view).path_view
    callbacks = [] if path_view is None else [each for one in path_view.operations for each in one.auth_callbacks]
    instances = [one for one in callbacks if not isinstance(one, FunctionType)]
    waiting = [(one, 0) for one in layers_of(view, asked=True)]
    waiting += [(one, 0) for one in callbacks if isinstance(one, FunctionType)]
    classes = list(dict.fromkeys(base for one in _asked(view) for base in one.__mro__))
    classes += [base for one in instances for base in type(one).__mro__ if base not in classes]
    for one in [each for each in classes if not _is_foreign(each)]:
        for held in vars(one).values():
            if not isinstance(held, (*_PLAIN, type, FunctionType)) and not _is_foreign(type(held)):
                classes += [base for base in type(held).__mro__ if base not in classes]
    waiting += [(each, 0) for one in classes if not _is_foreign(one) for each in _functions(vars(one).values())]
    found: dict[CodeType, FunctionType] = {}
    while waiting and len(found) < _MOST_PIECES:
        one, depth = waiting.pop(0)
        if one.__code__ in found:
            continue
        found[one.__code__] = one
        if depth < _DEPTH:
            helpers = (one.__globals__.get(name) for code in _codes(one.__code__) for name in code.co_names)
            waiting += [(each, depth + 1) for each in _functions(helpers) if not _is_foreign(each)]
    return list(found.values()), [one for one in classes if one is not object], instances


def _asked(view: Any) -> Iterator[type]:
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    for name in ("authentication_classes", "permission_classes"):
        for one in getattr(view_class, name, None) or ():
            if isinstance(one, type):
                yield one


def _functions(values: Iterable[object]) -> Iterator[FunctionType]:
    for one in values:
        plain = getattr(one, "__func__", one)
        if isinstance(plain, FunctionType):
            yield plain


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def _texts(code: CodeType) -> Iterator[str]:
    for one in code.co_consts:
        yield from (each for each in (one if isinstance(one, tuple) else (one,)) if isinstance(each, str))


def _headers(codes: list[CodeType], classes: list[type], instances: list[object], named: set[str]) -> Iterator[str]:
    """Yield the names of headers that may hold a key, the surest first."""
    for one in sorted(named):
        value = getattr(settings, one, None) if "HEADER" in one else None
        if isinstance(value, str) and value:
            yield name_of_header(value)
    yield from map(name_of_header, _attributes((*instances, *classes), _NAMES_OF_HEADERS))
    bases = {base.__name__ for base in classes}
    if bases & {"HttpBearer", "TokenAuthentication"}:
        yield "Authorization"
    found = [
        name_of_header(text)
        for code in codes
        if {"headers", "META"} & {*code.co_names}
        for text in _texts(code)
        if _HEADER.fullmatch(text) and _KEY.search(text) and not _NO_KEY.search(text)
    ]
    yield from sorted(found, key=lambda one: one != "Authorization")


def _compared(functions: list[FunctionType]) -> Iterator[str]:
    """Yield the names of headers that rows are looked up by although their names do not speak of keys."""
    for one in functions:
        if {"headers", "META"} & {*one.__code__.co_names}:
            for text in header_reads(one):
                name = name_of_header(text)
                if _HEADER.fullmatch(text) and not is_of_http(name) and columns_compared(functions, text):
                    yield name


def is_of_http(name: str) -> bool:
    """Whether a header is one that every client or server sends."""
    return _OF_HTTP.fullmatch(name) is not None


def is_secret_setting(word: str) -> bool:
    """Whether a word is written as settings are, and speaks of a secret."""
    return _SETTING.fullmatch(word) is not None and _SECRET.search(word) is not None and word != "SECRET_KEY"


def name_of_header(text: str) -> str:
    """Return a header as it is sent: WSGI's name for it is another."""
    if text.startswith("HTTP_"):
        return "-".join(part.capitalize() for part in text.removeprefix("HTTP_").split("_"))
    return text.replace("_", "-")


def _attributes(owners: Iterable[object], names: Iterable[str]) -> Iterator[str]:
    for one in owners:
        known: Mapping[str, Any] = getattr(one, "__dict__", {})
        yield from (known[name] for name in names if isinstance(known.get(name), str) and known[name])


def _models(functions: list[FunctionType], classes: list[type]) -> Iterator[type[models.Model]]:
    """Yield the models that the code names and whose name speaks of keys, then those of its apps."""
    places = {str(one.__module__) for one in functions} | {str(one.__module__) for one in classes}
    near = {config.label for one in places if (config := apps.get_containing_app_config(one)) is not None}
    words = {word for one in functions for word in words_of(one.__code__)}
    held = {each for one in classes for each in vars(one).values() if isinstance(each, type)}
    keyed = _keyed()
    told = [model for one in classes if (model := _told_by(one)) is not None]
    named = [one for one in keyed if one in held or one.__name__ in words]
    yield from dict.fromkeys([*told, *named, *(one for one in keyed if one._meta.app_label in near)])


def _told_by(authenticator: type) -> type[models.Model] | None:
    """Return the model of its keys that an authenticator of REST framework's kind knows."""
    if "TokenAuthentication" not in {one.__name__ for one in authenticator.__mro__}:
        return None
    try:
        made: Any = authenticator()
        found = made.get_model()
    except Exception:  # its app is not installed, or the class is made otherwise
        return None
    return found if isinstance(found, type) and issubclass(found, models.Model) else None


def _is_foreign(one: Any) -> bool:
    return str(getattr(one, "__module__", "")).startswith(_OTHERS)
