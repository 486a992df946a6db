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

_UNCONNECTED = re.compile(r"NewConnection|MaxRetry|Connect(?:ion)?(?:Error|Timeout)|gaierror|NameResolution")
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
        is_request = bool(args) and hasattr(args[0], "url")
        if is_request:
            _count(recorder, _place(args[0]))
        try:
            return recorder.span(SpanKind.HTTP, original, self, *args, **kwargs)
        except Exception as error:
            _note_silence(recorder, _place(args[0]) if is_request else f"{self.host}:{self.port}", error)
            raise

    return observed


def _timed_async(original: Call) -> Call:
    async def observed(self: Any, request: Any) -> Any:
        recorder = current()
        if recorder is None:
            return await original(self, request)
        _count(recorder, _place(request))
        start_ns = time.monotonic_ns()
        try:
            return await original(self, request)
        except Exception as error:
            _note_silence(recorder, _place(request), error)
            raise
        finally:
            recorder.spans.append((SpanKind.HTTP, start_ns, time.monotonic_ns()))

    return observed


def _place(request: Any) -> str:
    url = request.url
    return f"{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"


def _note_silence(recorder: Recorder, place: str, error: Exception) -> None:
    """Note a service to which nothing could connect, once; what the fence refused it has noted itself."""
    if not isinstance(error, ConnectionError) and not _UNCONNECTED.search(type(error).__name__):
        return
    text = f"{UNANSWERED}{place}"
    if text not in recorder.outgoing and f"refused {place}" not in recorder.outgoing:
        note_outgoing(text)


def _count(recorder: Recorder, place: str) -> None:
    recorder.http_calls += 1
    if len(recorder.http_hosts) < _MOST_HOSTS:
        recorder.http_hosts[place] = None
