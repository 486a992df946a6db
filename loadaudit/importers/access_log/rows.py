"""Lines of an access log as rows of bytes: request, answer, duration and time, taken apart as cheaply as can be."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

from loadaudit.importers.access_log.layout import JsonLayout, TextLayout

Row = tuple[bytes, bytes, bytes, bytes]
"""Request line, status and size with spaces around them, what holds the duration, time. A row of empty texts stands for
a line that is no request."""

NONE: Row = (b"", b"", b"", b"")


def text_rows(lines: Iterable[bytes], layout: TextLayout) -> Iterator[Row]:
    """Yield the rows of a log in the common or combined format, with or without a duration behind."""
    place = 0 if layout.latency_part is None else layout.latency_part
    for line in lines:
        parts = line.split(b'"')
        try:
            head = parts[0]
            timed = parts[place] if 0 < place < len(parts) else b""
            yield parts[1], parts[2], timed, head[head.find(b"[") + 1 : -2]
        except IndexError:
            yield NONE


def json_rows(lines: Iterable[bytes], layout: JsonLayout, sample: bytes) -> Iterator[Row]:
    """Yield the rows of a log of JSON objects.

    Loggers write the same keys in the same order, so that most lines can be taken apart at the quotes, as the `sample`
    is; a line with escapes, nested objects or another order is parsed.
    """
    places = _places(layout, sample)
    if places is None:
        yield from (_parsed(line, layout) for line in lines)
        return
    n, keys_in = len(sample.split(b'"')), itemgetter(*(place.key_at for place in places.values()))
    keys = tuple(place.key for place in places.values())
    status, size, latency, stamp = (places[name].value for name in ("status", "size", "latency", "time"))
    request = places["request"].value if "request" in places else None
    method, path = (places[name].value if request is None else request for name in ("method", "path"))
    for line in lines:
        parts = line.split(b'"')
        if len(parts) != n or b"\\" in line or keys_in(parts) != keys or line.count(b"{") != 1:
            yield _parsed(line, layout)
            continue
        sent = request(parts) if request is not None else b"%b %b HTTP" % (method(parts), path(parts))
        yield sent, b" %b %b " % (status(parts), size(parts)), latency(parts), stamp(parts)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line that was split at its quotes has one key, and how its value is read."""

    key: bytes
    key_at: int
    value: Callable[[list[bytes]], bytes]


def _places(layout: JsonLayout, sample: bytes) -> dict[str, _Place] | None:
    """Return the places of all that is wanted; None where the sample lacks a key or is not plain."""
    wanted = {name: getattr(layout, name) for name in ("status", "size", "latency", "time")}
    wanted |= {"request": layout.request} if layout.request else {"method": layout.method, "path": layout.path}
    parts = sample.split(b'"')
    found = {}
    for name, key in wanted.items():
        at = next(
            (i for i, part in enumerate(parts[:-1]) if part == key.encode() and parts[i + 1].lstrip()[:1] == b":"), 0
        )
        if not at:
            return None
        is_text = parts[at + 1].strip() == b":"
        found[name] = _Place(key.encode(), at, itemgetter(at + 2) if is_text else partial(_number, at + 1))
    return found


def _number(at: int, parts: list[bytes]) -> bytes:
    return parts[at].strip(b": ,}\r\n\t")


def _parsed(line: bytes, layout: JsonLayout) -> Row:
    try:
        record: dict[str, Any] = json.loads(line)
        request = str(record[layout.request]) if record.get(layout.request) else _request(record, layout)
        answer = f" {record[layout.status]} {record.get(layout.size, '-')} "
        duration = record.get(layout.latency)
        return (
            request.encode(),
            answer.encode(),
            b"" if duration is None else str(duration).encode(),
            str(record.get(layout.time, "")).encode(),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return NONE


def _request(record: dict[str, Any], layout: JsonLayout) -> str:
    return f"{record.get(layout.method) or 'GET'} {record[layout.path]} HTTP"
