"""An inspection with something in every part of it."""

from loadaudit.records import (
    CacheUse,
    InspectedRequest,
    InspectedStatement,
    Inspection,
    Outcome,
    PanelFigures,
    SlowestStatement,
)

SQL = 'SELECT "t"."a", "t"."b", "t"."c", "t"."d", "t"."e", "t"."f" FROM "t" WHERE "t"."a" = ?'
INSPECTION = Inspection(
    request=InspectedRequest(
        operation_id="GET /notes/<int:pk>/",
        method="GET",
        path="/notes/7/",
        role="owner",
        username="ann",
        origin="row of notes.Note",
    ),
    view="notes.views.note",
    outcome=Outcome.OK,
    detail="",
    status=200,
    body_bytes=2048,
    service_ns=40_000_000,
    parts={"database": 30_000_000, "python": 10_000_000},
    alone=True,
    first_ns=90_000_000,
    panels=PanelFigures(
        statements=(
            InspectedStatement(
                alias="default",
                sql=SQL,
                count=9,
                duplicates=3,
                total_ns=27_000_000,
                max_ns=5_000_000,
                call_site="notes/views.py:31 in note",
                source="for one in note.lines.all():",
            ),
            InspectedStatement(alias="default", sql="SELECT 1", count=1, duplicates=0, total_ns=1, max_ns=1),
        ),
        slowest=SlowestStatement(
            sql=SQL, duration_ns=5_000_000, call_site="notes/views.py:31 in note", explained=("SCAN t",)
        ),
        cache=CacheUse(calls={"get": 2}, hits=1, misses=1, total_ns=1_000_000),
        templates={"note.html": 1, "line.html": 9},
        signals={"post_save": ("index",)},
        user_cpu_ns=12_000_000,
        switches=3,
    ),
)
