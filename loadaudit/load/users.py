"""Which virtual users there are, whom they act as, and in which order each sends its requests. Pure."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from loadaudit.load.job import VirtualUser
from loadaudit.records import PlannedRequest

HEAVY_USERS = 2
"""At most this many virtual users of a role send heavy requests, which bounds their concurrency."""

SCRIPTED_PART = 4
"""One virtual user in this many goes through the project's scenarios, if it has any."""

HEAVY_SAMPLES = 3
"""Heavy requests are sent this often in a run: enough to show that they work, too few for a percentile."""


def allocate(requests: Sequence[PlannedRequest], users: int) -> tuple[VirtualUser, ...]:
    """Return `users` virtual users, spread over the roles by how many requests each role has.

    Every role that has requests gets at least one while there are enough users; with fewer users than roles the
    roles with the most requests come first.
    """
    counts = Counter(request.role for request in requests)
    shares = _shares(counts, users)
    allocated: list[VirtualUser] = []
    for role, share in shares.items():
        light = tuple(n for n, request in enumerate(requests) if request.role == role and not request.heavy)
        heavy = tuple(n for n, request in enumerate(requests) if request.role == role and request.heavy)
        lane = min(HEAVY_USERS, share) if heavy else 0
        for position in range(share):
            in_lane = position < lane
            allocated.append(
                VirtualUser(
                    index=len(allocated),
                    role=role,
                    light=light,
                    heavy=heavy if in_lane else (),
                    heavy_rounds=-(-HEAVY_SAMPLES // lane) if in_lane else 0,
                )
            )
    return tuple(allocated)


def allocate_scripted(weights: Counter[str], users: int, first: int) -> tuple[VirtualUser, ...]:
    """Return `users` virtual users for scenarios, numbered from `first`, spread over the roles by weight."""
    shares = _shares(weights, users)
    roles = [role for role, share in shares.items() for _ in range(share)]
    return tuple(VirtualUser(index=first + n, role=role, light=()) for n, role in enumerate(roles))


def scripted_share(users: int, *, planned: bool) -> int:
    """Return how many of the virtual users go through scenarios: a quarter, or all when nothing else is planned."""
    return max(1, users // SCRIPTED_PART) if planned else users


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


def request_order(user: VirtualUser, requests: Sequence[PlannedRequest], seed: int) -> Iterator[tuple[int, str]]:
    """Yield forever the position of the next planned request and the path to send, the same for the same seed.

    Each round shuffles all requests of the user, so that every operation gets the same number of samples and
    none meets the same neighbour twice; users start their path pools at different rows.
    """
    shuffler = random.Random(f"{seed}:{user.index}")
    used = Counter[int]()
    for round_number in _count():
        heavy = user.heavy if round_number < user.heavy_rounds else ()
        deck = [n for n in user.light for _ in range(requests[n].weight)] + list(heavy)
        if not deck:
            return
        shuffler.shuffle(deck)
        for position in deck:
            paths = requests[position].paths
            yield position, paths[(user.index + used[position]) % len(paths)].path
            used[position] += 1


def _count() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def think_time_s(mean_s: float, uniform: float) -> float:
    """Return a pause between half and one and a half times the mean, from a uniform number in [0, 1)."""
    return mean_s * (0.5 + uniform)
