"""The shape of the load: lanes, limits, weights, and whether the time is enough for them."""

from collections.abc import Mapping, Sequence

from loadaudit.conf import LimitRule
from loadaudit.planning.lanes import with_lanes
from loadaudit.planning.limits import limited
from loadaudit.planning.timing import with_note_on_time
from loadaudit.planning.weights import weighted
from loadaudit.records import Operation, Plan


def shaped(
    plan: Plan,
    operations: Sequence[Operation],
    traffic: Mapping[str, int],
    *,
    preflight: bool,
    limits: Sequence[LimitRule] = (),
    timeout_s: float | None = None,
    first_byte_timeout_s: float | None = None,
) -> Plan:
    """Return the plan with its lanes, limits and weights; `traffic` is how often each operation was recorded."""
    plan = limited(
        with_lanes(plan, operations, preflight=preflight),
        limits,
        timeout_s=timeout_s,
        first_byte_timeout_s=first_byte_timeout_s,
    )
    return with_note_on_time(weighted(plan, operations, traffic))
