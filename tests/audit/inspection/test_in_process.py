"""Requests handed to a WSGI callable."""

from collections.abc import Callable, Iterable
from typing import Any

import requests

from loadaudit.audit.inspection.in_process import WsgiAdapter


def echoing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with what came in."""
    start_response("201 Created", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Type", "text/plain")])
    names = (
        "REQUEST_METHOD",
        "PATH_INFO",
        "QUERY_STRING",
        "CONTENT_TYPE",
        "HTTP_HOST",
        "SERVER_NAME",
        "HTTP_X_MARK",
        "REMOTE_ADDR",
    )
    yield "\n".join(str(environ.get(name)) for name in names).encode()
    yield b"\n" + environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))


def test_a_request_and_its_answer() -> None:
    """With path, query, headers, body and address as a server would hand them over, and all cookies of the answer."""
    session = requests.Session()
    session.mount("http://", WsgiAdapter(echoing, "127.1.2.3"))
    answer = session.post(
        "http://127.0.0.1/caf%C3%A9/?q=1",
        data=b"body",
        headers={"Host": "site.example:81", "Content-Type": "text/x", "X-Mark": "m"},
    )
    assert answer.status_code == 201
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    lines = answer.content.decode("utf-8").split("\n")
    assert lines[1].encode("latin-1").decode() == "/café/"
    assert [lines[0], *lines[2:]] == [
        "POST",
        "q=1",
        "text/x",
        "site.example:81",
        "site.example",
        "m",
        "127.1.2.3",
        "body",
    ]
