"""Sends writes that read a row and write it back twice at the same moment: lost updates need two requests at once."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import requests

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.preflight.judge import Try, judged
from loadaudit.planning.preflight.trial import Trial
from loadaudit.records import Identity, Risk

ROUNDS = 5
"""How often each is sent in twos: the moments of two short requests do not always meet."""

_AT_ONCE = 2
_MEETING_S = 5.0

Opened = Callable[[Identity], ControlClient]
"""Identity → a new client that goes on with its session, as the second tab of a browser does."""


def can_conflict(trial: Trial) -> bool:
    """Whether a write may undo another: it works again and again, and wrote a number back that it had read."""
    operation, best = trial.operation, trial.best
    if operation.method in SAFE_METHODS or operation.risk in (Risk.DESTRUCTIVE, Risk.HEAVY):
        return False
    return trial.works and trial.repeatable and best is not None and bool(best.trace and best.trace.row_writes)


def send_at_once(
    trials: Sequence[Trial],
    opened: Opened,
    *,
    login_pages: frozenset[str],
    deadline_s: float,
    stopped: Callable[[], bool],
) -> Iterator[Try]:
    """Yield what came of every request. Ends early when `stopped`, or at `deadline_s` of the monotonic clock."""
    for trial in trials:
        assert trial.best is not None
        with ExitStack() as stack:
            clients = [opened(trial.best.identity) for _ in range(_AT_ONCE)]
            for client in clients:
                stack.callback(client.close)
            pool = stack.enter_context(ThreadPoolExecutor(_AT_ONCE))
            for _ in range(ROUNDS):
                if stopped() or time.monotonic() > deadline_s:
                    return
                barrier = Barrier(_AT_ONCE, timeout=_MEETING_S)
                sent = [pool.submit(_send, client, trial, barrier) for client in clients]
                for answer in (one.result() for one in sent):
                    if answer is not None:
                        yield _judged(trial, answer, login_pages)


def _send(client: ControlClient, trial: Trial, barrier: Barrier) -> Answer | None:
    best = trial.best
    assert best is not None
    barrier.wait()
    try:
        return client.send(trial.operation.method, best.path.path, best.payload)
    except requests.RequestException:
        return None


def _judged(trial: Trial, answer: Answer, login_pages: frozenset[str]) -> Try:
    best = trial.best
    assert best is not None
    return judged(trial.operation, best.identity, best.path, best.payload, answer, login_pages=login_pages)
