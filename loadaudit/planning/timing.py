"""How long a load has to last until every light operation has its samples."""

from collections.abc import Mapping
from dataclasses import replace

from loadaudit.load.users import allocate
from loadaudit.records import Plan

USUAL_LATENCY_S = 0.05
"""Of a request of which nothing is known yet."""


def needed_s(plan: Plan) -> float:
    """Return seconds until each light operation has `plan.target_samples`, as the plan's users would send them.

    Each user goes round all light operations of its role, so a role with few users needs many rounds. Latencies are
    those of the preflight where there are any; a busy server takes longer.
    """
    latencies = {one.operation_id: one.latency_s for one in plan.tried if one.latency_s}
    users = allocate(plan.requests, plan.users)
    longest = 0.0
    for role in {one.role for one in users}:
        of_role = [one for one in users if one.role == role]
        rounds = -(-plan.target_samples // len(of_role))
        longest = max(longest, rounds * sum(_turn_s(plan, position, latencies) for position in of_role[0].light))
    return longest


def _turn_s(plan: Plan, position: int, latencies: Mapping[str, float]) -> float:
    planned = plan.requests[position]
    return planned.weight * (latencies.get(planned.operation_id, USUAL_LATENCY_S) + plan.think_time_s)


def with_note_on_time(plan: Plan) -> Plan:
    """Return the plan with a note when its time is too short for every operation to reach the level loaded."""
    notes = tuple(one for one in plan.notes if not one.startswith(_BEGINNING))
    needed = needed_s(plan)
    if needed > plan.max_duration_s:
        notes += (
            f"{_BEGINNING} every light operation needs about {_in_words(needed)} at {plan.users} users; this load ends "
            f"after {_in_words(plan.max_duration_s)}. Give more time (--duration) or users (--users).",
        )
    return replace(plan, notes=notes)


_BEGINNING = "To be loaded,"


def _in_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
