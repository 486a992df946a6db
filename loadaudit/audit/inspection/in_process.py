"""Requests of the control plane handed to the project's WSGI callable in this process, and their traces taken back."""

import io
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from loadaudit.load.receiver import TraceInbox
from loadaudit.records import Trace

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

CONNECT_TO = "127.0.0.1"
"""What stands in URLs for this process."""


class WsgiAdapter(HTTPAdapter):
    """Calls a WSGI callable (PEP 3333) instead of connecting, as a client with an address of its own."""

    def __init__(self, application: Application, source_address: str = CONNECT_TO) -> None:
        super().__init__()
        self._application = application
        self._source_address = source_address

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Return the answer of the callable; its body has been read to the end."""
        answered: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            answered.append((status, headers))
            return lambda data: None

        environ = {**environ_of(request), "REMOTE_ADDR": self._source_address}
        body = self._application(environ, start_response)
        try:
            content = b"".join(body)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()
        status, headers = answered[-1]
        code, _, reason = status.partition(" ")
        raw = HTTPResponse(
            body=io.BytesIO(content),
            headers=HTTPHeaderDict(headers),
            status=int(code),
            reason=reason,
            preload_content=False,
            decode_content=False,
        )
        return self.build_response(request, raw)


def environ_of(request: requests.PreparedRequest) -> dict[str, Any]:
    """Return the request as a WSGI server would hand it over."""
    parts = urlsplit(request.url or "")
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else body
    headers: Mapping[str, str] = request.headers
    host, _, port = headers.get("Host", parts.netloc).partition(":")
    named = {f"HTTP_{name.upper().replace('-', '_')}": str(value) for name, value in headers.items()}
    return {
        **named,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "CONTENT_TYPE": named.pop("HTTP_CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(content)),
        "SERVER_NAME": host,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


class InboxSink:
    """Puts the traces of this process into its own inbox."""

    def __init__(self, inbox: TraceInbox) -> None:
        self._inbox = inbox

    def put(self, trace: Trace, run_id: str) -> None:
        """Take one trace."""
        self._inbox.accept(trace)
