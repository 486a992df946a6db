"""Sends exports, and slow reads that filled a cache, again before the load: cold and warm are told apart."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import requests

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.control import Client
from loadaudit.planning.lanes import EXPORT_CATEGORY, WARM_ROUNDS, timeout_s_of
from loadaudit.planning.preflight.judge import Trial, Try, judged
from loadaudit.records import Lane

SLOW_NS = 100_000_000
"""Of a read without the cache: below, nobody notices whether it is there."""


def is_worth_repeating(trial: Trial) -> bool:
    """Whether it can be sent again, and is an export or a slow read that missed the cache and stored a value."""
    return trial.works and trial.repeatable and (trial.operation.category == EXPORT_CATEGORY or _filled_a_cache(trial))


def _filled_a_cache(trial: Trial) -> bool:
    trace = trial.best.trace if trial.best is not None else None
    if trace is None or trial.operation.method not in SAFE_METHODS or trace.service_ns < SLOW_NS:
        return False
    return trace.cache_sets > 0 and trace.cache_gets > trace.cache_hits


def sent_again(
    trial: Trial, client: Client, *, login_pages: frozenset[str], deadline_s: float, stopped: Callable[[], bool]
) -> Iterator[Try]:
    """Yield what came of the same request, sent again. Ends early when `stopped`, or at `deadline_s`.

    The first answer is none of them: it fills again what writes that were tried since have emptied.
    """
    best = trial.best
    assert best is not None
    for number in range(1 + WARM_ROUNDS):
        if stopped() or time.monotonic() > deadline_s:
            return
        try:
            answer = client.send(
                trial.operation.method,
                best.path.path,
                best.payload,
                timeout_s=timeout_s_of(Lane.HEAVY),
                headers=best.path.headers,
            )
        except requests.RequestException:
            return
        if not number:
            continue
        one = judged(trial.operation, best.identity, best.path, best.payload, answer, login_pages=login_pages)
        yield replace(one, sample=one.sample._replace(lane=Lane.WARM))
