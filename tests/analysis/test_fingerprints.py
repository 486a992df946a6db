"""Statements that differ in values only become one text."""

import pytest

from loadaudit.analysis.fingerprints import can_wait_for_a_lock, fingerprint, is_transaction_control


@pytest.mark.parametrize(
    "others",
    [
        ('SELECT "a" FROM "t" WHERE "id" IN (%s)', 'SELECT "a" FROM "t" WHERE "id" IN (%s, %s, %s)'),
        ("SELECT a FROM t WHERE b = %s", "SELECT a FROM t WHERE b = ?", "SELECT a FROM t WHERE b = $1"),
        ("SELECT a FROM t WHERE b = %s", "select  a\nfrom t  where b = 'x'", "SELECT a FROM t WHERE b = 5;"),
        ("SELECT a FROM t WHERE b = %(b)s", "SELECT a FROM t /* trace 7 */ WHERE b = %s"),
        ("INSERT INTO t (a, b) VALUES (%s, %s), (%s, %s)", "INSERT INTO t (a, b) VALUES (%s, %s), (%s, %s), (%s, %s)"),
        ('SAVEPOINT "s140_x1"', 'SAVEPOINT "s151_x2"'),
        ('RELEASE SAVEPOINT "s140_x1"', 'RELEASE SAVEPOINT "s151_x2"'),
    ],
)
def test_equal_up_to_values(others: tuple[str, ...]) -> None:
    """Lists, placeholders, literals, comments, case of keywords and spaces do not matter."""
    assert len({fingerprint(sql) for sql in others}) == 1


def test_names_matter() -> None:
    """Another column or table is another statement."""
    texts = ('SELECT "a" FROM "t"', 'SELECT "b" FROM "t"', 'SELECT "a" FROM "u"', "SELECT `a` FROM `t`")
    assert len({fingerprint(sql) for sql in texts}) == 4


def test_quoted_names_stay_readable() -> None:
    """The fingerprint is what a report shows."""
    sql = 'select "t"."id" from "t" where "t"."id" = %s limit 21'
    assert fingerprint(sql) == 'SELECT "t"."id" FROM "t" WHERE "t"."id" = ? LIMIT ?'


def test_a_very_long_statement_is_not_refused() -> None:
    """sqlparse's grouping refuses statements of 10,000 tokens; a bulk insert easily has them."""
    sql = "INSERT INTO t (a) VALUES " + ", ".join(["(%s)"] * 20_000)
    assert fingerprint(sql) == "INSERT INTO t (a) VALUES (?), …"


@pytest.mark.parametrize("sql", ["BEGIN", "BEGIN IMMEDIATE", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT"])
def test_transaction_control_is_told_apart(sql: str) -> None:
    """These statements wait for others or do nothing; they are no one's slow query."""
    assert is_transaction_control(sql)


def test_statements_that_can_wait_for_a_lock() -> None:
    """Plain reads never wait for a row lock."""
    assert not can_wait_for_a_lock("SELECT a FROM t")
    assert can_wait_for_a_lock("SELECT a FROM t FOR UPDATE")
    assert can_wait_for_a_lock("UPDATE t SET a = ?")
