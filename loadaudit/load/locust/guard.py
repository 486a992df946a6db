"""What an audited Locust process may send, and to whom."""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.load.endpoints import Endpoint, endpoint_of
from loadaudit.load.job import Target

OTHER_HOST = "another host than the target"
NEEDS_WRITES = "changes data, and this run may not (--writes, or LOADAUDIT_WRITES=1)"

_PORTS = {"http": 80, "https": 443}


class Guard:
    """Answers whether a request is one for the target, and why another may not be sent."""

    def __init__(self, target: Target, *, writes: bool, allowed: Iterable[str] = ()) -> None:
        self._base = urlsplit(target.base_url)
        self._embedded = bool(target.connect_to)
        self.writes = writes
        self.allowed: tuple[Endpoint, ...] = tuple(map(endpoint_of, allowed))
        self.address = place_of(urlsplit(f"//{target.connect_to}")) if self._embedded else place_of(self._base)
        """Host and port that are really connected to."""

    def is_target(self, url: str) -> bool:
        """Whether a URL is on the target: same scheme, host and port, so that tokens go nowhere else.

        The embedded server is reached over loopback whatever scheme it presents itself with.
        """
        parts = parts_of(url)
        if parts is None:
            return False
        if self._embedded and parts.hostname == self._base.hostname:
            return place_of(parts)[1] in (place_of(self._base)[1], *_PORTS.values())
        return parts.scheme == self._base.scheme and place_of(parts) == place_of(self._base)

    def refusal(self, method: str, url: str) -> str:
        """Return why a request may not be sent; empty: it may."""
        if self.is_target(url):
            return "" if self.writes or method.upper() in SAFE_METHODS else NEEDS_WRITES
        parts = parts_of(url)
        return "" if parts is not None and self.may_reach(*place_of(parts)) else OTHER_HOST

    def may_reach(self, host: str, port: int) -> bool:
        """Whether the operator has opened a host that is not the target."""
        return any(one.allows(host, port) for one in self.allowed)


def parts_of(url: str) -> SplitResult | None:
    """Return the parts of an absolute HTTP URL, or None when it is none."""
    try:
        parts = urlsplit(url)
        complete = parts.scheme in _PORTS and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if complete else None


def place_of(parts: SplitResult) -> tuple[str, int]:
    """Return host and port of a URL, that of its scheme when it names none."""
    return (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 80)


def origin_of(url: str) -> tuple[str, int] | None:
    """Return host and port of a URL, port 0 for those of HTTP and HTTPS: a site is both. None when it is no URL."""
    parts = parts_of(url)
    if parts is None:
        return None
    host, port = place_of(parts)
    return host, 0 if port in _PORTS.values() else port


def shown(url: str) -> str:
    """Return scheme, host and port of a URL for a message, without a name and password."""
    parts = parts_of(url)
    if parts is None:
        return url.partition("?")[0].rpartition("@")[2][:80]
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
