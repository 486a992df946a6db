"""What the scripts of the HTML report draw, as one JSON document inside the page."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from loadaudit.analysis.details import bucket_edge_ns
from loadaudit.analysis.result import Analysis, ErrorGroup, OperationResult, Statistics, TimeBucket
from loadaudit.analysis.result_details import Curve, Details, OperationDetail, StatementDetail
from loadaudit.analysis.result_split import OperationSplit
from loadaudit.records import Level, Operation, Outcome
from loadaudit.reporting import units
from loadaudit.reporting.imported import success_label
from loadaudit.reporting.places import shortener
from loadaudit.reporting.time_tables import part_words
from loadaudit.reporting.wording import LANES, LEVELS, OUTCOMES, finding_text, outcomes_text, reasons_text

_ESCAPES = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}

_EMBEDDED = "http://127.0.0.1:8000"
"""Where `runserver` listens, for commands to try a request of a run of the embedded server again."""

_BYTES = ("memory_bytes", "used_memory_bytes")


def script_document(analysis: Analysis) -> SafeString:
    """Return the document so that no text in it can end the script element that holds it."""
    text = json.dumps(document(analysis), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return mark_safe(text)


def document(analysis: Analysis) -> dict[str, Any]:
    """Return operations, requests and curves; times are milliseconds since the start of the load."""
    details = analysis.details
    positions = {one.operation.id: position for position, one in enumerate(analysis.operations)}
    findings = _findings(analysis)
    short = shortener(one.operation.file for one in analysis.operations)
    base = analysis.info.target if "://" in analysis.info.target else _EMBEDDED
    return {
        "operations": [
            {
                **_operation(one),
                "findings": findings.get(one.operation.id, []),
                "detail": _detail(one, details.operations.get(one.operation.id), base, short),
                "errors": _errors(one.operation.id, analysis.errors),
            }
            for one in analysis.operations
        ],
        "points": _points(details, positions),
        "outcomes": [{"word": str(OUTCOMES[one]), "ok": one is Outcome.OK} for one in Outcome],
        "timeline": [
            [one.start_s, one.length_s, one.requests, one.successes, one.max_latency_ns / 1e6, one.split_n, _means(one)]
            for one in analysis.timeline
        ],
        "curves": [_curve(one) for one in details.curves],
        "load_ms": analysis.load_ns / 1e6,
        "fact_names": [
            _("View"),
            _("Place"),
            _("URL name"),
            _("Access"),
            _("Risk"),
            _("Parameters from"),
            _("Body from"),
        ],
        "split_keys": list(part_words()),
        "split_names": list(part_words().values()),
        "levels": [{"word": str(LEVELS[level]), "css": level.word} for level in Level],
        "words": _words(analysis),
    }


def _operation(result: OperationResult) -> dict[str, Any]:
    it = result.statistics
    failed: dict[Outcome, int] = {outcome: count for outcome, count in it.outcomes.items() if outcome is not Outcome.OK}
    return {
        "id": result.operation.id,
        "category": result.operation.category,
        "lane": str(LANES[result.lane]),
        "level": int(result.level),
        "excluded": result.excluded,
        "reason": reasons_text(result),
        "failed": outcomes_text(failed) if failed and result.level >= Level.SUCCEEDED else "",
        "figures": _figures(it, result.requests),
    }


def _figures(it: Statistics, requests: int) -> list[list[Any]]:
    """Return text and number of each column: the table sorts by the number, null below all."""
    latency = it.latency
    return [
        [units.count(requests), requests],
        [units.count(it.successes), it.successes],
        *([units.duration(value), value] for value in (latency.p50_ns, latency.p95_ns, latency.p99_ns, latency.max_ns)),
        [units.rate(it.rate_per_s), it.rate_per_s],
        [_queries(it), it.queries_median],
        [units.share(it.database_share), it.database_share],
        [units.size(it.body_bytes_median), it.body_bytes_median],
    ]


def _queries(it: Statistics) -> str:
    """Return the median of the statements per request, and the maximum where it differs."""
    if it.queries_median is None or it.queries_max is None:
        return units.NONE
    text = units.count(it.queries_median)
    return text if it.queries_max == it.queries_median else f"{text} (≤ {units.count(it.queries_max)})"


def _detail(
    result: OperationResult, detail: OperationDetail | None, base: str, short: Callable[[str], str]
) -> dict[str, Any]:
    operation = result.operation
    facts = _facts(operation, detail, short)
    if detail is None:
        return {"facts": facts}
    return {
        "facts": facts,
        "histogram": [[bucket_edge_ns(bucket) / 1e6, count] for bucket, count in detail.histogram.items()],
        "edge": bucket_edge_ns(1) / bucket_edge_ns(0),
        "split": _split(result.split),
        "statements": [_statement(one) for one in detail.statements],
        "statement_count": detail.statement_count,
        "outcomes": outcomes_text(result.statistics.outcomes),
        "examples": [
            {"curl": _curl(operation, one.method, base + one.path), "requests": units.count(one.requests)}
            for one in detail.examples
        ],
    }


def _facts(operation: Operation, detail: OperationDetail | None, short: Callable[[str], str]) -> list[str]:
    """Return the texts of `fact_names`, empty where there is nothing to say."""
    access = operation.access
    return [
        operation.view,
        f"{short(operation.file)}:{operation.line}" if operation.file else "",
        operation.name,
        ", ".join([*(("login",) if access.login else ()), *(("staff",) if access.staff else ()), *access.permissions]),
        operation.risk.value,
        ", ".join(detail.value_origins) if detail else "",
        detail.body_origin if detail else "",
    ]


def _split(split: OperationSplit | None) -> list[list[Any]]:
    """Return where the time of a typical request went, texts and milliseconds of `split_names`."""
    if split is None:
        return []
    return [[units.duration(value), value / 1e6] for value in split.typical.values()]


def _means(one: TimeBucket) -> list[float]:
    """Return the milliseconds of a mean request, in the order of `split_names`; empty where nothing was split."""
    return [round(one.split[name] / 1e6, 2) for name in part_words()] if one.split else []


def _statement(one: StatementDetail) -> list[str]:
    return [one.sql, f"{one.per_request:.1f}", units.duration(one.total_ns), units.duration(one.max_ns), one.call_site]


def _curl(operation: Operation, method: str, url: str) -> str:
    """Return a command that sends the request again, without a secret: who it is sent as has to be filled in."""
    words = ["curl", "-i"]
    if method != "GET":
        words += ["-X", method]
    if operation.access.login or operation.access.staff:
        words += ["-b", "sessionid=YOUR-SESSION"]
    return shlex.join([*words, url])


def _errors(operation_id: str, errors: Sequence[ErrorGroup]) -> list[list[Any]]:
    return [
        [f"{one.type}: {one.message}", one.count, one.traceback] for one in errors if operation_id in one.operations
    ]


def _findings(analysis: Analysis) -> Mapping[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for one in analysis.findings:
        text = finding_text(one)
        for operation_id in one.operations:
            found.setdefault(operation_id, []).append([one.code, one.severity.word, text.title, text.claim])
    return found


def _points(details: Details, positions: Mapping[str, int]) -> dict[str, Any]:
    known = [one for one in details.points if one.operation_id in positions]
    outcomes = {outcome: position for position, outcome in enumerate(Outcome)}
    return {
        "start": [round(one.start_ns / 1e6) for one in known],
        "latency": [round(one.latency_ns / 1e6, 1) for one in known],
        "operation": [positions[one.operation_id] for one in known],
        "outcome": [outcomes[one.outcome] for one in known],
        "of": details.requests,
    }


def _curve(one: Curve) -> dict[str, Any]:
    scale = 1024**2 if one.name.endswith(_BYTES) else 1
    return {
        "probe": one.probe,
        "name": one.name.replace("_bytes", "_MiB") if scale > 1 else one.name,
        "points": [
            [round(time / 1e6), round(value / scale, 2)] for time, value in zip(one.times_ns, one.values, strict=True)
        ],
    }


def _words(analysis: Analysis) -> dict[str, str]:
    return {
        "all": _("the results have no single requests") if analysis.imported else _("all requests of the load"),
        "some": _("%(shown)s of %(all)s requests, all failures and the slowest first"),
        "latency": _("latency in ms"),
        "rate": _("requests per second"),
        "proven": success_label(analysis),
        "other": _("other requests"),
        "mean_split": _("mean time of a request in ms"),
        "split_in": _("Where the time went between %(from)s s and %(to)s s, %(mean)s ms per request, n = %(n)s"),
        "split_all": _("Where the time went, %(mean)s ms per request, n = %(n)s"),
        "against": _("whole load: %(share)s %%"),
        "stretch": _("Requests between %(from)s s and %(to)s s"),
        "whole": _("Show the whole load"),
        "histogram": _("Latency of proven successes"),
        "split": _("Where the time of a typical request went"),
        "statements": _("Statements that took the most time"),
        "more": _("%(count)s statements in all"),
        "statement": _("Statement"),
        "per_request": _("Per request"),
        "total": _("Total"),
        "slowest": _("Slowest"),
        "place": _("Place"),
        "findings": _("Findings"),
        "errors": _("Errors"),
        "outcomes": _("Outcomes"),
        "again": _("Send it again"),
        "excluded": _("excluded"),
        "also": _("also:"),
        "rows": _("Show all %(count)s rows"),
        "shown": _("%(shown)s of %(all)s operations"),
        "close": _("Close"),
        "no_latency": _("No proven success, so no latency."),
    }
