"""Which virtual users there are, whom they act as, and in which order each sends its requests. Pure."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from loadaudit.load.evening import Evening
from loadaudit.load.job import Arrivals, VirtualUser
from loadaudit.load.sharing import rows_key
from loadaudit.records import Lane, LaneRules, Plan, PlannedRequest, PlannedScenario, Ramp
from loadaudit.records.shape import scaled

_GOLDEN = (5**0.5 - 1) / 2

SCRIPTED_PART = 4
"""One virtual user in this many goes through the project's scenarios, if it has any; of a rate it is the same part."""


def users_of(plan: Plan) -> tuple[VirtualUser, ...]:
    """Return all virtual users of a plan: those of the load, of the project's scenarios, and of the lanes beside."""
    scripted = scripted_share(plan.users, planned=bool(plan.requests)) if plan.scenarios else 0
    light = allocate(plan.requests, max(1, plan.users - scripted))
    users = _ranked([*light, *allocate_scripted(_weights(plan.scenarios), scripted, len(light))])
    for rules in plan.lanes:
        users += allocate_lane(rules, plan.requests, len(users))
    return tuple(users)


def users_for_all(plan: Plan) -> int:
    """Return how many users a plan has to have, so that each role that is sent requests gets one for the load."""
    roles = len(_positions(plan.requests, Lane.LIGHT))
    users = roles
    while plan.scenarios and max(1, users - scripted_share(users, planned=True)) < roles:
        users += 1
    return users


def allocate(requests: Sequence[PlannedRequest], users: int) -> tuple[VirtualUser, ...]:
    """Return `users` virtual users of the light lane, spread over the roles by how many requests each role has.

    Every role that has requests gets at least one while there are enough users; with fewer users than roles the
    roles with the most requests come first.
    """
    by_role = _positions(requests, Lane.LIGHT)
    shares = _shares(Counter({role: len(found) for role, found in by_role.items()}), users)
    roles = [role for role, share in shares.items() for _ in range(share)]
    return tuple(VirtualUser(index=n, role=role, positions=by_role[role]) for n, role in enumerate(roles))


def allocate_lane(rules: LaneRules, requests: Sequence[PlannedRequest], first: int) -> Iterator[VirtualUser]:
    """Yield the virtual users of a lane, numbered from `first`; each role that it has requests of gets one."""
    by_role = _positions(requests, rules.lane)
    total = sum(map(len, by_role.values()))
    shares = _shares(Counter({role: len(found) for role, found in by_role.items()}), max(rules.users, len(by_role)))
    index = first
    for role, share in shares.items():
        found = by_role[role]
        for part in range(share):
            if rules.rate_per_s is None:
                positions, arrivals = found[part::share], None
            else:
                rate_per_s = rules.rate_per_s * len(found) / total
                positions = tuple(found[(part + turn * share) % len(found)] for turn in range(len(found)))
                arrivals = Arrivals(
                    rate_per_s=rate_per_s / share,
                    phase_s=part / rate_per_s,
                    stretch_s=rules.stretch_s,
                    # Turn by turn the users of a lane go round all operations, so that the first turns warm each up.
                    warm_up_requests=len(range(part, rules.warm_up_rounds * len(found), share)),
                )
            if positions:
                yield VirtualUser(
                    index=index,
                    role=role,
                    positions=positions,
                    lane=rules.lane,
                    rounds=rules.rounds,
                    arrivals=arrivals,
                )
                index += 1


def allocate_scripted(weights: Counter[str], users: int, first: int) -> tuple[VirtualUser, ...]:
    """Return `users` virtual users for scenarios, numbered from `first`, spread over the roles by weight."""
    shares = _shares(weights, users)
    roles = [role for role, share in shares.items() for _ in range(share)]
    return tuple(VirtualUser(index=first + n, role=role, positions=()) for n, role in enumerate(roles))


def scripted_share(users: int, *, planned: bool) -> int:
    """Return how many of the virtual users go through scenarios: a quarter, or all when nothing else is planned."""
    return max(1, users // SCRIPTED_PART) if planned else users


def rates_of(plan: Plan) -> tuple[Ramp | None, Ramp | None]:
    """Return the rate of the planned requests and that of the scenarios: together they are what was asked for.

    Both are None where requests are sent as the virtual users get to it.
    """
    whole = plan.shape.rate
    if whole is None or not plan.scenarios:
        return whole, None
    part = 1 / SCRIPTED_PART if plan.requests else 1.0
    return scaled(whole, 1 - part), scaled(whole, part)


def _ranked(users: Sequence[VirtualUser]) -> list[VirtualUser]:
    """Return the users with their ranks: a load that grows takes them in from all roles, and scenarios, alike."""
    kinds = [(one.role, bool(one.positions)) for one in users]
    sizes, taken = Counter(kinds), Counter[tuple[str, bool]]()
    turns = []
    for kind in kinds:
        turns.append((taken[kind] + 0.5) / sizes[kind])
        taken[kind] += 1
    ranks = {n: rank for rank, n in enumerate(sorted(range(len(users)), key=lambda n: turns[n]))}
    return [replace(one, rank=ranks[n]) for n, one in enumerate(users)]


def _weights(scenarios: Sequence[PlannedScenario]) -> Counter[str]:
    """Return the sum of the weights of each role's scenarios."""
    weights = Counter[str]()
    for one in scenarios:
        weights[one.role] += one.weight
    return weights


def _positions(requests: Sequence[PlannedRequest], lane: Lane) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for position, request in enumerate(requests):
        if request.lane is lane:
            found.setdefault(request.role, []).append(position)
    return {role: tuple(positions) for role, positions in found.items()}


def _shares(counts: Counter[str], users: int) -> dict[str, int]:
    """Return users per role: largest remainders, each role at least one while users last."""
    roles = [role for role, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))][:users]
    if not roles:
        return {}
    total = sum(counts[role] for role in roles)
    spare = users - len(roles)
    exact = {role: spare * counts[role] / total for role in roles}
    shares = {role: 1 + int(exact[role]) for role in roles}
    by_remainder = sorted(roles, key=lambda role: (int(exact[role]) - exact[role], role))
    for role in by_remainder[: users - sum(shares.values())]:
        shares[role] += 1
    return shares


def request_order(
    user: VirtualUser,
    requests: Sequence[PlannedRequest],
    seed: int,
    evening: Evening | None = None,
    shares: Mapping[str, tuple[int, int]] | None = None,
) -> Iterator[tuple[int, str]]:
    """Yield the position of the next planned request and the path to send, the same for the same seed and times.

    Each round shuffles all requests of the user, so that every operation gets the samples of its weight and none
    meets the same neighbour twice; all come once before some come again, those of `evening` last. Users start their
    path pools at different rows. What is sent at fixed times goes in order, so that each operation comes at even
    intervals. Of rows that a request uses up, each user takes those that `shares` deals out to it, and ends with them.
    """
    shuffler = random.Random(f"{seed}:{user.index}")
    used = Counter[int]()
    if not user.positions:
        return
    more = [n for n in user.positions if not requests[n].evened_in for _ in range(requests[n].weight - 1)]
    evening = evening or Evening((), requests, 0.0)
    for number in _count():
        if user.rounds is not None and number >= user.rounds:
            return
        once = list(user.positions)
        if user.arrivals is None:
            if number:
                shuffler.shuffle(once)
            else:
                once = _first_round(user, seed)
            shuffler.shuffle(more)
        evening.begin()
        has_sent = False
        for position in chain(once, more, evening.further(shuffler)):
            path = _next_path(user, requests[position], used[position], shares or {})
            if path:
                has_sent = True
                yield position, path
                used[position] += 1
        if not has_sent:
            return


def _next_path(user: VirtualUser, planned: PlannedRequest, used: int, shares: Mapping[str, tuple[int, int]]) -> str:
    """Return the address of a request after so many; empty where all that are a user's own have been sent."""
    first, users = shares.get(rows_key(planned), (0, 1))
    place = first + used * users
    if planned.once_each:
        return planned.paths[place].path if place < len(planned.paths) else ""
    is_over = planned.most is not None and place >= planned.most
    return planned.paths[(user.index + used) % len(planned.paths)].path if not is_over else ""


def _first_round(user: VirtualUser, seed: int) -> list[int]:
    """Return one order for all users of a role, which each enters elsewhere: together they soon have sent everything.

    Multiples of the golden ratio are spread evenly, however many there are.
    """
    once = list(user.positions)
    random.Random(f"{seed}:{user.role}").shuffle(once)
    start = int(user.index * _GOLDEN % 1 * len(once))
    return once[start:] + once[:start]


def _count() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def think_time_s(mean_s: float, uniform: float) -> float:
    """Return a pause between half and one and a half times the mean, from a uniform number in [0, 1)."""
    return mean_s * (0.5 + uniform)
