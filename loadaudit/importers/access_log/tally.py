"""Sums over the lines of an access log, in memory that does not grow with their number."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from loadaudit.importers.access_log.layout import moment_s
from loadaudit.importers.names import METHODS, Found, Names
from loadaudit.records import ImportedAnswer, ImportedGroup, ImportedSecond, Match, Weighted

_GROWTH = math.log(1.02)
"""Width of the buckets of latencies: each is 2 % wider than the one before, so that its middle is at most 1 % off."""
_HALF = math.exp(_GROWTH / 2)

REMEMBERED = 100_000
"""Entries of each cache; a full one is emptied."""
_REMEMBERED_PATHS = 400_000
"""About 70 MB; the look-up that decides the speed."""
EXACT_SIZES = 1000
"""Kept as they are for each name and status; more of them are rounded to 1 %."""
_KEPT_SIZES = 50
_NAMES = 1000
_OTHERS = "(other paths)"
_MALFORMED = "(no HTTP request)"
_SECONDS = 5000

_NUMBER = re.compile(rb"(?<=/)\d+(?=[/ .]|$)")
"""A whole segment: digits within words, such as `v2`, tell routes apart."""

_ID = re.compile(r"(?:\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-fA-F]{16,})(?=$|\.)")
_NEXT = re.compile(r"[?&](?:next|redirect_to|return_to|rurl)=([^&\s]+)")
_LOGIN = re.compile(r"log[-_]?in|sign[-_]?in", re.IGNORECASE)


class Cell:
    """Answers of one name with one status."""

    __slots__ = ("latency", "max_ns", "sizes")

    def __init__(self) -> None:
        self.sizes: dict[int, int] = {}
        self.latency: defaultdict[int, int] = defaultdict(int)
        """Number of the bucket → how many."""
        self.max_ns = 0

    def weighted_latency(self) -> Weighted:
        """Return the latencies in nanoseconds with their counts; the greatest is exact."""
        pairs = [(round(value_of(bucket)), count) for bucket, count in sorted(self.latency.items())]
        if pairs:
            value, count = pairs.pop()
            rest = [(min(value, self.max_ns), count - 1)] if count > 1 else []
            pairs += [*rest, (self.max_ns, 1)]
        return tuple(pairs)


class Slot:
    """Lines of one name; those that ask the login page to go on to another name have a slot of their own."""

    __slots__ = ("cells", "found", "login", "method", "name", "turned")

    def __init__(self, method: str, name: str, found: Found, turned: str) -> None:
        self.method = method
        self.name = name
        self.found = found
        self.turned = turned
        """Id of the operation whose visitor was sent to the login page, or empty."""
        self.login = bool(_LOGIN.search(name))
        self.cells: dict[int, Cell] = {}

    def cell(self, status: int) -> Cell:
        """Return the sums of a status."""
        return self.cells.setdefault(status, Cell())


class Tally:
    """All sums."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._slots: dict[tuple[str, str, str], Slot] = {}
        self._at = lru_cache(maxsize=REMEMBERED)(names.at)
        self._fixed = {number.encode() for number in names.fixed_numbers}
        self.by_path: dict[bytes, Slot] = {}
        """Method and path as the log has them → slot; a cache."""
        self._by_shape: dict[bytes, Slot] = {}
        """The same with zeros for numbers, for paths that were never seen before; a cache."""
        self._moments: dict[bytes, float | None] = {}
        self._seconds: dict[int, list[int]] = {}
        self._step = 1
        self.first_s = math.inf
        self.last_s = -math.inf

    def slot(self, request: bytes) -> Slot:
        """Return the slot of a request line such as `GET /path HTTP/1.1`."""
        path = request.partition(b"?")[0]
        shape = _NUMBER.sub(self._zeros, path)
        slot = self._by_shape.get(shape)
        if slot is None or slot.login:
            slot = self._look(request.decode("utf-8", "replace"))
        if not slot.turned:
            if len(self.by_path) >= _REMEMBERED_PATHS:
                self.by_path.clear()
            if len(self._by_shape) >= REMEMBERED:
                self._by_shape.clear()
            self.by_path[path] = self._by_shape[shape] = slot
        return slot

    def _zeros(self, found: re.Match[bytes]) -> bytes:
        """Return as many zeros: patterns take numbers by their length. What routes have as fixed text stays."""
        text = found[0]
        return text if text in self._fixed else b"0" * len(text)

    def add_moment(self, stamp: bytes, requests: int, failures: int) -> None:
        """Count requests that were logged at one moment."""
        if not requests:
            return
        if stamp not in self._moments:
            if len(self._moments) >= REMEMBERED:
                self._moments.clear()
            self._moments[stamp] = moment_s(stamp.decode("ascii", "replace"))
        at = self._moments[stamp]
        if at is None:
            return
        self.first_s, self.last_s = min(self.first_s, at), max(self.last_s, at)
        counts = self._seconds.setdefault(int(at) // self._step, [0, 0])
        counts[0] += requests
        counts[1] += failures
        if len(self._seconds) > _SECONDS:
            self._coarsen()

    def timeline(self) -> tuple[ImportedSecond, ...]:
        """Return the requests by the second in which they were logged, or by a longer stretch."""
        if not self._seconds:
            return ()
        begin = int(self.first_s)
        return tuple(
            ImportedSecond(second=max(key * self._step - begin, 0), requests=counts[0], failures=counts[1])
            for key, counts in sorted(self._seconds.items())
        )

    def groups(self) -> Iterator[ImportedGroup]:
        """Yield a group per name."""
        turned: dict[str, int] = {}
        merged: dict[tuple[str, str], list[Slot]] = {}
        for slot in self._slots.values():
            merged.setdefault((slot.method, slot.name), []).append(slot)
            if slot.turned:
                count = sum(sum(cell.sizes.values()) for cell in slot.cells.values())
                turned[slot.turned] = turned.get(slot.turned, 0) + count
        for slots in merged.values():
            yield _group(slots, turned)

    def _look(self, request: str) -> Slot:
        method, _space, rest = request.partition(" ")
        target = rest.rsplit(" ", 1)[0]
        if method not in METHODS or not target.startswith(("/", "http", "*")):
            return self._slot("", _MALFORMED, Found(), "")
        if target.startswith("http"):
            target = "/" + target.partition("://")[2].partition("/")[2]
        path = unquote(target.partition("?")[0].partition("#")[0])
        operation_id = self._at(method, path)
        if operation_id:
            name = operation_id.partition(" ")[2]
            found = self._names.find(method, name)
            if found.match is Match.EXACT:
                found = Found(operation_id=operation_id, match=Match.RESOLVED)
            return self._slot(method, name, found, self._turned(path, target))
        name = "/".join(_ID.sub("[id]", part, count=1) if _ID.match(part) else part for part in path.split("/"))
        if (method, name, "") not in self._slots and len(self._slots) >= _NAMES:
            return self._slot(method, _OTHERS, Found(), "")
        return self._slot(method, name, self._names.find(method, name), "")

    def _turned(self, path: str, target: str) -> str:
        """Return the operation from which somebody was sent to the login page, as its address says."""
        asked = _NEXT.search(target)
        if asked is None or not _LOGIN.search(path):
            return ""
        return self._at("GET", unquote(asked[1]).partition("?")[0])

    def _slot(self, method: str, name: str, found: Found, turned: str) -> Slot:
        key = (method, name, turned)
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = Slot(method, name, found, turned)
        return slot

    def _coarsen(self) -> None:
        """Halve the number of stretches, so that a log of months takes no more room than one of an hour."""
        merged: dict[int, list[int]] = {}
        for key, (requests, failures) in self._seconds.items():
            counts = merged.setdefault(key // 2, [0, 0])
            counts[0] += requests
            counts[1] += failures
        self._seconds = merged
        self._step *= 2


def bucket_of(value: float) -> int:
    """Return the number of the bucket of a value; 0 has one of its own."""
    return math.floor(math.log(value) / _GROWTH) if value > 0 else -1


def value_of(bucket: int) -> float:
    """Return the middle of a bucket, at most 1 % from each of its values."""
    return math.exp(bucket * _GROWTH) * _HALF if bucket >= 0 else 0.0


def _group(slots: list[Slot], turned: dict[str, int]) -> ImportedGroup:
    cells: dict[int, list[Cell]] = {}
    for slot in slots:
        for status, cell in slot.cells.items():
            cells.setdefault(status, []).append(cell)
    answers = tuple(_answer(status, cells[status]) for status in sorted(cells))
    first = slots[0]
    every = [(cell, size, count) for found in cells.values() for cell in found for size, count in cell.sizes.items()]
    return ImportedGroup(
        method=first.method,
        name=first.name,
        requests=sum(one.requests for one in answers),
        failures=sum(one.requests for one in answers if one.status >= 400),
        body_bytes_total=sum(size * count for _cell, size, count in every),
        operation_id=first.found.operation_id,
        match=first.found.match,
        candidates=first.found.candidates,
        answers=answers,
        max_latency_ns=max((cell.max_ns for cell, _size, _count in every), default=0),
        turned_to_login=turned.get(first.found.operation_id, 0) if first.found.operation_id else 0,
    )


def _answer(status: int, cells: list[Cell]) -> ImportedAnswer:
    sizes: dict[int, int] = {}
    whole = Cell()
    for cell in cells:
        for size, count in cell.sizes.items():
            sizes[size] = sizes.get(size, 0) + count
        for bucket, count in cell.latency.items():
            whole.latency[bucket] += count
        whole.max_ns = max(whole.max_ns, cell.max_ns)
    kept = sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0]))[:_KEPT_SIZES]
    return ImportedAnswer(
        status=status, requests=sum(sizes.values()), sizes=tuple(kept), latency_ns=whole.weighted_latency()
    )
