"""settings.LOADAUDIT as one frozen Config: the only module that reads Django's settings for loadaudit's own options."""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from django.conf import settings

from loadaudit.errors import UsageError
from loadaudit.records import Risk, parse_threshold

SESSION_LOGIN = "session"
"""`LOGIN` of projects whose users log in elsewhere: sessions are made on the server side."""

DEFAULT_DENY = ("prod", "production", "live", "primary")

ADMIN, DEBUG_TOOLBAR, SILK = "admin", "debug toolbar", "silk"
GROUPS = (ADMIN, DEBUG_TOOLBAR, SILK)
"""What a project includes but did not write; the inventory leaves it out unless `INCLUDE` names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCredential:
    """One entry of `USERS`. The password is resolved, so the repr leaves it out."""

    username: str
    password: str
    role: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request instead of a login: a token or a key."""

    def __repr__(self) -> str:
        return f"UserCredential(username={self.username!r}, role={self.role!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRule:
    """Operations whose id matches the regular expression belong to the category."""

    pattern: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRule:
    """Operations whose id matches the regular expression have this risk, whatever their words say."""

    pattern: str
    risk: Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRule:
    """Operations whose id matches the regular expression may take so long, and be under way so often at once."""

    pattern: str
    timeout_s: float | None = None
    first_byte_timeout_s: float | None = None
    at_once: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting of loadaudit with its default; none is required."""

    users: tuple[UserCredential, ...] = ()
    login: str = ""
    login_retries: int = 2
    targets: tuple[str, ...] = ()
    token_key: str = field(default="", repr=False)
    target_auth: str = field(default="", repr=False)
    """`name:password` that a server in front of the target asks for."""
    deny: tuple[str, ...] = DEFAULT_DENY
    databases_allowed: tuple[str, ...] = ()
    categories: tuple[CategoryRule, ...] = ()
    risks: tuple[RiskRule, ...] = ()
    limits: tuple[LimitRule, ...] = ()
    exclude: tuple[str, ...] = ()
    clone_admin: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Connection string of a role that may create databases, by alias; "" stands for every other alias."""
    clone_max_bytes: int = 20 * 1024**3
    include: tuple[str, ...] = ()
    thresholds: tuple[str, ...] = ()
    slow_ms: int = 500
    runs_dir: Path = Path("loadaudit-runs")
    openapi: Path | None = None
    """OpenAPI document of the project; None to look for the usual names in BASE_DIR."""


def settings_module() -> str:
    """Return the dotted name of the settings in use, or empty when they were configured by hand."""
    return os.environ.get("DJANGO_SETTINGS_MODULE", "") or str(getattr(settings, "SETTINGS_MODULE", ""))


def read_config(source: Mapping[str, Any] | None = None) -> Config:
    """Return the validated Config of `settings.LOADAUDIT`, or of `source`.

    Raises UsageError that names the key, what was found there and what is expected.
    """
    raw = getattr(settings, "LOADAUDIT", {}) if source is None else source
    if not isinstance(raw, Mapping):
        raise UsageError(
            f"settings.LOADAUDIT must be a dictionary, found {type(raw).__name__}.",
            hint='Write LOADAUDIT = {"USERS": [...]} or leave the setting out.',
        )
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in _READERS:
            raise UsageError(
                f"settings.LOADAUDIT has the unknown key {key!r}.",
                hint=_nearest(str(key)),
            )
        values[key.lower()] = _READERS[key](key, value)
    return Config(**values)


def _nearest(key: str) -> str:
    close = difflib.get_close_matches(key.upper(), _READERS, n=1, cutoff=0.5)
    known = ", ".join(sorted(_READERS))
    return f"Did you mean {close[0]!r}?" if close else f"Known keys: {known}."


def _wrong(key: str, expected: str, found: object) -> UsageError:
    return UsageError(
        f"LOADAUDIT[{key!r}] must be {expected}, found {found!r}.",
        hint=f"Correct LOADAUDIT[{key!r}] in the settings, or remove it for the default.",
    )


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(key, "a string", value)
    return value


def _secret(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(key, "a string", type(value).__name__)
    return _from_environment(key, value)


def _name_and_password(key: str, value: object) -> str:
    text = _secret(key, value)
    if text and ":" not in text:
        raise _wrong(key, 'a text "name:password", best through the environment: "env:STAGING_AUTH"', "one without ':'")
    return text


def _hosts(key: str, value: object) -> tuple[str, ...]:
    hosts = _texts(key, value)
    for host in hosts:
        if "/" in host or (host.count(":") == 1):
            raise _wrong(key, "a list of host names without scheme, port and path", host.rpartition("@")[2])
    return hosts


def _texts(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, (list, tuple, set, frozenset)):
        raise _wrong(key, "a list of strings", value)
    return tuple(_text(key, one) for one in value)


def _thresholds(key: str, value: object) -> tuple[str, ...]:
    texts = _texts(key, value)
    for text in texts:
        try:
            parse_threshold(text)
        except ValueError as error:
            raise UsageError(
                f"LOADAUDIT[{key!r}]: {error}.", hint="docs/thresholds.md lists what can be written."
            ) from error
    return texts


def _groups(key: str, value: object) -> tuple[str, ...]:
    named = _texts(key, value)
    for group in named:
        if group not in GROUPS:
            close = difflib.get_close_matches(group.lower(), GROUPS, n=1, cutoff=0.5)
            raise UsageError(
                f"LOADAUDIT[{key!r}] names the unknown group {group!r}.",
                hint=f"Did you mean {close[0]!r}?" if close else f"Known groups: {', '.join(GROUPS)}.",
            )
    return tuple(group for group in GROUPS if group in named)


def _clone_admin(key: str, value: object) -> Mapping[str, str]:
    """Return connection strings by alias; one string is for all of them."""
    if isinstance(value, str):
        return {"": _from_environment(key, value)}
    if not isinstance(value, Mapping):
        raise _wrong(key, "a connection string, or a dictionary of them by database alias", type(value).__name__)
    return {str(alias): _secret(f"{key}[{alias}]", text) for alias, text in value.items()}


def _positive(key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise _wrong(key, "a positive whole number", value)
    return value


def _count(key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(key, "a whole number, 0 or more", value)
    return value


def _path(key: str, value: object) -> Path:
    if not isinstance(value, (str, Path)):
        raise _wrong(key, "a path", value)
    return Path(value)


def _from_environment(key: str, value: str) -> str:
    if not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    if name not in os.environ:
        raise UsageError(
            f"LOADAUDIT[{key!r}] refers to the environment variable {name}, which is not set.",
            hint=f"Set it: export {name}=…",
        )
    return os.environ[name]


def _users(key: str, value: object) -> tuple[UserCredential, ...]:
    if not isinstance(value, (list, tuple)):
        raise _wrong(key, "a list of dictionaries", type(value).__name__)
    return tuple(_user(key, position, entry) for position, entry in enumerate(value))


def _user(key: str, position: int, entry: object) -> UserCredential:
    place = f"{key}[{position}]"
    if not isinstance(entry, Mapping):
        raise _wrong(place, 'a dictionary with "username", "password" and "role"', type(entry).__name__)
    unknown = sorted(set(entry) - {"username", "password", "role", "headers"}, key=str)
    secret = set() if "headers" in entry else {"password"}
    missing = sorted(({"username"} | secret) - set(entry))
    if unknown or missing:
        what = f"unknown {unknown}" if unknown else f"missing {missing}"
        raise UsageError(
            f"LOADAUDIT[{place!r}] has {what}.",
            hint='Each user is {"username": …, "password": …, "role": …}; the role is optional, and '
            '{"headers": {"Authorization": "env:NAME"}} may stand for the password.',
        )
    if not isinstance(entry.get("password", ""), str):
        raise _wrong(place, "a dictionary whose password is a string", type(entry["password"]).__name__)
    return UserCredential(
        username=_text(place, entry["username"]),
        password=_from_environment(place, entry.get("password", "")),
        role=_text(place, entry.get("role", "user")),
        headers=_headers(place, entry.get("headers", {})),
    )


def _headers(place: str, value: object) -> Mapping[str, str]:
    key = f"{place}[headers]"
    if not isinstance(value, Mapping):
        raise _wrong(key, "a dictionary of header names and values", type(value).__name__)
    found = {str(name): _header_value(key, text) for name, text in value.items()}
    if any(set("\r\n:") & set(name) or set("\r\n") & set(text) for name, text in found.items()):
        raise _wrong(key, "names and values of headers, each on one line", sorted(found))
    return found


def _header_value(key: str, value: object) -> str:
    """Return the value with `env:NAME` in it replaced, also behind a scheme: `Bearer env:API_TOKEN`."""
    if not isinstance(value, str):
        raise _wrong(key, "a dictionary of strings", type(value).__name__)
    scheme, _, last = value.rpartition(" ")
    text = _from_environment(key, last)
    return f"{scheme} {text}" if scheme else text


def _categories(key: str, value: object) -> tuple[CategoryRule, ...]:
    if not isinstance(value, (list, tuple)):
        raise _wrong(key, "a list of (pattern, category) pairs", value)
    rules = []
    for entry in value:
        if not isinstance(entry, (list, tuple)) or len(entry) != 2:
            raise _wrong(key, "a list of (pattern, category) pairs", entry)
        rules.append(CategoryRule(pattern=_text(key, entry[0]), category=_text(key, entry[1])))
    return tuple(rules)


def _risks(key: str, value: object) -> tuple[RiskRule, ...]:
    expected = f"a list of (pattern, risk) pairs, the risk being one of {', '.join(Risk)}"
    if not isinstance(value, (list, tuple)):
        raise _wrong(key, expected, value)
    rules = []
    for entry in value:
        if not isinstance(entry, (list, tuple)) or len(entry) != 2 or entry[1] not in list(Risk):
            raise _wrong(key, expected, entry)
        rules.append(RiskRule(pattern=_pattern(key, entry[0]), risk=Risk(entry[1])))
    return tuple(rules)


def _limits(key: str, value: object) -> tuple[LimitRule, ...]:
    names = tuple(one.name for one in fields(LimitRule) if one.name != "pattern")
    expected = f"a list of (pattern, limits) pairs, the limits being a dictionary of {', '.join(names)}"
    if not isinstance(value, (list, tuple)):
        raise _wrong(key, expected, value)
    rules = []
    for entry in value:
        if not isinstance(entry, (list, tuple)) or len(entry) != 2 or not isinstance(entry[1], Mapping):
            raise _wrong(key, expected, entry)
        for name, limit in entry[1].items():
            whole = not isinstance(limit, bool) and isinstance(limit, int)
            if name not in names or not (whole or (isinstance(limit, float) and name != "at_once")) or limit <= 0:
                raise _wrong(key, f"{expected}, each above 0", entry)
        rules.append(LimitRule(pattern=_pattern(key, entry[0]), **entry[1]))
    return tuple(rules)


def _pattern(key: str, value: object) -> str:
    text = _text(key, value)
    try:
        re.compile(text)
    except re.error as error:
        raise _wrong(key, f"made of regular expressions ({error})", text) from error
    return text


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "USERS": _users,
    "LOGIN": _text,
    "LOGIN_RETRIES": _count,
    "TARGETS": _hosts,
    "TOKEN_KEY": _secret,
    "TARGET_AUTH": _name_and_password,
    "DENY": _texts,
    "DATABASES_ALLOWED": _texts,
    "CLONE_ADMIN": _clone_admin,
    "CLONE_MAX_BYTES": _positive,
    "CATEGORIES": _categories,
    "RISKS": _risks,
    "LIMITS": _limits,
    "EXCLUDE": _texts,
    "INCLUDE": _groups,
    "THRESHOLDS": _thresholds,
    "SLOW_MS": _positive,
    "RUNS_DIR": _path,
    "OPENAPI": _path,
}
