"""Small builders of records and run files, with defaults that make a clean successful request."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from loadaudit.analysis.analyse import analyse
from loadaudit.analysis.result import Analysis
from loadaudit.records import (
    Access,
    Evidence,
    Exclusion,
    Finding,
    Identity,
    Inventory,
    Kind,
    LoginAttempt,
    Observation,
    Operation,
    Plan,
    PlannedPath,
    PlannedRequest,
    Risk,
    RunInfo,
    Sample,
    SeriesReading,
    StatementUse,
    Trace,
)
from loadaudit.reporting.wording import finding_text
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter

MS = 1_000_000
PAGE = "GET /projects/"
USER = Identity(role="owner", username="anna", user_id="7")

Request = tuple[Sample, Trace | None]


def operation(operation_id: str = PAGE, **changes: Any) -> Operation:
    """Return an operation whose id is `operation_id`; by default a declared page behind a login."""
    method, _, route = operation_id.partition(" ")
    made = Operation(
        id=operation_id,
        method=method,
        method_evidence=Evidence.DECLARED,
        route=route,
        pattern=route.removeprefix("/"),
        name="",
        namespaces=(),
        app="projects",
        view="projects.views.page",
        file="projects/views.py",
        line=1,
        parameters=(),
        access=Access(login=True, login_evidence=Evidence.DECLARED),
        category="Read",
        category_evidence=Evidence.INFERRED,
        risk=Risk.SAFE,
        risk_evidence=Evidence.INFERRED,
        kind=Kind.READ,
    )
    return replace(made, **changes)


def sample(number: int = 1, operation_id: str = PAGE, **changes: Any) -> Sample:
    """Return a 200 in 20 ms, one request every 100 ms."""
    made = Sample(
        number=number,
        operation_id=operation_id,
        path=operation_id.partition(" ")[2],
        role="owner",
        vu=0,
        intended_start_ns=number * 100 * MS,
        start_ns=number * 100 * MS,
        first_byte_ns=18 * MS,
        response_ns=20 * MS,
        latency_ns=20 * MS,
        status=200,
        body_bytes=2000,
    )
    return made._replace(**changes)


def trace(number: int = 1, operation_id: str = PAGE, **changes: Any) -> Trace:
    """Return the server's side of `sample`: the own view ran as the user 7."""
    method, _, route = operation_id.partition(" ")
    made = Trace(
        number=number,
        method=method,
        route=route,
        view="projects.views.page",
        view_ran=True,
        user_id="7",
        status=200,
        start_ns=number * 100 * MS,
        service_ns=15 * MS,
        cpu_ns=5 * MS,
        sql_count=3,
        sql_ns=2 * MS,
    )
    return replace(made, **changes)


def request(
    number: int = 1,
    operation_id: str = PAGE,
    *,
    client: dict[str, Any] | None = None,
    server: dict[str, Any] | None = None,
    traced: bool = True,
) -> Request:
    """Return one request with changes to either side; a `status` given to the client holds for both."""
    client = client or {}
    status = {"status": client["status"]} if "status" in client else {}
    seen = trace(number, operation_id, **{**status, **(server or {})}) if traced else None
    return sample(number, operation_id, **client), seen


def requests(count: int, operation_id: str = PAGE, *, first: int = 1, **parts: Any) -> list[Request]:
    """Return `count` equal requests with numbers from `first` on."""
    return [request(number, operation_id, **parts) for number in range(first, first + count)]


def use(sql: str = 'SELECT "id" FROM "t" WHERE "id" = %s', count: int = 1, **changes: Any) -> StatementUse:
    """Return a statement's use, 1 ms per execution."""
    made = StatementUse(alias="default", sql=sql, count=count, total_ns=count * MS, max_ns=MS)
    return replace(made, **changes)


def plan_for(operations: Iterable[Operation], **changes: Any) -> Plan:
    """Return a plan that sends every operation as the owner."""
    planned = tuple(
        PlannedRequest(
            operation_id=one.id,
            method=one.method,
            paths=(PlannedPath(path=one.route, origin="no parameters"),),
            role="owner",
        )
        for one in operations
    )
    made = Plan(requests=planned, exclusions=(), identities=(USER,), users=10, duration_s=None)
    return replace(made, **changes)


def excluded(operation_id: str, reason: str = "It deletes rows; allow it with --destructive.") -> Exclusion:
    """Return the plan's reason for leaving an operation out."""
    return Exclusion(operation_id=operation_id, reason=reason)


def login(vu: int = 0, *, proven: bool = True, role: str = "owner", detail: str = "") -> LoginAttempt:
    """Return a login attempt."""
    return LoginAttempt(
        vu=vu, role=role, proven=proven, detail=detail or "a trace shows the user", duration_ns=200 * MS
    )


def run_info(**changes: Any) -> RunInfo:
    """Return a run that completed after 10 s."""
    made = RunInfo(
        id="20260101-120000",
        label="sample",
        started_at="2026-01-01T12:00:00+00:00",
        target="http://127.0.0.1:8000",
        users=10,
        seed=0,
        duration_s=10.0,
        finished_at="2026-01-01T12:00:10+00:00",
        finish_reason="completed",
        load_ns=10_000 * MS,
        environment={"database": "sqlite 3.45"},
    )
    return replace(made, **changes)


def write_run(
    path: Path,
    operations: Sequence[Operation],
    made: Iterable[Request] = (),
    *,
    plan: Plan | None = None,
    logins: Iterable[LoginAttempt] = (),
    messages: Iterable[str] = (),
    series: Iterable[SeriesReading] = (),
    observations: Iterable[Observation] = (),
    info: RunInfo | None = None,
    with_plan: bool = True,
) -> Path:
    """Write a run file and return its path."""
    info = info or run_info()
    pairs = list(made)
    with RunWriter(path, info) as writer:
        writer.add_inventory(Inventory(operations=tuple(operations)))
        if with_plan:
            writer.add_plan(plan or plan_for(operations))
        writer.add_samples(client for client, _ in pairs)
        writer.add_traces(server for _, server in pairs if server is not None)
        writer.add_logins(logins)
        writer.add_series(series)
        writer.add_observations(observations)
        for message in messages:
            writer.add_message(message)
        writer.finish(info)
    return path


def analysed(tmp_path: Path, operations: Sequence[Operation], made: Iterable[Request] = (), **parts: Any) -> Analysis:
    """Write a run file below `tmp_path`, analyse it and return the analysis."""
    slow_ms = parts.pop("slow_ms", 500)
    with RunFile(write_run(tmp_path / "run.sqlite3", operations, made, **parts)) as run:
        return analyse(run, slow_ms=slow_ms, detailed=True)


def found(analysis: Analysis, code: str) -> list[Finding]:
    """Return the findings with `code`."""
    return worded(finding for finding in analysis.findings if finding.code == code)


def alarming(analysis: Analysis) -> list[Finding]:
    """Return the findings above info."""
    return [finding for finding in analysis.findings if finding.severity > 0]


def worded(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings once each of them was put into words."""
    kept = list(findings)
    for finding in kept:
        text = finding_text(finding)
        assert "%(" not in f"{text.title}{text.claim}{text.cause}{text.action}"
    return kept
