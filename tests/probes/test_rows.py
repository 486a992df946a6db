"""Rows that are read, changed in Python and written back."""

import time
from decimal import Decimal
from typing import Any

import pytest

from loadaudit.probes.recorder import Execution
from loadaudit.probes.rows import row_writes
from tests.probes.executions import execution

READ = 'SELECT "stock"."id", "stock"."count" FROM "stock" WHERE "stock"."id" = %s LIMIT 21'
WRITE = 'UPDATE "stock" SET "name" = %s, "count" = %s WHERE "stock"."id" = %s'


def executed(*statements: tuple[str, Any]) -> list[Execution]:
    """Return statements of 10 ns each, one every 100 ns."""
    return [
        execution(sql, start_ns=1000 + 100 * position, parameters=parameters)
        for position, (sql, parameters) in enumerate(statements)
    ]


def test_a_row_read_and_written_back() -> None:
    """Its numbers are kept as hashes, with the times relative to the trace."""
    (row,) = row_writes(executed((READ, (5,)), (WRITE, ("screws", 4, 5))), 1000)
    assert (row.table, list(row.values)) == ("stock", ["count"])
    assert (row.read_end_ns, row.write_start_ns, row.write_end_ns) == (10, 100, 110)
    assert row.values["count"] != "4"
    assert row.row != "5"


def test_the_same_number_and_row_have_the_same_hash() -> None:
    """Whatever wrote them, and they differ from others."""

    def written(count: int, key: int) -> Any:
        return row_writes(executed((READ, (key,)), (WRITE, ("a", count, key))), 0)[0]

    assert written(4, 5).values == written(4, 6).values != written(5, 5).values
    assert written(4, 5).row == written(9, 5).row != written(4, 6).row


@pytest.mark.parametrize(
    "statement",
    [
        ('UPDATE "stock" SET "count" = ("stock"."count" + %s) WHERE "stock"."id" = %s', (1, 5)),
        ('UPDATE "stock" SET "count" = %s WHERE ("stock"."id" = %s AND "stock"."version" = %s)', (4, 5, 1)),
        ('UPDATE "stock" SET "count" = %s WHERE "stock"."id" IN (%s)', (4, 5)),
        ('UPDATE "stock" SET "is_new" = %s WHERE "stock"."id" = %s', (True, 5)),
        ('UPDATE "stock" SET "seen" = %s WHERE "stock"."id" = %s', (time.time(), 5)),
        ('UPDATE "stock" SET "seen" = %s WHERE "stock"."id" = %s', (int(time.time() * 1000), 5)),
        ('UPDATE "stock" SET "name" = %s WHERE "stock"."id" = %s', ("screws", 5)),
        ('UPDATE "stock" SET "count" = %s WHERE "stock"."id" = %s', {"count": 4}),
        ('UPDATE "stock" SET "count" = %s WHERE "stock"."id" = %s', (4,)),
        ('UPDATE "stock" SET "count" = (SELECT 1 FROM "t" WHERE "t"."id" = %s) WHERE "stock"."id" = %s', (4, 5)),
    ],
    ids=["expression", "version", "several", "flag", "time", "milliseconds", "text", "names", "too-few", "subquery"],
)
def test_no_lost_update_can_come_of(statement: tuple[str, Any]) -> None:
    """What the database calculates, what a version guards, and what is no counting number."""
    assert row_writes(executed((READ, (5,)), statement), 0) == ()


@pytest.mark.parametrize("value", [4, 2.5, Decimal("2.50"), "2.50"])
def test_numbers_of_every_kind(value: object) -> None:
    """SQLite gets decimals as text."""
    (row,) = row_writes(executed((READ, (5,)), (WRITE, ("a", value, 5))), 0)
    assert list(row.values) == ["count"]


def test_a_lock_keeps_others_out() -> None:
    """FOR UPDATE on the row; that of another row says nothing."""
    locked = (READ + " FOR UPDATE", (5,))
    assert row_writes(executed(locked, (WRITE, ("a", 4, 5))), 0) == ()
    assert row_writes(executed((READ + " FOR UPDATE", (6,)), (READ, (5,)), (WRITE, ("a", 4, 5))), 0)


def test_a_row_that_was_not_read() -> None:
    """A write of a number from elsewhere undoes nothing that was counted."""
    other = READ.replace("stock", "users")
    assert row_writes(executed((WRITE, ("a", 4, 5))), 0) == ()
    assert row_writes(executed((other, (5,)), (WRITE, ("a", 4, 5))), 0) == ()
    assert row_writes(executed((WRITE, ("a", 4, 5)), (READ, (5,))), 0) == ()


def test_a_joined_row_and_the_last_read_count() -> None:
    """select_related reads rows of several tables; a second read sees what came between."""
    joined = 'SELECT 1 FROM "sale" INNER JOIN "stock" ON ("sale"."stock_id" = "stock"."id") WHERE "sale"."id" = %s'
    (row,) = row_writes(executed((joined, (77,)), (WRITE, ("a", 4, 5))), 1000)
    assert row.read_end_ns == 10
    (row,) = row_writes(executed((READ, (5,)), (READ, (5,)), (WRITE, ("a", 4, 5))), 1000)
    assert row.read_end_ns == 110


def test_the_last_of_several_writes_stays() -> None:
    """One row is one entry of the request."""
    (row,) = row_writes(executed((READ, (5,)), (WRITE, ("a", 4, 5)), (WRITE, ("a", 6, 5))), 1000)
    assert row.write_end_ns == 210


def test_quoting_of_mysql_and_none() -> None:
    """Backticks, bare names and a trailing RETURNING are read, too."""
    for quote in ("`", ""):
        read, write = READ.replace('"', quote), WRITE.replace('"', quote) + " RETURNING id"
        assert row_writes(executed((read, (5,)), (write, ("a", 4, 5))), 0)[0].table == "stock"
