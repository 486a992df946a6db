"""The door of the analysis: a run file in, a finished value out."""

import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from loadaudit.analysis.coverage import coverage, exclusions, reasons, reported
from loadaudit.analysis.details import details_of
from loadaudit.analysis.facts import RunFacts, gather
from loadaudit.analysis.findings import judge
from loadaudit.analysis.health import health_effect
from loadaudit.analysis.imported.gather import gather_imported
from loadaudit.analysis.lanes import cold_and_warm, contention, statistics_of
from loadaudit.analysis.lock_queues import lock_queues
from loadaudit.analysis.logins import login_errors, summarise_logins
from loadaudit.analysis.result import Analysis, ErrorGroup, OperationResult, Reason, SeriesSummary, Statistics
from loadaudit.analysis.result_details import Details
from loadaudit.analysis.statement_plans import plans_by_statement
from loadaudit.analysis.thresholds import Judged, judge_thresholds
from loadaudit.records import Finding, Lane, Level, Operation, SeriesReading, StatementPlan
from loadaudit.runfile.reader import RunFile


def analyse(
    run: RunFile, *, slow_ms: int = 500, thresholds: Sequence[str] | None = None, detailed: bool = False
) -> Analysis:
    """Return coverage, statistics, findings and verdicts of `run`; one pass over its samples and traces.

    `slow_ms` is the service time from which a request counts as slow; `thresholds` are declared limits, None: those
    that were declared when the run was made. Only `detailed` has what the HTML page draws.
    """
    return analysis_of(run, facts_of(run, slow_ms=slow_ms), thresholds=thresholds, detailed=detailed)


def facts_of(run: RunFile, *, slow_ms: int) -> RunFacts:
    """Return the facts of a run, whether loadaudit sent its requests or another tool has measured them."""
    results = run.imported()
    if results is None:
        return gather(run, slow_ms=slow_ms)
    return gather_imported(run, results, slow_ms=slow_ms)


def analysis_of(
    run: RunFile, facts: RunFacts, *, thresholds: Sequence[str] | None = None, detailed: bool = False
) -> Analysis:
    """Return what `analyse` does, from the facts of the run."""
    inventory = run.inventory()
    readings = tuple(run.series())
    series = _series(readings, facts.load_ns)
    results = _results(facts)
    logins = facts.imported.logins if facts.imported else summarise_logins(facts.logins, facts.lost_sessions)
    findings = _with_moments(run, judge(facts))
    declared = facts.info.thresholds if thresholds is None else thresholds
    loaded = {key: tally for key, tally in facts.tallies.items() if not tally.alone}

    def of(lane: Lane) -> Statistics:
        chosen = [one for key, one in loaded.items() if facts.lanes.get(key, Lane.LIGHT) is lane]
        return statistics_of(chosen, facts.load_ns)

    return Analysis(
        info=facts.info,
        plan=facts.plan,
        coverage=coverage(results),
        operations=results,
        overall=of(Lane.LIGHT),
        heavy=of(Lane.HEAVY),
        health=of(Lane.HEALTH),
        reported=reported(facts, results),
        logins=logins,
        findings=findings,
        errors=(*login_errors(facts.logins), *_errors(facts)),
        timeline=facts.timeline,
        load_ns=facts.load_ns,
        details=_details(run, facts, readings) if detailed else None,
        criteria=judge_thresholds(Judged(facts=facts, results=results, logins=logins, findings=findings), declared),
        messages=run.messages(),
        problems=inventory.problems,
        left_out=inventory.left_out,
        inventory_notes=inventory.notes,
        unknown_operations=tuple(sorted(facts.tallies.keys() - facts.operations.keys())),
        series=series,
        health_effect=health_effect(facts, readings),
        contention=contention(facts),
        lock_queues=lock_queues(facts),
        exports=cold_and_warm(facts),
        imported=facts.imported.summary if facts.imported else None,
        cpu_contended=facts.cpu_contended,
        tool=facts.tool,
        load_nodes=run.load_nodes(),
    )


def _with_moments(run: RunFile, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings with the times of the samples that show them."""
    starts = run.starts_of({number for one in findings for number in one.samples})
    return tuple(
        replace(one, moments_ns=tuple(starts.get(number, 0) for number in one.samples)) if one.samples else one
        for one in findings
    )


def _details(run: RunFile, facts: RunFacts, readings: Sequence[SeriesReading]) -> Details:
    return details_of(facts, readings, plans_by_statement(run.observations(StatementPlan), facts.scans))


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


def _results(facts: RunFacts) -> tuple[OperationResult, ...]:
    left_out = exclusions(facts.plan)
    planned = {request.operation_id for request in facts.plan.requests} if facts.plan else None
    held_back = {one.operation_id for one in facts.plan.exclusions if one.held_back} if facts.plan else set()
    sender = facts.plan.sender if facts.plan else ""
    results = []
    for operation_id in sorted(facts.operations):
        operation, tally = facts.operations[operation_id], facts.tallies.get(operation_id)
        level = facts.levels[operation_id]
        missed = level < Level.SUCCEEDED
        results.append(
            OperationResult(
                operation=operation,
                level=level,
                statistics=statistics_of([tally] if tally else [], facts.load_ns),
                reasons=_reasons(facts, operation, left_out, planned, sender) if missed else (),
                excluded=operation_id in left_out and tally is None,
                held_back=operation_id in held_back and tally is None,
                lane=facts.lanes[operation_id],
                split=tally.split.result() if tally else None,
            )
        )
    return tuple(results)


def _reasons(
    facts: RunFacts,
    operation: Operation,
    left_out: Mapping[str, str],
    planned: Collection[str] | None,
    sender: str,
) -> tuple[Reason, ...]:
    tally = facts.tallies.get(operation.id)
    if facts.imported is not None and tally is None:
        return (Reason(code="not_in_results"),)
    return reasons(operation, tally, left_out, planned, sender)


def _errors(facts: RunFacts) -> tuple[ErrorGroup, ...]:
    counts: Counter[str] = Counter()
    operations: dict[str, set[str]] = {}
    # What only befell equal requests of one moment stands in no other tally, and a finding names its traceback.
    for tallies in (facts.tallies.values(), facts.beside.values()):
        known = {*counts}
        for tally in tallies:
            for fingerprint, error in tally.errors.items():
                if fingerprint and fingerprint not in known:
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
