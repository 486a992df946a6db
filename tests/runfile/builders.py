"""Records for run files: one of each kind, with every field away from its default."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from loadaudit.records import (
    Access,
    Evidence,
    Exclusion,
    Identity,
    Inventory,
    Kind,
    Lane,
    LeftOut,
    LoginAttempt,
    Operation,
    Parameter,
    Plan,
    PlannedPath,
    PlannedRequest,
    Problem,
    Risk,
    RowWrite,
    RunInfo,
    Sample,
    ServerException,
    StatementUse,
    Trace,
)
from loadaudit.runfile.writer import RunWriter

OPERATION = Operation(
    id="GET /p/<int:pk>/",
    method="GET",
    method_evidence=Evidence.DECLARED,
    route="/p/<int:pk>/",
    pattern="p/<int:pk>/",
    name="projects:detail",
    namespaces=("projects",),
    app="projects",
    view="projects.views.detail",
    file="projects/views.py",
    line=12,
    parameters=(Parameter(name="pk", converter="int", model="projects.Project", evidence=Evidence.INFERRED),),
    access=Access(login=True, login_evidence=Evidence.DECLARED, permissions=("projects.view",)),
    category="Read",
    category_evidence=Evidence.INFERRED,
    risk=Risk.SAFE,
    risk_evidence=Evidence.INFERRED,
    kind=Kind.READ,
)
INVENTORY = Inventory(
    operations=(OPERATION,),
    problems=(Problem(code="shadowed", route="/p/new/", detail="comes later", file="urls.py", line=3),),
    left_out=(LeftOut(group="admin", operation_count=40, option="--include-admin"),),
    notes=("größe",),
)
PLAN = Plan(
    requests=(
        PlannedRequest(
            operation_id=OPERATION.id,
            method="GET",
            paths=(PlannedPath(path="/p/1/", origin="row of projects.Project"),),
            role="owner",
            lane=Lane.HEAVY,
        ),
    ),
    exclusions=(Exclusion(operation_id="DELETE /p/<int:pk>/", reason="It deletes rows."),),
    identities=(Identity(role="owner", username="anna", user_id="7"),),
    users=10,
    duration_s=None,
    seed=3,
)
LOGIN = LoginAttempt(vu=1, role="owner", proven=True, detail="a trace shows user 7", duration_ns=5)
ERROR = ServerException(type="ValueError", message="no row", fingerprint="ab12", traceback="Traceback …")


def info(**changes: Any) -> RunInfo:
    """Return the facts of a run that is under way."""
    made = RunInfo(
        id="20260101-120000-ab12",
        label="nightly",
        started_at="2026-01-01T12:00:00+00:00",
        target="embedded",
        users=10,
        seed=3,
        duration_s=None,
        environment={"django": "5.2"},
    )
    return replace(made, **changes)


def finished(**changes: Any) -> RunInfo:
    """Return the facts of a run that completed."""
    ended = {"finished_at": "2026-01-01T12:01:00+00:00", "finish_reason": "completed", "request_count": 1}
    return info(**{**ended, **changes})


def sample(number: int = 1, **changes: Any) -> Sample:
    """Return a sample."""
    made = Sample(
        number=number,
        operation_id=OPERATION.id,
        path="/p/1/",
        role="owner",
        vu=2,
        intended_start_ns=3,
        start_ns=4,
        first_byte_ns=5,
        response_ns=6,
        latency_ns=7,
        dns_ns=1,
        connect_ns=2,
        tls_ns=3,
        sent_bytes=8,
        received_bytes=9,
        protocol="1.1",
        worker="load-2",
        status=302,
        body_bytes=7,
        body_hash=2**32 - 1,
        body_mark="login_page",
        location="/login/",
        new_connection=True,
        lane=Lane.HEALTH,
        warm_up=True,
    )
    return made._replace(**changes)


def use(sql: str, **changes: Any) -> StatementUse:
    """Return two executions of a statement."""
    made = StatementUse(alias="default", sql=sql, count=2, total_ns=30, max_ns=20, call_site="views.py:3 in detail")
    return replace(made, **changes)


def trace(number: int = 1, **changes: Any) -> Trace:
    """Return a trace."""
    made = Trace(
        number=number,
        method="GET",
        route="/p/<int:pk>/",
        view="projects.views.detail",
        view_ran=True,
        user_id="7",
        status=302,
        start_ns=8,
        service_ns=9,
        cpu_ns=10,
        sql_count=4,
        sql_ns=60,
        connections_opened=1,
        connections_left=1,
        connect_ns=11,
        cache_gets=12,
        cache_hits=13,
        in_flight=14,
        csrf_reason="no cookie",
        denied=True,
        worker=15,
        summary_only=True,
        outgoing=("refused api.example.com:443", "started: git"),
        row_writes=(
            RowWrite(
                alias="default",
                table="stock",
                row="a1",
                values={"count": "b2"},
                read_end_ns=10,
                write_start_ns=20,
                write_end_ns=30,
            ),
        ),
    )
    return replace(made, **changes)


def write(path: Path, **changes: Any) -> Path:
    """Write a small finished run and return its path."""
    with RunWriter(path, info(**changes)) as writer:
        writer.add_inventory(INVENTORY)
        writer.add_samples([sample()])
        writer.finish(finished(**changes))
    return path
