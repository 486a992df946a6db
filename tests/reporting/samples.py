"""One run that has something of everything, some of it hostile."""

from pathlib import Path

from loadaudit.analysis.result import Analysis
from loadaudit.records import ServerException
from tests.analysis.factories import (
    analysed,
    excluded,
    login,
    operation,
    plan_for,
    request,
    requests,
    run_info,
    use,
)

SCRIPT = "<script>alert(1)</script>"
MARKUP = "[bold red]no[/] `tick` | bar"

LIST = "GET /projects/"
BROKEN = "GET /projects/<int:project_id>/costs/"
STAFF = "GET /monitoring/status/"
WIPE = "POST /projects/<int:project_id>/wipe/"
NASTY = f"GET /{SCRIPT}/{MARKUP}/"


def everything(folder: Path) -> Analysis:
    """Return the analysis of a run with successes, errors, denials, an N+1, an exclusion and a failed login."""
    error = ServerException(
        type="ValueError", message=f"{SCRIPT} {MARKUP}", fingerprint="f1", traceback=f"Traceback\n  {SCRIPT}\n  ```"
    )
    loop = use(f'SELECT "{SCRIPT}" FROM "t|u" WHERE "id" = %s', 8, call_site="projects/views.py:41 in projects")
    made = [
        *requests(30, LIST, server={"statements": (loop,), "sql_count": 9}),
        *requests(6, BROKEN, first=31, client={"status": 500}, server={"exception": error}),
        *requests(5, STAFF, first=37, client={"status": 302}, server={"denied": True}),
        request(42, NASTY, client={"path": f"/{SCRIPT}"}),
    ]
    categories = {LIST: "Read", BROKEN: "Read", STAFF: "Dashboard", WIPE: "Write", NASTY: "Read"}
    operations = [operation(one, category=category) for one, category in categories.items()]
    plan = plan_for([one for one in operations if one.id != WIPE], exclusions=(excluded(WIPE),))
    return analysed(
        folder,
        operations,
        made,
        plan=plan,
        logins=[login(0), login(1, proven=False, detail=f"no session {SCRIPT}")],
        messages=[f"DEBUG is on. {SCRIPT} {MARKUP}"],
        info=run_info(label=f"demo {SCRIPT}", environment={"database default": f"sqlite {SCRIPT}"}),
    )


def nothing(folder: Path) -> Analysis:
    """Return the analysis of a run that sent nothing."""
    return analysed(folder, [operation(LIST)])
