"""How long the requests of each operation may take, and how many of it may be under way at once."""

import re
from collections.abc import Sequence
from dataclasses import replace

from loadaudit.conf import LimitRule
from loadaudit.planning.lanes import timeout_s_of
from loadaudit.records import Lane, Plan, PlannedRequest


def limited(
    plan: Plan, rules: Sequence[LimitRule], *, timeout_s: float | None = None, first_byte_timeout_s: float | None = None
) -> Plan:
    """Return the plan with the limits of the first rule that matches each operation; what it leaves open is as asked.

    `timeout_s` does not shorten heavy requests, which have time of their own.
    """

    def of(planned: PlannedRequest) -> PlannedRequest:
        rule = next((one for one in rules if re.search(one.pattern, planned.operation_id)), LimitRule(pattern=""))
        usual_s = timeout_s_of(planned.lane)
        if timeout_s is not None and (planned.lane is not Lane.HEAVY or timeout_s > usual_s):
            usual_s = timeout_s
        return replace(
            planned,
            timeout_s=rule.timeout_s or usual_s,
            first_byte_timeout_s=rule.first_byte_timeout_s or first_byte_timeout_s,
            at_once=rule.at_once,
        )

    return replace(plan, requests=tuple(of(one) for one in plan.requests))
