"""What a reader looks into after the tables: each operation's spread of latency and statements, and single requests."""

import heapq
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.result_details import (
    Curve,
    Details,
    OperationDetail,
    Point,
    RequestExample,
    StatementDetail,
)
from loadaudit.analysis.statistics import pairs_of
from loadaudit.analysis.tallies import OUTCOMES, OperationTally, StatementTally
from loadaudit.records import Lane, Outcome, PlannedRequest, SeriesReading

BUCKETS_PER_DECADE = 10
"""Of latency on a logarithmic axis: neighbouring edges differ by a quarter."""

MOST_POINTS = 6_000
_MOST_FAILURES = 2_000
_MOST_SLOW = 500
_STATEMENTS = 8
_EXAMPLES = 5
_CURVE_POINTS = 300
_LEAST_NS = 100_000


def details_of(
    facts: RunFacts, readings: Iterable[SeriesReading], plans: Mapping[str, tuple[str, ...]] | None = None
) -> Details:
    """Return details of every operation that was sent, and at most 6,000 requests that stand for all of them.

    `plans` are the lines of a statement's plan by its fingerprint.
    """
    loaded = [one for id_, one in facts.tallies.items() if not one.alone and facts.lanes.get(id_) is not Lane.HEALTH]
    points, total = _points(loaded)
    planned = {one.operation_id: one for one in facts.plan.requests} if facts.plan else {}
    return Details(
        operations={id_: _operation(tally, planned.get(id_), plans or {}) for id_, tally in facts.tallies.items()},
        points=points,
        requests=total,
        curves=tuple(_curves(readings, facts.load_ns)),
    )


def bucket_edge_ns(bucket: int) -> float:
    """Return where a bucket of a histogram begins."""
    return float(_LEAST_NS * 10 ** (bucket / BUCKETS_PER_DECADE))


def _operation(
    tally: OperationTally, planned: PlannedRequest | None, plans: Mapping[str, tuple[str, ...]]
) -> OperationDetail:
    statements = sorted(tally.statements.items(), key=lambda one: -sum(one[1].total_ns))
    return OperationDetail(
        histogram=_histogram(tally.success_latency_ns),
        statements=tuple(
            _statement(one, len(tally.service_ns), plans.get(key, ())) for key, one in statements[:_STATEMENTS]
        ),
        statement_count=len(statements),
        examples=tuple(_examples(tally, planned)),
        value_origins=tuple(sorted({path.origin for path in planned.paths})) if planned else (),
        body_origin=planned.payload.origin if planned and planned.payload else "",
    )


def _histogram(latencies_ns: Sequence[int]) -> Mapping[int, int]:
    counts: Counter[int] = Counter()
    for value, count in pairs_of(latencies_ns):
        counts[max(0, math.floor(BUCKETS_PER_DECADE * math.log10(max(value, 1) / _LEAST_NS)))] += count
    return dict(sorted(counts.items()))


def _statement(tally: StatementTally, served: int, plan: tuple[str, ...]) -> StatementDetail:
    executions = sum(tally.counts)
    return StatementDetail(
        sql=tally.sql,
        executions=executions,
        per_request=executions / served if served else 0.0,
        total_ns=sum(tally.total_ns),
        max_ns=max(tally.max_ns, default=0),
        call_site=tally.call_site,
        plan=plan,
    )


def _examples(tally: OperationTally, planned: PlannedRequest | None) -> Iterator[RequestExample]:
    """Yield the paths that were sent most, each with the body that went there."""
    method, _, _route = tally.operation_id.partition(" ")
    for path, count in tally.paths.most_common(_EXAMPLES):
        payload = planned.payload_at(path) if planned else None
        yield RequestExample(method=method, path=path, requests=count, payload=payload)


def _points(tallies: Sequence[OperationTally]) -> tuple[tuple[Point, ...], int]:
    """Return requests by their start: failures and the slowest before the rest, which is thinned evenly.

    Only what is chosen is made: a run may have a million requests. Imported results have sums and no single ones.
    """
    tallies = [one for one in tallies if len(one.success_start_ns) == one.successes]
    failures = sum(len(one.failure_start_ns) for one in tallies)
    total = failures + sum(one.successes for one in tallies)
    chosen = list(_failures(tallies, -(-failures // _MOST_FAILURES) or 1))
    slow = heapq.nlargest(_MOST_SLOW, _successes(tallies, 1), key=lambda one: one[1])
    chosen += [
        Point(operation_id=id_, start_ns=start, latency_ns=latency, outcome=Outcome.OK) for start, latency, id_ in slow
    ]
    least_ns = slow[-1][1] if len(slow) == _MOST_SLOW else 0
    stride = -(-(total - failures) // max(MOST_POINTS - len(chosen), 1)) or 1
    chosen += [
        Point(operation_id=id_, start_ns=start, latency_ns=latency, outcome=Outcome.OK)
        for start, latency, id_ in _successes(tallies, stride)
        if latency < least_ns
    ]
    return tuple(sorted(chosen, key=lambda one: one.start_ns)), total


def _successes(tallies: Iterable[OperationTally], stride: int) -> Iterator[tuple[int, int, str]]:
    first = 0
    for one in tallies:
        columns = (one.success_start_ns[first::stride], one.success_latency_ns[first::stride])
        for start, latency in zip(*columns, strict=True):
            yield start, latency, one.operation_id
        first = (first - len(one.success_start_ns)) % stride


def _failures(tallies: Iterable[OperationTally], stride: int) -> Iterator[Point]:
    """Yield a fair part of all: of many operations with a few failures each not one of each."""
    first = 0
    for one in tallies:
        columns = (one.failure_start_ns, one.failure_latency_ns, one.failure_outcomes)
        for start, latency, outcome in zip(*(column[first::stride] for column in columns), strict=True):
            yield Point(operation_id=one.operation_id, start_ns=start, latency_ns=latency, outcome=OUTCOMES[outcome])
        first = (first - len(one.failure_start_ns)) % stride


def _curves(readings: Iterable[SeriesReading], load_ns: int) -> Iterator[Curve]:
    ordered = sorted((one for one in readings if one.time_ns <= load_ns), key=lambda one: (one.probe, one.time_ns))
    for probe, of_probe in groupby(ordered, key=lambda one: one.probe):
        columns: dict[str, tuple[array[int], array[float]]] = {}
        for reading in of_probe:
            for name, value in reading.values.items():
                times, values = columns.setdefault(name, (array("q"), array("d")))
                times.append(reading.time_ns)
                values.append(value)
        for name, (times, values) in columns.items():
            yield _curve(probe, name, times, values)


def _curve(probe: str, name: str, times: Sequence[int], values: Sequence[float]) -> Curve:
    """Return a series with at most 300 points; of those that fall together the greatest, because peaks matter."""
    size = max(1, -(-len(times) // _CURVE_POINTS))
    groups = range(0, len(times), size)
    return Curve(
        probe=probe,
        name=name,
        times_ns=tuple(times[start] for start in groups),
        values=tuple(max(values[start : start + size]) for start in groups),
    )
