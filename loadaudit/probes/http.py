"""Times what a request asks of other services over HTTP: http.client and what stands on it, urllib3 and httpx."""

import http.client
import re
import sys
import time
from collections.abc import Callable
from typing import Any

from loadaudit.probes.patching import Patches
from loadaudit.probes.recorder import Recorder, SpanKind, current, note_outgoing
from loadaudit.records.trace import UNANSWERED

_MOST_HOSTS = 20
_LATER = (
    ("urllib3.connectionpool", "HTTPConnectionPool", "urlopen"),
    ("httpx", "HTTPTransport", "handle_request"),
    ("httpx", "AsyncHTTPTransport", "handle_async_request"),
)
"""Patched once the project has imported them: importing them here would change what the project's processes hold."""

_UNCONNECTED = re.compile(r"NewConnection|Connect(?:ion)?(?:Error|Timeout)|gaierror|NameResolution")
"""Classes of exceptions of clients, by which there is no connection."""

Call = Callable[..., Any]


class HttpProbe:
    """Wraps HTTP clients. `install` and `restore` are exact and idempotent."""

    def __init__(self) -> None:
        self._patches = Patches()
        self._missing: set[tuple[str, str, str]] = set()
        self._modules = 0
        """How many were imported at the last look."""

    def install(self) -> None:
        """Patch the standard library's client, and the others that are there; a second call does nothing."""
        if self._patches:
            return
        self._patches.wrap(http.client.HTTPConnection, "connect", _connected)
        self._patches.wrap(http.client.HTTPConnection, "send", _timed)
        self._patches.wrap(http.client.HTTPConnection, "getresponse", _answered)
        self._patches.wrap(http.client.HTTPResponse, "read", _timed)
        self._missing = set(_LATER)
        self.look_again()
        if self not in _installed:
            _installed.append(self)

    def restore(self) -> None:
        """Put back what was found; a second call does nothing."""
        self._patches.restore()
        if self in _installed:
            _installed.remove(self)

    def look_again(self) -> None:
        """Patch clients that were imported since the last look."""
        self._modules = len(sys.modules)
        for one in tuple(self._missing):
            module, owner, name = one
            if module in sys.modules and hasattr(sys.modules[module], owner):
                self._missing.discard(one)
                wrapper = _timed_async if name == "handle_async_request" else _timed_named
                self._patches.wrap(getattr(sys.modules[module], owner), name, wrapper)


_installed: list[HttpProbe] = []


def look_for_clients() -> None:
    """Patch HTTP clients that the project has imported since; called when a request begins."""
    for probe in _installed:
        if probe._missing and probe._modules != len(sys.modules):
            probe.look_again()


def _timed(original: Call) -> Call:
    def observed(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(self, *args, **kwargs)
        return recorder.span(SpanKind.HTTP, original, self, *args, **kwargs)

    return observed


def _connected(original: Call) -> Call:
    def connect(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(self, *args, **kwargs)
        try:
            return recorder.span(SpanKind.HTTP, original, self, *args, **kwargs)
        except OSError as error:
            _note_silence(recorder, f"{self.host}:{self.port}", error)
            raise

    return connect


def _answered(original: Call) -> Call:
    def getresponse(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(self, *args, **kwargs)
        _count(recorder, f"{self.host}:{self.port}")
        return recorder.span(SpanKind.HTTP, original, self, *args, **kwargs)

    return getresponse


def _timed_named(original: Call) -> Call:
    def observed(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(self, *args, **kwargs)
        # urllib3 stands on http.client, where the call is counted; httpx hands over its request.
        asked = _place(args, kwargs)
        if asked:
            _count(recorder, asked)
        try:
            return recorder.span(SpanKind.HTTP, original, self, *args, **kwargs)
        except Exception as error:
            _note_silence(recorder, asked or _place_of_pool(self), error)
            raise

    return observed


def _timed_async(original: Call) -> Call:
    async def observed(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return await original(self, *args, **kwargs)
        asked = _place(args, kwargs)
        if asked:
            _count(recorder, asked)
        start_ns = time.monotonic_ns()
        try:
            return await original(self, *args, **kwargs)
        except Exception as error:
            _note_silence(recorder, asked, error)
            raise
        finally:
            recorder.spans.append((SpanKind.HTTP, start_ns, time.monotonic_ns()))

    return observed


def _place(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Return host and port of the request among the arguments of a call; empty where none tells them."""
    try:
        url = (args[0] if args else kwargs["request"]).url
        return f"{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"
    except Exception:  # whatever was handed over, the client's own error is what the project has to see
        return ""


def _place_of_pool(pool: Any) -> str:
    host = getattr(pool, "host", "")
    return f"{host}:{pool.port}" if host and hasattr(pool, "port") else ""


def _note_silence(recorder: Recorder, place: str, error: Exception) -> None:
    """Note a service to which nothing could connect, once; what the fence refused it has noted itself."""
    # urllib3 gives up on answers that it does not like, too: what it gave up on tells them apart.
    cause = getattr(error, "reason", None) if type(error).__name__ == "MaxRetryError" else error
    if not place or not (isinstance(cause, ConnectionError) or _UNCONNECTED.search(type(cause).__name__)):
        return
    text = f"{UNANSWERED}{place}"
    if text not in recorder.outgoing and f"refused {place}" not in recorder.outgoing:
        note_outgoing(text)


def _count(recorder: Recorder, place: str) -> None:
    recorder.http_calls += 1
    if len(recorder.http_hosts) < _MOST_HOSTS:
        recorder.http_hosts[place] = None
