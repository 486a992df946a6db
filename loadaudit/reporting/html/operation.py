"""What the HTML report says of single operations, in their table and on their pages."""

from collections.abc import Callable, Mapping
from typing import Any

from loadaudit.analysis.result import OperationResult, Statistics
from loadaudit.analysis.result_details import OperationDetail, StatementDetail
from loadaudit.analysis.result_split import OperationSplit, StatementShare
from loadaudit.records import Level, Operation, Outcome
from loadaudit.reporting import units
from loadaudit.reporting.curl import curl_line
from loadaudit.reporting.inventory_words import groups_text
from loadaudit.reporting.wording import LANES, outcomes_text, reasons_text


def operation_row(result: OperationResult) -> dict[str, Any]:
    """Return what the table shows."""
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
        [outcomes_text(it.outcomes), requests - it.successes],
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


def operation_detail(
    result: OperationResult,
    detail: OperationDetail | None,
    base: str,
    short: Callable[[str], str],
    shared: Callable[[str], int],
    most_statements: int | None,
) -> dict[str, Any]:
    """Return what the operation's page shows besides; `base` is where the target listens, `short` shortens paths.

    `shared` names a text that other operations may have by its place; None of `most_statements` are all of them.
    """
    operation = result.operation
    facts = _facts(operation, detail, short)
    if detail is None:
        return {"facts": facts}
    return {
        "facts": facts,
        "histogram": list(detail.histogram.items()),
        "split": _split(result.split),
        "slowest": _slowest(result.split, shared, most_statements),
        "statements": [_statement(one, shared) for one in detail.statements[:most_statements]],
        "statement_count": detail.statement_count,
        "outcomes": outcomes_text(result.statistics.outcomes),
        "examples": [
            {
                "curl": curl_line(operation, one.method, base + one.path, one.payload),
                "requests": units.count(one.requests),
            }
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
        ", ".join(
            [
                *(("login",) if access.login else ()),
                *(("staff",) if access.staff else ()),
                *access.permissions,
                *((groups_text(access.groups),) if access.groups else ()),
                *access.attributes,
            ]
        ),
        operation.risk.value,
        ", ".join(detail.value_origins) if detail else "",
        detail.body_origin if detail else "",
    ]


def _split(split: OperationSplit | None) -> list[float]:
    """Return where the time of a typical request went, milliseconds in the order of `split_names`."""
    if split is None:
        return []
    return _parts(split.typical)


def _slowest(
    split: OperationSplit | None, shared: Callable[[str], int], most_statements: int | None
) -> dict[str, Any] | None:
    """Return the same of the slowest request, with its address and the statements that took longest."""
    if split is None:
        return None
    slowest = split.slowest
    return {
        "time": units.duration(slowest.response_ns),
        "path": slowest.path,
        "parts": _parts(slowest.parts),
        "statements": [_share(one, shared) for one in slowest.statements[:most_statements]],
    }


def _parts(parts: Mapping[str, int]) -> list[float]:
    return [round(value / 1e6, 2) for value in parts.values()]


def _share(one: StatementShare, shared: Callable[[str], int]) -> list[Any]:
    return [shared(one.sql), units.count(one.executions), units.duration(one.total_ns), shared(one.call_site)]


def _statement(one: StatementDetail, shared: Callable[[str], int]) -> list[Any]:
    times = (units.duration(one.total_ns), units.duration(one.max_ns))
    return [shared(one.sql), f"{one.per_request:.1f}", *times, shared(one.call_site), shared("\n".join(one.plan))]
