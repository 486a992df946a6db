"""The door of the comparison: runs in, what changed between them out."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from loadaudit.analysis.comparison.changes import changes_between
from loadaudit.analysis.comparison.columns import OperationColumns
from loadaudit.analysis.comparison.conditions import differences
from loadaudit.analysis.comparison.findings import told_apart
from loadaudit.analysis.comparison.reading import ReadRun, quantiles_of
from loadaudit.analysis.comparison.result import Change, Comparison, Figure, OperationChange, Series, Side
from loadaudit.analysis.comparison.trend import trends
from loadaudit.analysis.result import OperationResult
from loadaudit.records import Level, Operation


def compare(read: Sequence[ReadRun]) -> Series:
    """Return the runs, in the order given, each compared with the one before, and the last with the first.

    Raises ValueError with fewer than two.
    """
    if len(read) < 2:
        raise ValueError("a comparison needs two runs")
    steps = [compare_two(one, other) for one, other in pairwise(read)]
    return Series(
        runs=tuple(one.figures for one in read),
        steps=tuple(steps),
        whole=steps[0] if len(read) == 2 else compare_two(read[0], read[-1]),
        differences=differences([one.analysis for one in read]),
        trends=trends(read, steps) if len(read) > 2 else (),
    )


def compare_two(first: ReadRun, second: ReadRun) -> Comparison:
    """Return what changed from the first run to the second."""
    results = [{one.operation.id: one for one in run.analysis.operations} for run in (first, second)]
    both = [id_ for id_ in results[0] if id_ in results[1]]
    changes = changes_between(first, second, both)
    new, gone, kept = told_apart(first.analysis.findings, second.analysis.findings)
    latency = changes.times.get(Figure.LATENCY)
    return Comparison(
        first=first.figures,
        second=second.figures,
        differences=differences((first.analysis, second.analysis)),
        operations=tuple(
            _operation(
                (results[0][id_], results[1][id_]),
                (first.columns.get(id_), second.columns.get(id_)),
                changes.by_operation.get(id_, ()),
            )
            for id_ in both
        ),
        added=tuple(id_ for id_ in results[1] if id_ not in results[0]),
        removed=tuple(id_ for id_ in results[0] if id_ not in results[1]),
        changed=tuple(id_ for id_ in both if _facts(results[0][id_]) != _facts(results[1][id_])),
        common_ratio=math.exp(latency.common) if latency is not None and latency.common is not None else None,
        common_count=latency.count if latency is not None else 0,
        single_requests=latency is not None,
        new_findings=new,
        gone_findings=gone,
        kept_findings=kept,
    )


def _facts(result: OperationResult) -> Operation:
    """Return what the inventory says of an operation, wherever its source stands."""
    return replace(result.operation, file="", line=0)


def _operation(
    results: tuple[OperationResult, OperationResult],
    columns: tuple[OperationColumns | None, OperationColumns | None],
    changes: tuple[Change, ...],
) -> OperationChange:
    before, after = results
    proven = [one.level >= Level.SUCCEEDED for one in results]
    return OperationChange(
        operation_id=after.operation.id,
        category=after.operation.category,
        first=_side(before, columns[0]),
        second=_side(after, columns[1]),
        changes=changes,
        lost=proven[0] and not proven[1] and after.requests > 0,
        won=proven[1] and not proven[0] and before.requests > 0,
    )


def _side(result: OperationResult, columns: OperationColumns | None) -> Side:
    it = result.statistics
    return Side(
        level=result.level,
        requests=it.requests,
        successes=it.successes,
        outcomes=it.outcomes,
        quantiles=quantiles_of(columns.latency_ns) if columns is not None else {},
        rate_per_s=it.rate_per_s,
        queries_median=it.queries_median,
        database_share=it.database_share,
        body_bytes_median=it.body_bytes_median,
    )
