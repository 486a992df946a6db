"""Which lane an operation is sent in, and the rules of the lanes that a plan needs beside its load."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from loadaudit.records import Kind, Lane, LaneRules, Operation, Plan, Risk

LIGHT_TIMEOUT_S = 30.0
HEAVY_TIMEOUT_S = 300.0
_ALONE_TIMEOUTS_S = ((3, 15.0),)
_ALONE_HEAVY_TIMEOUTS_S = ((1, 60.0), (3, 30.0), (8, 15.0))
"""With fewer requests without an answer before it than so many."""

HASTY_TIMEOUT_S = 5.0

HEAVY_AT_ONCE = 2
HEAVY_ROUNDS = 3
"""Enough to show that a heavy operation works and how long it takes, too few for its p95."""

CONFLICT_AT_ONCE = 4
CONFLICT_ROUNDS = 5
"""Together enough to state a p95."""

EXPORT_CATEGORY = "Export"
WARM_ROUNDS = 3

HEALTH_CATEGORY = "Health"
HEALTH_RATE_PER_S = 1.0
"""Of each user and endpoint."""
HEALTH_MOST_PER_S = 20.0
"""Of all of them together."""
HEALTH_WARM_UP_ROUNDS = 2
_PER_HEALTH_USER_S = 2.5
"""Checks per second that one virtual user sends: one that hangs then holds up few others."""

_SHORT_STRETCH_S, _LONG_STRETCH_S = 2.0, 30.0
_STRETCHES = 20


def lane_of(operation: Operation) -> Lane:
    """Return the lane of an operation in the load."""
    if operation.risk is Risk.HEAVY:
        return Lane.HEAVY
    if operation.category == HEALTH_CATEGORY and operation.kind is Kind.READ:
        return Lane.HEALTH
    return Lane.LIGHT


def alone_timeout_s_of(operation: Operation, unanswered: int = 0) -> float:
    """Return how long a request may take that is sent by itself, by which nothing else is kept waiting.

    It is less where many had no answer before, since others would have no turn any more.
    """
    timeouts_s = _ALONE_HEAVY_TIMEOUTS_S if operation.risk is Risk.HEAVY else _ALONE_TIMEOUTS_S
    return next((timeout_s for fewer, timeout_s in timeouts_s if unanswered < fewer), HASTY_TIMEOUT_S)


def timeout_s_of(lane: Lane) -> float:
    """Return how long a request of a lane may take."""
    return HEAVY_TIMEOUT_S if lane is Lane.HEAVY else LIGHT_TIMEOUT_S


def with_lanes(plan: Plan, operations: Sequence[Operation] = (), *, preflight: bool = False) -> Plan:
    """Return the plan with the rules of each lane that it has requests for.

    What is sent outside of the load needs a `preflight`, which finds what works more than once.
    """
    if not any(one.lane is Lane.LIGHT for one in plan.requests):
        # Who asks for health checks only wants the load on them.
        requests = (replace(one, lane=Lane.LIGHT) if one.lane is Lane.HEALTH else one for one in plan.requests)
        plan = replace(plan, requests=tuple(requests))
    lanes = []
    if any(one.lane is Lane.HEAVY for one in plan.requests):
        lanes.append(
            LaneRules(lane=Lane.HEAVY, users=HEAVY_AT_ONCE, at_once=HEAVY_AT_ONCE, rounds=HEAVY_ROUNDS),
        )
    endpoints = sum(one.lane is Lane.HEALTH for one in plan.requests)
    if endpoints:
        rate_per_s = health_rate_per_s(plan.users, endpoints)
        lanes.append(
            LaneRules(
                lane=Lane.HEALTH,
                users=max(1, round(rate_per_s / _PER_HEALTH_USER_S)),
                rate_per_s=rate_per_s,
                warm_up_rounds=HEALTH_WARM_UP_ROUNDS,
                stretch_s=stretch_s(plan.duration_s),
            )
        )
    if preflight:
        lanes += _outside(plan, operations)
    return replace(plan, lanes=tuple(lanes))


def _outside(plan: Plan, operations: Sequence[Operation]) -> Iterator[LaneRules]:
    planned = {one.operation_id: one.lane for one in plan.requests}
    known = [one for one in operations if one.id in planned]
    if any(one.category == EXPORT_CATEGORY for one in known):
        yield LaneRules(lane=Lane.WARM, users=0, at_once=1, rounds=WARM_ROUNDS)
    if any(one.kind is Kind.WRITE and one.parameters and planned[one.id] is Lane.LIGHT for one in known):
        yield LaneRules(lane=Lane.CONFLICT, users=0, at_once=CONFLICT_AT_ONCE, rounds=CONFLICT_ROUNDS)
        yield LaneRules(lane=Lane.SPREAD, users=0, at_once=CONFLICT_AT_ONCE, rounds=CONFLICT_ROUNDS)
    if sum(one.kind is Kind.WRITE and planned[one.id] is Lane.LIGHT for one in known) > 1:
        yield LaneRules(lane=Lane.CROSSED, users=0, at_once=CONFLICT_AT_ONCE, rounds=CONFLICT_ROUNDS)


def health_rate_per_s(users: int, endpoints: int) -> float:
    """Return how many health checks are sent per second by all users to all endpoints."""
    return min(users * endpoints * HEALTH_RATE_PER_S, HEALTH_MOST_PER_S)


def stretch_s(duration_s: float | None) -> float:
    """Return whole seconds of a stretch: short ones, so that many can be compared, longer ones in a long load."""
    if duration_s is None:
        return _SHORT_STRETCH_S
    return float(round(min(max(duration_s / _STRETCHES, _SHORT_STRETCH_S), _LONG_STRETCH_S)))
