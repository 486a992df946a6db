"""What both kinds of Locust's files say, as plain rows, and how they become records."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from loadaudit.errors import UsageError
from loadaudit.importers.names import Names
from loadaudit.records import ImportedError, ImportedGroup, Limit, Weighted

TOOL = "Locust"
AGGREGATED = frozenset({"Aggregated", "Total", "None Aggregated"})
"""Names of the row of all names; `Total` until version 0.13."""

LIMITS = (
    Limit.TRACES,
    Limit.USERS,
    Limit.SQL,
    Limit.SIZES_ARE_MEANS,
    Limit.STATUS_OF_SUCCESSES,
    Limit.LATENCY_OF_ALL,
    Limit.LATENCY_IN_QUANTILES,
)

_STATUS = re.compile(
    r"\b([1-5]\d\d) (?:Client|Server) Error|\b(?:HTTP|status(?:[_ ]code)?|code|got|returned)\D{0,3}([1-5]\d\d)\b",
    re.IGNORECASE,
)
_MS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsRow:
    """One row of the statistics."""

    method: str
    name: str
    requests: int
    failures: int
    mean_bytes: float
    min_ms: float
    max_ms: float
    quantiles_ms: tuple[tuple[float, float], ...]
    """Pairs of a share and the time that so many requests did not exceed, ascending."""

    @property
    def is_total(self) -> bool:
        """Whether it is the row of all names."""
        return self.name in AGGREGATED and not self.method


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """One row of the failures."""

    method: str
    name: str
    text: str
    count: int


def groups_of(rows: Sequence[StatsRow], errors: Sequence[ErrorRow], names: Names) -> tuple[ImportedGroup, ...]:
    """Return a group per row but the one of all, which must be their sum.

    Raises UsageError where rows are missing, or the failures belong to another run.
    """
    own = [one for one in rows if not one.is_total]
    check_sums(rows, own)
    _check_errors(own, errors)
    by_name: dict[tuple[str, str], list[ErrorRow]] = {}
    for error in errors:
        by_name.setdefault((error.method, error.name), []).append(error)
    return tuple(_group(row, by_name.get((row.method, row.name), ()), names) for row in own if row.requests)


def weighted(quantiles_ms: Iterable[tuple[float, float]], n: int) -> Weighted:
    """Return times in nanoseconds with weights that give back each quantile by nearest rank.

    A time that `share` of `n` values do not exceed is that of rank ⌈share · n⌉; the values between two known ranks
    are taken to be as long as the longer one.
    """
    pairs: list[tuple[int, int]] = []
    seen = 0
    for share, value_ms in quantiles_ms:
        rank = min(math.ceil(round(share * n, 9)), n)
        if rank > seen:
            pairs.append((round(value_ms * _MS), rank - seen))
            seen = rank
    if pairs and seen < n:
        value, count = pairs.pop()
        pairs.append((value, count + n - seen))
    return tuple(pairs)


def check_sums(rows: Sequence[StatsRow], own: Sequence[StatsRow]) -> None:
    """Raise UsageError when the last row, of all names, is missing or is not the sum of the others."""
    total = next((one for one in rows if one.is_total), None)
    if total is None:
        raise UsageError(
            "The statistics of Locust end before the row of all names (Aggregated): the file is truncated.",
            hint="Copy it again from where the load test ran, after Locust has ended.",
        )
    found = sum(one.requests for one in own)
    if found != total.requests:
        raise UsageError(
            f"The rows of Locust's statistics add up to {found:,} requests, and its last row says {total.requests:,}.",
            hint="The file is truncated or was edited. Copy it again from where the load test ran.",
        )


def _check_errors(rows: Sequence[StatsRow], errors: Sequence[ErrorRow]) -> None:
    """Raise UsageError for failures of names that were never requested so often: they are of another run.

    The files of a Locust that was killed may be a few requests apart.
    """
    requests = {(one.method, one.name): one.requests for one in rows}
    counted: dict[tuple[str, str], int] = {}
    for error in errors:
        key = (error.method, error.name)
        counted[key] = counted.get(key, 0) + error.count
    for key, count in counted.items():
        if count > requests.get(key, 0):
            label = " ".join(key).strip()
            raise UsageError(
                f"The failures of Locust count {count:,} for {label!r}, of which its statistics have "
                f"{requests.get(key, 0):,} requests.",
                hint="The files belong to different runs. Import those of one run, with the same prefix.",
            )


def _group(row: StatsRow, errors: Iterable[ErrorRow], names: Names) -> ImportedGroup:
    found = names.find(row.method, row.name)
    return ImportedGroup(
        method=row.method,
        name=row.name,
        requests=row.requests,
        failures=row.failures,
        body_bytes_total=round(row.mean_bytes * row.requests),
        operation_id=found.operation_id,
        match=found.match,
        candidates=found.candidates,
        errors=tuple(_errors(errors, row.failures)),
        latency_ns=weighted(row.quantiles_ms, row.requests),
        max_latency_ns=round(row.max_ms * _MS),
    )


def _errors(errors: Iterable[ErrorRow], most: int) -> Iterator[ImportedError]:
    """Yield the failures, no more than the statistics count."""
    for one in errors:
        count = min(one.count, most)
        most -= count
        if count:
            yield ImportedError(text=one.text, count=count, status=status_in(one.text))


def status_in(text: str) -> int:
    """Return the HTTP status that the text of a failure names, or 0."""
    found = _STATUS.search(text)
    return int(found[1] or found[2]) if found else 0
