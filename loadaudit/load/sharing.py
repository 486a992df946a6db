"""How the virtual users of a load, its arrivals and its places are dealt out to worker processes. Pure."""

import os
from collections.abc import Sequence
from dataclasses import replace

from loadaudit.load.job import Deal, Job, OperationLimit, VirtualUser
from loadaudit.load.words import sizes_in
from loadaudit.records import Lane, Payload, PlannedRequest

USERS_PER_PROCESS = 250


def default_process_count(users: int) -> int:
    """Return how many worker processes serve that many virtual users on this machine."""
    return max(1, min(os.cpu_count() or 1, -(-users // USERS_PER_PROCESS)))


def split_users(job: Job, processes: int) -> Sequence[Job]:
    """Return one job per process, the virtual users dealt out in turn; a lane that is bounded stays in the first."""
    bounded = {one.lane for one in job.lanes if one.at_once is not None}
    kept = tuple(user for user in job.users if user.lane in bounded)
    dealt = [user for user in job.users if user.lane not in bounded]
    users = [(*(kept if start == 0 else ()), *dealt[start::processes]) for start in range(processes)]
    users = [share for share in users if share]
    limits, deals = _shared_limits(job, users), _deals(job)
    light = [sum(user.lane is Lane.LIGHT for user in share) for share in users]
    # Arrivals and iterations are dealt out among those that have users for them.
    senders = [part for part, count in enumerate(light) if count]
    return [
        replace(
            job,
            users=share,
            limits=limits[part],
            deals=deals,
            iterations=_part_of(job.shape.iterations, senders, part),
            part=senders.index(part) if part in senders else 0,
            parts=max(1, len(senders)),
        )
        for part, share in enumerate(users)
    ]


def shares_of(user: VirtualUser, job: Job) -> dict[str, tuple[int, int]]:
    """Return which of how many a virtual user is among those who send the words of a key."""
    own = (one for one in job.deals if user.index in one.users)
    return {key: (one.users.index(user.index), len(one.users)) for one in own for key in one.keys}


def _deals(job: Job) -> tuple[Deal, ...]:
    """Return who sends which words: those of a role that does not send them would only take some away."""
    sent = [{*sizes_of(one), *([rows_key(one)] if one.once_each or one.most else ())} for one in job.requests]
    senders: dict[str, list[int]] = {}
    # Users of a role mostly send the same, which may be thousands of operations.
    keys: dict[tuple[int, ...], list[str]] = {}
    for user in job.users if any(sent) else ():
        if user.positions not in keys:
            keys[user.positions] = sorted(set[str]().union(*(sent[position] for position in user.positions)))
        for key in keys[user.positions]:
            senders.setdefault(key, []).append(user.index)
    together: dict[tuple[int, ...], list[str]] = {}
    for key, found in senders.items():
        together.setdefault(tuple(found), []).append(key)
    return tuple(Deal(keys=tuple(found), users=users) for users, found in together.items())


def rows_key(request: PlannedRequest) -> str:
    """Return under what requests are dealt out of which there are so many in all; no mark has such a key."""
    return f"rows of {request.operation_id}"


def sizes_of(request: PlannedRequest) -> dict[str, int]:
    """Return the keys of the words that a request sends, each with how many different ones the load has."""
    payloads = [request.payload, *(one.payload for one in request.paths)]
    return {key: size for one in payloads if one for key, size in sizes_in_body(one).items()}


def sizes_in_body(payload: Payload) -> dict[str, int]:
    """Return the keys of the words of a body, each with how many different ones a load has."""
    texts = (payload.document, *(pair.value for pair in payload.pairs))
    return {key: size for text in texts for key, size in sizes_in(text).items()}


def _part_of(whole: int | None, senders: Sequence[int], part: int) -> int | None:
    if whole is None or part not in senders:
        return whole
    each, rest = divmod(whole, len(senders))
    return each + (senders.index(part) < rest)


def _shared_limits(job: Job, users: Sequence[Sequence[VirtualUser]]) -> list[tuple[OperationLimit, ...]]:
    """Return the places of each worker: those of an operation are shared among the workers that send it.

    Where there are fewer places than workers some have none; their users leave the operation to the others.
    """
    limits: list[list[OperationLimit]] = [[] for _ in users]
    wanted = {one.operation_id: one.at_once for one in job.requests if one.at_once is not None}
    if not wanted:
        return [() for _ in users]
    sent = [{job.requests[position].operation_id for user in share for position in user.positions} for share in users]
    for operation_id, at_once in wanted.items():
        senders = [part for part, found in enumerate(sent) if operation_id in found]
        for part in senders:
            places = _part_of(at_once, senders, part) or 0
            limits[part].append(OperationLimit(operation_id=operation_id, at_once=places))
    return [tuple(one) for one in limits]
