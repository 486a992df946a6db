"""Runs made of a recorded one by drawing blocks of time with replacement, and changed in one operation."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from loadaudit.analysis.comparison.columns import columns_of
from loadaudit.analysis.comparison.reading import ReadRun
from loadaudit.analysis.tallies import OperationTally

N = 500
"""Requests of each operation in a simulated run."""
BLOCK_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What comparing looks at of one request."""

    operation_id: str
    offset_ns: int
    latency_ns: int | None
    """None: no proven success."""
    queries: int | None
    cpu_ns: int | None
    sql_ns: int | None
    worker: int


def blocks_of(read: ReadRun) -> Sequence[Sequence[Request]]:
    """Return the requests of a run by the second of the load in which they began."""
    found: dict[int, list[Request]] = {}
    for id_, tally in read.facts.tallies.items():
        if tally.alone:
            continue
        queries = dict(zip(tally.served_start_ns, tally.sql_count, strict=True))
        cpu_ns = dict(zip(tally.served_start_ns, tally.cpu_ns, strict=True))
        sql_ns = dict(zip(tally.served_start_ns, tally.sql_ns, strict=True))
        workers = dict(zip(tally.success_start_ns, tally.success_workers, strict=True))
        workers |= zip(tally.served_start_ns, tally.served_workers, strict=True)
        successes = zip(tally.success_start_ns, tally.success_latency_ns, strict=True)
        ended = [*successes, *((start, None) for start in tally.failure_start_ns)]
        for start, latency in ended:
            block, offset = divmod(start, BLOCK_NS)
            found.setdefault(block, []).append(
                Request(
                    operation_id=id_,
                    offset_ns=offset,
                    latency_ns=latency,
                    queries=queries.get(start),
                    cpu_ns=cpu_ns.get(start),
                    sql_ns=sql_ns.get(start),
                    worker=workers.get(start, 0),
                )
            )
    return [found[block] for block in sorted(found)]


def drawn(read: ReadRun, pool: Sequence[Sequence[Request]], rng: random.Random) -> ReadRun:
    """Return a run of blocks drawn with replacement, until its middle operation has 500 requests."""
    counts: dict[str, int] = {}
    chosen = []
    while not counts or sorted(counts.values())[len(counts) // 2] < N:
        block = rng.choice(pool)
        chosen.append(block)
        for request in block:
            counts[request.operation_id] = counts.get(request.operation_id, 0) + 1
    return _remade(read, enumerate(chosen), len(chosen) * BLOCK_NS)


def _remade(read: ReadRun, blocks: Iterable[tuple[int, Sequence[Request]]], load_ns: int) -> ReadRun:
    tallies: dict[str, OperationTally] = {}
    for position, block in blocks:
        for request in block:
            tally = tallies.get(request.operation_id)
            if tally is None:
                tally = tallies[request.operation_id] = OperationTally(request.operation_id)
            _add(tally, request, position * BLOCK_NS + request.offset_ns)
    return _with(read, tallies, load_ns)


def _add(tally: OperationTally, request: Request, start_ns: int) -> None:
    tally.requests += 1
    if request.latency_ns is None:
        tally.failure_start_ns.append(start_ns)
    else:
        tally.successes += 1
        tally.success_start_ns.append(start_ns)
        tally.success_workers.append(request.worker)
        tally.success_latency_ns.append(request.latency_ns)
    if request.queries is not None and request.cpu_ns is not None and request.sql_ns is not None:
        tally.sql_count.append(request.queries)
        tally.sql_ns.append(request.sql_ns)
        tally.cpu_ns.append(request.cpu_ns)
        tally.served_start_ns.append(start_ns)
        tally.served_workers.append(request.worker)


def changed(
    read: ReadRun, operation_id: str, *, latency: float = 1.0, cpu: float = 1.0, sql_ns: int = 0, queries: int = 0
) -> ReadRun:
    """Return the run with one operation's times multiplied, its statements longer, or more of them per request."""
    before = read.facts.tallies[operation_id]
    after = OperationTally(operation_id)
    after.requests, after.successes = before.requests, before.successes
    after.success_start_ns.extend(before.success_start_ns)
    after.failure_start_ns.extend(before.failure_start_ns)
    after.served_start_ns.extend(before.served_start_ns)
    after.success_workers.extend(before.success_workers)
    after.served_workers.extend(before.served_workers)
    after.success_latency_ns.extend(round(latency * value) for value in before.success_latency_ns)
    after.cpu_ns.extend(round(cpu * value) for value in before.cpu_ns)
    after.sql_ns.extend(value + sql_ns for value in before.sql_ns)
    after.sql_count.extend(value + queries for value in before.sql_count)
    return _with(read, {**read.facts.tallies, operation_id: after}, read.facts.load_ns)


def _with(read: ReadRun, tallies: Mapping[str, OperationTally], load_ns: int) -> ReadRun:
    facts = replace(read.facts, tallies=tallies, load_ns=load_ns)
    return replace(read, facts=facts, columns=columns_of(facts))
