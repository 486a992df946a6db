"""Answers that do not end by themselves: of an event stream the beginning is the proof, and then the client goes."""

import select
import time
from collections.abc import Callable

import requests

_STREAMS = ("text/event-stream", "multipart/x-mixed-replace")
"""What a server keeps open to go on telling: server-sent events, and pictures one after the other."""

_LOOK_S = 1.5
"""As long as a stream is listened to, from its headers on; one that breaks does so at once."""


def is_stream(response: requests.Response) -> bool:
    """Whether an answer may have no end, by its type and because nothing says how long it is."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind in _STREAMS and "Content-Length" not in response.headers


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
        while select.select([response.raw.fileno()], [], [], max(0.0, until_s - clock()))[0]:
            chunk = next(chunks, None)
            if chunk is None:
                return found, False
            found += chunk
        return found, True
    finally:
        response.close()
