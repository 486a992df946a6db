"""The parts of a WHERE are told apart by their brackets."""

import pytest

from loadaudit.planning.preflight.conditions import Condition, parts_of

A, B, C = '"t"."a"', '"t"."b"', '"u"."c"'


def told(where: str) -> list[list[list[str]]]:
    """Return the parts in short: ways of meeting each, each with its columns."""
    return [
        [[_short(one) for one in way] for way in part] for part in parts_of(f"SELECT 1 FROM t WHERE {where} LIMIT 1")
    ]


def _short(one: Condition) -> str:
    words = ("~" if one.among_others else "", "not" if one.negated else "", one.column, one.compared, one.null)
    return " ".join(filter(None, words))


@pytest.mark.parametrize(
    ("where", "parts"),
    [
        (f"({A} AND NOT {B} AND {C} = %s)", [[["a"]], [["not b"]], [["c ="]]]),
        (f"({A} = %s AND ({B} = %s OR {C} IS NULL))", [[["a ="]], [["b ="], ["c IS NULL"]]]),
        (f"(({A} AND {B}) AND {C} IN (%s, %s))", [[["a"]], [["b"]], [["c IN"]]]),
        (f"{A} AND ((({B} = %s AND {C}) OR {C} IS NULL))", [[["a"]], [["b =", "c"], ["c IS NULL"]]]),
        (f"NOT ({A} IS NULL)", [[["not a IS NULL"]]]),
        (f"NOT (({A} = %s AND {A} IS NOT NULL))", [[["~ not a =", "~ not a IS NOT NULL"]]]),
        (f"{A} BETWEEN %s AND %s AND {B}", [[["a BETWEEN"]], [["b"]]]),
        (f'{A} IN (SELECT U0."x" FROM t U0 WHERE (U0."y" OR U0."z")) AND {B}', [[["a IN"]], [["b"]]]),
        (f"NOT (NOT {A}) AND NOT ((NOT {B} AND {C} = %s))", [[["a"]], [["~ b", "~ not c ="]]]),
        (f"UPPER({A}::text) = UPPER(%s) AND {B}::text LIKE %s", [[["a ="]], [["b LIKE"]]]),
        (f"{A} OR {B}", []),
    ],
)
def test_parts_of_a_where(where: str, parts: list[list[list[str]]]) -> None:
    """Each has its ways; what must not hold together is marked, and one of several at the top tells nothing."""
    assert told(where) == parts


def test_a_query_within_ends_no_statement() -> None:
    """Its LIMIT is not that of the whole, and its conditions are about other rows."""
    inner = 'SELECT 1 AS "a" FROM "seen" U0 WHERE (U0."user_id" = %s AND U0."note_id" = ("note"."id")) LIMIT 1'
    sql = f'SELECT 1 FROM "note" WHERE (NOT (EXISTS({inner})) AND "note"."is_sent" AND "note"."id" = %s) LIMIT 21'
    found = [each.column for part in parts_of(sql) for way in part for each in way]
    assert found == ["is_sent", "id"]
