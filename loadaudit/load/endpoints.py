"""Hosts and ports as an operator names them, perhaps with a wildcard."""

import ipaddress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

ANY_PORT = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A host, perhaps with a wildcard, and a port."""

    host: str
    port: int = ANY_PORT

    def allows(self, host: str, port: int) -> bool:
        """Whether this endpoint includes a host and port; port 0 asks for the host alone."""
        return fnmatchcase(host, self.host) and (ANY_PORT in (self.port, port) or self.port == port)


def endpoint_of(text: str) -> Endpoint:
    """Return the endpoint of `host`, `host:port`, `[address]:port` or a bare IPv6 address.

    Raises ValueError when the text is none, such as a URL.
    """
    text = text.strip().lower()
    if "/" in text or not text or any(one.isspace() for one in text):
        raise ValueError(f"expected a host such as api.example.com or api.example.com:443, found {text!r}")
    if text.count(":") > 1 and not text.startswith("["):
        return Endpoint(host=str(ipaddress.ip_address(text)))
    parts = urlsplit(f"//{text}")
    if not parts.hostname or "@" in text:
        raise ValueError(f"expected a host such as api.example.com or api.example.com:443, found {text!r}")
    return Endpoint(host=parts.hostname, port=parts.port or ANY_PORT)
