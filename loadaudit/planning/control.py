"""The control plane's HTTP: one requests session per user, for what must be right rather than fast."""

import itertools
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter

from loadaudit.load.bodies import HANDING_OVER
from loadaudit.load.cookies import CookieStore
from loadaudit.load.correlation import (
    SUMMARY_HEADER,
    TOKEN_HEADER,
    TRACE_HEADER,
    control_number,
    read_summary,
    traceparent,
)
from loadaudit.load.csrf import (
    FORM_FIELD,
    SAFE_METHODS,
    csrf_headers,
    csrf_token_of,
    origin_of,
    with_csrf_field,
    with_origin,
)
from loadaudit.load.job import Target
from loadaudit.load.payloads import encode, unique, words_of
from loadaudit.load.sessions import Session
from loadaudit.load.signing import KNOWN
from loadaudit.load.versions import asks_for_version, with_version
from loadaudit.load.words import Turns
from loadaudit.planning.connections import SourceAdapter
from loadaudit.planning.patience import Patience
from loadaudit.planning.streams import beginning_of, is_stream, text_of, whole_of
from loadaudit.records import BodyKind, Payload, Trace

TIMEOUT_S = 30.0
LOOK_S = 5.0
"""Time for a page that is only looked at, of which there are others."""
_GIVEN: set[str] = set()
"""Words and numbers that requests have put in the place of marks."""

_SILENT: set[tuple[str, str, str]] = set()
"""Pages, each below its target, that had no answer when they were last asked for: then they are only looked at."""

TRACE_TIMEOUT_S = 3.0
_ACCEPTING = ("Accept", "Accept-Post", "Accept-Patch")
_SEQUENCE = itertools.count(1)
_TURNS = Turns(before=True)
_PATIENCE = Patience()
"""Of all users of a run, which has a process of its own."""

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
    retry_after_s: float | None = None
    """What the Retry-After header asks for."""
    challenge: str = ""
    """WWW-Authenticate."""
    accepts: str = ""
    """Types of bodies that it asks for: Accept (RFC 7694, section 3), Accept-Post, Accept-Patch."""
    date: str = ""
    """The server's wall clock as it tells it."""
    goes_on: bool = False
    """Whether it is a stream that was left while it went on."""
    as_it_came: bytes = b""
    """What `content` was before its codes were spelled out; empty where it is what came."""

    def json(self) -> Any:
        """Return the body as JSON, or None when it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


class Client(Protocol):
    """A session of one identity."""

    def send(
        self, method: str, path: str, payload: Payload | None, *, timeout_s: float = 30.0, headers: Sequence[str] = ()
    ) -> Answer:
        """Send one request. Raises requests.RequestException when no answer comes."""


class ControlClient:
    """Sends the requests of one user beside the load: login, its proof, preflight. Redirects are not followed."""

    def __init__(
        self,
        target: Target,
        *,
        token: str,
        tag: str,
        find_trace: TraceFinder,
        source_address: str = "",
        adapter: BaseAdapter | None = None,
        patience: Patience | None = None,
        silent: Callable[[], object] = lambda: None,
    ) -> None:
        """With an adapter, requests go where that sends them; `silent` is told of each that has no answer in time."""
        self._silent = silent
        self._patience = patience or _PATIENCE
        self._target = target
        self._tag = tag
        self._find_trace = find_trace
        self._session = requests.Session()
        # requests applies its own rules for Secure cookies to each request; the user's cookies are kept as the
        # virtual user will keep them during the load.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._cookies = CookieStore(prefix=target.script_prefix)
        self._csrf_token = ""
        self.headers: dict[str, str] = {}
        """Sent with every request; what is put here goes with the session into the load."""
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": "loadaudit", TOKEN_HEADER: token})
        self._session.verify = target.ca_file or True
        if target.cert_file:
            self._session.cert = (target.cert_file, target.key_file or target.cert_file)
        if target.proxy:
            self._session.proxies = {"http": target.proxy, "https": target.proxy}
        adapter = adapter or SourceAdapter(source_address)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    @property
    def host(self) -> str:
        """The name of the target's host."""
        return urlsplit(self._target.base_url).hostname or ""

    @property
    def csrf_in_session(self) -> bool:
        """Whether only pages show the CSRF token (CSRF_USE_SESSIONS)."""
        return self._target.csrf_in_session

    def get(self, path: str, *, timeout_s: float = TIMEOUT_S) -> Answer:
        """Fetch a path. Raises requests.RequestException when no answer comes."""
        return self._send("GET", path, None, timeout_s=timeout_s)

    def post(self, path: str, data: dict[str, str]) -> Answer:
        """Send a form as a browser would, with the Referer and Origin that Django checks under https."""
        return self._send("POST", path, data)

    def post_json(self, path: str, document: Mapping[str, Any]) -> Answer:
        """Send a JSON object, with the session's CSRF token."""
        return self._send("POST", path, Payload(kind=BodyKind.JSON, document=json.dumps(document)))

    def send(
        self,
        method: str,
        path: str,
        payload: Payload | None,
        *,
        timeout_s: float = TIMEOUT_S,
        headers: Sequence[str] = (),
    ) -> Answer:
        """Send any request with the headers, the token and the body that the load sends it with, and further lines.

        What fails on a lock that another request still holds is sent again, as long as the run has patience, and a
        form that notes when its page was shown is not sent sooner than a person would. Raises
        requests.RequestException when no answer comes.
        """
        self._patience.read(payload)
        while True:
            begun_s = self._patience.clock()
            answer = self._send(method, path, payload, timeout_s=timeout_s, lines=headers)
            if not self._patience.again(answer.trace, begun_s):
                return answer

    def session(self) -> Session:
        """Return the session for the virtual user that goes on with it."""
        return Session(
            cookies=self._cookies.all(),
            headers=tuple(f"{name}: {value}" for name, value in self.headers.items()),
            csrf_token=self._csrf_token,
        )

    def adopt(self, session: Session) -> None:
        """Go on with a session that another client or a virtual user had."""
        self._cookies.replace(session.cookies)
        self.headers = dict(line.split(": ", 1) for line in session.headers)
        self._csrf_token = session.csrf_token

    def close(self) -> None:
        """Release the connections."""
        self._session.close()

    def _send(
        self,
        method: str,
        path: str,
        body: Payload | dict[str, str] | None,
        *,
        timeout_s: float = TIMEOUT_S,
        lines: Sequence[str] = (),
    ) -> Answer:
        number = control_number(next(_SEQUENCE))
        _GIVEN.update(words_of(number))
        target = self._target
        trace = traceparent(self._tag, number, sampled=target.apm_sampled)
        headers: dict[str, str] = {**self._entry(), **self.headers, TRACE_HEADER: trace}
        if asks_for_version(lines):
            lines = with_version(lines, self._version_of(path, timeout_s))
        url = target.base_url + path
        if target.connect_to:
            headers["Host"] = urlsplit(target.base_url).netloc
            url = f"http://{target.connect_to}{path}"
        data: bytes | dict[str, str] | None = None
        if isinstance(body, dict):
            data = body
            origin = origin_of(target)
            headers |= {"Referer": origin + path, "Origin": origin}
            if FORM_FIELD not in body and self._cookies.value(target.csrf_cookie):
                # A form without the field is sent by a script, which reads the cookie.
                headers |= csrf_headers(target, self._cookies, path, self._csrf_token)
        elif method not in SAFE_METHODS:
            csrf = csrf_headers(target, self._cookies, path, self._csrf_token)
            headers |= csrf
            if body is not None:
                encoded = encode(with_csrf_field(body, csrf[target.csrf_header]) or body, number, _TURNS)
                data, headers["Content-Type"] = encoded.content, encoded.content_type
                headers |= {"Content-Disposition": encoded.disposition} if encoded.disposition else {}
        own = [unique(line, number) for line in with_origin(lines, target)]
        content = data if isinstance(data, bytes) else b""
        headers |= dict(line.split(": ", 1) for line in KNOWN.signed(own, path, content, time.time()))
        if cookies := self._cookies.header(path):
            headers["Cookie"] = cookies
        page = target.base_url, target.connect_to, path
        if method == "GET" and page in _SILENT:
            timeout_s = min(timeout_s, LOOK_S)
        begin_ns = time.monotonic_ns()
        try:
            response = self._session.request(
                method, url, data=data, headers=headers, timeout=timeout_s, allow_redirects=False, stream=True
            )
            streams = is_stream(response)
            content, goes_on = beginning_of(response) if streams else (whole_of(response, timeout_s), False)
        except requests.Timeout:
            self._silent()
            _SILENT.update([page] if method == "GET" else ())
            raise
        _SILENT.discard(page)
        duration_ns = time.monotonic_ns() - begin_ns
        for set_cookie in response.raw.headers.getlist("Set-Cookie"):
            self._cookies.receive(set_cookie)
        content_type = response.headers.get("Content-Type", "")
        if target.csrf_in_session:
            self._csrf_token = csrf_token_of(content) or self._csrf_token
        return Answer(
            status=response.status_code,
            text=""
            if "text" not in content_type
            else content.decode(errors="replace")
            if streams
            else text_of(content, response),
            location=self._local(response.headers.get("Location", ""), path),
            trace=self._trace(number, method, response, goes_on=goes_on),
            number=number,
            # What is handed over to the web server in front is not empty.
            content_type="" if not content and _is_handed_over(response) else content_type,
            content=content,
            duration_ns=duration_ns,
            retry_after_s=_retry_after_s(response.headers.get("Retry-After", "")),
            challenge=response.headers.get("WWW-Authenticate", ""),
            accepts=",".join(response.headers.get(one, "") for one in _ACCEPTING),
            date=response.headers.get("Date", ""),
            goes_on=goes_on,
        )

    def _version_of(self, path: str, timeout_s: float) -> str:
        """Return the ETag of what is at a path now."""
        target, headers = self._target, {**self._entry(), **self.headers}
        url = target.base_url + path
        if target.connect_to:
            headers["Host"] = urlsplit(target.base_url).netloc
            url = f"http://{target.connect_to}{path}"
        if cookies := self._cookies.header(path):
            headers["Cookie"] = cookies
        # Without the token it leaves no trace, which nobody would wait for.
        plain: dict[str, Any] = {**headers, TOKEN_HEADER: None}
        response = self._session.get(url, headers=plain, timeout=timeout_s, allow_redirects=False)
        return str(response.headers.get("ETag", ""))

    def _entry(self) -> dict[str, str]:
        """Return the headers that the target and a server in front of it ask for, unless the user has its own."""
        asked = dict(line.split(": ", 1) for line in self._target.lines)
        if self._target.authorization:
            asked["Authorization"] = self._target.authorization
        own = {name.lower() for name in self.headers}
        return {name: value for name, value in asked.items() if name.lower() not in own}

    def _trace(self, number: int, method: str, response: requests.Response, *, goes_on: bool = False) -> Trace | None:
        """Return the whole trace if it comes, else its summary; an answer without one did not pass the probe.

        That of a stream is closed when the server notices that nobody listens any more, which may take long.
        """
        if not self._target.summaries and not goes_on:
            return self._find_trace(number, TRACE_TIMEOUT_S)
        summary = read_summary(
            response.headers.get(SUMMARY_HEADER, ""), number=number, method=method, status=response.status_code
        )
        return summary and (self._find_trace(number, TRACE_TIMEOUT_S) or summary)

    def _local(self, location: str, path: str) -> str:
        """Return a redirect's path and query when it stays on the target, else the URL as it is."""
        if not location:
            return ""
        base = urlsplit(self._target.base_url)
        try:
            parts = urlsplit(urljoin(self._target.base_url + path, location))
            elsewhere = parts.hostname != base.hostname or parts.port not in (None, base.port)
            # On loopback we are ourselves the proxy that would have taken the encryption off.
            elsewhere |= parts.scheme == "https" != base.scheme and not self._target.connect_to
        except ValueError:
            return location
        if elsewhere:
            return location
        return self._sent(parts.path) + (f"?{parts.query}" if parts.query else "")

    def _sent(self, path: str) -> str:
        """Return a path as it is sent: a proxy in front of the project would have taken the prefix off."""
        prefix = self._target.script_prefix.rstrip("/")
        return path.removeprefix(prefix) if prefix and path.startswith(prefix + "/") else path


def was_given(word: str) -> bool:
    """Whether a word or a number is one that some request has put in the place of a mark."""
    return word.lower() in _GIVEN


def _is_handed_over(response: requests.Response) -> bool:
    return any(name in response.headers for name in HANDING_OVER)


def _retry_after_s(text: str) -> float | None:
    """Return the seconds that a Retry-After header names, as a number or as a date (RFC 9110 section 10.2.3)."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
