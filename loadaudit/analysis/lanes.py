"""Figures of what is sent beside the load: writes at the same moment, and exports for the first time and again."""

from collections import Counter
from collections.abc import Sequence

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.result import ColdAndWarm, Contention, Statistics
from loadaudit.analysis.statistics import in_order, median, quantiles, rate_per_s, share
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Lane, Outcome


def statistics_of(tallies: Sequence[OperationTally], load_ns: int) -> Statistics:
    """Return the figures of all requests of some operations; `load_ns` is how long they were sent, 0: not a load."""
    outcomes: Counter[Outcome] = Counter()
    for tally in tallies:
        outcomes.update(tally.outcomes)
    requests = sum(tally.requests for tally in tallies)
    queries = in_order(tally.sql_count for tally in tallies)
    return Statistics(
        requests=requests,
        successes=sum(tally.successes for tally in tallies),
        outcomes=outcomes,
        latency=quantiles(in_order(tally.success_latency_ns for tally in tallies)),
        response=quantiles(in_order(tally.success_response_ns for tally in tallies)),
        rate_per_s=rate_per_s(requests, load_ns) if requests else None,
        traced=len(queries),
        queries_median=median(queries),
        queries_max=queries[-1] if queries else None,
        database_share=share(
            sum(sum(tally.sql_ns) for tally in tallies), sum(sum(tally.service_ns) for tally in tallies)
        ),
        body_bytes_median=median(in_order(tally.success_body_bytes for tally in tallies)),
        body_bytes_total=sum(tally.body_bytes_total for tally in tallies),
    )


def is_about_no_row(facts: RunFacts, operation_id: str) -> bool:
    """Say whether requests of one moment were the same to the letter, as is sent what makes a row and changes none."""
    operation, tally = facts.operations.get(operation_id), facts.beside.get((Lane.CONFLICT, operation_id))
    return operation is not None and tally is not None and not (operation.parameters or tally.row_writes)


def contention(facts: RunFacts) -> tuple[Contention, ...]:
    """Return what came of each write that was sent several times at the same moment, by id."""
    ids = sorted({id_ for lane, id_ in facts.beside if lane in (Lane.CONFLICT, Lane.CROSSED)})

    def sent(lane: Lane, id_: str) -> Statistics | None:
        tally = facts.beside.get((lane, id_))
        return statistics_of([tally], 0) if tally is not None else None

    return tuple(
        Contention(
            operation_id=id_,
            same_row=sent(Lane.CONFLICT, id_),
            own_rows=sent(Lane.SPREAD, id_),
            new_row=is_about_no_row(facts, id_),
            crossed=sent(Lane.CROSSED, id_),
        )
        for id_ in ids
    )


def cold_and_warm(facts: RunFacts) -> tuple[ColdAndWarm, ...]:
    """Return the exports and cached reads that were sent alone, for the first time and again, by id."""
    found = []
    for lane, operation_id in sorted(facts.beside):
        warm, cold = facts.beside[lane, operation_id], facts.alone.get(operation_id)
        if lane is Lane.WARM and warm.successes and cold is not None and cold.successes:
            found.append(
                ColdAndWarm(
                    operation_id=operation_id,
                    cold_ns=cold.success_latency_ns[0],
                    warm=quantiles(warm.success_latency_ns),
                    cold_queries=cold.sql_count[0] if cold.sql_count else None,
                    warm_queries=median(warm.sql_count),
                )
            )
    return tuple(found)
