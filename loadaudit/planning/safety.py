"""What a run refuses to touch, with the line to write when it is meant."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from loadaudit.conf import Config
from loadaudit.errors import UnsafeError, UsageError


def check_embedded(databases: Mapping[str, Mapping[str, Any]], settings_module: str, config: Config) -> None:
    """Raise UnsafeError when the settings module, or a database's host or name, has a word of DENY in it."""
    _refuse_denied("the settings module", settings_module, config.deny)
    for alias, database in databases.items():
        for place, value in (("['HOST']", _host_of(database)), ("['NAME']", str(database.get("NAME") or ""))):
            # Of a SQLite path only the file's name counts: folders say where somebody works, not what the data is.
            _refuse_denied(f"DATABASES[{alias!r}]{place}", re.split(r"[\\/]", value)[-1], config.deny)


def check_not_isolated(databases: Mapping[str, Mapping[str, Any]], config: Config) -> None:
    """Raise UnsafeError when a run without a clone would write to a database elsewhere that is not allowed by name."""
    for database in databases.values():
        host, name = _host_of(database), str(database.get("NAME") or "")
        if is_local(host) or name in config.databases_allowed:
            continue
        raise UnsafeError(
            f"--no-isolate would write to the database {name!r} on {host}, which is not this machine.",
            hint=f'If that is meant: LOADAUDIT = {{"DATABASES_ALLOWED": [{name!r}]}}; else leave --no-isolate out.',
        )


def check_target(url: str, config: Config) -> str:
    """Return the target without a trailing slash. Raises UsageError when it is no URL, UnsafeError when not named."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f"--target must be a URL such as https://staging.example.org, found {url!r}.",
            hint="Write the scheme and the host.",
        )
    if parts.path.strip("/") or parts.query:
        raise UsageError(
            f"--target must be scheme and host only, found the path {parts.path!r}.",
            hint=f"Write --target {parts.scheme}://{parts.netloc}; choose operations with --only.",
        )
    if not is_local(parts.hostname) and parts.hostname not in config.targets:
        raise UnsafeError(
            f"The target {parts.hostname} is not named in LOADAUDIT['TARGETS'].",
            hint=f'If it may be load-tested: LOADAUDIT = {{"TARGETS": ["{parts.hostname}"]}}.',
        )
    return f"{parts.scheme}://{parts.netloc}"


def is_local(host: str) -> bool:
    """Whether a host is this machine: empty, a socket path, localhost, or a loopback address."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_of(database: Mapping[str, Any]) -> str:
    """Return where a database is: HOST, or what a driver takes from OPTIONS instead, a service's name included."""
    options = database.get("OPTIONS") or {}
    places = (database.get("HOST"), *(options.get(key) for key in ("host", "hostaddr", "service")))
    return next((str(place) for place in places if place), "")


def _refuse_denied(place: str, value: str, deny: Sequence[str]) -> None:
    words = set(re.split(r"[^a-z0-9]+", value.lower()))
    for word in deny:
        if word.lower() in words:
            raise UnsafeError(
                f"{place} is {value!r}, which has the word {word!r} in it: this looks like production.",
                hint=f'Use a staging database. If the name misleads: LOADAUDIT = {{"DENY": […]}} without {word!r}.',
            )
