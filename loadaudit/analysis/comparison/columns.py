"""The figures of a run as columns of values in blocks of time, free of what slowed everything at that moment."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadaudit.analysis.comparison.controls import Timed, steadied
from loadaudit.analysis.comparison.ranks import Column
from loadaudit.analysis.comparison.result import Figure
from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Lane

BLOCKS = 40
_LEAST_BLOCK_NS = 1_000_000_000

EMPTY = Column(values=(), blocks=())


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationColumns:
    """What one operation of one run is compared by; empty columns where nothing is known."""

    latency_ns: Column
    """Of proven successes, as measured."""
    latency: Column
    """The same as natural logarithms, less what slowed all operations of its worker and its moment."""
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
    succeeded = {id_: (one.success_start_ns, one.success_workers) for id_, one in sent.items()}
    served = {id_: (one.served_start_ns, one.served_workers) for id_, one in sent.items()}
    latency = _steady(latency_ns, succeeded, light, block_ns)
    cpu, database = (_steady(one, served, light, block_ns) for one in (cpu_ns, database_ns))
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


def _steady(
    columns: Mapping[str, Column],
    places: Mapping[str, tuple[Sequence[int], Sequence[int]]],
    light: frozenset[str],
    block_ns: int,
) -> Mapping[str, Column]:
    """Return logarithms, less what slowed all operations of each worker and moment."""
    timed = {
        id_: Timed(
            logs=[math.log(max(value, 1)) for value in one.values],
            starts_ns=places[id_][0] if one.values else (),
            workers=places[id_][1] if one.values else (),
        )
        for id_, one in columns.items()
    }
    steady = steadied(timed, light, block_ns)
    return {id_: Column(values=steady[id_], blocks=one.blocks) for id_, one in columns.items()}
