"""The outermost middleware: records requests that carry a valid token, and lets all others pass untouched."""

import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.exception import convert_exception_to_response, response_for_exception
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.decorators import sync_and_async_middleware

from loadaudit.conf import read_config
from loadaudit.load.correlation import (
    SUMMARY_HEADER,
    TOKEN_HEADER,
    TRACE_HEADER,
    number_of,
    read_token,
    run_tag,
    summary_of,
)
from loadaudit.probes import views
from loadaudit.probes.active import ActiveProbes, active_probes
from loadaudit.probes.coroutines import timed
from loadaudit.probes.exceptions import look_for_handlers
from loadaudit.probes.http import look_for_clients
from loadaudit.probes.noting import note_failure
from loadaudit.probes.recorder import Recorder, make_current, make_former_current, recording
from loadaudit.probes.redis_sink import redis_sink
from loadaudit.probes.trace import trace_of
from loadaudit.records import Trace

_TOKEN_META = "HTTP_" + TOKEN_HEADER.upper().replace("-", "_")
_TRACE_META = "HTTP_" + TRACE_HEADER.upper()
_KNOWN_TOKENS = 16
_LONGEST_TOKEN = 256
_NO_RESPONSE = 0

GetResponse = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def probe_middleware(get_response: GetResponse) -> GetResponse:
    """Record each request of a run as a trace. Works under WSGI and ASGI.

    A function, because calling an object costs traffic without a token twice what this does.
    """
    recorded = _Recording(get_response).response
    token, next_one = _TOKEN_META, _without_conversion(get_response)

    def observed(request: HttpRequest) -> Any:
        if token in request.META:
            return recorded(request)
        return next_one(request)

    return markcoroutinefunction(observed) if iscoroutinefunction(get_response) else observed


def _without_conversion(get_response: GetResponse) -> GetResponse:
    """Return the next middleware itself where nothing but Django's own conversion of exceptions is around it.

    Django puts the same around the probe, so that a request without a token needs it once. What somebody else made of
    it, such as an APM, is kept: a proxy has another type, another function another code.
    """
    if type(get_response) is FunctionType and get_response.__code__ is _CONVERSION:
        inner: GetResponse = get_response.__wrapped__  # type: ignore[attr-defined]
        return inner
    return get_response


def _conversion() -> CodeType | None:
    code: CodeType = convert_exception_to_response(HttpResponse).__code__
    # Unless an APM has put its own in this place.
    return code if code.co_filename == response_for_exception.__code__.co_filename else None


_CONVERSION = _conversion()


class _Recording:
    """What requests with a token go through."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._probes = active_probes() or _configured_probes()
        self._tokens: dict[str, _Admission] = {}
        self._in_flight = 0
        self._lock = threading.Lock()
        self._is_async = iscoroutinefunction(get_response)

    def response(self, request: HttpRequest) -> Any:
        """Return the response, or what is awaited for it; the request is recorded if its token is valid."""
        admitted = self._admitted(request)
        if admitted is None:
            return self.get_response(request)
        if self._is_async:
            return self._async_response(request, admitted)
        recorder = self._begin(*admitted)
        # As `recording`, which costs three calls more.
        former = make_current(recorder)
        try:
            response = self.get_response(request)
        except BaseException:
            self._finish(request, _NO_RESPONSE, recorder)
            raise
        finally:
            make_former_current(former)
        return self._end(request, response, recorder)

    async def _async_response(self, request: HttpRequest, admitted: tuple[int, str]) -> HttpResponseBase:
        recorder = self._begin(*admitted)
        try:
            with recording(recorder):
                response: HttpResponseBase = await timed(recorder, self.get_response(request))
        except BaseException:
            # Also a task that is cancelled because the client went away.
            self._finish(request, _NO_RESPONSE, recorder)
            raise
        return self._end(request, response, recorder)

    def _admitted(self, request: HttpRequest) -> tuple[int, str] | None:
        """Return number and run of a request of a run, or None.

        A token admits the requests of its own run alone, so that one that was overheard counts for no other.
        """
        meta = request.META
        text = meta[_TOKEN_META]
        admission = self._tokens.get(text)
        if admission is None or admission.expires_at <= time.time():
            admission = self._verified(text)
        if admission is None:
            return None
        number = number_of(meta.get(_TRACE_META, ""), admission.tag)
        return None if number is None else (number, admission.run_id)

    def _verified(self, text: str) -> "_Admission | None":
        if len(text) > _LONGEST_TOKEN:
            return None
        token = read_token(self._probes.token_key, text, now=time.time())
        if token is None or (self._probes.run_id and token.run_id != self._probes.run_id):
            return None
        if len(self._tokens) >= _KNOWN_TOKENS:
            self._tokens.clear()
        admission = _Admission(run_id=token.run_id, tag=run_tag(token.run_id), expires_at=token.expires_at)
        self._tokens[text] = admission
        return admission

    def _begin(self, number: int, run_id: str) -> Recorder:
        look_for_clients()
        look_for_handlers()
        with self._lock:
            self._in_flight += 1
            in_flight = self._in_flight
        return Recorder(number, in_flight, run_id, is_async=self._is_async)

    def _end(self, request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> HttpResponseBase:
        trace = None
        try:
            recorder.denied = views.turned_away(request, response, recorder)
            trace = trace_of(recorder, request, response.status_code)
            self._add_summary(response, trace)
        except Exception:  # a probe that fails never changes the response
            note_failure("loadaudit could not describe %s", request.path)
        if isinstance(response, StreamingHttpResponse):
            self._end_with_stream(request, response, recorder)
        else:
            self._finish(request, response.status_code, recorder, trace)
        return response

    def _add_summary(self, response: HttpResponseBase, trace: Trace) -> None:
        earlier = response.headers.get(SUMMARY_HEADER)
        summary = summary_of(trace)
        response.headers[SUMMARY_HEADER] = f"{earlier}, {summary}" if earlier else summary

    def _end_with_stream(self, request: HttpRequest, response: StreamingHttpResponse, recorder: Recorder) -> None:
        """Close the trace when the stream is, so that what the stream does belongs to the request."""

        def finish() -> None:
            self._finish(request, response.status_code, recorder)

        # A file that the server sends by itself must stay one; no query hides in it.
        if getattr(response, "file_to_stream", None) is None:
            observe = _observed_async if response.is_async else _observed
            response.streaming_content = observe(response.streaming_content, recorder, finish)
        # A client that goes away closes the response without reading the stream to its end.
        response._resource_closers.append(finish)  # type: ignore[attr-defined]

    def _finish(self, request: HttpRequest, status: int, recorder: Recorder, trace: Trace | None = None) -> None:
        """Hand the trace over, once, made now unless given; what the request leaves running is recorded no longer."""
        with self._lock:
            if recorder.closed:
                return
            recorder.closed = True
            self._in_flight -= 1
        try:
            self._probes.sink.put(trace or trace_of(recorder, request, status), recorder.run_id)
        except Exception:  # as above
            note_failure("loadaudit lost the trace of %s", request.path)


def _observed(chunks: Any, recorder: Recorder, finish: Callable[[], None]) -> Iterator[Any]:
    iterator = iter(chunks)
    try:
        while True:
            with recording(recorder):
                try:
                    chunk = next(iterator)
                except StopIteration:
                    return
            yield chunk
    finally:
        finish()


async def _observed_async(chunks: Any, recorder: Recorder, finish: Callable[[], None]) -> AsyncIterator[Any]:
    iterator = aiter(chunks)
    try:
        while True:
            with recording(recorder):
                try:
                    chunk = await timed(recorder, anext(iterator), within=iterator)
                except StopAsyncIteration:
                    return
            yield chunk
    finally:
        finish()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Admission:
    """What a valid token lets in."""

    run_id: str
    tag: str
    expires_at: int


def _configured_probes() -> ActiveProbes:
    """Install the probes of a deployment that has a token key of its own; without one the middleware leaves."""
    key = read_config().token_key
    if not key:
        raise MiddlewareNotUsed("LOADAUDIT['TOKEN_KEY'] is not set, so no run can be recognised.")
    return ActiveProbes.install(token_key=key, sink=redis_sink(key), pid=os.getpid())
