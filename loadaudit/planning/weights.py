"""How often each operation is sent: reads as the recorded traffic has it, everything else by category. Pure.

The plan's weights rest on nothing that was measured, so that the same seed gives the same plan. What needs measured
times is left to the load: how far its time allows for the weights, and how categories get the same of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from loadaudit.load.evening import MOST_WEIGHT
from loadaudit.planning.timing import latencies_of, least, light_s, needed_s
from loadaudit.records import Kind, Lane, Operation, Plan, PlannedRequest

RECORDED = "recorded traffic"
BY_CATEGORY = "equal time per category"

_LONGER = 1.5
"""A load that ends by itself may take this much longer for its weights."""

_PARTS = (1.0, 0.75, 0.5, 0.25, 0.0)
_ROOMS = (8.0, 4.0, 2.0, 1.0, 0.5, 0.25)


def weighted(plan: Plan, operations: Sequence[Operation], traffic: Mapping[str, int]) -> Plan:
    """Return the plan with weights for the light lane, cut so far that every operation still gets its samples.

    `traffic` is how often each operation was recorded. Where it knows reads, they are weighted by it; all other
    operations are evened by category, and their weights say what comes of that where all take as long. What is in the
    load although it failed alone, or uses its rows or values up, is sent once in a round.
    """
    unknown = replace(least(plan), tried=())
    known = {one.id: one for one in operations}
    wanted = _wanted(unknown, known, traffic)
    unknown = replace(unknown, requests=tuple(_evened(one, known, wanted) for one in unknown.requests))
    made = next(_cut(unknown, wanted, _budget_s(unknown)))
    return replace(made, tried=plan.tried)


def fitted(plan: Plan) -> Plan:
    """Return the plan of a load with the weights of recorded traffic cut as far as the measured latencies ask."""
    recorded = {one.operation_id: (float(one.weight), one.weight_origin) for one in plan.requests if not one.evened_in}
    cut = next(_cut(least(plan), recorded, _budget_s(plan)))
    pairs = zip(plan.requests, cut.requests, strict=True)
    return replace(plan, requests=tuple(one if one.evened_in else fit for one, fit in pairs))


def room_of(plan: Plan) -> float:
    """Return the time that users may give to evening categories out, as a share of the rest, by measured latencies.

    However it is used, it lengthens each round by no more than this, and every operation still gets its samples.
    """
    rest = replace(plan, requests=tuple(replace(one, weight=1) if one.evened_in else one for one in plan.requests))
    budget_s = _budget_s(plan)

    def fits(room: float) -> bool:
        return light_s(replace(rest, target_samples=round(plan.target_samples * (1 + room)))) <= budget_s

    return next((room for room in _ROOMS if fits(room)), 0.0)


def _budget_s(plan: Plan) -> float:
    """Return how long the load may take with its weights."""
    if plan.duration_s is not None:
        return plan.max_duration_s
    return min(plan.max_duration_s, _LONGER * needed_s(least(plan)))


def _cut(plan: Plan, wanted: Mapping[str, tuple[float, str]], budget_s: float) -> Iterator[Plan]:
    """Yield the plan with as large a part of the wanted weights as there is time for."""
    for part in _PARTS:
        made = replace(plan, requests=tuple(_with(one, wanted, part) for one in plan.requests))
        if not part or needed_s(made) <= budget_s:
            yield made


def _with(planned: PlannedRequest, wanted: Mapping[str, tuple[float, str]], part: float) -> PlannedRequest:
    weight, origin = wanted.get(planned.operation_id, (1.0, ""))
    cut = 1 + round(part * (weight - 1))
    return planned if cut == 1 else replace(planned, weight=cut, weight_origin=origin)


def _evened(
    planned: PlannedRequest, operations: Mapping[str, Operation], wanted: Mapping[str, tuple[float, str]]
) -> PlannedRequest:
    _, origin = wanted.get(planned.operation_id, (1.0, ""))
    category = operations[planned.operation_id].category if origin == BY_CATEGORY else ""
    return replace(planned, evened_in=category)


def _wanted(
    plan: Plan, operations: Mapping[str, Operation], traffic: Mapping[str, int]
) -> Mapping[str, tuple[float, str]]:
    """Return weights from 1 to `MOST_WEIGHT` and their origin by operation id."""
    light = [
        one.operation_id
        for one in plan.requests
        if one.lane is Lane.LIGHT
        and one.operation_id in operations
        and not (one.kept_because or one.once_each or one.most)
    ]
    reads = {one: traffic[one] for one in light if operations[one].kind is Kind.READ and traffic.get(one)}
    found: dict[str, tuple[float, str]] = {}
    if reads:
        most = max(reads.values())
        found = {one: (max(1.0, MOST_WEIGHT * count / most), RECORDED) for one, count in reads.items()}
        light = [one for one in light if operations[one].kind is not Kind.READ]
    latencies = latencies_of(plan)
    time_s: dict[str, float] = {}
    for one in light:
        category = operations[one].category
        time_s[category] = time_s.get(category, 0.0) + latencies[one] + plan.think_time_s
    longest_s = max(time_s.values(), default=0.0)
    for one in light:
        found[one] = (min(float(MOST_WEIGHT), longest_s / time_s[operations[one].category]), BY_CATEGORY)
    return found
