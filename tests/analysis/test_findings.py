"""Each rule fires on its defect and stays silent beside it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadaudit.records import (
    ALONE_BIT,
    LEFT_EARLY,
    TOLD,
    Access,
    BodyKind,
    Evidence,
    Finding,
    Identity,
    Kind,
    Lane,
    Parameter,
    Payload,
    PlannedPath,
    Risk,
    RowWrite,
    SeriesReading,
    ServerException,
    Severity,
    StatementUse,
)
from loadaudit.reporting.wording import finding_text
from tests.analysis.factories import (
    MS,
    PAGE,
    USER,
    Request,
    alarming,
    analysed,
    excluded,
    found,
    login,
    operation,
    plan_for,
    request,
    requests,
    run_info,
    use,
)

ZERO = ServerException(type="ZeroDivisionError", message="division by zero", fingerprint="f-zero")
LOCKED = ServerException(type="OperationalError", message="database is locked", fingerprint="f-locked")
DEADLOCK = ServerException(type="OperationalError", message="deadlock detected\nDETAIL: …", fingerprint="f-dead")
ROW = 'SELECT "name" FROM "owner" WHERE "id" = %s'
POSTGRESQL = run_info(environment={"database default": "postgresql, driver psycopg 3.2"})


def failing(count: int, first: int = 1, error: ServerException | None = ZERO, **client: Any) -> list[Request]:
    """Return requests that ended in a 500."""
    return requests(count, first=first, client={"status": 500, **client}, server={"exception": error})


def test_a_clean_run_has_no_finding_at_all(tmp_path: Path) -> None:
    """Enough successes, a proven login and nothing odd: silence."""
    analysis = analysed(tmp_path, [operation()], requests(120, server={"statements": (use(),)}), logins=[login()])
    assert analysis.findings == ()


def test_findings_are_sorted_by_severity(tmp_path: Path) -> None:
    """The worst comes first."""
    made = [*requests(5, server={"connections_left": 1}), *failing(5, 6)]
    severities = [finding.severity for finding in analysed(tmp_path, [operation()], made).findings]
    assert severities == sorted(severities, reverse=True)


class TestLoginFailing:
    """LA101."""

    @pytest.mark.parametrize(
        ("failed", "severity"), [(2, Severity.HIGH), (5, Severity.CRITICAL), (10, Severity.CRITICAL)]
    )
    def test_severity_follows_the_share(self, tmp_path: Path, failed: int, severity: Severity) -> None:
        """From half of the users on it is critical."""
        logins = [login(vu, proven=vu >= failed) for vu in range(10)]
        (finding,) = found(analysed(tmp_path, [operation()], logins=logins), "LA101")
        assert (finding.severity, finding.values["failed"], finding.values["users"]) == (severity, failed, 10)

    def test_the_detail_is_kept(self, tmp_path: Path) -> None:
        """What was missing is the cause."""
        logins = [login(proven=False, detail="the form came back")]
        (finding,) = found(analysed(tmp_path, [operation()], logins=logins), "LA101")
        assert finding.values["detail"] == "the form came back"

    def test_a_user_that_got_in_at_last_is_info(self, tmp_path: Path) -> None:
        """A second attempt repaired it."""
        analysis = analysed(tmp_path, [operation()], logins=[login(proven=False), login()])
        assert [one.severity for one in found(analysis, "LA101")] == [Severity.INFO]


def alone(made: Request) -> Request:
    """Return the request as one that was sent outside of the load."""
    client, server = made
    number = ALONE_BIT | client.number
    return client._replace(number=number), replace(server, number=number) if server is not None else None


class TestServerErrors:
    """LA201, LA204, LA503 and LA505 share the 5xx answers out."""

    def test_always_failing(self, tmp_path: Path) -> None:
        """Every request ended in the same exception."""
        analysis = analysed(tmp_path, [operation()], failing(5))
        (finding,) = alarming(analysis)
        assert (finding.code, finding.severity, finding.proven) == ("LA201", Severity.HIGH, True)

    def test_a_setting_that_is_missing_is_named(self, tmp_path: Path) -> None:
        """There is no error to fix in the code."""
        lacked = ServerException(
            type="AttributeError", message="'Settings' object has no attribute 'MAP_KEY'", fingerprint="f"
        )
        (finding,) = alarming(analysed(tmp_path, [operation()], failing(5, error=lacked)))
        text = finding_text(finding)
        assert "MAP_KEY is missing" in text.title
        assert text.action == "Set MAP_KEY in the settings of the run, as production has it."

    def test_always_failing_without_exception_is_not_proven(self, tmp_path: Path) -> None:
        """A view may answer 503 itself."""
        (finding,) = alarming(analysed(tmp_path, [operation()], failing(5, error=None)))
        assert (finding.code, finding.proven, finding.values["unproven"]) == ("LA201", False, "no_exception_seen")

    def test_two_failures_are_only_a_warning(self, tmp_path: Path) -> None:
        """They may have met the same unlucky row."""
        (finding,) = alarming(analysed(tmp_path, [operation()], failing(2)))
        assert finding.severity is Severity.WARNING

    def test_failing_for_some_rows_is_proven_by_paths(self, tmp_path: Path) -> None:
        """The same path fails each time and the others never."""
        made = [*failing(5, path="/projects/3/"), *requests(10, first=6, client={"path": "/projects/4/"})]
        (finding,) = alarming(analysed(tmp_path, [operation()], made))
        assert (finding.code, finding.proven, finding.values["path"]) == ("LA204", True, "/projects/3/")

    def test_rows_whose_error_no_exception_explains(self, tmp_path: Path) -> None:
        """A view may answer 500 itself: the words neither name an exception nor promise a traceback."""
        made = [*failing(5, path="/3/", error=None), *requests(10, first=6, client={"path": "/4/"})]
        (finding,) = alarming(analysed(tmp_path, [operation()], made))
        text = finding_text(finding)
        assert text.cause.startswith("An error without an exception, always on the same 1 of 2 paths")
        assert "traceback" not in text.action

    def test_a_row_that_exists_already_is_no_matter_of_the_path(self, tmp_path: Path) -> None:
        """What was saved before decides which request fails."""
        twice = ServerException(
            type="IntegrityError", message="UNIQUE constraint failed: t.name", fingerprint="f-twice"
        )
        made = [*failing(5, path="/3/", error=twice), *requests(10, first=6, client={"path": "/4/"})]
        (finding,) = alarming(analysed(tmp_path, [operation()], made))
        assert (finding.values["cause"], finding.proven) == ("duplicate", True)
        assert "exists already" in finding_text(finding).cause

    def test_an_error_that_proves_no_row_is_named(self, tmp_path: Path) -> None:
        """Whoever reads that nothing is proven must still learn which exception it was."""
        (finding,) = alarming(analysed(tmp_path, [operation()], [*failing(5), *requests(10, first=6)]))
        assert finding_text(finding).claim.endswith("server error: ZeroDivisionError: division by zero.")

    @pytest.mark.parametrize("own", [False, True])
    def test_a_row_that_the_body_names_is_not_that_of_the_path(self, tmp_path: Path, own: bool) -> None:
        """One body for all addresses may name what belongs to another one."""
        body = Payload(kind=BodyKind.JSON, document='{"id": 1}')
        paths = tuple(
            PlannedPath(path=path, payload=replace(body, document=path) if own else None) for path in ("/3/", "/4/")
        )
        plan = plan_for([operation()])
        plan = replace(plan, requests=(replace(plan.requests[0], paths=paths, payload=body),))
        missed = ServerException(type="DoesNotExist", message="No Task matches", fingerprint="f-missed")
        made = [*failing(5, path="/3/", error=missed), *requests(10, first=6, client={"path": "/4/"})]
        (finding,) = alarming(analysed(tmp_path, [operation()], made, plan=plan))
        assert (finding.code, finding.proven) == ("LA204", own)

    def test_rows_that_the_run_has_changed_are_proven_too(self, tmp_path: Path) -> None:
        """Two always fail, one begins to, and others go on working."""
        paths = ["/3/", "/5/", "/4/", "/5/", "/3/", "/6/", "/4/", "/5/", "/6/", "/5/"]
        broken = {1, 3, 5, 7, 9}
        made = [
            request(
                n,
                client={"path": path, **({"status": 500} if n in broken else {})},
                server={"exception": ZERO} if n in broken else {},
            )
            for n, path in enumerate(paths, start=1)
        ]
        (finding,) = alarming(analysed(tmp_path, [operation()], made))
        assert (finding.code, finding.proven, finding.values["cause"]) == ("LA204", True, "changed")

    @pytest.mark.parametrize(("fails", "cause"), [(True, "alone"), (False, "")])
    def test_paths_sent_again_alone_tell_data_from_load(self, tmp_path: Path, fails: bool, cause: str) -> None:
        """What failed once under load fails each time alone, or works then and leaves the cause open."""
        again = {"status": 500} if fails else {}
        made = [
            request(1, client={"path": "/3/", "status": 500}, server={"exception": ZERO}),
            *(request(n, client={"path": f"/{n % 2 + 4}/"}) for n in range(2, 8)),
            *(
                alone(request(n, client={"path": "/3/", **again}, server={"exception": ZERO} if fails else {}))
                for n in (1, 2)
            ),
            *(alone(request(n, client={"path": "/4/"})) for n in (3, 4)),
        ]
        (finding,) = found(analysed(tmp_path, [operation()], made), "LA204")
        assert (finding.proven, finding.values.get("cause", "")) == (fails, cause)

    def test_one_failure_proves_no_row(self, tmp_path: Path) -> None:
        """Its path was never tried twice."""
        made = [*failing(1, path="/projects/3/"), *requests(10, first=6, client={"path": "/projects/4/"})]
        (finding,) = found(analysed(tmp_path, [operation()], made), "LA204")
        assert (finding.proven, finding.values["unproven"]) == (False, "no_path_failed_twice")
        assert "fix the view for such rows" not in finding_text(finding).action

    def test_failing_from_one_moment_on_is_not(self, tmp_path: Path) -> None:
        """Then it is no matter of rows."""
        made = [
            *(request(n, client={"path": f"/{n % 3}/"}) for n in range(1, 7)),
            *(
                request(n, client={"path": f"/{n % 3 + 2}/", "status": 500}, server={"exception": ZERO})
                for n in range(7, 13)
            ),
        ]
        (finding,) = alarming(analysed(tmp_path, [operation()], made))
        assert not finding.proven

    def test_failing_now_and_then_is_not_proven(self, tmp_path: Path) -> None:
        """The same path also succeeds, so that its data is not the cause."""
        (finding,) = alarming(analysed(tmp_path, [operation()], [*failing(5), *requests(10, first=6)]))
        assert (finding.code, finding.proven) == ("LA204", False)

    def test_errors_are_grouped_by_exception(self, tmp_path: Path) -> None:
        """Two exceptions of one operation are two findings."""
        other = ServerException(type="KeyError", message="'x'", fingerprint="f-key")
        made = [*failing(3), *failing(4, 4, other), *requests(10, first=8)]
        assert len(found(analysed(tmp_path, [operation()], made), "LA204")) == 2

    def test_a_locked_database_is_never_blamed_on_an_operation(self, tmp_path: Path) -> None:
        """SQLite's single writer is one finding about the database, even when an operation always failed."""
        (finding,) = alarming(analysed(tmp_path, [operation()], failing(5, error=LOCKED)))
        assert (finding.code, finding.operations, finding.values["count"]) == ("LA505", (), 5)

    def test_deadlocks_of_several_operations_are_one_finding(self, tmp_path: Path) -> None:
        """Both sides of a deadlock belong together."""
        ids = ("POST /a/", "POST /b/")
        made = [
            request(index, ids[index % 2], client={"status": 500}, server={"exception": DEADLOCK})
            for index in range(1, 5)
        ]
        (finding,) = alarming(analysed(tmp_path, [operation(one) for one in ids], made))
        assert (finding.code, finding.operations) == ("LA503", ids)

    def test_deadlocks_of_writes_that_were_made_to_meet(self, tmp_path: Path) -> None:
        """They count although the load itself met none, and the finding says how they came about."""
        ids = ("POST /a/", "POST /b/")
        met = {"status": 500, "lane": Lane.CROSSED}
        made = [
            *(request(n, ids[n % 2]) for n in range(1, 5)),
            *(alone(request(n, ids[n % 2], client=met, server={"exception": DEADLOCK})) for n in range(1, 3)),
        ]
        (finding,) = alarming(analysed(tmp_path, [operation(one) for one in ids], made))
        assert (finding.code, set(finding.operations), finding.values["on_purpose"]) == ("LA503", set(ids), 2)


class TestDenied:
    """LA202 and LA203."""

    def test_csrf_always_rejected(self, tmp_path: Path) -> None:
        """Django's own reason is the cause."""
        server = {"csrf_reason": "CSRF cookie not set.", "view_ran": False}
        (finding,) = alarming(analysed(tmp_path, [operation()], requests(4, client={"status": 403}, server=server)))
        assert (finding.code, finding.values["detail"]) == ("LA202", "CSRF cookie not set.")

    def test_csrf_rejected_now_and_then_is_no_such_finding(self, tmp_path: Path) -> None:
        """A token that expired once is not a broken operation."""
        made = [request(1, client={"status": 403}, server={"csrf_reason": "x"}), *requests(30, first=2)]
        assert not found(analysed(tmp_path, [operation()], made), "LA202")

    def redirected(self) -> list[Request]:
        """Return requests that were sent to the login page."""
        return requests(4, client={"status": 302}, server={"denied": True})

    def test_a_logged_in_user_at_the_login_page(self, tmp_path: Path) -> None:
        """The operation declares a login only, and the login was proven."""
        (finding,) = alarming(analysed(tmp_path, [operation()], self.redirected(), logins=[login()]))
        assert (finding.code, finding.severity, finding.proven) == ("LA203", Severity.HIGH, True)

    def test_a_view_that_leads_on_may_have_a_rule(self, tmp_path: Path) -> None:
        """As a step of a wizard does without the one before: nobody was sent to a login page."""
        told = {"refusals": (f"{LEFT_EARLY}views.py:7",)}
        made = requests(4, client={"status": 302, "location": "/first/"}, server=told)
        analysis = analysed(tmp_path, [operation()], made, logins=[login()])
        (finding,) = found(analysis, "LA203")
        assert (finding.severity, finding.values["unproven"]) == (Severity.INFO, "refusal_may_be_a_rule")

    def test_not_when_the_login_was_not_proven(self, tmp_path: Path) -> None:
        """Then the redirect is right, and LA101 says why."""
        analysis = analysed(tmp_path, [operation()], self.redirected(), logins=[login(proven=False)])
        assert not found(analysis, "LA203")

    @pytest.mark.parametrize(
        "access",
        [
            Access(staff=True, staff_evidence=Evidence.DECLARED),
            Access(login=True, permissions=("projects.view_project",), login_evidence=Evidence.DECLARED),
            Access(api_key=True, api_key_evidence=Evidence.DECLARED),
        ],
    )
    def test_not_when_more_than_a_login_is_declared(self, tmp_path: Path, access: Access) -> None:
        """Staff, a permission or a key may well be missing."""
        analysis = analysed(tmp_path, [operation(access=access)], self.redirected(), logins=[login()])
        assert not found(analysis, "LA203")

    def test_staff_may_see_staff_pages(self, tmp_path: Path) -> None:
        """A staff page that turns staff away is a defect."""
        staff_page = operation(access=Access(staff=True, staff_evidence=Evidence.DECLARED))
        plan = plan_for([staff_page], identities=(Identity(role="owner", username="s", user_id="7", staff=True),))
        analysis = analysed(tmp_path, [staff_page], self.redirected(), plan=plan, logins=[login()])
        assert alarming(analysis)

    @pytest.mark.parametrize(
        ("changes", "client", "unproven"),
        [
            ({"access": Access()}, {"status": 302}, "access_assumed"),
            ({"parameters": (Parameter(name="pk"),)}, {"status": 302}, "row_may_belong_to_another"),
            ({}, {"status": 403}, "refusal_may_be_a_rule"),
        ],
    )
    def test_what_may_be_right_is_info(
        self, tmp_path: Path, changes: dict[str, Any], client: dict[str, Any], unproven: str
    ) -> None:
        """Assumed access, rows of others and plain 403s are told, not alarmed about."""
        made = requests(4, client=client, server={"denied": True})
        (finding,) = found(analysed(tmp_path, [operation(**changes)], made, logins=[login()]), "LA203")
        assert (finding.severity, finding.values["unproven"]) == (Severity.INFO, unproven)


class TestVacuousSuccess:
    """LA205."""

    @pytest.mark.parametrize(
        ("client", "server", "kind"),
        [
            ({"body_mark": "soft_failure"}, {}, "soft_failure"),
            ({"body_mark": "error_template"}, {}, "error_template"),
            ({"body_mark": "html_as_file"}, {}, "html_as_file"),
            ({"body_mark": "empty_file"}, {}, "empty_file"),
            ({}, {"route": "/<path:rest>"}, "other_view"),
            ({}, {"user_id": "99"}, "other_user"),
        ],
    )
    def test_each_kind(self, tmp_path: Path, client: dict[str, Any], server: dict[str, Any], kind: str) -> None:
        """A 200 that says failure, comes from another view, or from another user."""
        (finding,) = alarming(analysed(tmp_path, [operation()], requests(5, client=client, server=server)))
        assert (finding.code, finding.severity, finding.values["kind"]) == ("LA205", Severity.HIGH, kind)

    def test_a_redirect_of_a_middleware_is_info(self, tmp_path: Path) -> None:
        """A missing slash or a language prefix deceives nobody."""
        made = requests(5, client={"status": 302}, server={"view_ran": False})
        assert not alarming(analysed(tmp_path, [operation()], made))

    @pytest.mark.parametrize(("before", "lane", "count"), [(4, "heavy", 2), (0, "heavy", 0), (4, "light", 0)])
    def test_a_heavy_write_that_had_nothing_to_do(self, tmp_path: Path, before: int, lane: str, count: int) -> None:
        """Where it has changed rows before; of light ones the second of two equal requests has nothing left."""
        bulk = operation("POST /bulk/", kind=Kind.WRITE, risk=Risk.HEAVY if lane == "heavy" else Risk.MUTATING)
        sql = 'UPDATE "t" SET "a" = %s WHERE "id" IN (%s)'
        made = [
            *(
                request(n, bulk.id, client={"lane": Lane(lane)}, server={"statements": (use(sql),), "sql_writes": 1})
                for n in (1, 2)
            ),
            alone(request(1, bulk.id, server={"statements": (use(sql, rows=before),), "sql_writes": 1})),
        ]
        findings = found(analysed(tmp_path, [bulk], made), "LA205")
        assert [(one.values["kind"], one.values["count"]) for one in findings] == [("no_effect", 2)] * bool(count)


class TestStatements:
    """LA301, LA302 and LA303."""

    def repeated(self, counts: list[int], **changes: Any) -> list[Request]:
        """Return a request per count that executes one statement so often."""
        sql = changes.pop("sql", ROW)
        return [
            request(number, server={"statements": (use(sql, count, **changes),)})
            for number, count in enumerate(counts, start=1)
        ]

    def test_n_plus_one_with_a_growing_count(self, tmp_path: Path) -> None:
        """The count varies with the rows: a loop."""
        (finding,) = alarming(analysed(tmp_path, [operation()], self.repeated([6, 8, 9, 10])))
        assert (finding.code, finding.proven, finding.values["median"]) == ("LA301", True, 8)

    def test_n_plus_one_names_the_call_site(self, tmp_path: Path) -> None:
        """A place in the project's code proves it as well."""
        made = self.repeated([10] * 4, call_site="views.py:41 in projects")
        (finding,) = alarming(analysed(tmp_path, [operation()], made))
        assert (finding.proven, finding.values["call_site"]) == (True, "views.py:41 in projects")

    def test_n_plus_one_without_either_is_not_proven(self, tmp_path: Path) -> None:
        """Ten settings read one by one look the same."""
        (finding,) = alarming(analysed(tmp_path, [operation()], self.repeated([10] * 4)))
        assert finding.values["unproven"] == "count_never_varied"

    def test_four_times_is_repeated_and_five_times_is_a_loop(self, tmp_path: Path) -> None:
        """The boundary between LA302 and LA301."""
        (tmp_path / "five").mkdir()
        four = analysed(tmp_path, [operation()], self.repeated([4] * 4))
        five = analysed(tmp_path / "five", [operation()], self.repeated([5] * 4))
        assert found(four, "LA302")
        assert not found(four, "LA301")
        assert found(five, "LA301")

    def test_one_call_site_is_one_finding(self, tmp_path: Path) -> None:
        """A context processor that loops shows in every operation and is fixed once."""
        ids = [f"GET /p{index}/" for index in range(4)]
        server = {"statements": (use(ROW, 8, call_site="context.py:9 in menu"),)}
        made = [one for index, id_ in enumerate(ids) for one in requests(3, id_, first=1 + 3 * index, server=server)]
        (finding,) = alarming(analysed(tmp_path, [operation(one) for one in ids], made))
        assert finding.operations == tuple(ids)

    def test_a_loop_that_writes_is_info(self, tmp_path: Path) -> None:
        """Saving many rows one by one is often what was asked for."""
        made = self.repeated([10, 12, 14], sql="INSERT INTO t (a) VALUES (%s)")
        analysis = analysed(tmp_path, [operation()], made)
        assert not alarming(analysis)
        assert "bulk_create" in finding_text(found(analysis, "LA301")[0]).action

    @pytest.mark.parametrize("sql", ['SAVEPOINT "s1_x1"', "BEGIN", "COMMIT"])
    def test_transactions_are_not_repeated_statements(self, tmp_path: Path, sql: str) -> None:
        """A savepoint per row is Django's doing."""
        assert not analysed(tmp_path, [operation()], self.repeated([10] * 30, sql=sql)).findings

    def test_a_slow_statement(self, tmp_path: Path) -> None:
        """The median execution takes 100 ms; the plan is not known, so neither is the cause."""
        made = self.repeated([1] * 5, max_ns=120 * MS, total_ns=120 * MS)
        (finding,) = alarming(analysed(tmp_path, [operation()], made))
        assert (finding.code, finding.values["unproven"]) == ("LA303", "no_query_plan")

    def test_a_busy_machine_makes_no_slow_statement(self, tmp_path: Path) -> None:
        """A statement that is fast when nothing disturbs it was waiting, not working."""
        made = [request(1, server={"statements": (use(max_ns=MS),)})]
        made += [request(n, server={"statements": (use(max_ns=150 * MS, total_ns=150 * MS),)}) for n in range(2, 9)]
        assert not alarming(analysed(tmp_path, [operation()], made))

    def test_the_longest_of_many_executions_makes_no_slow_statement(self, tmp_path: Path) -> None:
        """Of 150 quick executions one always meets a busy moment; a loop is slow by its mean."""
        quick = self.repeated([150] * 5, max_ns=130 * MS, total_ns=900 * MS)
        assert not found(analysed(tmp_path, [operation()], quick), "LA303")
        (tmp_path / "slow").mkdir()
        slow = self.repeated([6] * 5, max_ns=180 * MS, total_ns=900 * MS)
        assert found(analysed(tmp_path / "slow", [operation()], slow), "LA303")

    @pytest.mark.parametrize(
        "sql", ["BEGIN IMMEDIATE", "COMMIT", "UPDATE t SET a = %s", "INSERT INTO t (a) VALUES (%s)"]
    )
    def test_waiting_for_sqlites_writer_is_no_slow_statement(self, tmp_path: Path, sql: str) -> None:
        """Every write waits for the one before it."""
        info = run_info(environment={"database default": "sqlite, driver sqlite3 3.45"})
        made = self.repeated([1] * 5, sql=sql, max_ns=300 * MS, total_ns=300 * MS)
        assert not alarming(analysed(tmp_path, [operation()], made, info=info))

    def test_a_wait_for_a_row_lock_is_no_slow_statement(self, tmp_path: Path) -> None:
        """The first to lock the row was fast."""
        sql = "SELECT a FROM t WHERE id = %s FOR UPDATE"
        made = [request(1, server={"statements": (use(sql, max_ns=30 * MS),)})]
        made += [request(n, server={"statements": (use(sql, max_ns=500 * MS),)}) for n in range(2, 9)]
        assert not alarming(analysed(tmp_path, [operation()], made, info=POSTGRESQL))

    def test_a_write_that_is_always_slow(self, tmp_path: Path) -> None:
        """Even the fastest execution was slow: it worked and did not wait."""
        made = self.repeated([1] * 5, sql="UPDATE t SET a = %s", max_ns=300 * MS, total_ns=300 * MS)
        assert found(analysed(tmp_path, [operation()], made, info=POSTGRESQL), "LA303")

    def test_a_statement_that_fills_a_slow_request(self, tmp_path: Path) -> None:
        """Four executions of 80 ms are most of a slow request, although none is slow alone."""
        server = {"service_ns": 600 * MS, "statements": (use(ROW, 4, max_ns=90 * MS, total_ns=340 * MS),)}
        assert found(analysed(tmp_path, [operation()], requests(5, server=server), slow_ms=500), "LA303")


class TestUnboundedAnswer:
    """LA304."""

    LARGE = 300 * 1024

    def test_a_large_list_is_not_proven_without_growth(self, tmp_path: Path) -> None:
        """Nothing shows that it will grow."""
        (finding,) = alarming(analysed(tmp_path, [operation()], requests(20, client={"body_bytes": self.LARGE})))
        assert (finding.code, finding.values["unproven"]) == ("LA304", "growth_not_observed")

    def test_growth_proves_it(self, tmp_path: Path) -> None:
        """The same path answered more and more while rows were added."""
        made = [request(n, client={"body_bytes": self.LARGE + 3000 * n}) for n in range(1, 21)]
        (finding,) = alarming(analysed(tmp_path, [operation()], made))
        assert finding.proven

    def test_just_below_the_limit(self, tmp_path: Path) -> None:
        """256 KiB is the limit."""
        assert not alarming(analysed(tmp_path, [operation()], requests(20, client={"body_bytes": 256 * 1024 - 1})))

    @pytest.mark.parametrize(
        "changes",
        [
            {"category": "Export"},
            {"risk": Risk.HEAVY},
            {"route": "/projects/download/"},
            {"catch_all": True, "parameters": (Parameter(name="path"),), "route": "/<path:path>"},
        ],
    )
    def test_files_are_large_on_purpose(self, tmp_path: Path, changes: dict[str, Any]) -> None:
        """Exports, heavy operations, downloads and catch-alls are left alone."""
        made = requests(20, client={"body_bytes": self.LARGE})
        assert not alarming(analysed(tmp_path, [operation(**changes)], made))

    def test_an_answer_without_the_database_is_no_list(self, tmp_path: Path) -> None:
        """A large static page has no rows."""
        made = requests(20, client={"body_bytes": self.LARGE}, server={"sql_count": 0})
        assert not alarming(analysed(tmp_path, [operation()], made))


class TestLatency:
    """LA402 and LA403."""

    def humps(self, slow_gets: int = 1, slow_ns: int = 800 * MS, slow_path: str = "/projects/") -> list[Request]:
        """Return 20 requests that found everything in the cache and 10 that were slow."""
        fast = requests(20, server={"cache_gets": 1, "cache_hits": 1})
        slow = {"cache_gets": slow_gets, "cache_hits": 0, "service_ns": slow_ns}
        return [*fast, *requests(10, first=21, client={"path": slow_path}, server=slow)]

    def test_cache_misses_separate_the_humps(self, tmp_path: Path) -> None:
        """Fast with the cache, very slow without it."""
        (finding,) = alarming(analysed(tmp_path, [operation()], self.humps()))
        assert (finding.code, finding.values["cause"], finding.values["slow"]) == ("LA402", "cache", 10)

    def test_ten_requests_suffice_when_the_cache_explains_them(self, tmp_path: Path) -> None:
        """The same humps without a cause need twenty."""
        (tmp_path / "other").mkdir()
        few = [*self.humps()[:6], *self.humps()[-4:]]
        unexplained = [*self.humps(slow_gets=0)[:6], *self.humps(slow_gets=0)[-4:]]
        assert found(analysed(tmp_path, [operation()], few), "LA402")
        assert not found(analysed(tmp_path / "other", [operation()], unexplained), "LA402")

    def test_what_comes_too_seldom_for_the_cache_is_shown_by_sending_it_at_once(self, tmp_path: Path) -> None:
        """Every request of the load missed; those right behind the first one hit."""
        (tmp_path / "other").mkdir()
        missed = requests(8, server={"cache_gets": 1, "cache_sets": 1, "service_ns": 800 * MS})
        hit = {"cache_gets": 1, "cache_hits": 1}
        warm = [alone(request(n, client={"lane": Lane.WARM}, server=hit)) for n in range(1, 4)]
        (finding,) = found(analysed(tmp_path, [operation()], [*missed, *warm]), "LA402")
        assert (finding.values["cause"], finding.values["slow"], finding.values["fast"]) == ("cache", 8, 3)
        assert not found(analysed(tmp_path / "other", [operation()], missed), "LA402")

    def test_rows_of_different_size_are_info(self, tmp_path: Path) -> None:
        """The path separates the humps; that is no defect by itself."""
        analysis = analysed(tmp_path, [operation()], self.humps(slow_gets=0, slow_path="/projects/?page=2"))
        assert [(one.severity, one.values["cause"]) for one in found(analysis, "LA402")] == [(Severity.INFO, "path")]

    def test_limits_that_a_write_asks_the_cache_for_are_no_defect(self, tmp_path: Path) -> None:
        """What is turned away at once has not been served from the cache."""
        (tmp_path / "other").mkdir()
        write = operation("POST /reports/", kind=Kind.WRITE)
        for one, folder, count in ((operation(), tmp_path, 1), (write, tmp_path / "other", 0)):
            sent = requests(8, one.id, server={"cache_gets": 1, "cache_hits": 1})
            missed = {"cache_gets": 1, "cache_sets": 1, "service_ns": 800 * MS}
            sent += requests(8, one.id, first=9, server=missed)
            assert len(found(analysed(folder, [one], sent), "LA402")) == count

    def test_unexplained_humps_are_info(self, tmp_path: Path) -> None:
        """Without a cause it may be the machine."""
        analysis = analysed(tmp_path, [operation()], self.humps(slow_gets=0))
        assert [(one.severity, one.proven) for one in found(analysis, "LA402")] == [(Severity.INFO, False)]

    def test_short_humps_are_nothing(self, tmp_path: Path) -> None:
        """Waiting for the processor makes humps below 100 ms."""
        assert not found(analysed(tmp_path, [operation()], self.humps(slow_ns=90 * MS)), "LA402")

    def test_queueing_makes_no_finding(self, tmp_path: Path) -> None:
        """Latency at the client grows when the workers are busy; the server's own time does not."""
        made = [*requests(20), *requests(20, first=21, client={"latency_ns": 3_000 * MS})]
        assert not alarming(analysed(tmp_path, [operation()], made))

    def test_computing_for_long(self, tmp_path: Path) -> None:
        """400 ms of CPU in 450 ms of service."""
        made = requests(10, server={"cpu_ns": 400 * MS, "service_ns": 450 * MS})
        (finding,) = alarming(analysed(tmp_path, [operation()], made, info=POSTGRESQL))
        assert (finding.code, finding.values["cpu_ns"]) == ("LA403", 400 * MS)

    def test_computing_threads_that_disturb_each_other(self, tmp_path: Path) -> None:
        """Most requests waited for the interpreter lock; the least disturbed show the true share."""
        made = requests(2, server={"cpu_ns": 400 * MS, "service_ns": 420 * MS})
        made += requests(18, first=3, server={"cpu_ns": 400 * MS, "service_ns": 1_600 * MS})
        assert found(analysed(tmp_path, [operation()], made), "LA403")

    def test_a_statement_in_sqlite_is_not_python(self, tmp_path: Path) -> None:
        """SQLite computes in the request's thread; its slow statement is LA303."""
        server = {"cpu_ns": 420 * MS, "service_ns": 450 * MS, "sql_ns": 400 * MS}
        assert not found(analysed(tmp_path, [operation()], requests(10, server=server)), "LA403")

    def test_a_statement_that_only_waits_takes_no_cpu_away(self, tmp_path: Path) -> None:
        """On a busy machine its time is waiting: the least disturbed request tells how much is the request's own."""
        waiting = {"cpu_ns": 510 * MS, "service_ns": 9_000 * MS, "sql_ns": 200 * MS}
        made = [*requests(17, server=waiting), *requests(3, first=18, server={**waiting, "sql_ns": 2 * MS})]
        info = run_info(environment={"database default": "sqlite 3.45"})
        (finding,) = found(analysed(tmp_path, [operation()], made, info=info), "LA403")
        assert finding.values["cpu_ns"] == 508 * MS

    def test_waiting_is_not_computing(self, tmp_path: Path) -> None:
        """A request that sleeps for two seconds and computes a little is not CPU-bound."""
        made = requests(10, server={"cpu_ns": 260 * MS, "service_ns": 2_000 * MS})
        assert not found(analysed(tmp_path, [operation()], made), "LA403")

    @pytest.mark.parametrize(("cpu_ms", "machine", "expected"), [(120, 99, 1), (120, 90, 0), (90, 99, 0)])
    def test_where_no_cpu_is_left_less_is_long(self, tmp_path: Path, cpu_ms: int, machine: int, expected: int) -> None:
        """Requests of 120 ms fill a machine; on one with CPU to spare they disturb nobody."""
        made = requests(20, server={"cpu_ns": cpu_ms * MS, "service_ns": 130 * MS})
        reading = SeriesReading(probe="process", time_ns=MS, values={"machine_cpu_percent": float(machine)})
        analysis = analysed(tmp_path, [operation()], made, info=POSTGRESQL, series=[reading])
        assert len(found(analysis, "LA403")) == expected

    def test_what_nearly_every_operation_computes_is_one_finding(self, tmp_path: Path) -> None:
        """A middleware computes in all of them; only what one adds to it is its own."""
        pages = [operation(f"GET /page/{number}/") for number in range(12)]
        made = [
            one
            for number, page in enumerate(pages)
            for one in requests(
                5,
                page.id,
                first=5 * number + 1,
                server={"cpu_ns": (600 if number == 3 else 200) * MS, "service_ns": 610 * MS},
            )
        ]
        site, own = found(analysed(tmp_path, pages, made, info=POSTGRESQL), "LA403")
        assert (site.values["kind"], site.values["cpu_ns"], len(site.operations)) == ("everywhere", 200 * MS, 12)
        assert own.operations == (pages[3].id,)

    def test_password_hashing_is_info(self, tmp_path: Path) -> None:
        """It is slow on purpose."""
        page = operation("POST /accounts/login/")
        made = requests(10, page.id, server={"cpu_ns": 400 * MS, "service_ns": 450 * MS})
        assert [one.severity for one in found(analysed(tmp_path, [page], made), "LA403")] == [Severity.INFO]

    @pytest.mark.parametrize(("cpu_ms", "expected"), [(900, 0), (1500, 1)])
    def test_what_statements_in_a_loop_cost_is_no_computing(self, tmp_path: Path, cpu_ms: int, expected: int) -> None:
        """A thousand of them cost up to a millisecond each in Python; the loop is another finding."""
        use = StatementUse(alias="default", sql="SELECT 1", count=1000, total_ns=500 * MS, max_ns=MS)
        server = {"service_ns": 4000 * MS, "cpu_ns": cpu_ms * MS, "sql_ns": 500 * MS, "sql_count": 1000}
        made = requests(10, server={**server, "statements": (use,)})
        assert len(found(analysed(tmp_path, [operation()], made, info=POSTGRESQL), "LA403")) == expected


class TestConnections:
    """LA501."""

    def test_a_leak_names_all_its_operations_once(self, tmp_path: Path) -> None:
        """One middleware, one finding."""
        ids = ("GET /a/", "GET /b/")
        made = [*requests(5, ids[0], server={"connections_left": 1})]
        made += requests(5, ids[1], first=6, server={"connections_left": 1})
        (finding,) = alarming(analysed(tmp_path, [operation(one) for one in ids], made))
        assert (finding.code, finding.operations, finding.values["left"]) == ("LA501", ids, 10)

    def test_a_connection_per_request_is_info(self, tmp_path: Path) -> None:
        """CONN_MAX_AGE = 0 is Django's default."""
        made = requests(120, server={"connections_opened": 1})
        analysis = analysed(tmp_path, [operation()], made, info=POSTGRESQL)
        assert [(one.code, one.severity) for one in analysis.findings] == [("LA501", Severity.INFO)]

    def test_on_sqlite_a_connection_costs_nothing(self, tmp_path: Path) -> None:
        """Opening a file is not worth a word."""
        assert not analysed(tmp_path, [operation()], requests(120, server={"connections_opened": 1})).findings


class TestEvidence:
    """LA601, LA602 and LA701."""

    def test_a_category_without_coverage(self, tmp_path: Path) -> None:
        """It is named, as info."""
        batch = operation("POST /batch/", category="Batch")
        plan = plan_for([operation()], exclusions=(excluded(batch.id),))
        (finding,) = found(analysed(tmp_path, [operation(), batch], requests(20), plan=plan), "LA601")
        assert (finding.severity, finding.values["category"]) == (Severity.INFO, "Batch")

    def test_a_category_that_was_held_back_is_missing_on_purpose(self, tmp_path: Path) -> None:
        """The report counts it among what was held back."""
        batch = operation("POST /batch/", category="Batch")
        plan = plan_for([operation()], exclusions=(replace(excluded(batch.id), held_back=True),))
        assert not found(analysed(tmp_path, [operation(), batch], requests(20), plan=plan), "LA601")

    def test_a_run_that_sent_nothing_has_no_such_finding(self, tmp_path: Path) -> None:
        """It would only repeat that for every category."""
        assert not analysed(tmp_path, [operation()]).findings

    @pytest.mark.parametrize(("count", "few"), [(19, True), (20, False)])
    def test_too_few_successes(self, tmp_path: Path, count: int, few: bool) -> None:
        """19 successes do not carry a p95."""
        assert bool(found(analysed(tmp_path, [operation()], requests(count)), "LA602")) is few

    @pytest.mark.parametrize(
        ("lost", "severity"), [(4, Severity.INFO), (20, Severity.WARNING), (200, Severity.CRITICAL)]
    )
    def test_missing_traces(self, tmp_path: Path, lost: int, severity: Severity) -> None:
        """A few are lost on the way, many mean that the probe is blind."""
        made = [*requests(200), *requests(lost, first=201, traced=False)]
        (finding,) = found(analysed(tmp_path, [operation()], made), "LA701")
        assert (finding.severity, finding.values["count"], finding.operations) == (severity, lost, (PAGE,))

    def test_no_traces_are_missed_where_none_were_expected(self, tmp_path: Path) -> None:
        """An imported run has no probe."""
        info = run_info(traces_expected=False)
        assert not found(analysed(tmp_path, [operation()], requests(50, traced=False), info=info), "LA701")


class TestLostUpdate:
    """LA504."""

    @staticmethod
    def writing(number: int, value: str, *, read: int, write: int, flag: int = ALONE_BIT) -> Request:
        """Return a request that read a row at one moment and wrote it at another, in ms of the run."""
        row = RowWrite(
            alias="default",
            table="stock",
            row="r5",
            values={"count": value},
            read_end_ns=read * MS,
            write_start_ns=write * MS,
            write_end_ns=(write + 1) * MS,
        )
        sent, seen = request(number, server={"start_ns": 0, "row_writes": (row,)})
        assert seen is not None
        return sent._replace(number=number | flag), replace(seen, number=number | flag)

    def found_in(self, tmp_path: Path, *writes: tuple[str, int, int]) -> list[Finding]:
        """Return the findings on writes of (value, read, write)."""
        made = [self.writing(at, value, read=r, write=w) for at, (value, r, w) in enumerate(writes, 1)]
        return found(analysed(tmp_path, [operation()], made), "LA504")

    def test_two_that_read_the_same(self, tmp_path: Path) -> None:
        """The second wrote over what the first had counted."""
        (finding,) = self.found_in(tmp_path, ("1", 0, 10), ("2", 20, 30), ("3", 40, 50), ("4", 60, 80), ("4", 61, 90))
        assert (finding.severity, finding.proven, finding.values["lost"]) == (Severity.HIGH, True, 1)
        assert finding.samples == (ALONE_BIT | 4, ALONE_BIT | 5)

    def test_the_statement_that_writes_the_number_is_shown(self, tmp_path: Path) -> None:
        """And not the one that lets the database add to it, which undoes nothing."""
        added = 'UPDATE "stock" SET "count" = ("stock"."count" + %s) WHERE "stock"."id" = %s'
        saved = 'UPDATE "stock" SET "name" = %s, "count" = %s WHERE "stock"."id" = %s'
        uses = tuple(StatementUse(alias="default", sql=one, count=1, total_ns=MS, max_ns=MS) for one in (added, saved))
        moments = [("1", 0, 10), ("2", 20, 30), ("3", 40, 50), ("4", 60, 80), ("4", 61, 90)]
        writes = [self.writing(at, one, read=r, write=w) for at, (one, r, w) in enumerate(moments, 1)]
        made = [(sent, replace(seen, statements=uses) if seen else seen) for sent, seen in writes]
        (finding,) = found(analysed(tmp_path, [operation()], made), "LA504")
        assert finding.statements == (saved.replace("%s", "?"),)
        assert finding.values["cause"] == "whole_row"
        assert "update_fields" in finding_text(finding).action

    def test_what_other_operations_change_does_not_count(self, tmp_path: Path) -> None:
        """Saving a whole row writes numbers back that others changed between: alone, it leaves the same one."""
        alone = [self.writing(at, "7", read=20 * at, write=20 * at + 10) for at in range(1, 6)]
        moments = [("1", 0, 10), ("2", 20, 30), ("3", 40, 50), ("4", 60, 80), ("4", 61, 90)]
        load = [self.writing(at, one, read=r, write=w, flag=0) for at, (one, r, w) in enumerate(moments, 1)]
        assert not found(analysed(tmp_path, [operation()], [*load, *alone]), "LA504")

    def test_losses_of_the_load_count(self, tmp_path: Path) -> None:
        """Once it is known that the operation counts."""
        alone = [self.writing(at, str(at), read=20 * at, write=20 * at + 10) for at in range(1, 6)]
        load = [self.writing(at, "9", read=at, write=10 * at, flag=0) for at in (1, 2)]
        (finding,) = found(analysed(tmp_path, [operation()], [*load, *alone]), "LA504")
        assert (finding.proven, finding.samples) == (True, (1, 2))

    def test_never_at_once_is_info(self, tmp_path: Path) -> None:
        """The pattern alone proves no loss."""
        (finding,) = self.found_in(tmp_path, ("1", 0, 10), ("2", 20, 30), ("3", 40, 50))
        assert (finding.severity, finding.values["unproven"]) == (Severity.INFO, "never_overlapped")

    def test_a_number_that_never_changes_does_not_count(self, tmp_path: Path) -> None:
        """A foreign key of a whole row that is saved."""
        assert not self.found_in(tmp_path, ("7", 0, 10), ("7", 20, 30), ("7", 40, 50), ("7", 60, 80), ("7", 61, 90))

    def test_a_total_that_is_calculated_anew_does_not_count(self, tmp_path: Path) -> None:
        """It changes when something else changed it, and is mostly the same."""
        writes = [(str(at // 4), 20 * at, 20 * at + 10) for at in range(12)]
        assert not self.found_in(tmp_path, *writes, ("9", 300, 310), ("9", 301, 320))

    def test_other_numbers_in_an_overlap_are_no_proof(self, tmp_path: Path) -> None:
        """The second may have been sent another amount, or seen the first."""
        (finding,) = self.found_in(tmp_path, ("1", 0, 10), ("2", 20, 30), ("3", 40, 50), ("4", 60, 80), ("5", 61, 90))
        assert not finding.proven


def test_who_was_turned_away_in_the_preflight_counts(tmp_path: Path) -> None:
    """LA203: the load asks as the staff that got in, and the preflight saw that the owner did not."""
    away = request(1, client={"status": 302, "location": "/login/"}, server={"denied": True})
    assert away[1] is not None
    alone = (away[0]._replace(number=ALONE_BIT | 1), replace(away[1], number=ALONE_BIT | 1))
    made = [*requests(25, client={"role": "staff"}), alone]
    staff = Identity(role="staff", username="berta", user_id="7", staff=True)
    plan = replace(plan_for([operation()]), identities=(USER, staff))
    (finding,) = found(analysed(tmp_path, [operation()], made, plan=plan, logins=[login()]), "LA203")
    assert (finding.values["role"], finding.values["requests"], finding.severity) == ("owner", 1, Severity.HIGH)


class TestRefusedInLoad:
    """LA207."""

    @pytest.mark.parametrize(
        ("load", "alone_status", "expected"),
        [
            (requests(4, client={"status": 409}), 200, [(False, "refusal_says_nothing")]),
            (requests(4, client={"status": 302}, server={"refusals": (f"{TOLD}It is taken.",)}), 200, [(True, None)]),
            (requests(4, client={"status": 409}), 409, []),
            (requests(4, client={"status": 500}), 200, []),
            ([*requests(4, client={"status": 409}), *requests(1, first=5)], 200, []),
            (requests(2, client={"status": 409}), 200, []),
        ],
    )
    def test_what_worked_alone_only(
        self, tmp_path: Path, load: list[Any], alone_status: int, expected: list[tuple[bool, str | None]]
    ) -> None:
        """The level rests on what was sent alone, which has to be said."""
        made = [*load, alone(request(1, client={"status": alone_status}))]
        findings = found(analysed(tmp_path, [operation()], made), "LA207")
        assert [(one.proven, one.values.get("unproven")) for one in findings] == expected
        assert all(("taken" in finding_text(one).cause) is one.proven for one in findings)
