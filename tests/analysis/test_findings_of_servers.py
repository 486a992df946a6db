"""Findings about what requests ask of databases, caches and other servers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadaudit.records import (
    ALONE_BIT,
    ConnectionPool,
    Evidence,
    Kind,
    Lane,
    Risk,
    SeriesReading,
    ServerException,
    Severity,
    StatementUse,
    TableScan,
    TimeLimit,
)
from loadaudit.reporting.wording import finding_text
from tests.analysis.factories import (
    MS,
    PAGE,
    Request,
    alarming,
    analysed,
    excluded,
    found,
    operation,
    plan_for,
    request,
    requests,
    run_info,
    use,
)

_ONCE = {"start_ns": MS, "intended_start_ns": MS}
POSTGRESQL = run_info(environment={"database default": "postgresql, driver psycopg 3.2"})
PRICES = 'SELECT "id" FROM "prices" WHERE "code" = %s'
SCAN = TableScan(
    alias="default", statement=PRICES, table="prices", rows=120_000, filter="SCAN prices", columns=("code",)
)
CHECK = operation("GET /health/", category="Health")
EXPORT = operation("GET /export/", category="Export")


def statement(sql: str, ms: int = 1, rows: int = 0, count: int = 1) -> StatementUse:
    """Return a statement's use with the rows that it returned."""
    return StatementUse(alias="default", sql=sql, count=count, total_ns=ms * MS, max_ns=ms * MS, rows=rows)


def failing(message: str, count: int = 3, first: int = 1) -> list[Request]:
    """Return requests that ended in an OperationalError."""
    error = ServerException(type="OperationalError", message=message, fingerprint=message)
    return requests(count, first=first, client={"status": 500}, server={"exception": error})


class TestMissingIndex:
    """LA303 and LA305 read the plan."""

    def test_plan_proves_the_cause_of_a_slow_statement(self, tmp_path: Path) -> None:
        """It reads the table from end to end, and the column that an index would serve is named."""
        made = requests(5, server={"statements": (statement(PRICES, 150),)})
        (finding,) = found(analysed(tmp_path, [operation()], made, observations=[SCAN]), "LA303")
        assert (finding.proven, finding.values["table"], finding.values["index"]) == (True, "prices", "code")

    def test_cost_elsewhere_proves_nothing(self, tmp_path: Path) -> None:
        """The scan is a small part of the statement."""
        scan = TableScan(**{name: getattr(SCAN, name) for name in SCAN.__slots__} | {"cost_share": 0.1})
        made = requests(5, server={"statements": (statement(PRICES, 150),)})
        (finding,) = found(analysed(tmp_path, [operation()], made, observations=[scan]), "LA303")
        assert not finding.proven

    def test_statement_that_is_not_slow_yet_is_info(self, tmp_path: Path) -> None:
        """A table of 120,000 rows is read from end to end in 5 ms."""
        made = requests(5, server={"statements": (statement(PRICES, 5),)})
        analysis = analysed(tmp_path, [operation()], made, observations=[SCAN])
        (finding,) = found(analysis, "LA305")
        assert (finding.severity, finding.operations) == (Severity.INFO, (PAGE,))
        assert not found(analysis, "LA303")

    def test_where_all_statements_are_slow_the_machine_was(self, tmp_path: Path) -> None:
        """Ten statements of 150 ms each accuse none of them."""
        uses = tuple(statement(f'SELECT "c{n}" FROM "t{n}"', 150) for n in range(10))
        analysis = analysed(tmp_path, [operation()], requests(5, server={"statements": uses}), slow_ms=5000)
        assert {one.severity for one in found(analysis, "LA303")} == {Severity.INFO}


class TestGrowth:
    """LA301's growth law, and LA304."""

    def test_executions_follow_the_rows_of_another_statement(self, tmp_path: Path) -> None:
        """Two per row of the list."""
        listing, each = 'SELECT "id" FROM "projects" LIMIT 50', 'SELECT "name" FROM "owner" WHERE "id" = %s'
        made = [
            request(n, server={"statements": (statement(listing, rows=n + 5), statement(each, count=2 * (n + 5)))})
            for n in range(1, 6)
        ]
        (finding,) = found(analysed(tmp_path, [operation()], made), "LA301")
        assert (finding.values["per_row"], finding.values["cause"], finding.proven) == (2, "per_row", True)
        assert "projects" in str(finding.values["parent"])

    def test_a_number_of_rows_that_differs_is_no_law(self, tmp_path: Path) -> None:
        """Nine executions, whatever the other statement returned."""
        listing, each = 'SELECT "id" FROM "projects" LIMIT 50', 'SELECT "name" FROM "owner" WHERE "id" = %s'
        made = [
            request(n, server={"statements": (statement(listing, rows=7 * n), statement(each, count=9))})
            for n in range(1, 6)
        ]
        (finding,) = found(analysed(tmp_path, [operation()], made), "LA301")
        assert "parent" not in finding.values

    @pytest.mark.parametrize(("limit", "proven"), [("", True), (" LIMIT 9000", False)])
    def test_large_answer_of_a_statement_without_limit(self, tmp_path: Path, limit: str, proven: bool) -> None:
        """All rows of the table are in it."""
        uses = (statement(f'SELECT "id" FROM "items"{limit}', rows=4000),)
        made = requests(5, client={"body_bytes": 500_000}, server={"statements": uses})
        (finding,) = found(analysed(tmp_path, [operation()], made), "LA304")
        assert finding.proven is proven


class TestBufferedExport:
    """LA306."""

    LATE: dict[str, Any] = {
        "body_bytes": 3_000_000,
        "first_byte_ns": 2000 * MS,
        "response_ns": 2050 * MS,
        "latency_ns": 2050 * MS,
    }

    def test_first_byte_at_the_end_of_a_large_answer(self, tmp_path: Path) -> None:
        """The server was at work on it until then."""
        made = requests(3, EXPORT.id, client=self.LATE, server={"service_ns": 1990 * MS})
        (finding,) = found(analysed(tmp_path, [EXPORT], made), "LA306")
        assert finding.proven

    def test_time_in_line_is_not_proof(self, tmp_path: Path) -> None:
        """The server needed 100 ms of the two seconds."""
        made = requests(3, EXPORT.id, client=self.LATE, server={"service_ns": 100 * MS})
        (finding,) = found(analysed(tmp_path, [EXPORT], made), "LA306")
        assert not finding.proven

    @pytest.mark.parametrize("change", [{"first_byte_ns": 90 * MS}, {"body_bytes": 30_000}], ids=["streamed", "small"])
    def test_others_are_not(self, tmp_path: Path, change: dict[str, Any]) -> None:
        """A stream begins early; a small file need not be streamed."""
        made = requests(3, EXPORT.id, client={**self.LATE, **change}, server={"service_ns": 1990 * MS})
        assert not found(analysed(tmp_path, [EXPORT], made), "LA306")


class TestConnectionWait:
    """LA506."""

    def test_refused_connections_are_critical_and_no_fault_of_the_view(self, tmp_path: Path) -> None:
        """PostgreSQL said so."""
        analysis = analysed(tmp_path, [operation()], failing("FATAL: sorry, too many clients already"), info=POSTGRESQL)
        (finding,) = alarming(analysis)
        assert (finding.code, finding.severity, finding.values["kind"]) == ("LA506", Severity.CRITICAL, "refused")

    @pytest.mark.parametrize(("sessions", "kind"), [(100.0, "full"), (20.0, "waits")])
    def test_waiting_is_proven_by_a_full_server(self, tmp_path: Path, sessions: float, kind: str) -> None:
        """Else nobody knows what they waited for."""
        values = {"server_sessions": sessions, "max_connections": 100.0}
        series = [SeriesReading(probe="postgresql default", time_ns=MS, values=values)]
        made = [
            *requests(50, server={"connect_ns": 3 * MS}),
            *requests(5, first=51, server={"connect_ns": 4000 * MS}),
        ]
        (finding,) = found(analysed(tmp_path, [operation()], made, series=series, info=POSTGRESQL), "LA506")
        assert (finding.values["kind"], finding.values["waits"], finding.proven) == (kind, 5, kind == "full")

    def test_pool_that_is_too_small_is_named(self, tmp_path: Path) -> None:
        """Where there is one, connecting is waiting for it."""
        made = requests(30, server={"connect_ns": 400 * MS})
        pool = [ConnectionPool(alias="default", most=1)]
        (finding,) = found(analysed(tmp_path, [operation()], made, observations=pool, info=POSTGRESQL), "LA506")
        assert (finding.values["kind"], finding.values["pool"], finding.proven) == ("pool", 1, True)
        assert finding.severity is Severity.WARNING

    @pytest.mark.parametrize(("wait_s", "kind"), [(1.5, "pooler"), (0.01, "")])
    def test_pooler_that_lets_clients_wait_is_named(self, tmp_path: Path, wait_s: float, kind: str) -> None:
        """In transaction mode the first statement waits, and connecting does not."""
        values = {"clients_waiting": 6.0, "longest_wait_s": wait_s, "pool_size": 2.0}
        series = [SeriesReading(probe="pgbouncer default", time_ns=n * MS, values=values) for n in range(4)]
        findings = found(analysed(tmp_path, [operation()], requests(30), series=series, info=POSTGRESQL), "LA506")
        assert [one.values["kind"] for one in findings] == ([kind] if kind else [])
        assert all(one.proven and one.values["pool"] == 2 for one in findings)

    def test_connecting_is_no_wait(self, tmp_path: Path) -> None:
        """A connection per request that takes 20 ms each time."""
        analysis = analysed(tmp_path, [operation()], requests(50, server={"connect_ns": 20 * MS}), info=POSTGRESQL)
        assert not found(analysis, "LA506")


def test_serialization_failures_are_one_finding(tmp_path: Path) -> None:
    """LA508: and no error of the view."""
    made = [*failing("could not serialize access due to concurrent update"), *requests(5, first=9)]
    (finding,) = alarming(analysed(tmp_path, [operation()], made, info=POSTGRESQL))
    assert (finding.code, finding.values["count"], finding.proven) == ("LA508", 3, True)


@pytest.mark.parametrize(
    ("server", "severity"),
    [
        ({"cache_gets": 1, "cache_sets": 1}, Severity.WARNING),
        ({"cache_gets": 1, "cache_hits": 1}, None),
        ({"cache_gets": 1}, None),
    ],
    ids=["stores and never finds", "hits", "only looks"],
)
def test_cache_that_never_hits(tmp_path: Path, server: dict[str, Any], severity: Severity | None) -> None:
    """LA507."""
    findings = found(analysed(tmp_path, [operation()], requests(25, server=server)), "LA507")
    assert [one.severity for one in findings] == ([severity] if severity else [])


def test_a_cache_that_hits_at_once_forgets_too_soon_and_is_not_broken(tmp_path: Path) -> None:
    """LA507 is about one that never hits."""
    server = {"cache_gets": 1, "cache_sets": 1}
    warm = request(
        ALONE_BIT | 1, client={"lane": Lane.WARM, **_ONCE}, server={"cache_gets": 1, "cache_hits": 1, "start_ns": MS}
    )
    assert not found(analysed(tmp_path, [operation()], [*requests(25, server=server), warm]), "LA507")


@pytest.mark.parametrize(("table", "expected"), [("orders", 1), ("orders_log", 0)])
def test_double_submit_that_makes_rows_is_info(tmp_path: Path, table: str, expected: int) -> None:
    """LA509: equal requests at one moment; a log has a row for each of them on purpose."""
    create = operation("POST /orders/", kind=Kind.WRITE, risk=Risk.MUTATING)
    uses = (statement(f'INSERT INTO "{table}" ("id") VALUES (%s)'),)
    made = [
        request(
            ALONE_BIT + n,
            create.id,
            client={"lane": Lane.CONFLICT, **_ONCE},
            server={"statements": uses, "start_ns": MS},
        )
        for n in range(1, 4)
    ]
    assert len(found(analysed(tmp_path, [create], made), "LA509")) == expected


@pytest.mark.parametrize(("status", "kinds"), [(500, ["uncaught"]), (409, [])])
def test_double_submit_that_nobody_caught_is_told(tmp_path: Path, status: int, kinds: list[str]) -> None:
    """LA509: the row of one of them is there when the others are saved; a refusal is right."""
    create = operation("POST /orders/", kind=Kind.WRITE, risk=Risk.MUTATING)
    text = "UNIQUE constraint failed: orders.code"
    error = ServerException(type="django.db.utils.IntegrityError", message=text, fingerprint=text)
    made = [
        request(
            ALONE_BIT + n,
            create.id,
            client={"lane": Lane.CONFLICT, **_ONCE, "status": 200 if n == 1 else status},
            server={"exception": error if n > 1 and status == 500 else None, "start_ns": MS},
        )
        for n in range(1, 5)
    ]
    analysis = analysed(tmp_path, [create], made)
    # What only equal requests of one moment have shown is no failure of some requests among others.
    assert not found(analysis, "LA204")
    findings = found(analysis, "LA509")
    assert [one.values["kind"] for one in findings] == kinds
    assert [one.values["errors"] for one in findings] == [3 for _ in kinds]
    # Its words send the reader to the traceback in the report.
    assert [(one.count, one.operations) for one in analysis.errors] == [(3, (create.id,)) for _ in kinds]


class TestHealthCheck:
    """LA407."""

    @pytest.mark.parametrize(
        ("server", "kind"),
        [
            ({"sql_count": 9}, "queries"),
            ({"sql_count": 1, "cpu_ns": 80 * MS, "service_ns": 90 * MS}, "cpu"),
            ({"sql_count": 1, "service_ns": 400 * MS}, "slow"),
            ({"sql_count": 2}, None),
        ],
    )
    def test_cost(self, tmp_path: Path, server: dict[str, Any], kind: str | None) -> None:
        """What it spends is named; a query or two are what it is for."""
        made = requests(5, CHECK.id, server={"statements": (use(),), **server})
        findings = found(analysed(tmp_path, [CHECK], made), "LA407")
        assert [one.values["kind"] for one in findings] == ([kind] if kind else [])

    @pytest.mark.parametrize(("asked_ns", "expected"), [(0, 0), (380 * MS, 1)])
    def test_waiting_for_the_cpu_is_not_the_checks(self, tmp_path: Path, asked_ns: int, expected: int) -> None:
        """On a machine without CPU to spare only its waits for the database count."""
        server = {"sql_count": 1, "service_ns": 400 * MS, "sql_ns": asked_ns, "database_ns": asked_ns}
        full = SeriesReading(probe="process", time_ns=MS, values={"machine_cpu_percent": 99.0})
        made = requests(5, CHECK.id, server=server)
        assert len(found(analysed(tmp_path, [CHECK], made, series=[full]), "LA407")) == expected


def test_what_destroys_and_was_not_sent_is_named(tmp_path: Path) -> None:
    """LA603: with how many there are."""
    wipe = operation("POST /wipe/", risk=Risk.DESTRUCTIVE)
    (finding,) = found(analysed(tmp_path, [operation(), wipe], requests(25)), "LA603")
    assert (finding.values["kind"], finding.operations, finding.severity) == ("destructive", (wipe.id,), Severity.INFO)


def test_what_was_held_back_asks_for_a_clone(tmp_path: Path) -> None:
    """LA603: a run that already is on one is not told to make one."""
    wipe = operation("POST /wipe/", risk=Risk.DESTRUCTIVE)
    plan = plan_for([operation()], exclusions=(replace(excluded(wipe.id), held_back=True),))
    (finding,) = found(analysed(tmp_path, [operation(), wipe], requests(25), plan=plan), "LA603")
    assert "Run on a clone" in finding_text(finding).action


class TestCommonCeiling:
    """LA405."""

    PAGES = tuple(operation(f"GET /page/{n}/") for n in range(5))

    def slow(self, seconds: float) -> list[Request]:
        """Return 5 operations, each with one request that took so long."""
        ns = round(seconds * 1000) * MS
        return [
            request(n + 1, one.id, client={"latency_ns": ns + n * MS, "response_ns": ns + n * MS})
            for n, one in enumerate(self.PAGES)
        ]

    def test_setting_with_that_value_is_named(self, tmp_path: Path) -> None:
        """It was read in the run."""
        limits = [TimeLimit(name="statement_timeout", seconds=15.0, source="postgresql default")]
        (finding,) = found(analysed(tmp_path, self.PAGES, self.slow(15.1), observations=limits), "LA405")
        assert (finding.proven, len(finding.operations)) == (True, 5)
        assert "statement_timeout = 15 s" in str(finding.values["setting"])

    def test_usual_value_is_a_guess_and_says_so(self, tmp_path: Path) -> None:
        """Nobody has read PgBouncer's settings."""
        (finding,) = found(analysed(tmp_path, self.PAGES, self.slow(120.2)), "LA405")
        assert (finding.proven, finding.values["unproven"]) == (False, "setting_not_read")
        assert "query_wait_timeout" in str(finding.values["setting"])

    @pytest.mark.parametrize("kind", ["statement", "connect"])
    def test_what_is_ended_behind_a_line_is_seen_by_itself(self, tmp_path: Path, kind: str) -> None:
        """Requests stood in line for different times before the same timeout."""
        limits = [TimeLimit(name="statement_timeout", seconds=2.5, source="postgresql default")]
        ended = {"statements": (use(max_ns=2_520 * MS),)} if kind == "statement" else {"connect_ns": 2_510 * MS}
        made = [
            request(n + 1, one.id, client={"response_ns": (n + 3) * 1000 * MS}, server=ended)
            for n, one in enumerate(self.PAGES)
        ]
        (finding,) = found(analysed(tmp_path, self.PAGES, made, observations=limits), "LA405")
        assert (finding.proven, finding.values["kind"]) == (True, kind)

    def test_equal_maxima_without_such_a_setting_are_none(self, tmp_path: Path) -> None:
        """They are slow, and that is all."""
        assert not found(analysed(tmp_path, self.PAGES, self.slow(17.0)), "LA405")


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ({"service_ns": 3000 * MS, "database_ns": 2800 * MS}, "database"),
        ({"service_ns": 3000 * MS, "waiting_ns": 2800 * MS}, "unproven"),
        ({"service_ns": 900 * MS}, ""),
    ],
)
def test_budget_of_an_operation(tmp_path: Path, server: dict[str, Any], expected: str) -> None:
    """LA406: over 2 s, with the part of the time that makes it so."""
    client = {"response_ns": 3100 * MS, "latency_ns": 3100 * MS}
    findings = found(analysed(tmp_path, [operation()], requests(20, client=client, server=server)), "LA406")
    assert [str(one.values["part"]) if one.proven else "unproven" for one in findings] == (
        [expected] if expected else []
    )


@pytest.mark.parametrize(
    ("thresholds", "service_ms", "n", "quantile", "severity"),
    [
        (("p95[GET /projects/] < 300ms",), 400, 20, "p95", Severity.WARNING),
        (("p99[GET /projects/] < 300ms",), 400, 100, "p99", Severity.WARNING),
        (("p99[GET /projects/] < 300ms",), 400, 99, "", None),
        (("p95[GET /other/] < 300ms", "p95 < 300ms"), 400, 20, "", None),
        (("p95[Read] < 4s",), 3000, 20, "", None),
        ((), 3000, 20, "p95", Severity.WARNING),
    ],
    ids=["its p95", "its p99", "too few for a p99", "of others and of all", "granted more", "default"],
)
def test_a_declared_limit_is_the_budget(
    tmp_path: Path, thresholds: tuple[str, ...], service_ms: int, n: int, quantile: str, severity: Severity | None
) -> None:
    """LA406: what an operator says of one operation counts; of many together it can only grant more."""
    server = {"service_ns": service_ms * MS, "database_ns": (service_ms - 10) * MS}
    made = requests(n, client={"response_ns": service_ms * MS}, server=server)
    info = run_info(thresholds=thresholds)
    findings = found(analysed(tmp_path, [operation()], made, info=info), "LA406")
    assert [(one.values["quantile"], one.severity) for one in findings] == ([(quantile, severity)] if quantile else [])


def test_one_slow_request_of_a_hundred_is_no_defect_by_itself(tmp_path: Path) -> None:
    """LA406: its cause has a rule of its own."""
    slow = {"service_ns": 3000 * MS, "database_ns": 2900 * MS}
    quick = {"service_ns": 900 * MS, "database_ns": 800 * MS}
    made = [*requests(97, server=quick), *requests(3, first=98, server=slow)]
    (finding,) = found(analysed(tmp_path, [operation()], made), "LA406")
    assert (finding.values["quantile"], finding.severity) == ("p99", Severity.INFO)


class TestMethodRefused:
    """LA206."""

    @pytest.mark.parametrize(("evidence", "severity"), [("declared", Severity.HIGH), ("inferred", Severity.INFO)])
    def test_method_that_is_never_taken(self, tmp_path: Path, evidence: str, severity: Severity) -> None:
        """A declared one is the project's own word."""
        made = requests(4, "PUT /orders/", client={"status": 405})
        page = operation("PUT /orders/", method_evidence=Evidence(evidence))
        (finding,) = found(analysed(tmp_path, [page], made), "LA206")
        assert (finding.severity, finding.values["requests"]) == (severity, 4)

    def test_one_that_is_taken_at_times_is_none(self, tmp_path: Path) -> None:
        """Some rows may not be changed."""
        made = [*requests(4, client={"status": 405}), *requests(4, first=5)]
        assert not found(analysed(tmp_path, [operation()], made), "LA206")


class TestSingleWriter:
    """LA505, and what it keeps away from operations."""

    BEGIN = statement("BEGIN IMMEDIATE", 3000)

    def test_waiting_for_the_writer_is_about_the_database(self, tmp_path: Path) -> None:
        """No operation is named, and none is over its budget by it."""
        client = {"response_ns": 3100 * MS, "latency_ns": 3100 * MS}
        server = {"service_ns": 3050 * MS, "database_ns": 3000 * MS, "statements": (self.BEGIN,)}
        analysis = analysed(tmp_path, [operation()], requests(25, client=client, server=server))
        (finding,) = found(analysis, "LA505")
        assert (finding.operations, finding.severity, finding.values["waits"]) == ((), Severity.INFO, 25)
        assert not alarming(analysis)

    def test_short_turns_are_not_worth_a_word(self, tmp_path: Path) -> None:
        """A write of 20 ms."""
        made = requests(25, server={"statements": (statement("BEGIN IMMEDIATE", 20),)})
        assert not found(analysed(tmp_path, [operation()], made), "LA505")


def test_slow_at_first_is_cold(tmp_path: Path) -> None:
    """LA402: the first ten requests, and none after them."""
    made = [
        *requests(10, client={"response_ns": 1000 * MS, "latency_ns": 1000 * MS}, server={"service_ns": 990 * MS}),
        *requests(30, first=11),
    ]
    (finding,) = found(analysed(tmp_path, [operation()], made, slow_ms=5000), "LA402")
    assert (finding.values["cause"], finding.proven, finding.severity) == ("cold", True, Severity.INFO)
