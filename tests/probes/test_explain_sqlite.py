"""How SQLite would carry out statements, asked without values."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from loadaudit.probes.explain_sqlite import compared_columns, scans_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    """A table of 2,000 rows with an index on one column, and a small one."""
    with connection.cursor() as cursor:
        cursor.execute('CREATE TABLE "big" ("id" integer PRIMARY KEY, "name" text, "code" text)')
        cursor.execute('CREATE INDEX "big_code" ON "big" ("code")')
        cursor.execute('CREATE TABLE "small" ("id" integer PRIMARY KEY, "name" text)')
        cursor.executemany('INSERT INTO "big" VALUES (%s, %s, %s)', [(n, f"n{n}", f"c{n}") for n in range(2000)])
        cursor.execute('INSERT INTO "small" VALUES (1, %s)', ["a"])
    yield
    with connection.cursor() as cursor:
        cursor.execute('DROP TABLE "big"')
        cursor.execute('DROP TABLE "small"')


def test_a_scan_that_an_index_would_serve() -> None:
    """With the column that the filter compares."""
    statement = 'SELECT "big"."id" FROM "big" WHERE "big"."name" = %s LIMIT 21'
    (scan,) = scans_of("default", [statement])
    assert (scan.statement, scan.table, scan.rows, scan.columns) == (statement, "big", 1999, ("name",))


def test_a_range_in_a_subquery_is_found_by_its_alias() -> None:
    """As Django writes it."""
    statement = (
        'SELECT "small"."id", (SELECT U0."id" FROM "big" U0 WHERE U0."name" BETWEEN ("small"."name") AND '
        '("small"."name") LIMIT 1) AS "x" FROM "small" WHERE "small"."name" LIKE %s ESCAPE \'\\\''
    )
    assert [(one.table, one.columns) for one in scans_of("default", [statement])] == [("big", ("name",))]


@pytest.mark.parametrize(
    "statement",
    [
        'SELECT "big"."id" FROM "big" WHERE "big"."id" = %s',
        'SELECT "big"."id" FROM "big" WHERE "big"."code" = %s',
        'SELECT "big"."id" FROM "big" WHERE "big"."name" LIKE %s',
        'SELECT "big"."id" FROM "big"',
        'SELECT "small"."id" FROM "small" WHERE "small"."name" = %s',
        'SELECT "missing"."id" FROM "missing" WHERE "missing"."name" = %s',
        "SAVEPOINT",
    ],
    ids=["key", "index", "pattern", "no filter", "small table", "not explainable", "no query"],
)
def test_others_say_nothing(statement: str) -> None:
    """There is nothing to advise, or nothing that can be asked."""
    assert list(scans_of("default", [statement])) == []


def test_a_join_is_no_filter() -> None:
    """Only what is compared with something else than the table itself counts."""
    assert compared_columns('SELECT 1 FROM "a" WHERE "a"."x" = "a"."y" AND "a"."z" >= %s', "a") == ("z",)
