"""Statements that can wait for a row lock, with the requests that made them: who waited, and who went before."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from loadaudit.analysis.fingerprints import can_wait_for_a_lock, fingerprint, is_transaction_control
from loadaudit.records import Sample, Trace

_TABLE = re.compile(r'(?:^UPDATE|^DELETE FROM|\bFROM)\s+"?(\w+)"?')
_MOST = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LockUse:
    """One request that locked rows of one table, on the clock of the run."""

    number: int
    operation_id: str
    table: str
    statement: str
    call_site: str
    start_ns: int
    end_ns: int
    """Of the request: what it locked is free by then."""
    wait_ns: int
    """Of the longest execution; quick ones did not wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockWait:
    """One request that waited, with those that held what it waited for one after the other."""

    use: LockUse
    holders: tuple[LockUse, ...]
    """Requests that locked rows of the same table, and ended while it was being served."""


class LockLog:
    """Follows the traces of a run; bounded."""

    def __init__(self) -> None:
        self._uses: list[LockUse] = []

    def add(self, sample: Sample, trace: Trace | None) -> None:
        """Take the locking statements of one request. Without a common clock nobody can be put in order."""
        if trace is None or not trace.start_ns or len(self._uses) >= _MOST:
            return
        longest: dict[str, tuple[int, str, str]] = {}
        for use in trace.statements:
            table = locked_table(use.sql)
            if table and use.max_ns >= longest.get(table, (0, "", ""))[0]:
                longest[table] = (use.max_ns, use.sql, use.call_site)
        for table, (wait_ns, sql, call_site) in longest.items():
            self._uses.append(
                LockUse(
                    number=sample.number,
                    operation_id=sample.operation_id,
                    table=table,
                    statement=fingerprint(sql),
                    call_site=call_site,
                    start_ns=trace.start_ns,
                    end_ns=trace.start_ns + trace.service_ns,
                    wait_ns=wait_ns,
                )
            )

    def by_table(self) -> Mapping[str, Sequence[LockUse]]:
        """Return the uses of each table, in the order in which the requests ended."""
        tables: dict[str, list[LockUse]] = {}
        for use in sorted(self._uses, key=attrgetter("end_ns")):
            tables.setdefault(use.table, []).append(use)
        return tables


def locked_table(sql: str) -> str:
    """Return the table of which a statement locks rows that are there already, or empty."""
    head = sql.lstrip("( \n")[:6].upper()
    if head == "INSERT" or is_transaction_control(sql) or not can_wait_for_a_lock(sql):
        return ""
    found = _TABLE.search(sql)
    return found[1] if found else ""


def may_wait(sql: str) -> bool:
    """Say whether a statement may wait for others' locks: it locks rows, or begins a transaction that is to write."""
    return bool(locked_table(sql)) or sql[:5].upper() == "BEGIN"


def waits(uses: Sequence[LockUse], *, least_ns: int) -> Iterator[LockWait]:
    """Yield each use of one table that took so long, `uses` being in the order of their ends."""
    ends = [one.end_ns for one in uses]
    for use in uses:
        if use.wait_ns >= least_ns:
            during = uses[bisect_right(ends, use.end_ns - _served_ns(use)) : bisect_left(ends, use.end_ns)]
            yield LockWait(use=use, holders=tuple(one for one in during if one.number != use.number))


def _served_ns(use: LockUse) -> int:
    return use.end_ns - use.start_ns


def most(values: Iterable[str]) -> str:
    """Return the most frequent of some texts that is not empty, or empty."""
    counted = Counter(value for value in values if value)
    return counted.most_common(1)[0][0] if counted else ""
