"""Sends writes several times at the same moment: all to one row, where they may undo or wait for each other, then each
to a row of its own."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from threading import Barrier

import requests

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.load.payloads import settled
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.lanes import CONFLICT_AT_ONCE, CONFLICT_ROUNDS
from loadaudit.planning.preflight.judge import Try, judged
from loadaudit.planning.preflight.trial import Trial
from loadaudit.records import Identity, Lane, Payload, PlannedPath, Risk

_MEETING_S = 5.0
_SAME = 900_000
"""First of the numbers whose marks equal requests share; those of other requests of the control plane come before."""

Opened = Callable[[Identity], ControlClient]
"""Identity → a new client that goes on with its session, as the second tab of a browser does."""


def can_conflict(trial: Trial) -> bool:
    """Whether a write works again and again and is about a row: its address has one, or it wrote one back."""
    return _may_meet(trial) and (bool(trial.operation.parameters) or reads_back(trial))


def creates(trial: Trial) -> bool:
    """Whether a write that is about no row yet inserts one: sent twice at once, the same, it may make two."""
    if not _may_meet(trial) or can_conflict(trial) or trial.best is None or trial.best.trace is None:
        return False
    made = [use.sql for use in trial.best.trace.statements if use.sql.lstrip()[:6].upper() == "INSERT"]
    # A login inserts a session, and is sent by the run's own logins only.
    return any("session" not in sql.partition("(")[0].lower() for sql in made)


def _may_meet(trial: Trial) -> bool:
    operation = trial.operation
    if operation.method in SAFE_METHODS or operation.risk in (Risk.DESTRUCTIVE, Risk.HEAVY):
        return False
    return trial.works and trial.repeatable


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
    for position, trial in enumerate(trials):
        assert trial.best is not None
        with ExitStack() as stack:
            clients = [opened(trial.best.identity) for _ in range(CONFLICT_AT_ONCE)]
            for client in clients:
                stack.callback(client.close)
            pool = stack.enter_context(ThreadPoolExecutor(CONFLICT_AT_ONCE))
            for lane, paths in ((lane, paths) for lane, paths in _targets(trial) if lane in lanes):
                for number in range(rounds):
                    payload = trial.best.payload
                    if same and payload is not None:
                        payload = settled(payload, _SAME + position * rounds + number)
                    if stopped() or time.monotonic() > deadline_s:
                        return
                    barrier = Barrier(CONFLICT_AT_ONCE, timeout=_MEETING_S)
                    sent = [
                        pool.submit(_send, client, trial, path, payload, barrier)
                        for client, path in zip(clients, paths, strict=True)
                    ]
                    answers = [one.result() for one in sent]
                    for path, answer in zip(paths, answers, strict=True):
                        if answer is not None:
                            yield _judged(trial, path, answer, lane, login_pages)


def _targets(trial: Trial) -> Iterator[tuple[Lane, list[PlannedPath]]]:
    """Yield each lane with an address per client; rows of their own only where there are enough of them."""
    assert trial.best is not None
    yield Lane.CONFLICT, [trial.best.path] * CONFLICT_AT_ONCE
    rows = list(dict.fromkeys(trial.pool))[:CONFLICT_AT_ONCE]
    if len(rows) == CONFLICT_AT_ONCE:
        yield Lane.SPREAD, rows


def _send(
    client: ControlClient, trial: Trial, path: PlannedPath, payload: Payload | None, barrier: Barrier
) -> Answer | None:
    barrier.wait()
    try:
        return client.send(trial.operation.method, path.path, payload)
    except requests.RequestException:
        return None


def _judged(trial: Trial, path: PlannedPath, answer: Answer, lane: Lane, login_pages: frozenset[str]) -> Try:
    best = trial.best
    assert best is not None
    one = judged(trial.operation, best.identity, path, best.payload, answer, login_pages=login_pages)
    return replace(one, sample=one.sample._replace(lane=lane))
