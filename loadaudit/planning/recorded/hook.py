"""Listens to Django's test clients, to REST framework's, and to servers that tests start for browsers."""

import contextlib
import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.shortcuts import resolve_url
from django.test.client import AsyncClient, Client, FakePayload
from django.urls import resolve

from loadaudit.errors import RAISED
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.load.csrf import FORM_FIELD, SAFE_METHODS
from loadaudit.planning.project.registry import short
from loadaudit.planning.recorded.contents import kept_of
from loadaudit.planning.recorded.evidence import Evidence
from loadaudit.planning.recorded.persons import Persons
from loadaudit.planning.recorded.redaction import ROW, is_secret, redacted_pair, without_secrets
from loadaudit.planning.recorded.store import LeftOut, Recorded, append, count_left_out, kind_of_upload
from loadaudit.records import BodyKind, Pair

_OWN_HEADERS = ("x_", "idempotency", "request_id", "api_version", "tenant", "prefer", "hx_")
_OF_PROXIES = ("x_forwarded", "x_real_ip", "x_csrf", "x_request_start", "x_original", "x_api_key")
"""What says where a request came from, or shows who asks."""

_OF_WHO_ASKS = re.compile(r"^x_(?:auth|remote|ssl|key$)|hmac|(?:^|_)(?:user|login|cert|dn|ip)$")
"""The same of servers in front, which have checked a certificate or a login."""

_LARGEST_BODY = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """A request of a client or a browser, taken before it is sent: views read its body up."""

    method: str
    path: str
    query: str
    content_type: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those of the test's own, without what every client sends."""


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of the persons and of the rows in the tests."""

    persons: Persons
    rows: Evidence


@contextlib.contextmanager
def listening(folder: Path) -> Iterator[None]:
    """Write each request that a test client or a browser sends with success to `folder`, until the block ends.

    A live server and REST framework's RequestsClient call the WSGI application itself, which the test clients do not.
    """
    original, original_async, served = Client.request, AsyncClient.request, WSGIHandler.__call__
    index, urlconf, about = RouteIndex.from_urlconf(None), settings.ROOT_URLCONF, _About(Persons(folder), Evidence())

    def heard(taken: _Request | None, response: Any) -> None:
        # A test with routes of its own says nothing about the project's.
        if taken is None or urlconf != settings.ROOT_URLCONF:
            return
        # Recording must never make a test fail.
        with contextlib.suppress(Exception):
            about.persons.learn_user(getattr(response, "wsgi_request", None) or getattr(response, "asgi_request", None))
            leads = response.headers.get("Location", "")
            if response.status_code >= 400:
                count_left_out(folder, LeftOut.REFUSED)
            elif not about.rows.has_written and _is_sent_to_log_in(taken.path, leads):
                # A sign-up may lead to the login as well, but it has made somebody.
                count_left_out(folder, LeftOut.LOGIN)
            else:
                _record(folder, index, taken, response.status_code, about)

    def request(self: Client, **environ: Any) -> Any:
        taken = _taken(environ, self.defaults)
        with about.rows.of_request():
            response = original(self, **environ)
        heard(taken, response)
        return response

    async def request_async(self: AsyncClient, **scope: Any) -> Any:
        taken = _taken_async(scope)
        with about.rows.of_request():
            response = await original_async(self, **scope)
        heard(taken, response)
        return response

    def serve(self: WSGIHandler, environ: dict[str, Any], start_response: Any) -> Any:
        taken = _taken_served(environ)
        with about.rows.of_request():
            response = served(self, environ, start_response)
        heard(taken, response)
        return response

    Client.request = request  # type: ignore[method-assign]
    AsyncClient.request = request_async  # type: ignore[method-assign]
    WSGIHandler.__call__ = serve  # type: ignore[method-assign]
    try:
        with about.rows.kept():
            yield
    finally:
        Client.request = original  # type: ignore[method-assign]
        AsyncClient.request = original_async  # type: ignore[method-assign]
        WSGIHandler.__call__ = served  # type: ignore[method-assign]


def _is_sent_to_log_in(path: str, location: str) -> bool:
    """Whether an address turned somebody away: it led to the login page, or to one that is to lead back to itself."""
    if not location:
        return False
    there = urlsplit(location)
    back = {urlsplit(value).path for _, value in parse_qsl(there.query)}
    return path != there.path and (path in back or there.path == urlsplit(resolve_url(settings.LOGIN_URL)).path)


def _taken(environ: dict[str, Any], defaults: Mapping[str, Any]) -> _Request | None:
    """Return the request of a test client's environment, and leave a body like its own for the view.

    The client adds its `defaults` later.
    """
    payload = environ.get("wsgi.input")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    content = b""
    if isinstance(payload, FakePayload) and length:
        content = payload.read(length)
        environ["wsgi.input"] = FakePayload(content)
    return _of_environ({**defaults, **environ}, content)


def _taken_served(environ: dict[str, Any]) -> _Request | None:
    """Return the request that a server was sent; a large body stays on its connection, unread."""
    with contextlib.suppress(ValueError):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > _LARGEST_BODY:
            return None
        content = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = BytesIO(content)
        return _of_environ(environ, content)
    return None


def _of_environ(environ: dict[str, Any], content: bytes) -> _Request | None:
    return _small(
        method=str(environ.get("REQUEST_METHOD", "GET")),
        path=str(environ.get("PATH_INFO", "")),
        query=str(environ.get("QUERY_STRING", "")),
        content_type=str(environ.get("CONTENT_TYPE", "")),
        content=content,
        headers={name: str(environ[key]) for key in environ if (name := _own_header(key))},
    )


def _own_header(key: str) -> str:
    """Return the name of a header of a project's own, `X-Tenant` of `HTTP_X_TENANT`; empty of what clients send."""
    plain = key.removeprefix("HTTP_").lower()
    is_own = key.startswith("HTTP_") and plain.startswith(_OWN_HEADERS) and not plain.startswith(_OF_PROXIES)
    is_shown = is_own and not (is_secret(plain) or _OF_WHO_ASKS.search(plain))
    return plain.replace("_", "-").title() if is_shown else ""


def _taken_async(scope: dict[str, Any]) -> _Request | None:
    payload = scope.get("_body_file")
    content = b""
    if isinstance(payload, FakePayload):
        content = payload.read()
        scope["_body_file"] = FakePayload(content)
    content_type = next((value for name, value in scope.get("headers", ()) if name == b"content-type"), b"")
    query = scope.get("query_string") or ""
    return _small(
        method=str(scope.get("method", "GET")),
        path=str(scope.get("path", "")),
        query=query.decode() if isinstance(query, bytes) else str(query),
        content_type=content_type.decode(),
        content=content,
    )


def _small(
    *,
    method: str,
    path: str,
    query: str,
    content_type: str,
    content: bytes,
    headers: Mapping[str, str] | None = None,
) -> _Request | None:
    if len(content) > _LARGEST_BODY:
        return None
    return _Request(
        method=method, path=path, query=query, content_type=content_type, content=content, headers=headers or {}
    )


def _record(folder: Path, index: RouteIndex, taken: _Request, status: int, about: _About) -> None:
    try:
        match = resolve(taken.path)
        route = index.route_of(match)
    except RAISED:  # there is none, or a converter of the project's own fails
        count_left_out(folder, LeftOut.NO_ROUTE)
        return
    query = tuple(_pair(name, value, about) for name, value in parse_qsl(taken.query, keep_blank_values=True))
    heard = Recorded(
        operation_id=f"{taken.method} {route}",
        kind=BodyKind.NONE,
        values=None,
        query=query,
        path=tuple(_of_path(match.kwargs, about)),
        headers=tuple(_pair(name, value, about, of_path=True) for name, value in sorted(taken.headers.items())),
        source=_test_that_runs(),
        status=status,
    )
    append(folder, heard if taken.method in SAFE_METHODS else _with_body(heard, taken, about))


def _pair(name: str, value: str, about: _About, *, of_path: bool = False) -> Pair:
    found = redacted_pair(name, about.rows.bound(value, name, of_path=of_path))
    return replace(found, value=about.persons.without(found.value))


def _of_path(values: Mapping[str, Any], about: _About) -> Iterator[Pair]:
    """Yield the parameters of an address that name rows; other values of it are not kept."""
    for name, value in values.items():
        bound = about.rows.bound(str(value), name, of_path=True)
        if ROW.fullmatch(bound):
            yield Pair(name=name, value=bound)


def _with_body(heard: Recorded, taken: _Request, about: _About) -> Recorded:
    if "json" in taken.content_type:
        document = json.loads(taken.content)
        about.persons.learn_sent(document)
        return replace(
            heard, kind=BodyKind.JSON, values=about.persons.without(without_secrets(about.rows.bound(document)))
        )
    if not taken.content:
        return heard
    if not ("form-urlencoded" in taken.content_type or "multipart" in taken.content_type):
        # Of a raw body no more than of a file in a form.
        kind = taken.content_type.partition(";")[0].strip()
        held = kept_of("", kind, taken.content, partial(_clean, about))
        return replace(heard, kind=BodyKind.OTHER, values=[], uploads=(kind_of_upload("", "", kind),), contents=(held,))
    # Django reads forms of POST only; those of PUT are parsed as if they were.
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": taken.path,
            "CONTENT_TYPE": taken.content_type,
            "CONTENT_LENGTH": str(len(taken.content)),
            "wsgi.input": FakePayload(taken.content),
        }
    )
    about.persons.learn_sent(dict(request.POST.lists()))
    pairs = [_pair(name, one, about) for name, entries in request.POST.lists() for one in entries if name != FORM_FIELD]
    files = [(name, one, str(one.content_type or "")) for name, held in request.FILES.lists() for one in held]
    return replace(
        heard,
        kind=BodyKind.MULTIPART if files else BodyKind.FORM,
        values=[[one.name, one.value] for one in pairs],
        uploads=tuple(kind_of_upload(name, str(one.name), kind) for name, one, kind in files),
        contents=tuple(kept_of(str(one.name), kind, one.read(), partial(_clean, about)) for _, one, kind in files),
    )


def _clean(about: _About, value: Any, name: str) -> Any:
    """Return a value of a file without what is secret or personal, as that of a body."""
    about.persons.learn_sent(value, name)
    return about.persons.without(without_secrets(about.rows.bound(value, name), name))


def _test_that_runs() -> str:
    """Return file and name of the test function on the stack, or empty.

    The test waits in the main thread while a server's thread answers.
    """
    main = threading.main_thread().ident
    stacks: tuple[FrameType | None, ...] = (sys._getframe(1), sys._current_frames().get(main or 0))
    for frame in stacks:
        while frame is not None:
            if frame.f_code.co_name.startswith("test"):
                return f"{short(frame.f_code.co_filename)} in {frame.f_code.co_name}"
            frame = frame.f_back
    return ""
