"""A panel of django-debug-toolbar: what the latest run says about the page at hand."""

import shlex
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

from debug_toolbar.panels import Panel
from django.conf import settings
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loadaudit.analysis.analyse import analyse
from loadaudit.analysis.result import Analysis, OperationResult
from loadaudit.conf import read_config
from loadaudit.errors import LoadauditError
from loadaudit.probes.views import route_index
from loadaudit.reporting import units
from loadaudit.reporting.wording import LEVELS, SEVERITIES, finding_text, reasons_text
from loadaudit.runfile.folder import SUFFIX
from loadaudit.runfile.reader import RunFile

_analysing = threading.Lock()


class LoadAuditPanel(Panel):
    """Compares the request with its operation in the latest finished run; for DEBUG_TOOLBAR_PANELS."""

    title = gettext_lazy("Load audit")
    template = "loadaudit/panel.html"

    def __init__(self, toolbar: Any, get_response: Any) -> None:
        super().__init__(toolbar, get_response)
        self._query_count = 0

    @property
    def nav_subtitle(self) -> str:
        """The operation's level and p95, beside the panel's title."""
        return str(self.get_stats().get("subtitle", ""))  # type: ignore[no-untyped-call]

    def process_request(self, request: HttpRequest) -> Any:
        """Count the statements of the request on the connections of its thread."""
        with ExitStack() as stack:
            for alias in connections:
                stack.enter_context(connections[alias].execute_wrapper(self._count))
            return super().process_request(request)  # type: ignore[no-untyped-call]

    def generate_stats(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """Store texts only, because the toolbar keeps them as JSON."""
        operation_id = operation_of(request)
        stats: dict[str, Any] = {"operation": operation_id, "queries": units.count(self._query_count)}
        try:
            config = read_config()
            path = latest_finished(config.runs_dir)
            if path is not None:
                stats |= page_stats(analysed(path, config.slow_ms), operation_id)
        except LoadauditError as error:
            stats["problem"] = str(error)
        self.record_stats(stats)  # type: ignore[no-untyped-call]

    def _count(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        # The toolbar may keep its own records in the database.
        self._query_count += "debug_toolbar_" not in str(sql)
        return execute(sql, params, many, context)


def operation_of(request: HttpRequest) -> str:
    """Return the id of the operation that answered the request, or an empty text when no route did."""
    match = request.resolver_match
    if match is None:
        return ""
    urlconf = getattr(request, "urlconf", None) or settings.ROOT_URLCONF
    route = route_index(urlconf).route_of(match) if isinstance(urlconf, str) else f"/{match.route}"
    # Django answers HEAD with the view of GET, and the inventory lists only that.
    return f"{'GET' if request.method == 'HEAD' else request.method} {route}"


def latest_finished(folder: Path) -> Path | None:
    """Return the newest run file whose run has ended, or None; names of run files sort by time."""
    for path in sorted(folder.glob(f"*{SUFFIX}"), reverse=True):
        try:
            with RunFile(path) as run:
                if not run.info().cut_short:
                    return path
        except LoadauditError:
            # A damaged file must not hide the run before it; `manage.py loadaudit runs` names it.
            continue
    return None


def analysed(path: Path, slow_ms: int) -> Analysis:
    """Return the analysis of a run file, made once until the file changes."""
    with _analysing:
        return _analysed(path, path.stat().st_mtime_ns, slow_ms)


@lru_cache(maxsize=1)
def _analysed(path: Path, modified_ns: int, slow_ms: int) -> Analysis:
    with RunFile(path) as run:
        return analyse(run, slow_ms=slow_ms)


def page_stats(analysis: Analysis, operation_id: str) -> dict[str, Any]:
    """Return what the run says about the operation, as texts."""
    info = analysis.info
    stats: dict[str, Any] = {"run": info.label or info.id, "started": info.started_at}
    result = next((one for one in analysis.operations if one.operation.id == operation_id), None)
    if result is None:
        return stats
    latency = result.statistics.latency
    return stats | {
        "subtitle": f"{LEVELS[result.level]}, p95 {units.duration(latency.p95_ns)}",
        "level": str(LEVELS[result.level]),
        "reason": reasons_text(result),
        "figures": _figures(result),
        "findings": _findings(analysis, operation_id),
        "command": f"manage.py loadaudit run --only {shlex.quote(operation_id)}",
    }


def _figures(result: OperationResult) -> list[tuple[str, str]]:
    it = result.statistics
    times = (("p50", it.latency.p50_ns), ("p95", it.latency.p95_ns), ("p99", it.latency.p99_ns))
    return [
        (_("Requests"), units.count(result.requests)),
        (_("Proven successes (n)"), units.count(it.successes)),
        *((name, units.duration(value)) for name, value in times),
        (_("Queries per request, median"), _optional(it.queries_median)),
        (_("Queries per request, max"), _optional(it.queries_max)),
    ]


def _findings(analysis: Analysis, operation_id: str) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = []
    for finding in analysis.findings:
        if operation_id in finding.operations:
            text = finding_text(finding)
            found.append(
                {
                    "code": finding.code,
                    "severity": str(SEVERITIES[finding.severity]),
                    "title": text.title,
                    "claim": text.claim,
                    "action": text.action,
                }
            )
    return found


def _optional(count: int | None) -> str:
    return units.NONE if count is None else units.count(count)
