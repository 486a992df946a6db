"""Reads access logs line by line: a few dictionary look-ups per line, because there may be ten million of them."""

import gzip
import json
import zlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, cast

from loadaudit.errors import UsageError
from loadaudit.importers.access_log.layout import JsonLayout, TextLayout, is_text_line, layout_of
from loadaudit.importers.access_log.tally import REMEMBERED, Tally, bucket_of
from loadaudit.importers.interface import Source
from loadaudit.importers.names import Names
from loadaudit.records import ImportedResults, Limit

_TOLERATED_SHARE = 0.05
"""Of lines that are no requests; more of them, and the file is something else, or has been mixed."""
_TOLERATED = 20

_LIMITS = (Limit.TRACES, Limit.USERS, Limit.SQL, Limit.STATUS_ONLY)


class Unreadable:
    """Counts lines that are no requests, and keeps the first."""

    def __init__(self) -> None:
        self.lines = 0
        self.count = 0
        self.first = 0

    def add(self, line_number: int) -> None:
        """Count one."""
        self.count += 1
        self.first = self.first or line_number


class AccessLog:
    """Importer of access logs of nginx and gunicorn."""

    tool = "access log"

    def recognises(self, source: Source) -> bool:
        """Say whether the first lines have the layout of an access log."""
        return layout_of(source.head) is not None

    def read(self, sources: Sequence[Source], names: Names) -> ImportedResults:
        """Return the sums over all lines of all files, which may be parts of one log."""
        tally, notes, latency, assumed = Tally(names), [], False, False
        for source in sources:
            layout = layout_of(source.head)
            unreadable = Unreadable()
            try:
                with _opened(source) as file:
                    if isinstance(layout, JsonLayout):
                        read_json(file, layout, tally, unreadable)
                        latency |= bool(layout.latency)
                    elif layout is not None:
                        read_text(file, layout, tally, unreadable)
                        latency |= layout.latency_part is not None
            except (OSError, EOFError, zlib.error) as error:
                raise UsageError(
                    f"{source.name} cannot be read to its end: {error}.", hint="It is truncated; copy it again."
                ) from error
            assumed |= layout is not None and layout.unit_is_assumed
            notes += _noted(source, unreadable)
        groups = tuple(tally.groups())
        return ImportedResults(
            tool=self.tool,
            sources=tuple(one.name for one in sources),
            groups=groups,
            timeline=tally.timeline(),
            limits=(*_LIMITS, *_latency_limits(latency, assumed)),
            notes=tuple(notes),
            started_s=tally.first_s if groups and tally.timeline() else 0.0,
            duration_s=tally.last_s - tally.first_s if tally.timeline() else 0.0,
        )


def read_text(lines: Iterable[bytes], layout: TextLayout, tally: Tally, unreadable: Unreadable) -> None:
    """Add the lines of a log in the common or combined format, with or without a duration behind."""
    slots, place = tally.by_request, layout.latency_part
    answers: dict[bytes, tuple[int, int]] = {}
    durations: dict[bytes, tuple[int, int] | None] = {}
    last, requests, failures, number = b"", 0, 0, 0
    for number, line in enumerate(lines, 1):
        parts = line.split(b'"')
        try:
            answer = answers.get(parts[2])
            if answer is None:
                answer = answers[parts[2]] = _answer(parts, answers)
            status, size = answer
            slot = slots.get(parts[1])
        except (IndexError, ValueError):
            unreadable.add(number)
            continue
        if slot is None:
            slot = tally.slot(parts[1])
        cell = slot.cells.get(status)
        if cell is None:
            cell = slot.cell(status)
        if size in cell.sizes:
            cell.sizes[size] += 1
        else:
            cell.add_size(size)
        if place is not None and len(parts) > place:
            text = parts[place]
            duration = durations[text] if text in durations else _remember(durations, text, layout)
            if duration is not None:
                cell.latency[duration[0]] += 1
                if duration[1] > cell.max_ns:
                    cell.max_ns = duration[1]
        head = parts[0]
        stamp = head[head.find(b"[") + 1 : -2]
        if stamp != last:
            if requests:
                tally.add_moment(last, requests, failures)
            last, requests, failures = stamp, 0, 0
        requests += 1
        if status >= 400:
            failures += 1
    if requests:
        tally.add_moment(last, requests, failures)
    unreadable.lines = number


def read_json(lines: Iterable[bytes], layout: JsonLayout, tally: Tally, unreadable: Unreadable) -> None:
    """Add the lines of a log of JSON objects."""
    loads, slots = json.loads, tally.by_request
    last, requests, failures, number = b"", 0, 0, 0
    for number, line in enumerate(lines, 1):
        try:
            record = loads(line)
            status = int(record[layout.status])
            request = _request(record, layout)
            size = int(record.get(layout.size) or 0) if record.get(layout.size) != "-" else 0
            text = record.get(layout.latency)
            latency_ns = None if text in (None, "", "-") else round(float(text) * layout.unit_ns)
        except (ValueError, KeyError, TypeError, AttributeError):
            unreadable.add(number)
            continue
        slot = slots.get(request)
        if slot is None:
            slot = tally.slot(request)
        cell = slot.cell(status)
        if size in cell.sizes:
            cell.sizes[size] += 1
        else:
            cell.add_size(size)
        if latency_ns is not None:
            cell.latency[bucket_of(latency_ns)] += 1
            cell.max_ns = max(cell.max_ns, latency_ns)
        stamp = str(record.get(layout.time, "")).encode()
        if stamp != last:
            if requests:
                tally.add_moment(last, requests, failures)
            last, requests, failures = stamp, 0, 0
        requests += 1
        failures += status >= 400
    if requests:
        tally.add_moment(last, requests, failures)
    unreadable.lines = number


def _answer(parts: Sequence[bytes], answers: dict[bytes, tuple[int, int]]) -> tuple[int, int]:
    """Return status and size from what stands behind the request. Raises ValueError where it is something else."""
    if not is_text_line(parts):
        raise ValueError("no status and size behind the request")
    if len(answers) >= REMEMBERED:
        answers.clear()
    status, size = parts[2].split(None, 2)[:2]
    return int(status), 0 if size == b"-" else int(size)


def _remember(
    durations: dict[bytes, tuple[int, int] | None], text: bytes, layout: TextLayout
) -> tuple[int, int] | None:
    if len(durations) >= REMEMBERED:
        durations.clear()
    value_ns = layout.latency_ns(text)
    durations[text] = None if value_ns is None else (bucket_of(value_ns), value_ns)
    return durations[text]


def _request(record: dict[str, object], layout: JsonLayout) -> bytes:
    if layout.request and record.get(layout.request):
        return str(record[layout.request]).encode()
    return f"{record.get(layout.method) or 'GET'} {record[layout.path]} HTTP".encode()


def _noted(source: Source, unreadable: Unreadable) -> list[str]:
    """Return a note about lines that are no requests. Raises UsageError when they are too many."""
    if not unreadable.count:
        return []
    where = f"{unreadable.count:,} of {unreadable.lines:,} lines of {source.name}"
    if unreadable.count > max(_TOLERATED_SHARE * unreadable.lines, _TOLERATED):
        raise UsageError(
            f"{where} are no requests in the format of its beginning; the first is line {unreadable.first:,}.",
            hint="The file is damaged, or logs in several formats were joined. Import them one by one.",
        )
    return [f"{where} are no requests and were left out; the first is line {unreadable.first:,}."]


def _latency_limits(latency: bool, assumed: bool) -> tuple[Limit, ...]:
    if not latency:
        return (Limit.NO_LATENCY,)
    return (Limit.LATENCY_IN_BUCKETS, Limit.LATENCY_UNIT) if assumed else (Limit.LATENCY_IN_BUCKETS,)


def _opened(source: Source) -> AbstractContextManager[BinaryIO]:
    path: Path = source.path
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb", buffering=1 << 20)
