"""Small results as other tools write them, and an inventory that they belong to."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from loadaudit.importers.names import Names, RouteResolver
from loadaudit.records import ImportedGroup, ImportedResults, Operation
from tests.analysis.factories import operation

OPERATIONS = (
    operation("GET /accounts/login/", category="Auth", name="account_login"),
    operation("POST /accounts/login/", category="Auth", name="account_login"),
    operation("GET /site/dashboard/", category="Dashboard", name="dashboard", view="a"),
    operation("GET /site/projects/<int:project_id>/", name="project", view="b"),
    operation("GET /site/projects/<int:project_id>/tasks/<int:task_id>/", view="c"),
    operation("POST /site/projects/<int:project_id>/save/", category="Write", view="d"),
    operation("GET /site/export/<str:kind>/", category="Export", view="e"),
    operation("GET /site/search/", view="f"),
    operation("GET /site/reports/", view="g"),
)

STATS_HEAD = (
    "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,"
    "Max Response Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%"
)
HISTORY_HEAD = (
    "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%,"
    "Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,"
    "Total Min Response Time,Total Max Response Time,Total Average Content Size"
)

Row = tuple[str, str, int, int, float]
"""Method, name, requests, failures, average size."""


def names(operations: Iterable[Operation] = OPERATIONS, mapping: Mapping[str, str | None] | None = None) -> Names:
    """Return the names of the inventory, resolved by its routes."""
    known = tuple(operations)
    return Names(known, RouteResolver(known), mapping or {})


def stats_line(row: Row) -> str:
    """Return a line of the statistics; quantiles rise from 20 to 200 ms."""
    method, name, requests, failures, size = row
    quantiles = "20,30,40,50,90,100,150,180,190,199,200"
    return f"{method},{name},{requests},{failures},20,31.5,5.25,200.5,{size},1.5,0.1,{quantiles}"


def write_csv(folder: Path, rows: Iterable[Row], failures: Iterable[str] = (), *, prefix: str = "night") -> list[Path]:
    """Write a set of Locust's files and return their paths."""
    kept = list(rows)
    requests, failed = sum(row[2] for row in kept), sum(row[3] for row in kept)
    size = sum(row[2] * row[4] for row in kept) / max(requests, 1)
    lines = [STATS_HEAD, *map(stats_line, kept), stats_line(("", "Aggregated", requests, failed, size))]
    history = [HISTORY_HEAD]
    for second, share in enumerate((0.0, 0.5, 1.0)):
        counts = f"{int(requests * share)},{int(failed * share)}"
        history.append(f"{1768059803 + second},{second * 5},,Aggregated,1,0,{'N/A,' * 11}{counts},0,0.0,0,0,0")
    files = {
        "stats": lines,
        "failures": ["Method,Name,Error,Occurrences", *failures],
        "exceptions": ["Count,Message,Traceback,Nodes"],
        "stats_history": history,
    }
    paths = []
    for kind, text in files.items():
        path = folder / f"{prefix}_{kind}.csv"
        path.write_text("\r\n".join(text) + "\r\n", encoding="utf-8")
        paths.append(path)
    return paths


def write_html(path: Path, rows: Iterable[Row], failures: Iterable[Mapping[str, object]] = ()) -> Path:
    """Write the report of current versions of Locust, its data inside as JSON, and return its path."""
    kept = list(rows)
    requests, failed = sum(row[2] for row in kept), sum(row[3] for row in kept)
    size = sum(row[2] * row[4] for row in kept) / max(requests, 1)
    statistics = [
        {
            "method": method,
            "name": name,
            "num_requests": count,
            "num_failures": missed,
            "avg_content_length": mean,
            "min_response_time": 5,
            "max_response_time": 200.5,
        }
        for method, name, count, missed, mean in [*kept, ("", "Aggregated", requests, failed, size)]
    ]
    times = [{"method": one["method"], "name": one["name"], "0.5": 20, "0.95": 100, "1.0": 200} for one in statistics]
    moment = {
        "time": "2026-01-10T15:43:28Z",
        "current_rps": ["x", 4],
        "current_fail_per_sec": 1,
        "user_count": ["x", 7],
    }
    arguments = {
        "requests_statistics": statistics,
        "failures_statistics": list(failures),
        "exceptions_statistics": [],
        "response_time_statistics": times,
        "start_time": "2026-01-10T15:43:23Z",
        "end_time": "2026-01-10T15:43:33Z",
        "host": "http://staging.example.org",
        "history": [moment],
    }
    head = "<!DOCTYPE html><html><head><title>Locust</title></head><script>window.templateArgs = "
    path.write_text(f"{head}{json.dumps(arguments)}\nwindow.theme = ''</script></html>", encoding="utf-8")
    return path


def group(results: ImportedResults, label: str) -> ImportedGroup:
    """Return the group of a name."""
    return next(one for one in results.groups if one.label == label)
