"""What a run refuses to touch, with the line to write when it is meant."""

import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from loadaudit.conf import Config
from loadaudit.errors import UnsafeError, UsageError

_OF_LIBPQ = (".postgresql", ".postgis")
_WORDS = ("[A-Za-z0-9]+", "[A-Za-z]+", "[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
"""As they stand, without the numbers of machines (prod1, db-live02), and out of names such as shopProd."""


def check_embedded(databases: Mapping[str, Mapping[str, Any]], settings_module: str, config: Config) -> None:
    """Raise UnsafeError when the settings module, or a database's host or name, has a word of DENY in it."""
    _refuse_denied("the settings module", settings_module, config.deny)
    for alias, database in databases.items():
        named = [("['HOST']", host) for host in _hosts_of(database)]
        named += [("['NAME']", name) for name in _names_of(database)]
        for place, value in named:
            # Of a SQLite path only the file's name counts: folders say where somebody works, not what the data is.
            _refuse_denied(f"DATABASES[{alias!r}]{place}", re.split(r"[\\/]", value)[-1], config.deny)


def check_not_isolated(databases: Mapping[str, Mapping[str, Any]], config: Config) -> None:
    """Raise UnsafeError when a run without a clone would write to a database elsewhere that is not allowed by name."""
    for database in databases.values():
        name = str(database.get("NAME") or "")
        elsewhere = [host for host in _hosts_of(database) if not is_local(host)]
        if not elsewhere or name in config.databases_allowed:
            continue
        raise UnsafeError(
            f"--no-isolate would write to the database {name!r} on {elsewhere[0]}, which is not this machine.",
            hint=f'If that is meant: LOADAUDIT = {{"DATABASES_ALLOWED": [{name!r}]}}; else leave --no-isolate out.',
        )


def check_target(url: str, config: Config) -> str:
    """Return scheme, host and port of the target, without a name and password before the host.

    Raises UsageError when it is no URL, UnsafeError when its host is not named.
    """
    parts = _parts_of(url)
    if parts.path.strip("/") or parts.query:
        raise UsageError(
            f"--target must be scheme and host only, found the path {parts.path!r}.",
            hint=f"Write --target {parts.scheme}://{_place(parts)}; choose operations with --only.",
        )
    host = parts.hostname or ""
    if not is_local(host) and host not in {one.lower() for one in config.targets}:
        raise UnsafeError(
            f"The target {host} is not named in LOADAUDIT['TARGETS'].",
            hint=f'If it may be load-tested: LOADAUDIT = {{"TARGETS": ["{host}"]}}.',
        )
    return f"{parts.scheme}://{_place(parts)}"


def _parts_of(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        complete = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        complete = False
    if not complete:
        raise UsageError(
            f"--target must be a URL such as https://staging.example.org, found {url.rpartition('@')[2]!r}.",
            hint="Write the scheme and the host.",
        )
    return parts


def _place(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def is_local(host: str) -> bool:
    """Whether a host is this machine: empty, a socket path, localhost, or a loopback address."""
    if not host or host.startswith("/") or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _hosts_of(database: Mapping[str, Any]) -> list[str]:
    """Return where a database is: HOST, and what its driver takes from OPTIONS and the environment.

    A service and an option file are named as they are, because only the driver knows which host they lead to.
    Source: https://www.postgresql.org/docs/current/libpq-envars.html
    """
    options = database.get("OPTIONS") or {}
    places = [database.get("HOST"), *(options.get(key) for key in ("host", "hostaddr", "service"))]
    if options.get("read_default_file") and not any(places):
        places.append(f"the host of {options['read_default_file']}")
    if str(database.get("ENGINE") or "").endswith(_OF_LIBPQ):
        places.append(os.environ.get("PGHOSTADDR"))
        if not any(places):
            places += [os.environ.get("PGHOST"), os.environ.get("PGSERVICE")]
    return [str(place) for place in places if place]


def _names_of(database: Mapping[str, Any]) -> list[str]:
    names = (database.get("NAME"), (database.get("OPTIONS") or {}).get("dbname"))
    return [str(name) for name in names if name]


def _refuse_denied(place: str, value: str, deny: Sequence[str]) -> None:
    words = {word.lower() for pattern in _WORDS for word in re.findall(pattern, value)}
    for word in deny:
        if word.lower() in words:
            raise UnsafeError(
                f"{place} is {value!r}, which has the word {word!r} in it: this looks like production.",
                hint=f'Use a staging database. If the name misleads: LOADAUDIT = {{"DENY": […]}} without {word!r}.',
            )
