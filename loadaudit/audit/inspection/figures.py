"""What the panels recorded of one request as figures, and how the database carries out its slowest statement."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import DatabaseError, connections, transaction

from loadaudit.analysis.fingerprints import fingerprint, is_select, is_transaction_control
from loadaudit.audit.inspection.toolbar import site_of
from loadaudit.probes.call_sites import short_name
from loadaudit.records import CacheUse, InspectedStatement, PanelFigures, SlowestStatement

Query = Mapping[str, Any]
Stats = Mapping[str, Mapping[str, Any]]

_EXPLAINED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
_LONGEST_PLAN = 60
"""Lines of a plan that are kept."""


def figures_of(stats: Stats, *, analyze: bool) -> PanelFigures:
    """Return the figures; with `analyze` PostgreSQL executes the slowest SELECT once more to time its parts."""
    queries: Sequence[Query] = stats.get("SQLPanel", {}).get("queries", ())
    timer = stats.get("TimerPanel", {})
    rendered = [one["template"]["name"] for one in stats.get("TemplatesPanel", {}).get("templates", ())]
    return PanelFigures(
        statements=tuple(sorted(_statements(queries), key=lambda one: (-one.total_ns, one.sql))),
        slowest=_slowest(queries, analyze=analyze),
        cache=_cache(stats.get("CachePanel", {})),
        templates=Counter(str(name) for name in rendered if name),
        signals={name: tuple(names) for name, names in stats.get("SignalsPanel", {}).get("signals", ()) if names},
        user_cpu_ns=_ns(timer.get("utime", 0)),
        system_cpu_ns=_ns(timer.get("stime", 0)),
        switches=int(timer.get("vcsw", 0)) + int(timer.get("ivcsw", 0)),
    )


def _statements(queries: Sequence[Query]) -> Iterator[InspectedStatement]:
    """Yield what each place executed of each statement."""
    groups: dict[tuple[str, str, str, str], list[Query]] = {}
    for query in queries:
        key = (query["alias"], fingerprint(query["raw_sql"]), *_place(query))
        groups.setdefault(key, []).append(query)
    for (alias, sql, site, source), executions in groups.items():
        values = {repr(one["params"]) for one in executions}
        times = [_ns(one["duration"]) for one in executions]
        yield InspectedStatement(
            alias=alias,
            sql=sql,
            count=len(executions),
            duplicates=0 if is_transaction_control(sql) else len(executions) - len(values),
            total_ns=sum(times),
            max_ns=max(times),
            call_site=site,
            source=source,
        )


def _place(query: Query) -> tuple[str, str]:
    """Return where the project asked for a statement and the line there: of a template, where one was being rendered.

    The line of code is then only the one that has it rendered.
    """
    template = query.get("template_info")
    line = next((one for one in template.get("context", ()) if one.get("highlight")), None) if template else None
    if template is None or line is None:
        return site_of(query["stacktrace"])
    return f"{short_name(str(template['name']))}:{line['num']}", str(line["content"]).strip()


def _slowest(queries: Sequence[Query], *, analyze: bool) -> SlowestStatement | None:
    if not queries:
        return None
    query = max(queries, key=lambda one: float(one["duration"]))
    lines, problem = _explained(query, analyze=analyze)
    return SlowestStatement(
        sql=fingerprint(query["raw_sql"]),
        duration_ns=_ns(query["duration"]),
        call_site=_place(query)[0],
        explained=lines,
        problem=problem,
    )


def _explained(query: Query, *, analyze: bool) -> tuple[tuple[str, ...], str]:
    """Return the lines of the database's plan, or none and why."""
    sql = query["raw_sql"]
    if not sql.lstrip("( \n").upper().startswith(_EXPLAINED):
        return (), "databases explain only statements that read or change rows"
    connection = connections[query["alias"]]
    options: dict[str, Any] = (
        {"analyze": True} if analyze and connection.vendor == "postgresql" and is_select(sql) else {}
    )
    try:
        prefix = connection.ops.explain_query_prefix(**options)
        # Whatever an executed function changes is undone, and an error leaves no transaction behind.
        with transaction.atomic(using=query["alias"]), connection.cursor() as cursor:
            cursor.execute(f"{prefix} {sql}", query["params"])
            lines = [" ".join(map(str, row[3:] or row)) for row in cursor.fetchall()]
            transaction.set_rollback(True, using=query["alias"])
    except (DatabaseError, ValueError, TypeError, NotImplementedError) as error:
        return (), " ".join(str(error).split()) or type(error).__name__
    return tuple(lines[:_LONGEST_PLAN]), ""


def _cache(stats: Mapping[str, Any]) -> CacheUse:
    return CacheUse(
        calls={name: count for name, count in stats.get("counts", {}).items() if count},
        hits=int(stats.get("hits", 0)),
        misses=int(stats.get("misses", 0)),
        total_ns=_ns(stats.get("total_time", 0)),
    )


def _ns(milliseconds: float) -> int:
    return round(float(milliseconds) * 1e6)
