"""Finds the rows that a request read, changed in Python and wrote back: what another request at once would undo."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from django.conf import settings

from loadaudit.probes.recorder import Execution
from loadaudit.records import RowWrite

_MOST_ROWS = 20
_LONGEST_SQL = 10_000
_NAME = r'(?:["`]?[\w$]+["`]?\.)*["`]?([\w$]+)["`]?'
_UPDATE = re.compile(
    rf"UPDATE\s+(?:ONLY\s+)?{_NAME}\s+SET\s+(?P<set>.+?)\s+WHERE\s+(?P<where>.+?)(?:\s+RETURNING\s.+)?[\s;]*",
    re.IGNORECASE | re.DOTALL,
)
_ASSIGNMENT = re.compile(rf"\s*{_NAME}\s*=\s*%s\s*")
_ONE_ROW = re.compile(rf"\(?\s*{_NAME}\s*=\s*%s\s*\)?")
_SOURCE = re.compile(rf"\b(?:FROM|JOIN)\s+{_NAME}", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"(?<!%)%s")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_LOCKING = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b", re.IGNORECASE)
_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Update:
    """An UPDATE of one row by one key."""

    table: str
    columns: tuple[tuple[str, int], ...]
    """Column and position of its parameter, of those that are set to a plain value."""
    key: int
    """Position of the row's key."""
    parameters: int


def row_writes(executions: Sequence[Execution], trace_start_ns: int) -> tuple[RowWrite, ...]:
    """Return the rows of a request that were read without a lock and then set to numbers.

    A row counts when an UPDATE chooses it by one key alone (a version in the WHERE would be a lock), sets it to a
    plain number (an F() expression is calculated by the database) and a SELECT of the table came before it. Numbers
    that are the time are left out: two requests that write the time lose nothing.
    """
    found: dict[tuple[str, str, str], RowWrite] = {}
    for position, one in enumerate(executions):
        update = _update_of(one.sql) if one.parameters and one.sql[:6].upper() == "UPDATE" else None
        if update is None or not isinstance(one.parameters, (list, tuple)) or len(found) >= _MOST_ROWS:
            continue
        if len(one.parameters) != update.parameters:
            continue
        key = one.parameters[update.key]
        read = _read_before(executions[:position], one.alias, update.table, key)
        values = {name: one.parameters[at] for name, at in update.columns if _is_number(one.parameters[at])}
        if read is None or not values:
            continue
        row = _hashed(f"{update.table} {key}")
        found[one.alias, update.table, row] = RowWrite(
            alias=one.alias,
            table=update.table,
            row=row,
            values={name: _hashed(str(value)) for name, value in values.items()},
            read_end_ns=read.end_ns + read.fetch_ns - trace_start_ns,
            write_start_ns=one.start_ns - trace_start_ns,
            write_end_ns=one.end_ns - trace_start_ns,
        )
    return tuple(found.values())


def _read_before(executions: Sequence[Execution], alias: str, table: str, key: Any) -> Execution | None:
    """Return the last SELECT of the row, else of its table; None when there is none, or when it took a lock."""
    reads = [one for one in executions if one.alias == alias and table in _tables_of(one.sql)]
    of_row = [one for one in reads if _has(one.parameters, key)]
    if any(_LOCKING.search(one.sql) for one in of_row or reads):
        return None
    candidates = of_row or reads
    return candidates[-1] if candidates else None


def _has(parameters: Any, key: Any) -> bool:
    return isinstance(parameters, (list, tuple)) and key in parameters


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    # SQLite has no decimals: Django hands them over as text.
    if not isinstance(value, (int, float, Decimal)) and not (isinstance(value, str) and _DECIMAL.fullmatch(value)):
        return False
    now_s = time.time()
    return not any(abs(float(value) / unit - now_s) < _DAY_S for unit in (1, 1_000, 1_000_000))


def _hashed(text: str) -> str:
    """Return what tells values apart; without the project's key nobody can try all numbers."""
    return blake2b(text.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=8).hexdigest()


@lru_cache(maxsize=2_000)
def _tables_of(sql: str) -> frozenset[str]:
    """Return the tables that a SELECT reads."""
    if sql[:6].upper() != "SELECT" or len(sql) > _LONGEST_SQL:
        return frozenset()
    return frozenset(_SOURCE.findall(sql))


@lru_cache(maxsize=2_000)
def _update_of(sql: str) -> _Update | None:
    matched = _UPDATE.fullmatch(sql) if len(sql) <= _LONGEST_SQL else None
    if matched is None or _ONE_ROW.fullmatch(matched["where"]) is None:
        return None
    columns, position = [], 0
    for part in _parts(matched["set"]):
        plain = _ASSIGNMENT.fullmatch(part)
        if plain:
            columns.append((plain[1], position))
        position += len(_PLACEHOLDER.findall(part))
    return _Update(table=matched[1], columns=tuple(columns), key=position, parameters=position + 1)


def _parts(assignments: str) -> list[str]:
    """Split at commas that stand in no parentheses."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(assignments):
        if character in "()":
            depth += 1 if character == "(" else -1
        elif character == "," and not depth:
            parts.append(assignments[start:at])
            start = at + 1
    return [*parts, assignments[start:]]
