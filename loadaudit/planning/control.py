"""The control plane's HTTP: one requests session per user, for what must be right rather than fast."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from loadaudit.load.cookies import Cookie, CookieStore
from loadaudit.load.correlation import (
    SUMMARY_HEADER,
    TOKEN_HEADER,
    TRACE_HEADER,
    control_number,
    read_summary,
    traceparent,
)
from loadaudit.load.csrf import SAFE_METHODS, csrf_headers, origin_of
from loadaudit.load.job import Target
from loadaudit.load.payloads import encode
from loadaudit.records import Payload, Trace

TIMEOUT_S = 30.0
TRACE_TIMEOUT_S = 3.0
_SEQUENCE = itertools.count(1)

TraceFinder = Callable[[int, float], Trace | None]
"""Number of a request and seconds to wait → its trace, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for one request, from both sides."""

    status: int
    text: str
    location: str
    """Path and query of a redirect within the target; the whole URL when it leads elsewhere."""
    trace: Trace | None
    number: int = 0
    """Number of the request, as its trace has it."""
    content_type: str = ""
    content: bytes = b""
    duration_ns: int = 0


class ControlClient:
    """Sends the requests of one user beside the load: login, its proof, preflight. Redirects are not followed."""

    def __init__(
        self, target: Target, *, token: str, tag: str, find_trace: TraceFinder, source_address: str = ""
    ) -> None:
        self._target = target
        self._tag = tag
        self._find_trace = find_trace
        self._session = requests.Session()
        # requests applies its own rules for Secure cookies to each request; the user's cookies are kept as the
        # virtual user will keep them during the load.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._cookies = CookieStore()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": "loadaudit", TOKEN_HEADER: token})
        self._session.verify = target.ca_file or True
        adapter = _SourceAdapter(source_address)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def get(self, path: str) -> Answer:
        """Fetch a path."""
        return self._send("GET", path, None)

    def post(self, path: str, data: dict[str, str]) -> Answer:
        """Send a form as a browser would, with the Referer and Origin that Django checks under https."""
        return self._send("POST", path, data)

    def send(self, method: str, path: str, payload: Payload | None, *, timeout_s: float = TIMEOUT_S) -> Answer:
        """Send any request with the headers, the token and the body that the load sends it with.

        Raises requests.RequestException when no answer comes.
        """
        return self._send(method, path, payload, timeout_s=timeout_s)

    def cookies(self) -> tuple[Cookie, ...]:
        """Return the session's cookies for the virtual user that goes on with them."""
        return self._cookies.all()

    def close(self) -> None:
        """Release the connections."""
        self._session.close()

    def _send(
        self, method: str, path: str, body: Payload | dict[str, str] | None, *, timeout_s: float = TIMEOUT_S
    ) -> Answer:
        number = control_number(next(_SEQUENCE))
        target = self._target
        headers: dict[str, str] = {TRACE_HEADER: traceparent(self._tag, number)}
        url = target.base_url + path
        if target.connect_to:
            headers["Host"] = urlsplit(target.base_url).netloc
            url = f"http://{target.connect_to}{path}"
        data: bytes | dict[str, str] | None = None
        if isinstance(body, dict):
            data = body
            origin = origin_of(target)
            headers |= {"Referer": origin + path, "Origin": origin}
        elif method not in SAFE_METHODS:
            headers |= csrf_headers(target, self._cookies, path)
            if body is not None:
                encoded = encode(body, number)
                data, headers["Content-Type"] = encoded.content, encoded.content_type
        cookies = self._cookies.header(path)
        if cookies:
            headers["Cookie"] = cookies
        begin_ns = time.monotonic_ns()
        response = self._session.request(
            method, url, data=data, headers=headers, timeout=timeout_s, allow_redirects=False
        )
        duration_ns = time.monotonic_ns() - begin_ns
        for set_cookie in response.raw.headers.getlist("Set-Cookie"):
            self._cookies.receive(set_cookie)
        content_type = response.headers.get("Content-Type", "")
        return Answer(
            status=response.status_code,
            text=response.text if "text" in content_type else "",
            location=self._local(response.headers.get("Location", ""), path),
            trace=self._trace(number, method, response),
            number=number,
            content_type=content_type,
            content=response.content,
            duration_ns=duration_ns,
        )

    def _trace(self, number: int, method: str, response: requests.Response) -> Trace | None:
        if self._target.summaries:
            summary = response.headers.get(SUMMARY_HEADER, "")
            return read_summary(summary, number=number, method=method, status=response.status_code)
        return self._find_trace(number, TRACE_TIMEOUT_S)

    def _local(self, location: str, path: str) -> str:
        """Return a redirect's path and query when it stays on the target, else the URL as it is."""
        if not location:
            return ""
        parts = urlsplit(urljoin(self._target.base_url + path, location))
        if parts.hostname != urlsplit(self._target.base_url).hostname:
            return location
        return parts.path + (f"?{parts.query}" if parts.query else "")


class _SourceAdapter(HTTPAdapter):
    """Connects from an address of the user's own, so that limits per address act as on real users."""

    def __init__(self, source_address: str) -> None:
        self._source_address = source_address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create the pool with the source address."""
        if self._source_address:
            kwargs["source_address"] = (self._source_address, 0)
        super().init_poolmanager(*args, **kwargs)
