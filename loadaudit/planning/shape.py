"""The shape of the load: lanes, weights, and whether the time is enough for them."""

from collections.abc import Mapping, Sequence

from loadaudit.planning.lanes import with_lanes
from loadaudit.planning.timing import with_note_on_time
from loadaudit.planning.weights import weighted
from loadaudit.records import Operation, Plan


def shaped(plan: Plan, operations: Sequence[Operation], traffic: Mapping[str, int], *, preflight: bool) -> Plan:
    """Return the plan with its lanes and weights; `traffic` is how often each operation was recorded."""
    return with_note_on_time(weighted(with_lanes(plan, operations, preflight=preflight), operations, traffic))
