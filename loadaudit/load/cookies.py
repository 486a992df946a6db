"""The cookies of one virtual user, carried also where the scheme on loopback is not the deployment's."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

MOST_COOKIES = 180
"""Of one host, as Chrome keeps them; with a thousand the Cookie header would be longer than servers read."""

_REMEMBERED_PATHS = 256
_MAX_AGE = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie as a virtual user holds it."""

    name: str
    value: str
    path: str = "/"


class CookieStore:
    """Cookies of one user for one host.

    libcurl's own engine refuses Secure cookies and the __Secure- and __Host- prefixes over plain http, which is
    how the embedded server is reached although it presents itself as https; so the store is kept here. It knows
    one host only and therefore has no domains. `prefix` is what a proxy takes off the paths that are sent here, and
    cookies know.
    """

    def __init__(
        self, cookies: tuple[Cookie, ...] = (), *, prefix: str = "", wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._cookies = {(one.name, one.path): one for one in cookies}
        self._prefix = prefix.rstrip("/")
        self._headers: dict[str, str] = {}
        """By path, until a cookie changes."""
        self._wall_clock = wall_clock

    def replace(self, cookies: tuple[Cookie, ...]) -> None:
        """Hold these cookies and no others."""
        self._cookies = {(one.name, one.path): one for one in cookies}
        self._headers.clear()

    def all(self) -> tuple[Cookie, ...]:
        """Return every cookie."""
        return tuple(self._cookies.values())

    def value(self, name: str) -> str:
        """Return the value of a cookie, whatever its path, or empty."""
        return next((one.value for one in self._cookies.values() if one.name == name), "")

    def header(self, path: str) -> str:
        """Return the Cookie header for a request path; longer paths first, as RFC 6265 section 5.4 asks."""
        known = self._headers.get(path)
        if known is not None:
            return known
        if len(self._headers) >= _REMEMBERED_PATHS:
            self._headers.clear()
        matching = [one for one in self._cookies.values() if _path_matches(self._prefix + path, one.path)]
        matching.sort(key=lambda one: -len(one.path))
        self._headers[path] = text = "; ".join(f"{one.name}={one.value}" for one in matching)
        return text

    def receive(self, set_cookie: str) -> None:
        """Take over one Set-Cookie value; an expired one deletes the cookie."""
        pair, *attributes = set_cookie.split(";")
        name, equals, value = pair.strip().partition("=")
        if not equals or not name:
            return
        options = {key.strip().lower(): text.strip() for key, _, text in (one.partition("=") for one in attributes)}
        path = options.get("path", "")
        if not path.startswith("/"):
            path = "/"
        self._headers.clear()
        # The newest stands at the end, so that the oldest is what there is no more room for.
        self._cookies.pop((name, path), None)
        if not _expired(options, self._wall_clock()):
            self._cookies[name, path] = Cookie(name=name, value=value, path=path)
            if len(self._cookies) > MOST_COOKIES:
                del self._cookies[next(iter(self._cookies))]

    def receive_headers(self, headers: bytes) -> bool:
        """Take over every Set-Cookie of a raw header block; return whether there was one."""
        if b"set-cookie:" not in headers.lower():
            return False
        for line in headers.split(b"\r\n"):
            if line[:11].lower() == b"set-cookie:":
                self.receive(line[11:].decode("latin-1").strip())
        return True


def _path_matches(request_path: str, cookie_path: str) -> bool:
    path = request_path.partition("?")[0]
    return path == cookie_path or path.startswith(cookie_path if cookie_path.endswith("/") else cookie_path + "/")


def _expired(options: Mapping[str, str], now: float) -> bool:
    age = options.get("max-age", "")
    if _MAX_AGE.fullmatch(age):
        return age.startswith("-") or not age.strip("0")
    if "expires" not in options:
        return False
    try:
        return parsedate_to_datetime(options["expires"]).timestamp() <= now
    except (ValueError, OverflowError):
        return False
