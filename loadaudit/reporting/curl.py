"""A request as a line for `curl`, without a secret: who sends it, and what names a secret, has to be filled in."""

import shlex
from collections.abc import Iterator

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.load.payloads import settled
from loadaudit.records import BodyKind, Operation, Payload
from loadaudit.runfile.redaction import redact_json, redact_pair

_MOST_CHARACTERS = 1_500
"""Of a line; a body that makes it longer is left out."""


def curl_line(operation: Operation, method: str, url: str, payload: Payload | None) -> str:
    """Return the command."""
    words = ["curl", "-i", *(() if method == "GET" else ("-X", method))]
    cookies = []
    if operation.access.login or operation.access.is_raised:
        cookies.append("sessionid=YOUR-SESSION")
    body = list(_body(settled(payload, 1))) if payload is not None and method not in SAFE_METHODS else []
    if body and payload is not None and payload.kind is not BodyKind.JSON and not operation.access.csrf_exempt:
        cookies.append("csrftoken=YOUR-TOKEN")
        words += ["-H", "X-CSRFToken: YOUR-TOKEN"]
    if cookies:
        words += ["-b", "; ".join(cookies)]
    line = shlex.join([*words, *body, url])
    return line if len(line) <= _MOST_CHARACTERS else shlex.join([*words, "--data", "@BODY", url])


def _body(payload: Payload) -> Iterator[str]:
    if payload.kind is BodyKind.JSON:
        kind = payload.content_type or "application/json"
        yield from ("-H", f"Content-Type: {kind}", "--data", redact_json(payload.document))
        return
    if payload.kind is BodyKind.OTHER:
        for raw in payload.uploads:
            yield from ("-H", f"Content-Type: {raw.content_type}", "--data-binary", f"@{raw.filename or 'BODY'}")
        return
    option = "-F" if payload.uploads else "--data-urlencode"
    for one in payload.pairs:
        yield from (option, redact_pair(one.name, one.value))
    for upload in payload.uploads:
        yield from ("-F", f"{upload.field}=@{upload.filename};type={upload.content_type}")
