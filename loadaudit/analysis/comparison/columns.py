"""The figures of a run as columns of values in blocks of time, free of what slowed everything at that moment."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from loadaudit.analysis.comparison.ranks import Column
from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Lane

BLOCKS = 40
_LEAST_BLOCK_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationColumns:
    """What one operation of one run is compared by."""

    latency_ns: Column
    """Of proven successes, as measured."""
    steady: Column
    """The same as natural logarithms, less what slowed all operations in that block."""
    success: Column
    """1 or 0 per request."""
    queries: Column
    """Per served request with a whole trace."""


def columns_of(facts: RunFacts) -> Mapping[str, OperationColumns]:
    """Return the columns of every operation that the load has sent, by id."""
    block_ns = max(_LEAST_BLOCK_NS, facts.load_ns // BLOCKS)
    sent = {id_: one for id_, one in facts.tallies.items() if not one.alone and id_ in facts.operations}
    logs = {id_: _logs(one, block_ns) for id_, one in sent.items() if one.successes}
    light = [column for id_, column in logs.items() if facts.lanes.get(id_, Lane.LIGHT) is Lane.LIGHT]
    slowness = _slowness(light)
    return {id_: _columns(one, logs.get(id_), slowness, block_ns) for id_, one in sent.items()}


def _columns(
    tally: OperationTally, logs: Column | None, slowness: Mapping[int, float], block_ns: int
) -> OperationColumns:
    empty = Column(values=(), blocks=())
    starts = [*tally.success_start_ns, *tally.failure_start_ns]
    return OperationColumns(
        latency_ns=Column(values=list(tally.success_latency_ns), blocks=logs.blocks) if logs else empty,
        steady=Column(
            values=[value - slowness.get(block, 0.0) for value, block in zip(logs.values, logs.blocks, strict=True)],
            blocks=logs.blocks,
        )
        if logs
        else empty,
        success=Column(
            values=[1.0] * len(tally.success_start_ns) + [0.0] * len(tally.failure_start_ns),
            blocks=_blocks(starts, block_ns),
        ),
        queries=Column(values=list(tally.sql_count), blocks=_blocks(tally.served_start_ns, block_ns)),
    )


def _logs(tally: OperationTally, block_ns: int) -> Column:
    return Column(
        values=[math.log(max(value, 1)) for value in tally.success_latency_ns],
        blocks=_blocks(tally.success_start_ns, block_ns),
    )


def _slowness(columns: Sequence[Column]) -> Mapping[int, float]:
    """Return by how much all operations were slower in each block than each is in the median of its run.

    A busy moment of the machine slows all of them, and says nothing about one. The median over blocks is taken out, so
    that the whole run is not moved.
    """
    residuals: dict[int, list[float]] = {}
    for column in columns:
        typical = median(column.values)
        for value, block in zip(column.values, column.blocks, strict=True):
            residuals.setdefault(block, []).append(value - typical)
    found = {block: median(values) for block, values in residuals.items()}
    middle = median(found.values()) if found else 0.0
    return {block: value - middle for block, value in found.items()}


def _blocks(starts_ns: Sequence[int], block_ns: int) -> list[int]:
    return [start // block_ns for start in starts_ns]
