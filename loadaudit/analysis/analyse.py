"""The door of the analysis: a run file in, a finished value out."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from loadaudit.analysis.coverage import coverage, exclusions, reasons, reported
from loadaudit.analysis.facts import RunFacts, gather
from loadaudit.analysis.findings import judge
from loadaudit.analysis.logins import login_errors, summarise_logins
from loadaudit.analysis.result import Analysis, ErrorGroup, OperationResult, SeriesSummary, Statistics
from loadaudit.analysis.statistics import median, quantiles, rate_per_s, share
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Level, Outcome, Risk, SeriesReading
from loadaudit.runfile.reader import RunFile

PROCESS_PROBE = "process"
"""The probe that reads CPU and memory."""

_CPU_LIMITS = {"machine_cpu_percent": 95.0, "load_cpu_percent": 80.0}
"""Medians from which a request also waits for the CPU: of the whole machine, and of the load workers in one core."""


def analyse(run: RunFile, *, slow_ms: int = 500) -> Analysis:
    """Return coverage, statistics and findings of `run`; one pass over its samples and traces.

    `slow_ms` is the service time from which a request counts as slow.
    """
    facts = gather(run, slow_ms=slow_ms)
    inventory = run.inventory()
    series = _series(run.series(), facts.load_ns)
    results = _results(facts)
    heavy = _heavy_ids(facts)
    loaded = {key: tally for key, tally in facts.tallies.items() if not tally.alone}
    return Analysis(
        info=facts.info,
        plan=facts.plan,
        coverage=coverage(results),
        operations=results,
        overall=_statistics([one for key, one in loaded.items() if key not in heavy], facts.load_ns),
        heavy=_statistics([one for key, one in loaded.items() if key in heavy], facts.load_ns),
        reported=reported(facts, results),
        logins=summarise_logins(facts.logins, facts.lost_sessions),
        findings=judge(facts),
        errors=(*login_errors(facts.logins), *_errors(facts)),
        timeline=facts.timeline,
        load_ns=facts.load_ns,
        messages=run.messages(),
        problems=inventory.problems,
        left_out=inventory.left_out,
        inventory_notes=inventory.notes,
        unknown_operations=tuple(sorted(facts.tallies.keys() - facts.operations.keys())),
        series=series,
        cpu_contended=_cpu_contended(series),
    )


def _series(readings: Iterable[SeriesReading], load_ns: int) -> tuple[SeriesSummary, ...]:
    """Summarise the readings of the load; what was read while its last traces came in is not part of it."""
    columns: dict[tuple[str, str], list[float]] = {}
    for reading in readings:
        if reading.time_ns <= load_ns:
            for name, value in reading.values.items():
                columns.setdefault((reading.probe, name), []).append(value)
    return tuple(
        SeriesSummary(
            probe=probe,
            name=name,
            n=len(values),
            minimum=min(values),
            median=statistics.median_low(values),
            maximum=max(values),
        )
        for (probe, name), values in sorted(columns.items())
    )


def _cpu_contended(series: Iterable[SeriesSummary]) -> bool:
    medians = {one.name: one.median for one in series if one.probe == PROCESS_PROBE}
    return any(medians.get(name, 0.0) >= limit for name, limit in _CPU_LIMITS.items())


def _results(facts: RunFacts) -> tuple[OperationResult, ...]:
    left_out = exclusions(facts.plan)
    planned = {request.operation_id for request in facts.plan.requests} if facts.plan else None
    held_back = {one.operation_id for one in facts.plan.exclusions if one.held_back} if facts.plan else set()
    results = []
    for operation_id in sorted(facts.operations):
        operation, tally = facts.operations[operation_id], facts.tallies.get(operation_id)
        level = facts.levels[operation_id]
        missed = level < Level.SUCCEEDED
        results.append(
            OperationResult(
                operation=operation,
                level=level,
                statistics=_statistics([tally] if tally else [], facts.load_ns),
                reasons=reasons(operation, tally, left_out, planned) if missed else (),
                excluded=operation_id in left_out and tally is None,
                held_back=operation_id in held_back and tally is None,
            )
        )
    return tuple(results)


def _heavy_ids(facts: RunFacts) -> frozenset[str]:
    planned = (one.operation_id for one in facts.plan.requests if one.heavy) if facts.plan else ()
    known = (one.id for one in facts.operations.values() if one.risk is Risk.HEAVY)
    return frozenset(chain(planned, known))


def _statistics(tallies: Sequence[OperationTally], load_ns: int) -> Statistics:
    outcomes: Counter[Outcome] = Counter()
    for tally in tallies:
        outcomes.update(tally.outcomes)
    requests = sum(tally.requests for tally in tallies)
    queries = _column(tally.sql_count for tally in tallies)
    return Statistics(
        requests=requests,
        successes=sum(tally.successes for tally in tallies),
        outcomes=outcomes,
        latency=quantiles(_column(tally.success_latency_ns for tally in tallies)),
        rate_per_s=rate_per_s(requests, load_ns) if requests else None,
        traced=len(queries),
        queries_median=median(queries),
        queries_max=max(queries, default=None),
        database_share=share(
            sum(sum(tally.sql_ns) for tally in tallies), sum(sum(tally.service_ns) for tally in tallies)
        ),
        body_bytes_median=median(_column(tally.success_body_bytes for tally in tallies)),
        body_bytes_total=sum(tally.body_bytes_total for tally in tallies),
    )


def _column(columns: Iterable[Iterable[int]]) -> list[int]:
    return list(chain.from_iterable(columns))


def _errors(facts: RunFacts) -> tuple[ErrorGroup, ...]:
    counts: Counter[str] = Counter()
    operations: dict[str, set[str]] = {}
    for tally in facts.tallies.values():
        for fingerprint, error in tally.errors.items():
            if fingerprint:
                counts[fingerprint] += error.count
                operations.setdefault(fingerprint, set()).add(tally.operation_id)
    return tuple(_error(facts, fingerprint, count, operations) for fingerprint, count in counts.most_common())


def _error(facts: RunFacts, fingerprint: str, count: int, operations: Mapping[str, set[str]]) -> ErrorGroup:
    exception = facts.exceptions[fingerprint]
    return ErrorGroup(
        fingerprint=fingerprint,
        type=exception.type,
        message=exception.message,
        traceback=exception.traceback,
        count=count,
        operations=tuple(sorted(operations[fingerprint])),
    )
