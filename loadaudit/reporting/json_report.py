"""The JSON documents of `--format json`: analysis, plan and list of runs."""

import json
from collections.abc import Mapping
from typing import Any, TextIO

from loadaudit.analysis.result import Analysis, Contention, CoverageRow, OperationResult, RunSummary, Statistics
from loadaudit.records import Criterion, Finding, Inspection, Plan, RunInfo
from loadaudit.reporting.facts import messages
from loadaudit.reporting.imported import limit_texts
from loadaudit.reporting.plan_table import Changes
from loadaudit.reporting.wording import finding_text, reasons_text
from loadaudit.runfile.codec import to_plain

FORMAT_VERSION = 1

Document = dict[str, Any]


def write_json(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write a document with a final newline."""
    json.dump(document, stream, indent=2, ensure_ascii=False, allow_nan=False)
    stream.write("\n")


def analysis_document(analysis: Analysis) -> Document:
    """Return coverage, operations, findings and the facts of a run."""
    return {
        "format_version": FORMAT_VERSION,
        "run": _run(analysis.info, analysis.load_ns),
        "totals": {
            **_row(analysis.coverage.total),
            "requests": analysis.requests,
            "statistics": _statistics(analysis.overall),
            "statistics_heavy": _statistics(analysis.heavy),
            "statistics_health": _statistics(analysis.health),
        },
        "criteria": [_criterion(one) for one in analysis.criteria],
        "categories": [{"category": row.category, **_row(row)} for row in analysis.coverage.categories],
        "operations": [_operation(result) for result in analysis.operations],
        "findings": [_finding(finding) for finding in analysis.findings],
        "reported": to_plain(analysis.reported),
        "logins": {**to_plain(analysis.logins), "success_rate": analysis.logins.success_rate},
        "errors": to_plain(analysis.errors),
        "timeline": to_plain(analysis.timeline),
        "series": to_plain(analysis.series),
        "health_effect": to_plain(analysis.health_effect),
        "contention": [_contention(one) for one in analysis.contention],
        "lock_queues": to_plain(analysis.lock_queues),
        "exports": to_plain(analysis.exports),
        "tool": to_plain(analysis.tool),
        "load_nodes": to_plain(analysis.load_nodes),
        "imported": _imported(analysis),
        "unknown_operations": list(analysis.unknown_operations),
        "messages": list(messages(analysis)),
    }


def criteria_document(analysis: Analysis, worse: Mapping[str, str] | None = None) -> Document:
    """Return the success criteria of a run alone, and what got worse by operation, if it was held against another."""
    return {
        "format_version": FORMAT_VERSION,
        "run": _run(analysis.info, analysis.load_ns),
        "criteria": [_criterion(one) for one in analysis.criteria],
        "worse": None if worse is None else [{"operation": one, "what": what} for one, what in worse.items()],
    }


def plan_document(plan: Plan, changes: Changes | None = None) -> Document:
    """Return what a run would send and what it leaves out, and what it would change where there is no clone.

    All that differs from one preflight to the next stands in `measured` alone.
    """
    document = {"format_version": FORMAT_VERSION, **to_plain(plan)}
    for one in document["tried"]:
        del one["latency_s"], one["cpu_s"]
    document["measured"] = {
        "notes": document.pop("measured"),
        "latencies": [
            {"operation_id": one.operation_id, "latency_s": one.latency_s, "cpu_s": one.cpu_s} for one in plan.tried
        ],
        "made": document.pop("made"),
    }
    if changes is not None:
        sent, held_back = ([one.id for one in part] for part in (changes.sent, changes.held_back))
        document["changes"] = {"where": changes.where, "sent": sent, "held_back": held_back}
    return document


def inspection_document(one: Inspection, before: Inspection | None) -> Document:
    """Return what an inspection found, and the one before it where there is something to compare with."""
    return {
        "format_version": FORMAT_VERSION,
        "inspection": to_plain(one),
        "before": to_plain(before) if before is not None else None,
    }


def runs_document(summaries: tuple[RunSummary, ...] | list[RunSummary]) -> Document:
    """Return the list of runs."""
    return {"format_version": FORMAT_VERSION, "runs": [_summary(one) for one in summaries]}


def _imported(analysis: Analysis) -> Document | None:
    if analysis.imported is None:
        return None
    return {**to_plain(analysis.imported), "cannot_tell": list(limit_texts(analysis))}


def _run(info: RunInfo, load_ns: int) -> Document:
    return {**to_plain(info), "load_ns": load_ns, "cut_short": info.cut_short}


def _criterion(one: Criterion) -> Document:
    return {
        "text": one.threshold.text,
        "metric": one.threshold.metric.value,
        "scope": one.threshold.scope,
        "comparison": one.threshold.comparison,
        "limit": one.threshold.limit,
        "unit": one.threshold.metric.unit.value,
        "value": one.value,
        "n": one.n,
        "needed": one.needed,
        "verdict": one.verdict.value,
        "declared": one.declared,
    }


def _row(row: CoverageRow) -> Document:
    return {
        "operations": row.operations,
        "attempted": row.attempted,
        "reached": row.reached,
        "succeeded": row.succeeded,
        "loaded": row.loaded,
        "excluded": row.excluded,
        "held_back": row.held_back,
        "coverage_percent": None if row.coverage is None else 100 * row.coverage,
    }


def _operation(result: OperationResult) -> Document:
    return {
        "id": result.operation.id,
        "category": result.operation.category,
        "lane": result.lane.value,
        "level": result.level.word,
        "requests": result.requests,
        "outcomes": _outcomes(result.statistics),
        "reason": reasons_text(result),
        "excluded": result.excluded,
        "held_back": result.held_back,
        "statistics": _statistics(result.statistics),
        "time_split": to_plain(result.split),
    }


def _contention(one: Contention) -> Document:
    return {
        "operation": one.operation_id,
        "same_row": _contended(one.same_row) if one.same_row is not None else None,
        "own_rows": _contended(one.own_rows) if one.own_rows is not None else None,
        "new_row": one.new_row,
        "crossed": _contended(one.crossed) if one.crossed is not None else None,
    }


def _contended(it: Statistics) -> Document:
    return {"requests": it.requests, "outcomes": _outcomes(it), **_statistics(it)}


def _outcomes(statistics: Statistics) -> dict[str, int]:
    return {outcome.value: count for outcome, count in sorted(statistics.outcomes.items())}


def _statistics(statistics: Statistics) -> Document:
    latency, response = statistics.latency, statistics.response
    return {
        "n": latency.n,
        "p50_ns": latency.p50_ns,
        "p95_ns": latency.p95_ns,
        "p99_ns": latency.p99_ns,
        "max_ns": latency.max_ns,
        "response_p50_ns": response.p50_ns,
        "response_p95_ns": response.p95_ns,
        "response_p99_ns": response.p99_ns,
        "rate_per_s": statistics.rate_per_s,
        "traced": statistics.traced,
        "queries_median": statistics.queries_median,
        "queries_max": statistics.queries_max,
        "database_share": statistics.database_share,
        "body_bytes_median": statistics.body_bytes_median,
        "body_bytes_total": statistics.body_bytes_total,
    }


def _finding(finding: Finding) -> Document:
    text = finding_text(finding)
    return {
        "code": finding.code,
        "severity": finding.severity.word,
        "title": text.title,
        "claim": text.claim,
        "cause": text.cause,
        "proven": finding.proven,
        "action": text.action,
        "command": text.command,
        "operations": list(finding.operations),
        "values": dict(finding.values),
        "statements": list(finding.statements),
        "samples": list(finding.samples),
        "moments_ns": list(finding.moments_ns),
    }


def _summary(summary: RunSummary) -> Document:
    info = summary.info
    return {
        "path": summary.path,
        "size_bytes": summary.size_bytes,
        "problem": summary.problem,
        "id": info.id if info else None,
        "label": info.label if info else None,
        "started_at": info.started_at if info else None,
        "users": info.users if info else None,
        "cut_short": info.cut_short if info else None,
        "running": summary.running,
        "finish_reason": info.finish_reason if info else None,
        "requests": summary.requests,
        "coverage": _row(summary.coverage) if summary.coverage else None,
    }
