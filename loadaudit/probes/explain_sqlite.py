"""Asks SQLite after the load how it would carry out the heaviest statements; executes none of them."""

import re
import sqlite3
from collections.abc import Iterable, Iterator

from django.db import DatabaseError, connections

from loadaudit.probes.explain import LEAST_ROWS, is_explainable, with_places
from loadaudit.records import TableScan

_SCAN = re.compile(r"^SCAN (?:TABLE )?(\w+)$")
_AUTOMATIC = re.compile(r"^SEARCH (?:TABLE )?(\w+) USING AUTOMATIC (?:PARTIAL )?(?:COVERING )?INDEX \(([^)]*)\)")
_COLUMN = re.compile(r"(\w+)(?:=|>|<)")


def scans_of(alias: str, statements: Iterable[str]) -> Iterator[TableScan]:
    """Yield each table of at least 1,000 rows that one of the statements reads from end to end for a filter.

    An index that SQLite builds for the length of a statement counts too: to build it, it reads the whole table. A
    statement that cannot be explained without its values is passed over.
    """
    for statement in statements:
        for line in _plan(alias, statement):
            scan = _scan(alias, statement, line)
            if scan is not None:
                yield scan


def _plan(alias: str, statement: str) -> tuple[str, ...]:
    if not is_explainable(statement):
        return ()
    sql, values = with_places(statement, "?")
    # By name, as SQLite calls them: Python 3.14 takes numbered places from no sequence, and 3.12 warns of it.
    nothing = {str(number): None for number in range(1, values + 1)}
    try:
        with connections[alias].cursor() as cursor:
            # Below Django's cursor, which would take the percent signs of LIKE for places of its own.
            rows = cursor.cursor.connection.execute(f"EXPLAIN QUERY PLAN {sql}", nothing).fetchall()
    except (DatabaseError, sqlite3.Error):
        return ()
    return tuple(str(row[3]) for row in rows)


def _scan(alias: str, statement: str, line: str) -> TableScan | None:
    scan, automatic = _SCAN.match(line), _AUTOMATIC.match(line)
    if scan:
        name, columns = scan[1], compared_columns(statement, scan[1])
    elif automatic:
        name, columns = automatic[1], tuple(dict.fromkeys(_COLUMN.findall(automatic[2])))
    else:
        return None
    table = _table_of(statement, name)
    rows = _rows(alias, table) if columns else 0
    if rows < LEAST_ROWS:
        return None
    return TableScan(alias=alias, statement=statement, table=table, rows=rows, filter=line, columns=columns)


def compared_columns(statement: str, name: str) -> tuple[str, ...]:
    """Return the columns of a table, by its name or alias in a statement, that are compared with values."""
    pattern = rf'(?<!\w)"?{re.escape(name)}"?\."(\w+)" (?:=|>=|<=|<|>|BETWEEN|IN) (?!"?{re.escape(name)}"?\.)'
    _, where, conditions = statement.partition(" WHERE ")
    # Behind the first WHERE, so that what is compared in a join of the outer query is left to its own table.
    return tuple(dict.fromkeys(re.findall(pattern, where + conditions)))


def _table_of(statement: str, name: str) -> str:
    found = re.search(rf'"(\w+)" {re.escape(name)}(?!\w)', statement)
    return found[1] if found else name


def _rows(alias: str, table: str) -> int:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT max(_rowid_) FROM {connections[alias].ops.quote_name(table)}")
            return int(cursor.fetchone()[0] or 0)
    except DatabaseError:
        return 0
