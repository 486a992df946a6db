"""Sends exports again right after they were sent for the first time, so that cold and warm can be told apart."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import requests

from loadaudit.planning.lanes import EXPORT_CATEGORY, WARM_ROUNDS, timeout_s_of
from loadaudit.planning.preflight.candidates import Client
from loadaudit.planning.preflight.judge import Try, judged
from loadaudit.planning.preflight.trial import Trial
from loadaudit.records import Lane


def is_export(trial: Trial) -> bool:
    """Whether it is an export that can be sent again."""
    return trial.operation.category == EXPORT_CATEGORY and trial.works and trial.repeatable


def sent_again(
    trial: Trial, client: Client, *, login_pages: frozenset[str], deadline_s: float, stopped: Callable[[], bool]
) -> Iterator[Try]:
    """Yield what came of the same request, sent again. Ends early when `stopped`, or at `deadline_s`."""
    best = trial.best
    assert best is not None
    for _ in range(WARM_ROUNDS):
        if stopped() or time.monotonic() > deadline_s:
            return
        try:
            answer = client.send(
                trial.operation.method, best.path.path, best.payload, timeout_s=timeout_s_of(Lane.HEAVY)
            )
        except requests.RequestException:
            return
        one = judged(trial.operation, best.identity, best.path, best.payload, answer, login_pages=login_pages)
        yield replace(one, sample=one.sample._replace(lane=Lane.WARM))
