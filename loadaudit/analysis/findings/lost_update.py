"""LA504: requests read a number, change it in Python and write it back, so that one undoes what another did."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.tallies import EXAMPLES, OperationTally
from loadaudit.records import Finding, Severity

CODE = "LA504"

_CHANGES = 2
"""Writes in sequence that must have changed the number, so that it is one that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    """One request's write of one column of one row, on the clock of the run."""

    number: int
    read_end_ns: int
    write_start_ns: int
    write_end_ns: int
    value: str


@dataclass(slots=True, kw_only=True)
class _Column:
    """What one operation did to one column of one table."""

    writes: int = 0
    changes: int = 0
    """Pairs of writes in sequence that left different numbers."""
    same: int = 0
    """Pairs of writes in sequence that left the same number."""
    overlaps: int = 0
    lost: list[tuple[int, int]] = field(default_factory=list)
    """Requests of which the second read before the first wrote, and then wrote the same number over it."""


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation and table.

    A number counts when the same request, sent again, leaves another one: judged by what was sent alone, because
    during the load other operations change the row, too. Then two requests that overlap and leave the same number
    have counted only once: the second read before the first wrote, and wrote after it. Without such a pair the
    finding is info.
    """
    for operation_id, alone in sorted(facts.alone.items()):
        if operation_id not in facts.operations:
            continue
        written = {(row.table, name) for _, _, row in alone.row_writes for name in row.values}
        columns = {key: _Column() for key in written}
        _judge(alone, columns)
        counting = {key: one for key, one in columns.items() if one.changes >= _CHANGES and one.changes > one.same}
        loaded = facts.tallies[operation_id]
        if loaded is not alone:
            _judge(loaded, counting)
        for table in sorted({table for table, _ in counting}):
            of_table = {name: one for (of, name), one in counting.items() if of == table}
            yield _finding(operation_id, table, of_table, (loaded, alone))


def _judge(tally: OperationTally, columns: Mapping[tuple[str, str], _Column]) -> None:
    """Add what the requests of a tally did to these columns."""
    rows: dict[tuple[str, str, str, str], list[_Write]] = {}
    for number, start_ns, row in tally.row_writes:
        for column, value in row.values.items():
            rows.setdefault((row.alias, row.table, row.row, column), []).append(
                _Write(
                    number=number,
                    read_end_ns=start_ns + row.read_end_ns,
                    write_start_ns=start_ns + row.write_start_ns,
                    write_end_ns=start_ns + row.write_end_ns,
                    value=value,
                )
            )
    for (_, table, _, column), writes in rows.items():
        found = columns.get((table, column))
        if found is not None:
            _add(found, sorted(writes, key=lambda one: one.write_end_ns))


def _add(column: _Column, writes: Sequence[_Write]) -> None:
    column.writes += len(writes)
    for first, second in pairwise(writes):
        if second.read_end_ns >= first.write_end_ns:
            column.changes += first.value != second.value
            column.same += first.value == second.value
        elif second.read_end_ns <= first.write_start_ns:
            column.overlaps += 1
            if first.value == second.value:
                column.lost.append((first.number, second.number))


def _finding(operation_id: str, table: str, columns: dict[str, _Column], tallies: Sequence[OperationTally]) -> Finding:
    worst = max(columns.values(), key=lambda one: len(one.lost))
    values: dict[str, str | int | float] = {
        "table": table,
        "columns": ", ".join(sorted(columns)),
        "writes": worst.writes,
        "overlaps": worst.overlaps,
        "lost": len(worst.lost),
    }
    if not worst.lost:
        values["unproven"] = "never_overlapped"
    elif _is_calculated_too(table, columns, tallies):
        values["cause"] = "whole_row"
    samples = [number for pair in worst.lost for number in pair]
    return Finding(
        code=CODE,
        severity=Severity.HIGH if worst.lost else Severity.INFO,
        operations=(operation_id,),
        values=values,
        statements=_statements(table, columns, tallies),
        samples=tuple(dict.fromkeys(samples))[:EXAMPLES],
        proven=bool(worst.lost),
    )


def _updates(table: str, columns: Iterable[str], tallies: Sequence[OperationTally]) -> list[str]:
    texts = {text for tally in tallies for text in tally.statements if text[:6].upper() == "UPDATE" and table in text}
    return sorted(text for text in texts if any(name in text for name in columns))


def _is_calculated_too(table: str, columns: dict[str, _Column], tallies: Sequence[OperationTally]) -> bool:
    """Say whether the code lets the database count what was lost: then another statement writes the old number back."""
    lost = [name for name, one in columns.items() if one.lost]
    calculated = re.compile(rf"\b(?:{'|'.join(map(re.escape, lost))})[\"`]? = \(")
    return any(calculated.search(text) for text in _updates(table, lost, tallies))


def _statements(table: str, columns: dict[str, _Column], tallies: Sequence[OperationTally]) -> tuple[str, ...]:
    """Return the UPDATE that writes the numbers, rather than one that lets the database add to them."""
    found = _updates(table, columns, tallies)
    as_values = re.compile(rf"\b(?:{'|'.join(map(re.escape, columns))})[\"`]? = [?%]")
    return tuple(sorted(found, key=lambda text: as_values.search(text) is None))[:1]
