"""How long a load has to last until every operation has its samples."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from loadaudit.load.job import VirtualUser
from loadaudit.load.pacing import time_of, whole_block_s
from loadaudit.load.users import allocate_lane, rates_of, users_for_all, users_of
from loadaudit.records import Lane, LaneRules, Plan

USUAL_LATENCY_S = 0.05
"""Of a request of which nothing is known yet."""

USUAL_HEAVY_LATENCY_S = 1.0

_WITH_SHARE = 2
"""A lane in stretches is sent in every second one."""


def needed_s(plan: Plan) -> float:
    """Return seconds until each operation has its samples, as the users of the plan and its lanes would send them.

    Those of the load want `plan.target_samples`, heavy ones as many as their lane's rounds. Latencies are those of
    the preflight where there are any; a busy server takes longer.
    """
    latencies = latencies_of(plan)
    return max([light_s(plan), *(_lane_s(plan, rules, latencies) for rules in plan.lanes)])


def light_s(plan: Plan) -> float:
    """Return seconds until each operation of the load itself has its samples."""
    return _light_s(plan, _light(plan), latencies_of(plan))


def least(plan: Plan) -> Plan:
    """Return the plan with what is sent at the least: each operation once in a round."""
    return replace(plan, requests=tuple(replace(one, weight=1, weight_origin="") for one in plan.requests))


def latencies_of(plan: Plan) -> Mapping[str, float]:
    """Return the seconds that each planned operation took alone, or is thought to take, by id."""
    known = {one.operation_id: one.latency_s for one in plan.tried if one.latency_s}
    usual = {Lane.HEAVY: USUAL_HEAVY_LATENCY_S}
    return {
        one.operation_id: known.get(one.operation_id, usual.get(one.lane, USUAL_LATENCY_S)) for one in plan.requests
    }


def _light(plan: Plan) -> Sequence[VirtualUser]:
    return [one for one in users_of(plan) if one.lane is Lane.LIGHT and one.positions]


def _light_s(plan: Plan, users: Sequence[VirtualUser], latencies: Mapping[str, float]) -> float:
    """Return the time of the role that takes longest: each user goes round all operations of its role."""
    if plan.shape.iterations is not None and plan.shape.iterations < _requests_needed(plan, users):
        return math.inf
    served_s = _served_s(plan, users, latencies)
    rate, _ = rates_of(plan)
    if rate is not None:
        sent = _requests_needed(plan, users)
        # All of the rate is that of scenarios where nothing is planned.
        reached_s = time_of(rate, sent) if sent else 0.0
        return plan.shape.warm_up_s + (max(reached_s, served_s) if reached_s is not None else math.inf)
    longest = 0.0
    for role in {one.role for one in users}:
        of_role = [one for one in users if one.role == role]
        rounds = -(-plan.target_samples // len(of_role))
        longest = max(longest, rounds * sum(_turn_s(plan, position, latencies) for position in of_role[0].positions))
    if longest and plan.shape.users is not None:
        # Until as much time of users has come together as all of them would have spent.
        reached_s = time_of(plan.shape.users, longest * plan.users)
        longest = reached_s if reached_s is not None else math.inf
    return plan.shape.warm_up_s + max(longest, served_s)


def _served_s(plan: Plan, users: Sequence[VirtualUser], latencies: Mapping[str, float]) -> float:
    """Return the least time in which the run's own server answers it all, however many users ask; 0 for another's.

    Each worker has one processor and so many threads, and one thread at a time is at work in Python.
    """
    if not plan.workers:
        return 0.0
    cpu_s = {one.operation_id: one.cpu_s for one in plan.tried}
    busy_s = held_s = 0.0
    for role in {one.role for one in users}:
        positions = next(one.positions for one in users if one.role == role)
        for planned in (plan.requests[position] for position in positions):
            times = plan.target_samples * planned.weight
            busy_s += times * cpu_s.get(planned.operation_id, 0.0)
            held_s += times * latencies[planned.operation_id]
    return max(busy_s / plan.workers, held_s / (plan.workers * max(plan.threads, 1)))


def _requests_needed(plan: Plan, users: Sequence[VirtualUser]) -> int:
    """Return after how many requests the role that takes longest has its samples, where each user sends as many.

    Users of a role begin at different operations, but go on by chance: less than one round is spread evenly, more
    only in whole rounds.
    """
    most = 0.0
    for role, count in Counter(one.role for one in users).items():
        rounds = plan.target_samples / count
        positions = next(one.positions for one in users if one.role == role)
        turns = sum(plan.requests[position].weight for position in positions)
        most = max(most, (math.ceil(rounds) if rounds > 1 else rounds) * turns)
    return math.ceil(most * len(users))


def _turn_s(plan: Plan, position: int, latencies: Mapping[str, float]) -> float:
    planned = plan.requests[position]
    return planned.weight * (latencies[planned.operation_id] + plan.think_time_s)


def _lane_s(plan: Plan, rules: LaneRules, latencies: Mapping[str, float]) -> float:
    operations = [one.operation_id for one in plan.requests if one.lane is rules.lane]
    times_s = {one: (rules.rounds or 1) * latencies[one] for one in operations}
    if rules.rate_per_s is not None:
        sending_s = plan.target_samples * len(operations) / rules.rate_per_s
        return max(sending_s * (_WITH_SHARE if rules.stretch_s else 1), whole_block_s([rules]))
    shares = [
        sum(times_s[plan.requests[position].operation_id] for position in user.positions)
        for user in allocate_lane(rules, plan.requests, 0)
    ]
    return max([sum(times_s.values()) / (rules.at_once or rules.users), *shares])


def with_note_on_time(plan: Plan) -> Plan:
    """Return the plan with notes when its time, users or requests are too few for the samples of every operation."""
    notes = tuple(one for one in plan.notes if not one.startswith(_BEGINNING))
    needed = needed_s(least(plan))
    enough_users = users_for_all(plan)
    if plan.users < enough_users:
        notes += (
            f"{_BEGINNING} every role needs a user of its own, and some have none at {_users(plan)}: what is sent as "
            f"them is no part of the load. Give --users {enough_users}.",
        )
    measured: tuple[str, ...] = ()
    requests = _requests_needed(least(plan), _light(plan))
    if plan.shape.iterations is not None and plan.shape.iterations < requests:
        notes += (
            f"{_BEGINNING} every operation of the load needs {requests} requests; this one ends after "
            f"{plan.shape.iterations}. Give more (--iterations).",
        )
    elif needed > plan.max_duration_s:
        how = "at this rate" if plan.shape.rate is not None else f"at {_users(plan)}"
        time = f"needs {_at_least(needed)} {how}" if math.isfinite(needed) else f"needs more requests than come {how}"
        option = _OPTION_OF_TIME[plan.duration_s is None]
        served_s = _served_s(least(plan), _light(plan), latencies_of(plan))
        more = (
            f"Give more time ({option}) or workers (run --workers): more users would wait for the same ones."
            if served_s >= needed - plan.shape.warm_up_s
            else f"Give more time ({option}), users (--users) or requests (--rate)."
        )
        measured = (
            f"{_BEGINNING} every operation of the load {time}; this one ends after {_in_words(plan.max_duration_s)}. "
            f"{more}",
        )
    if any(one.latency_s for one in plan.tried):
        return replace(plan, notes=notes, measured=measured)
    return replace(plan, notes=(*notes, *measured), measured=())


_BEGINNING = "To be loaded,"
_OPTION_OF_TIME = {True: "--at-most", False: "--duration, --stages"}


def _users(plan: Plan) -> str:
    return f"{plan.users} user{'s' * (plan.users != 1)}"


def _at_least(seconds: float) -> str:
    """Return a time in words that is never below it: one that is given must do."""
    return f"{math.ceil(seconds)} s" if seconds < 120 else f"{math.ceil(seconds / 60)} min"


def _in_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
