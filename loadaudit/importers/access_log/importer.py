"""Reads access logs line by line: a few dictionary look-ups per line, because there may be ten million of them."""

import gzip
import zlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from loadaudit.errors import UsageError
from loadaudit.importers.access_log.layout import JsonLayout, Layout, layout_of
from loadaudit.importers.access_log.rows import Row, json_rows, text_rows
from loadaudit.importers.access_log.tally import EXACT_SIZES, REMEMBERED, Tally, bucket_of, value_of
from loadaudit.importers.interface import Source
from loadaudit.importers.names import Names
from loadaudit.records import ImportedResults, Limit

_TOLERATED_SHARE = 0.05
"""Of lines that are no requests; more of them, and the file is something else, or has been mixed."""
_TOLERATED = 20

Answer = tuple[int, int, int]
"""Status, size of the body, and the size rounded to 1 %."""
Duration = tuple[int, int]
"""Number of the bucket, and nanoseconds."""

T = TypeVar("T")

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
                        add_rows(json_rows(file, layout, source.head.split(b"\n", 1)[0]), layout, tally, unreadable)
                    elif layout is not None:
                        add_rows(text_rows(file, layout), layout, tally, unreadable)
            except (OSError, EOFError, zlib.error) as error:
                raise UsageError(
                    f"{source.name} cannot be read to its end: {error}.", hint="It is truncated; copy it again."
                ) from error
            latency |= layout is not None and layout.has_latency
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


def add_rows(rows: Iterable[Row], layout: Layout, tally: Tally, unreadable: Unreadable) -> None:
    """Add the rows of one file. Everything in the loop is a look-up in a cache that is emptied when full."""
    slots, answers, durations = tally.by_path, dict[bytes, Answer | None](), dict[bytes, Duration | None]()
    last, requests, failures, number = b"", 0, 0, 0
    for number, (request, text, timed, stamp) in enumerate(rows, 1):
        try:
            answer = answers[text]
        except KeyError:
            answer = _remember(answers, text, answer_in(text))
        if answer is None:
            unreadable.add(number)
            continue
        status, size, rounded = answer
        slot = slots.get(request.partition(b"?")[0])
        if slot is None or slot.login:
            slot = tally.slot(request)
        cell = slot.cells.get(status)
        if cell is None:
            cell = slot.cell(status)
        sizes = cell.sizes
        if size in sizes:
            sizes[size] += 1
        elif len(sizes) < EXACT_SIZES:
            sizes[size] = 1
        else:
            sizes[rounded] = sizes.get(rounded, 0) + 1
        try:
            duration = durations[timed]
        except KeyError:
            duration = _remember(durations, timed, _duration(layout, timed))
        if duration is not None:
            cell.latency[duration[0]] += 1
            if duration[1] > cell.max_ns:
                cell.max_ns = duration[1]
        if stamp != last:
            tally.add_moment(last, requests, failures)
            last, requests, failures = stamp, 0, 0
        requests += 1
        if status >= 400:
            failures += 1
    tally.add_moment(last, requests, failures)
    unreadable.lines = number


def answer_in(text: bytes) -> Answer | None:
    """Return status, size and the size rounded to 1 %, from what stands behind the request; None: it is neither."""
    found = text.split(None, 2)
    try:
        status, size = int(found[0]), 0 if found[1] == b"-" else int(found[1])
    except (ValueError, IndexError):
        return None
    rounded = round(value_of(bucket_of(size))) if size > 0 else 0
    return (status, size, rounded) if 100 <= status < 600 and size >= 0 else None


def _duration(layout: Layout, text: bytes) -> Duration | None:
    value_ns = layout.latency_ns(text)
    return None if value_ns is None else (bucket_of(value_ns), value_ns)


def _remember(cache: dict[bytes, T], text: bytes, value: T) -> T:
    if len(cache) >= REMEMBERED:
        cache.clear()
    cache[text] = value
    return value


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
