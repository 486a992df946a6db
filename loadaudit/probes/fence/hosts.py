"""Which hosts may be reached: loopback, the run's own services, and what the operator opened."""

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from loadaudit.load.endpoints import ANY_PORT, Endpoint

MAIL_PORTS = frozenset({25, 465, 587})
QUEUE_PORTS = frozenset({5671, 5672})
"""AMQP: a message to a queue on this machine would be worked on for real."""


class Hosts:
    """Answers whether a host and port may be reached; learns the addresses of names that may."""

    def __init__(self, allowed: Iterable[Endpoint], *, opened: Iterable[Endpoint] = (), closed_ports: Iterable[int]):
        """`opened` is what the operator named; it also opens the ports that are closed on loopback."""
        self._opened = tuple(opened)
        self._allowed = (*allowed, *self._opened)
        self._closed_ports = frozenset(closed_ports)
        self._learned: set[tuple[str, int]] = set()

    def may_resolve(self, host: str, port: int) -> bool:
        """Whether a name may be looked up: an address needs no look-up, and this machine's own name no network."""
        return _address(host) is not None or host == socket.gethostname().lower() or self._is_allowed(host, port)

    def learn(self, host: str, addresses: Iterable[str]) -> None:
        """Remember the addresses of a name that may be reached."""
        ports = [one.port for one in self._allowed if one.allows(host, ANY_PORT)]
        self._learned.update((address, port) for address in addresses for port in ports)

    def may_connect(self, host: str, port: int) -> bool:
        """Whether a connection to a name or an address may be made."""
        address = _address(host)
        if address is None:
            return self._is_allowed(host, port)
        if _is_here(address):
            return port not in self._closed_ports or any(
                one.allows(name, port) for one in self._opened for name in (str(address), "localhost")
            )
        known = {(str(address), ANY_PORT), (str(address), port)} & self._learned
        return bool(known) or self._is_allowed(str(address), port)

    def is_here(self, host: str) -> bool:
        """Whether a host is this machine's loopback."""
        address = _address(host)
        return host == "localhost" if address is None else _is_here(address)

    def _is_allowed(self, host: str, port: int) -> bool:
        if host in ("", "localhost") or host.endswith(".localhost"):
            return True
        return any(one.allows(host, port) for one in self._allowed)


def hosts_of_settings(settings: Any) -> list[Endpoint]:
    """Return where the databases, the Redis caches and other users of Redis are: the run has its own part of each."""
    found = [_endpoint(entry.get("HOST"), entry.get("PORT")) for entry in settings.DATABASES.values()]
    for entry in settings.CACHES.values():
        found += _locations(entry.get("LOCATION"))
    for entry in getattr(settings, "CHANNEL_LAYERS", {}).values():
        found += [one for host in entry.get("CONFIG", {}).get("hosts", ()) for one in _locations(host)]
    for entry in getattr(settings, "RQ_QUEUES", {}).values():
        found += [_endpoint(entry.get("HOST"), entry.get("PORT")), *_locations(entry.get("URL"))]
    return [one for one in found if one is not None]


def _locations(location: Any) -> list[Endpoint | None]:
    if isinstance(location, str):
        parts = [urlsplit(one) for one in location.replace(";", ",").split(",")]
        return [_endpoint(one.hostname, one.port) for one in parts if one.scheme in ("redis", "rediss", "valkey")]
    if isinstance(location, Mapping):
        return [*_locations(location.get("address")), _endpoint(location.get("host"), location.get("port"))]
    if isinstance(location, tuple) and len(location) == 2 and not str(location[0]).count("://"):
        return [_endpoint(*location)]
    # A cache in files may name its folder as a path.
    return [found for one in location for found in _locations(one)] if isinstance(location, Iterable) else []


def _endpoint(host: Any, port: Any) -> Endpoint | None:
    # A socket's path is no host; without a host a database is on a socket or on loopback.
    if not host or str(host).startswith("/"):
        return None
    return Endpoint(host=str(host).lower(), port=int(port) if str(port or "").isdigit() else ANY_PORT)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _is_here(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    # Connecting to 0.0.0.0 or :: reaches this machine.
    return (mapped or address).is_loopback or (mapped or address).is_unspecified
