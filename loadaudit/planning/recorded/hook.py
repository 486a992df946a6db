"""Listens to Django's test client, and to REST framework's, which is one."""

import base64
import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.test.client import Client, FakePayload
from django.urls import Resolver404, resolve

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.payloads.bodies import CSRF_FIELD
from loadaudit.planning.project.registry import short
from loadaudit.planning.recorded.store import Recorded, append, without_secrets
from loadaudit.records import BodyKind, Upload

_LARGEST_UPLOAD = 64 * 1024
_LARGEST_BODY = 256 * 1024


@contextlib.contextmanager
def listening(folder: Path) -> Iterator[None]:
    """Write each request with a body that the test client sends with success to `folder`, until the block ends."""
    original = Client.request
    index, urlconf = RouteIndex.from_urlconf(None), settings.ROOT_URLCONF

    def request(self: Client, **environ: Any) -> Any:
        taken = _body_of(environ) if environ.get("REQUEST_METHOD") not in SAFE_METHODS else None
        response = original(self, **environ)
        # A test with routes of its own says nothing about the project's.
        if taken is not None and response.status_code < 400 and urlconf == settings.ROOT_URLCONF:
            # Recording must never make a test fail.
            with contextlib.suppress(Exception):
                _record(folder, index, environ, taken)
        return response

    Client.request = request  # type: ignore[method-assign]
    try:
        yield
    finally:
        Client.request = original  # type: ignore[method-assign]


def _body_of(environ: dict[str, Any]) -> bytes | None:
    """Return the body and leave one like it for the request."""
    payload = environ.get("wsgi.input")
    if not isinstance(payload, FakePayload):
        return None
    length = int(environ.get("CONTENT_LENGTH") or 0)
    content = payload.read(length) if length else b""
    environ["wsgi.input"] = FakePayload(content)
    return content if len(content) <= _LARGEST_BODY else None


def _record(folder: Path, index: RouteIndex, environ: dict[str, Any], content: bytes) -> None:
    method, path = str(environ["REQUEST_METHOD"]), str(environ["PATH_INFO"])
    try:
        route = index.route_of(resolve(path))
    except Resolver404:
        return
    content_type = str(environ.get("CONTENT_TYPE", ""))
    operation_id, source = f"{method} {route}", _test_that_runs()
    if "json" in content_type:
        values = without_secrets(json.loads(content))
        append(folder, Recorded(operation_id=operation_id, kind=BodyKind.JSON, values=values, source=source))
    elif content and ("form-urlencoded" in content_type or "multipart" in content_type):
        # Django reads forms of POST only; those of PUT are parsed as if they were.
        request = WSGIRequest({**environ, "REQUEST_METHOD": "POST", "wsgi.input": FakePayload(content)})
        values = [(name, one) for name, entries in request.POST.lists() for one in entries if name != CSRF_FIELD]
        pairs = [[name, without_secrets(one, name)] for name, one in values]
        uploads = tuple(_upload(name, one) for name, files in request.FILES.lists() for one in files)
        kind = BodyKind.MULTIPART if uploads else BodyKind.FORM
        append(folder, Recorded(operation_id=operation_id, kind=kind, values=pairs, uploads=uploads, source=source))


def _upload(name: str, file: Any) -> Upload:
    content = file.read(_LARGEST_UPLOAD)
    return Upload(
        field=name,
        filename=str(file.name),
        content_type=str(file.content_type or "application/octet-stream"),
        content=base64.b64encode(content).decode(),
    )


def _test_that_runs() -> str:
    """Return file and name of the test function on the stack, or empty."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name.startswith("test"):
            return f"{short(frame.f_code.co_filename)} in {frame.f_code.co_name}"
        frame = frame.f_back
    return ""
