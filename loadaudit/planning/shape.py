"""The shape of the load: lanes, limits, weights, and whether the time is enough for them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

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
    return _with_note_on_rate(with_note_on_time(weighted(plan, operations, traffic)))


def _with_note_on_rate(plan: Plan) -> Plan:
    """Return the plan with a note on what scenarios have of its rate, which is all of it where nothing else is sent."""
    notes = tuple(one for one in plan.notes if one not in _OF_THE_RATE.values())
    if plan.scenarios and plan.shape.rate is not None:
        notes += (_OF_THE_RATE[bool(plan.requests)],)
    return replace(plan, notes=notes)


_OF_THE_RATE = {
    True: "A quarter of the rate is left to the requests of the project's scenarios.",
    False: "The whole rate is left to the requests of the project's scenarios: nothing else is planned.",
}
"""By whether there are planned requests."""
