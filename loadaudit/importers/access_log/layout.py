"""Where the lines of an access log have their status, size, time and duration; found from its first lines."""

import calendar
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_DECIMAL = re.compile(rb"(?<![\w.])(\d+\.\d+)(?![\w.])")
_ALONE = re.compile(rb"\s*(\d+)\s*")
"""A whole number counts only where nothing else stands: it may as well be a port or a status of another server."""
_FIRST = re.compile(rb"\s*(\d+(?:\.\d+)?)")
_LABELLED = re.compile(
    rb"(?:\b|_)(?:rt|request_time|reqtime|duration|took|time|elapsed|latency)(?P<unit>_ms|_us|_s)?[=:]\s*"
)
_STATUS = re.compile(rb"[1-5]\d\d")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_NS = {"s": 1e9, "ms": 1e6, "us": 1e3}

_KEYS: Mapping[str, tuple[str, ...]] = {
    "request": ("request", "request_line", "r"),
    "method": ("request_method", "method", "http_method", "verb"),
    "path": ("request_uri", "uri", "path", "request_path", "url"),
    "status": ("status", "status_code", "http_status", "response_status", "s"),
    "size": ("body_bytes_sent", "bytes_sent", "response_length", "response_size", "bytes", "size", "b"),
    "time": ("time_iso8601", "time_local", "@timestamp", "timestamp", "msec", "time", "ts", "t", "date"),
    "latency": ("request_time", "duration", "response_time", "latency", "elapsed", "time_taken"),
}
"""What a JSON line has → its usual keys, the most telling first; units may follow those of the latency."""

_ATOMS = {"L": "s", "M": "ms", "D": "us"}
"""Gunicorn's own names of durations."""
_UNITS = {"": "", "_s": "s", "_seconds": "s", "_ms": "ms", "_msec": "ms", "_us": "us", "_usec": "us"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLayout:
    """Of lines that are quoted as in the common and combined formats; the parts are what stands between quotes."""

    latency_part: int | None
    """Part with the duration; None: there is none."""
    latency_after: bytes
    """Label in front of the duration, within the part."""
    unit_ns: float
    unit_is_assumed: bool

    @property
    def has_latency(self) -> bool:
        """Whether the lines have durations."""
        return self.latency_part is not None

    def latency_ns(self, part: bytes) -> int | None:
        """Return the duration in one part, None where it has none."""
        text = _number_text(self, part)
        return round(float(text) * self.unit_ns) if text else None


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLayout:
    """Keys of lines that are JSON objects; empty: there is none."""

    request: str
    method: str
    path: str
    status: str
    size: str
    time: str
    latency: str
    unit_ns: float
    unit_is_assumed: bool

    @property
    def has_latency(self) -> bool:
        """Whether the lines have durations."""
        return bool(self.latency)

    def latency_ns(self, text: bytes) -> int | None:
        """Return a duration, None where there is none."""
        try:
            return round(float(text) * self.unit_ns)
        except ValueError:
            return None


Layout = TextLayout | JsonLayout


def layout_of(head: bytes) -> Layout | None:
    """Return the layout of the first lines of a file, or None: they are no access log."""
    lines = [line for line in head.split(b"\n")[:200] if line.strip()]
    if len(lines) > 1 and not head.endswith(b"\n"):
        lines.pop()
    if not lines:
        return None
    if lines[0].lstrip().startswith(b"{"):
        return _json_layout(lines)
    found = [line.split(b'"') for line in lines]
    fitting = [parts for parts in found if is_text_line(parts)]
    # gunicorn writes its start into the same stream; a log begins with a few lines that are none.
    return _text_layout(fitting) if fitting and 2 * len(fitting) >= min(len(found), 20) else None


def is_text_line(parts: Sequence[bytes]) -> bool:
    """Say whether what stands between the quotes of a line is that of an access log."""
    if len(parts) < 3 or b"[" not in parts[0]:
        return False
    answer = parts[2].split(None, 2)
    return len(answer) >= 2 and bool(_STATUS.fullmatch(answer[0])) and (answer[1].isdigit() or answer[1] == b"-")


def _text_layout(lines: Sequence[Sequence[bytes]]) -> TextLayout:
    sample = max(lines, key=len)
    part, label, unit = _latency_place(sample)
    layout = TextLayout(latency_part=part, latency_after=label, unit_ns=1.0, unit_is_assumed=False)
    if part is None:
        return layout
    texts = [parts[part] for parts in lines if len(parts) > part]
    decimal = any(b"." in (_number_text(layout, text) or b"") for text in texts)
    chosen = unit or ("s" if decimal else "us")
    return TextLayout(
        latency_part=part,
        latency_after=label,
        unit_ns=_NS[chosen],
        unit_is_assumed=not (unit or decimal),
    )


def _number_text(layout: TextLayout, part: bytes) -> bytes | None:
    if layout.latency_part is None:
        return None
    part = _behind_size(part) if layout.latency_part == 2 else part
    if layout.latency_after:
        found = _FIRST.match(part.partition(layout.latency_after)[2])
    else:
        found = _DECIMAL.search(part) or _ALONE.fullmatch(part)
    return found[1] if found else None


def _behind_size(part: bytes) -> bytes:
    return b" ".join(part.split()[2:])


def _latency_place(parts: Sequence[bytes]) -> tuple[int | None, bytes, str]:
    """Return the part, the label and the unit of the duration: one that is named before one that only stands there."""
    later = [2] if len(parts) < 7 else range(6, len(parts))
    for index in later:
        found = _LABELLED.search(parts[index])
        if found is None:
            continue
        unit = (found["unit"] or b"").decode().removeprefix("_")
        rest = parts[index][found.end() :]
        if not rest.strip() and index + 1 < len(parts):
            return index + 1, b"", unit
        return index, found[0], unit
    for index in later:
        text = _behind_size(parts[index]) if index == 2 else parts[index]
        if _DECIMAL.search(text) or _ALONE.fullmatch(text):
            return index, b"", ""
    return None, b"", ""


def _json_layout(lines: Sequence[bytes]) -> JsonLayout | None:
    records = [one for one in map(_object, lines) if one is not None]
    if not records or 2 * len(records) < len(lines):
        return None
    known = {key for record in records for key in record}
    keys = {what: next((one for one in usual if one in known), "") for what, usual in _KEYS.items()}
    keys["latency"], unit = _latency_key(known)
    if not keys["status"] or not (keys["request"] or keys["path"]):
        return None
    texts = [str(record.get(keys["latency"], "")) for record in records]
    decimal = any("." in text for text in texts)
    chosen = unit or ("s" if decimal else "us")
    assumed = bool(keys["latency"]) and not (unit or decimal)
    return JsonLayout(**keys, unit_ns=_NS[chosen], unit_is_assumed=assumed)


def _latency_key(known: set[str]) -> tuple[str, str]:
    for name in _KEYS["latency"]:
        for suffix, unit in _UNITS.items():
            if name + suffix in known:
                return name + suffix, unit
    return next(((atom, unit) for atom, unit in _ATOMS.items() if atom in known), ("", ""))


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def moment_s(text: str) -> float | None:
    """Return seconds since 1970 of `10/Jan/2026:22:43:23 +0700`, an ISO 8601 time or a number; None: none of them."""
    text = text.strip("[] ")
    for read in _READERS:
        try:
            return read(text)
        except (ValueError, KeyError, IndexError):
            continue
    return None


def _common(text: str) -> float:
    stamp, _space, zone = text.partition(" ")
    date, hour, minute, second = stamp.split(":")
    day, month, year = date.split("/")
    offset = (int(zone[1:3]) * 3600 + int(zone[3:5]) * 60) * (-1 if zone[0] == "-" else 1) if zone else 0
    parts = (int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second))
    return calendar.timegm((*parts, 0, 0, 0)) - offset


def _iso(text: str) -> float:
    return datetime.fromisoformat(text.strip()).timestamp()


def _number(text: str) -> float:
    value = float(text)
    return value / 1000 if value > 1e11 else value


_READERS: tuple[Callable[[str], float], ...] = (_common, _iso, _number)
