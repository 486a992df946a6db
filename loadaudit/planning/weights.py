"""How often each operation is sent: reads as the recorded traffic has it, everything else by category. Pure."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from loadaudit.planning.timing import USUAL_LATENCY_S, latencies_of, needed_s
from loadaudit.records import Kind, Lane, Operation, Plan, PlannedRequest

MOST_WEIGHT = 10
"""However much more often an operation is used than another: the others have to get their turn."""

RECORDED = "recorded traffic"
BY_CATEGORY = "equal time per category"

_LONGER = 1.5
"""A load that ends by itself may take this much longer for its weights."""

_ORDERS = ((0.0, 0.0), (0.25, USUAL_LATENCY_S), (2.5, 0.5), (25.0, 5.0))
"""Up to how many seconds a request is of which order; each is wide, so that noise seldom takes one into the next."""
_LONGEST_ORDER_S = 50.0

_PARTS = (1.0, 0.75, 0.5, 0.25)


def weighted(plan: Plan, operations: Sequence[Operation], traffic: Mapping[str, int]) -> Plan:
    """Return the plan with weights for the light lane, cut so far that every operation still gets its samples.

    `traffic` is how often each operation was recorded. Where it knows reads, they are weighted by it; all other
    operations so that each category takes the same time.
    """
    plain = replace(plan, requests=tuple(replace(one, weight=1, weight_origin="") for one in plan.requests))
    wanted = _wanted(_timed(plain, _roughly), {one.id: one for one in operations}, traffic)
    plain = _timed(plain, _at_most)
    base_s = needed_s(plain)
    budget_s = plan.max_duration_s if plan.duration_s is not None else min(plan.max_duration_s, _LONGER * base_s)
    for part in _PARTS:
        weighted_plan = replace(plain, requests=tuple(_with(one, wanted, part) for one in plain.requests))
        if needed_s(weighted_plan) <= budget_s:
            return replace(weighted_plan, tried=plan.tried)
    return replace(plain, tried=plan.tried)


def _timed(plan: Plan, rounded: Callable[[float], float]) -> Plan:
    return replace(plan, tried=tuple(replace(one, latency_s=rounded(one.latency_s)) for one in plan.tried))


def _at_most(latency_s: float) -> float:
    """Return a latency rounded up to the next of a few, so that there is time enough and the same each time."""
    doubled = math.ceil(math.log2(latency_s / USUAL_LATENCY_S)) if latency_s > USUAL_LATENCY_S else 0
    return USUAL_LATENCY_S * 2**doubled if latency_s else 0.0


def _roughly(latency_s: float) -> float:
    """Return the order of a latency: no more is known of one request, and a plan has to come out the same again."""
    return next((usual for most, usual in _ORDERS if latency_s <= most), _LONGEST_ORDER_S)


def _with(planned: PlannedRequest, wanted: Mapping[str, tuple[float, str]], part: float) -> PlannedRequest:
    weight, origin = wanted.get(planned.operation_id, (1.0, ""))
    cut = 1 + round(part * (weight - 1))
    return planned if cut == 1 else replace(planned, weight=cut, weight_origin=origin)


def _wanted(
    plan: Plan, operations: Mapping[str, Operation], traffic: Mapping[str, int]
) -> Mapping[str, tuple[float, str]]:
    """Return weights from 1 to `MOST_WEIGHT` and their origin by operation id."""
    light = [one.operation_id for one in plan.requests if one.lane is Lane.LIGHT and one.operation_id in operations]
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
