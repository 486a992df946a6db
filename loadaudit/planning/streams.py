"""Answers that do not end by themselves: of an event stream the beginning is the proof, and then the client goes."""

import select
import time
from collections.abc import Callable, Iterator

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

_STREAMS = ("text/event-stream", "multipart/x-mixed-replace")
"""What a server keeps open to go on telling: server-sent events, and pictures one after the other."""

MOST_BYTES = 256 * 2**20
"""Of one answer: what sends more may go on for ever, and would fill the memory."""

_CHUNK_BYTES = 2**16

_LOOK_S = 1.5
"""As long as a stream is listened to, from its headers on; one that breaks does so at once."""


def is_stream(response: requests.Response) -> bool:
    """Whether an answer may have no end, by its type and because nothing says how long it is."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind in _STREAMS and "Content-Length" not in response.headers


def whole_of(response: requests.Response, timeout_s: float, *, clock: Callable[[], float] = time.monotonic) -> bytes:
    """Return what an answer holds. Raises requests.Timeout where it has no end in time, or is too much.

    The time limit of a socket is one of each read: what sends a word now and then keeps it for ever.
    """
    until_s, found, size = clock() + timeout_s, list[bytes](), 0
    try:
        for chunk in _pieces(response):
            found.append(chunk)
            size += len(chunk)
            if size > MOST_BYTES or clock() > until_s:
                response.close()
                raise requests.Timeout("the answer has no end")
    except requests.ConnectionError as error:
        if _is_silence(error):
            raise requests.Timeout(error) from error
        raise
    return b"".join(found)


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """Yield what an answer holds as it comes: `iter_content` waits until a whole chunk has come.

    Raises what `iter_content` does.
    """
    read = getattr(response.raw, "read1", None)
    if read is None:
        # Before urllib3 2.2, which then has an answer with a length waited for until it ends.
        yield from response.iter_content(_CHUNK_BYTES)
        return
    try:
        while chunk := read(_CHUNK_BYTES, decode_content=True):
            yield chunk
    except HTTPError as error:
        raise requests.ConnectionError(error) from error


def text_of(content: bytes, response: requests.Response) -> str:
    """Return the content of an answer as text, in the encoding that its type names, however it is written."""
    try:
        return content.decode(response.encoding or "utf-8", errors="replace")
    except LookupError:
        return content.decode(errors="replace")


def beginning_of(
    response: requests.Response, *, clock: Callable[[], float] = time.monotonic, look_s: float = _LOOK_S
) -> tuple[bytes, bool]:
    """Return what a stream says in its first moments, and whether it then goes on; it is closed in either case.

    Raises requests.RequestException where it breaks.
    """
    until_s, found = clock() + look_s, b""
    # One chunk at a time: a read of more would wait for events that are still to come.
    chunks = response.iter_content(None)
    try:
        while _is_ready(response, until_s - clock()):
            if (chunk := next(chunks, None)) is None:
                return found, False
            found += chunk
    except requests.ConnectionError as error:
        if not _is_silence(error):
            raise
    finally:
        response.close()
    return found, True


def _is_silence(error: requests.ConnectionError) -> bool:
    """Whether nothing came any more: behind the headers, requests takes that for a connection that broke."""
    return isinstance(next(iter(error.args), None), ReadTimeoutError)


def _is_ready(response: requests.Response, wait_s: float) -> bool:
    """Whether to read on: what was read ahead shows nowhere, so that a kept connection's own limit ends the wait.

    Of one that is closed behind the answer only the file is left, which is readable at the end as well.
    """
    kept = getattr(getattr(response.raw, "_connection", None), "sock", None)
    if kept is not None:
        kept.settimeout(max(0.001, wait_s))
        return wait_s > 0
    try:
        return bool(select.select([response.raw.fileno()], [], [], max(0.0, wait_s))[0])
    except (OSError, ValueError, AttributeError):
        # The file is closed as soon as all is read.
        return True
