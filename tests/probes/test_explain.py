"""How a real PostgreSQL carries out statements, asked without values."""

from __future__ import annotations

import json

import psycopg
import pytest

from loadaudit.audit.explaining import estimate_text, scan_text
from loadaudit.probes.explain import ANALYZED_S, plans_of, with_places
from loadaudit.probes.explain_plans import shares
from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.records import StatementPlan, TableScan
from tests import servers


@pytest.fixture
def probe(postgres_server: servers.Postgres, postgres_database: str) -> PostgresqlProbe:
    """That of a database with a table of 5,000 rows and a small one."""
    with psycopg.connect(postgres_server.dsn(postgres_database), autocommit=True) as connection:
        connection.execute("CREATE TABLE big AS SELECT n AS id, 'name ' || n AS name FROM generate_series(1, 5000) n")
        connection.execute("CREATE INDEX ON big (id)")
        connection.execute("CREATE TABLE small AS SELECT 1 AS id, 'a' AS name")
        connection.execute("VACUUM ANALYZE")
    there = {"host": postgres_server.host, "port": postgres_server.port, "user": postgres_server.user}
    return PostgresqlProbe("default", {**there, "dbname": postgres_database})


def scans_of(probe: PostgresqlProbe, statements: list[str]) -> list[TableScan]:
    """Return the tables that are read from end to end."""
    return [one for one in plans_of(probe, dict.fromkeys(statements, 0.0)) if isinstance(one, TableScan)]


def plan_of(probe: PostgresqlProbe, statement: str, rows: float) -> StatementPlan:
    """Return the plan of a statement that returned so many rows."""
    (plan,) = (one for one in plans_of(probe, {statement: rows}) if isinstance(one, StatementPlan))
    return plan


def test_a_plan_names_what_costs_most(probe: PostgresqlProbe) -> None:
    """The node itself, without those below it; the whole plan is kept as JSON."""
    plan = plan_of(probe, 'SELECT "id" FROM "big" WHERE "name" = %s ORDER BY "id"', 1)
    assert plan.costliest == "Seq Scan on big"
    assert 0.9 < plan.costliest_share <= 1
    assert json.loads(plan.plan)["Plans"][0]["Relation Name"] == "big"


def test_an_estimate_that_is_far_off(probe: PostgresqlProbe) -> None:
    """Beside what the load returned in the mean; one that is near, or of a LIMIT, says nothing."""
    all_rows = 'SELECT "id" FROM "big"'
    assert "5,000 rows expected, 3 returned in the mean" in estimate_text(plan_of(probe, all_rows, 3))
    assert estimate_text(plan_of(probe, all_rows, 4_000)) == ""
    assert estimate_text(plan_of(probe, f"{all_rows} LIMIT %s", 3)) == ""
    assert plan_of(probe, 'DELETE FROM "big" WHERE "id" = %s', 3).measured_rows is None


def test_a_scan_that_an_index_would_serve(probe: PostgresqlProbe) -> None:
    """With the column that the filter compares; literals were replaced before."""
    statement = 'SELECT "big"."id" FROM "big" WHERE "big"."name" = %s LIMIT ?'
    (scan,) = scans_of(probe, [statement])
    assert (scan.statement, scan.table, scan.rows, scan.columns) == (statement, "big", 5000, ("name",))
    assert "An index on big (name) would serve it." in scan_text(scan)


def test_a_range_counts_as_well(probe: PostgresqlProbe) -> None:
    """An index serves it like an equality."""
    (scan,) = scans_of(probe, ['SELECT "id" FROM "big" WHERE "name" BETWEEN %s AND %s'])
    assert scan.columns == ("name",)


def test_a_scan_that_is_asked_for_row_by_row(probe: PostgresqlProbe) -> None:
    """It counts as often as it is carried out; the plan's cost of it is that of once."""
    statement = (
        'SELECT "id", (SELECT max(u."name") FROM "big" u WHERE u."name" >= "big"."name") FROM "big" '
        'WHERE "id" BETWEEN %s AND %s'
    )
    (scan,) = scans_of(probe, [statement])
    assert scan.cost_share == pytest.approx(1.0, abs=0.1)


def test_where_times_were_measured_they_count() -> None:
    """Whatever the server expected of the nodes."""
    scan = {"Node Type": "Seq Scan", "Total Cost": 99.0, "Plan Rows": 9, "Actual Total Time": 4.0, "Actual Loops": 20}
    plan = {
        "Node Type": "Nested Loop",
        "Total Cost": 100.0,
        "Plan Rows": 9,
        "Actual Total Time": 160.0,
        "Actual Loops": 1,
        "Plans": [scan],
    }
    assert [share for _node, share in shares(plan)] == [1.0, 0.5]


def test_a_scan_whose_rows_are_looked_up_is_carried_out_once(probe: PostgresqlProbe) -> None:
    """PostgreSQL makes a hash of a subplan that does not depend on the row."""
    statement = 'SELECT "id" FROM "big" WHERE "id" < %s OR "id" IN (SELECT u."id" FROM "big" u WHERE u."name" >= %s)'
    inner = min(one.cost_share or 0.0 for one in scans_of(probe, [statement]))
    assert 0.2 < inner < 0.8


@pytest.mark.parametrize(
    "statement",
    [
        'SELECT * FROM "big" WHERE "id" = %s',
        'SELECT * FROM "small" WHERE "name" = %s',
        'SELECT count(*) FROM "big"',
        "INSERT INTO small VALUES (%s, %s)",
        "SELECT * FROM missing WHERE a = %s",
        "SAVEPOINT",
    ],
    ids=["index", "small table", "no filter", "insert", "not explainable", "no query"],
)
def test_others_say_nothing(probe: PostgresqlProbe, statement: str) -> None:
    """There is nothing to advise, or nothing that can be asked."""
    assert scans_of(probe, [statement]) == []


def test_a_statement_is_not_carried_out(probe: PostgresqlProbe) -> None:
    """A DELETE is explained and deletes nothing."""
    list(scans_of(probe, ['DELETE FROM "big" WHERE "name" = %s']))
    with probe.connect() as connection:
        assert connection.execute("SELECT count(*) FROM big").fetchone() == (5000,)


def analyzed(probe: PostgresqlProbe, statement: str, text: str) -> StatementPlan:
    """Return the plan of a statement that was carried out with values."""
    (plan,) = (one for one in plans_of(probe, {statement: 1}, {statement: text}) if isinstance(one, StatementPlan))
    return plan


def test_a_plan_measured_with_values(probe: PostgresqlProbe) -> None:
    """The node that took most time, and the one whose rows were estimated worst; nobody's values are in it."""
    statement = 'SELECT "id" FROM "big" WHERE left("name" || %s, 1) = %s ORDER BY "id"'
    plan = analyzed(probe, statement, """SELECT "id" FROM "big" WHERE left("name" || 'secret', 1) = 'n'""")
    assert (plan.costliest, plan.worst_node) == ("Seq Scan on big", "Seq Scan on big")
    assert (plan.worst_expected_rows, plan.worst_found_rows) == (25, 5000)
    assert plan.execution_ms is not None
    assert plan.execution_ms > 0
    assert "secret" not in plan.plan
    assert "25 rows expected of Seq Scan on big, 5,000 found" in estimate_text(plan)


def test_a_limit_is_no_wrong_estimate(probe: PostgresqlProbe) -> None:
    """It stops what is below it, as it should."""
    plan = analyzed(probe, 'SELECT "id" FROM "big" LIMIT %s', 'SELECT "id" FROM "big" LIMIT 5')
    assert (plan.worst_node, estimate_text(plan)) == ("Limit", "")


def test_what_is_carried_out_changes_nothing(probe: PostgresqlProbe) -> None:
    """A DELETE is measured and rolled back; one that fails with its values is explained without them."""
    statement = 'DELETE FROM "big" WHERE "id" = %s'
    assert analyzed(probe, statement, 'DELETE FROM "big" WHERE "id" = 3').execution_ms is not None
    assert analyzed(probe, statement, 'DELETE FROM "big" WHERE "id" = 1 / 0').execution_ms is None
    with probe.connect() as connection:
        assert connection.execute("SELECT count(*) FROM big").fetchone() == (5000,)


def test_the_time_for_it_is_bounded(probe: PostgresqlProbe) -> None:
    """What is left is explained without being carried out."""
    clock_s = iter((0.0, ANALYZED_S))
    statement = 'SELECT "id" FROM "big"'
    (plan,) = plans_of(probe, {statement: 1}, {statement: statement}, lambda: next(clock_s))
    assert isinstance(plan, StatementPlan)
    assert plan.execution_ms is None


def test_placeholders_get_numbers() -> None:
    """Quoted names keep their characters."""
    stored = 'SELECT "a?b" FROM t WHERE x = %s AND y LIKE ? AND z = %(z)s AND m %% ? = ?'
    numbered = 'SELECT "a?b" FROM t WHERE x = $1 AND y LIKE $2 AND z = $3 AND m % $4 = $5'
    assert with_places(stored, "$") == (numbered, 5)
