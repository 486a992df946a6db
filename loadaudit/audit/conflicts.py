"""Sends writes several times at the same moment: all to one row, where they may undo or wait for each other, then each
to a row of its own."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from threading import Barrier, BrokenBarrierError

import requests

from loadaudit.audit.crossing import Crossing
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.load.payloads import can_be_equal, settled
from loadaudit.load.words import Turns
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.lanes import CONFLICT_AT_ONCE, CONFLICT_ROUNDS
from loadaudit.planning.preflight.judge import Trial, Try, judged
from loadaudit.planning.preflight.settle import OWN_LOGIN
from loadaudit.records import Identity, Lane, Payload, PlannedPath, Risk

_MEETING_S = 5.0
_SAME = 950_000
"""First of the numbers whose marks equal requests share.

Those of other requests of the control plane come before, and from 900,000 on those of rows that the run makes.
"""

Opened = Callable[[Identity], ControlClient]
"""Identity → a new client that goes on with its session, as the second tab of a browser does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    trial: Trial
    path: PlannedPath
    payload: Payload | None


def can_conflict(trial: Trial) -> bool:
    """Whether a write works again and again and is about a row: its address has one, or it wrote one back."""
    return may_meet(trial) and (bool(trial.operation.parameters) or reads_back(trial))


def creates(trial: Trial) -> bool:
    """Whether a write that is about no row yet inserts one: sent twice at once, the same, it may make two."""
    if not may_meet(trial) or can_conflict(trial) or trial.best is None or trial.best.trace is None:
        return False
    made = [use.sql for use in trial.best.trace.statements if use.sql.lstrip()[:6].upper() == "INSERT"]
    # Whatever inserts a session logs somebody in.
    return any("session" not in sql.partition("(")[0].lower() for sql in made)


def are_free(trial: Trial) -> bool:
    """Whether there are values behind the load for the row that a write inserts: of two or three the load has all."""
    payload = trial.best.payload if trial.best is not None else None
    return payload is None or can_be_equal(payload)


def may_meet(trial: Trial) -> bool:
    """Whether it is a write that works again and again, and neither destroys anything nor is heavy."""
    operation = trial.operation
    if operation.method in SAFE_METHODS or operation.risk in (Risk.DESTRUCTIVE, Risk.HEAVY):
        return False
    # What the run's own login sends has the passwords of its users, and no body here has.
    is_login = trial.best is not None and trial.best.path.origin == OWN_LOGIN
    return trial.works and trial.repeatable and not (trial.closes or is_login)


def reads_back(trial: Trial) -> bool:
    """Whether it wrote a number that it had read before, so that two at once may count only once."""
    return trial.best is not None and bool(trial.best.trace and trial.best.trace.row_writes)


def send_at_once(
    trials: Sequence[Trial],
    opened: Opened,
    *,
    lanes: Collection[Lane] = (Lane.CONFLICT, Lane.SPREAD),
    rounds: int = CONFLICT_ROUNDS,
    same: bool = False,
    login_pages: frozenset[str],
    deadline_s: float,
    stopped: Callable[[], bool],
) -> Iterator[Try]:
    """Yield what came of every request. Ends early when `stopped`, or at `deadline_s` of the monotonic clock.

    `same`: those of one round are the same to the letter, as a double click sends them.
    """
    turns = Turns(equal=True)
    for position, trial in enumerate(trials):
        assert trial.best is not None
        with _tabs(opened, [trial.best.identity] * CONFLICT_AT_ONCE) as (clients, pool):
            for lane, paths in ((lane, paths) for lane, paths in _targets(trial) if lane in lanes):
                for number in range(rounds):
                    if stopped() or time.monotonic() > deadline_s:
                        return
                    bodies = [path.payload or trial.best.payload for path in paths]
                    if same and bodies[0] is not None:
                        # Once for all of them, as each time takes the next words.
                        alike = settled(bodies[0], _SAME + position * rounds + number, turns)
                        bodies = [alike] * len(bodies)
                    sent = [
                        _Sent(trial=trial, path=path, payload=payload)
                        for path, payload in zip(paths, bodies, strict=True)
                    ]
                    yield from _together(sent, clients, pool, lane, login_pages)


def send_crossing(
    pairs: Sequence[Crossing],
    opened: Opened,
    *,
    rounds: int,
    login_pages: frozenset[str],
    deadline_s: float,
    stopped: Callable[[], bool],
) -> Iterator[Try]:
    """Yield what came of every request of pairs of writes, each round as many of the one as of the other."""
    for pair in pairs:
        assert pair.first.best is not None
        assert pair.second.best is not None
        sent = [
            _Sent(trial=trial, path=path, payload=path.payload or (trial.best.payload if trial.best else None))
            for trial, path in zip((pair.first, pair.second), pair.paths, strict=True)
        ] * (CONFLICT_AT_ONCE // 2)
        identities = [pair.first.best.identity, pair.second.best.identity] * (CONFLICT_AT_ONCE // 2)
        with _tabs(opened, identities) as (clients, pool):
            for _ in range(rounds):
                if stopped() or time.monotonic() > deadline_s:
                    return
                yield from _together(sent, clients, pool, Lane.CROSSED, login_pages)


@contextmanager
def _tabs(opened: Opened, identities: Sequence[Identity]) -> Iterator[tuple[list[ControlClient], ThreadPoolExecutor]]:
    """Yield a client and a thread for each of those who send at the same moment."""
    with ExitStack() as stack:
        clients = [opened(one) for one in identities]
        for client in clients:
            stack.callback(client.close)
        yield clients, stack.enter_context(ThreadPoolExecutor(len(clients)))


def _together(
    requests_: Sequence[_Sent],
    clients: Sequence[ControlClient],
    pool: ThreadPoolExecutor,
    lane: Lane,
    login_pages: frozenset[str],
) -> Iterator[Try]:
    barrier = Barrier(len(requests_), timeout=_MEETING_S)
    sent = [pool.submit(_send, client, one, barrier) for client, one in zip(clients, requests_, strict=True)]
    answers = [one.result() for one in sent]
    for one, answer in zip(requests_, answers, strict=True):
        if answer is not None:
            yield _judged(one.trial, one.path, answer, lane, login_pages)


def _targets(trial: Trial) -> Iterator[tuple[Lane, list[PlannedPath]]]:
    """Yield each lane with an address per client; rows of their own only where there are enough of them."""
    assert trial.best is not None
    # The row that has worked may be spent since.
    is_there = not trial.pool or any(one.path == trial.best.path.path for one in trial.pool)
    yield Lane.CONFLICT, [trial.best.path if is_there else trial.pool[0]] * CONFLICT_AT_ONCE
    if rows := rows_of_own(trial):
        yield Lane.SPREAD, rows


def rows_of_own(trial: Trial) -> list[PlannedPath]:
    """Return an address per client, each of another row; none where there are not enough of them."""
    rows = list(dict.fromkeys(trial.pool))[:CONFLICT_AT_ONCE]
    return rows if len(rows) == CONFLICT_AT_ONCE else []


def _send(client: ControlClient, one: _Sent, barrier: Barrier) -> Answer | None:
    with suppress(BrokenBarrierError):
        barrier.wait()
    try:
        return client.send(one.trial.operation.method, one.path.path, one.payload, headers=one.path.headers)
    except requests.RequestException:
        return None


def _judged(trial: Trial, path: PlannedPath, answer: Answer, lane: Lane, login_pages: frozenset[str]) -> Try:
    best = trial.best
    assert best is not None
    one = judged(trial.operation, best.identity, path, path.payload or best.payload, answer, login_pages=login_pages)
    return replace(one, sample=one.sample._replace(lane=lane))
