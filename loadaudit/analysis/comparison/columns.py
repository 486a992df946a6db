"""The figures of a run as columns of values in blocks of time, free of what slowed everything at that moment."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, pvariance

from loadaudit.analysis.comparison.location import COMMON_MINIMUM
from loadaudit.analysis.comparison.ranks import Column
from loadaudit.analysis.comparison.result import Figure
from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Lane

BLOCKS = 40
_LEAST_BLOCK_NS = 1_000_000_000
_NORMAL_SPREAD = 1.4826
"""Standard deviation by median absolute deviation, of normal values."""
_MEDIAN_VARIANCE = math.pi / 2
"""Variance of a median by that of a mean, of normal values."""

EMPTY = Column(values=(), blocks=())


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationColumns:
    """What one operation of one run is compared by; empty columns where nothing is known."""

    latency_ns: Column
    """Of proven successes, as measured."""
    latency: Column
    """The same as natural logarithms, less what slowed all operations in that block."""
    cpu_ns: Column
    """Of the server's threads, per served request with a whole trace."""
    cpu: Column
    """As `latency` is to `latency_ns`."""
    database_ns: Column
    """Time in statements, per served request with a whole trace."""
    database: Column
    """As `latency` is to `latency_ns`."""
    success: Column
    """1 or 0 per request."""
    queries: Column
    """Per served request with a whole trace."""

    def of(self, figure: Figure) -> tuple[Column, Column]:
        """Return the column of a time as measured, and as logarithms."""
        columns = {
            Figure.LATENCY: (self.latency_ns, self.latency),
            Figure.CPU: (self.cpu_ns, self.cpu),
            Figure.DATABASE: (self.database_ns, self.database),
        }
        return columns[figure]


def columns_of(facts: RunFacts) -> Mapping[str, OperationColumns]:
    """Return the columns of every operation that the load has sent, by id."""
    block_ns = max(_LEAST_BLOCK_NS, facts.load_ns // BLOCKS)
    sent = {id_: one for id_, one in facts.tallies.items() if not one.alone and id_ in facts.operations}
    latency_ns = {id_: _column(one.success_latency_ns, one.success_start_ns, block_ns) for id_, one in sent.items()}
    cpu_ns = {id_: _served(one, one.cpu_ns, block_ns) for id_, one in sent.items()}
    database_ns = {id_: _served(one, one.sql_ns, block_ns) for id_, one in sent.items()}
    light = light_of(facts)
    latency, cpu, database = (_steady(one, light) for one in (latency_ns, cpu_ns, database_ns))
    return {
        id_: OperationColumns(
            latency_ns=latency_ns[id_],
            latency=latency[id_],
            cpu_ns=cpu_ns[id_],
            cpu=cpu[id_],
            database_ns=database_ns[id_],
            database=database[id_],
            success=_successes(one, block_ns),
            queries=_column(one.sql_count, one.served_start_ns, block_ns),
        )
        for id_, one in sent.items()
    }


def light_of(facts: RunFacts) -> frozenset[str]:
    """Return the operations that are sent in the same way: those of the light lane."""
    return frozenset(id_ for id_ in facts.tallies if facts.lanes.get(id_, Lane.LIGHT) is Lane.LIGHT)


def _column(values: Sequence[float], starts_ns: Sequence[int], block_ns: int) -> Column:
    """Return the values in their blocks; empty where the moments of single requests are not known."""
    if len(values) != len(starts_ns):
        return EMPTY
    return Column(values=list(values), blocks=[start // block_ns for start in starts_ns])


def _served(tally: OperationTally, values: Sequence[int], block_ns: int) -> Column:
    """Return times of requests that all had some.

    0 is no time: an asynchronous view has no CPU time of its own, and a request without statements none in them.
    """
    return _column(values, tally.served_start_ns, block_ns) if all(values) else EMPTY


def _successes(tally: OperationTally, block_ns: int) -> Column:
    values = [1.0] * len(tally.success_start_ns) + [0.0] * len(tally.failure_start_ns)
    return _column(values, [*tally.success_start_ns, *tally.failure_start_ns], block_ns)


def _steady(columns: Mapping[str, Column], light: frozenset[str]) -> Mapping[str, Column]:
    """Return logarithms, less what slowed all operations of each block."""
    logs = {
        id_: Column(values=[math.log(max(value, 1)) for value in one.values], blocks=one.blocks)
        for id_, one in columns.items()
    }
    alike = [one for id_, one in logs.items() if id_ in light and one.values]
    # Of a few operations, what slowed all of them and what slowed one could not be told apart.
    slowness = _slowness(alike) if len(alike) >= COMMON_MINIMUM else {}
    return {
        id_: Column(
            values=[value - slowness.get(block, 0.0) for value, block in zip(one.values, one.blocks, strict=True)],
            blocks=one.blocks,
        )
        for id_, one in logs.items()
    }


def _slowness(columns: Sequence[Column]) -> Mapping[int, float]:
    """Return by how much all operations were slower in each block than each is in the median of its run.

    A busy moment of the machine slows all of them, and says nothing about one. The median over blocks is taken out, so
    that the whole run is not moved. What a block of few requests shows is drawn towards nothing by the share that
    chance has in it (James and Stein, "Estimation with quadratic loss", Fourth Berkeley Symposium, 1961).
    """
    residuals: dict[int, list[float]] = {}
    for column in columns:
        typical = median(column.values)
        for value, block in zip(column.values, column.blocks, strict=True):
            residuals.setdefault(block, []).append(value - typical)
    raw = {block: median(values) for block, values in residuals.items()}
    middle = median(raw.values())
    spread = _NORMAL_SPREAD * median(abs(value) for values in residuals.values() for value in values)
    chance = {block: _MEDIAN_VARIANCE * spread**2 / len(values) for block, values in residuals.items()}
    real = max(pvariance(raw.values()) - fmean(chance.values()), 0.0)
    return {block: (raw[block] - middle) * real / (real + chance[block]) if real else 0.0 for block in raw}
