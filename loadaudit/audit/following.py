"""Sends what wants something that only the account has which made it before, as a second factor or a step of a form."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from django.apps import apps

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.disposable import ends_session
from loadaudit.planning.preflight.states import puts_forms
from loadaudit.planning.preflight.trial import Preflight, Trial
from loadaudit.records import Operation, Outcome

MOST_ACCOUNTS = 8
"""Accounts that are made for this in one run."""

_OF_NO_FIELD = re.compile(r"[^:]*: __all__ \([^()]*\)(?:, __all__ \([^()]*\))*")
"""A form that was refused as a whole."""

_MOST_MAKERS = 2
_MOST_FOLLOWERS = 8
"""Operations of one app."""

Opened = Callable[[Operation], AbstractContextManager[Preflight | None]]
"""Operation → the session of a new account that may send it; None where none could log in."""


def followed(
    thrown: Mapping[str, Trial], missed: Iterable[Trial], opened: Opened, over: Callable[[], bool]
) -> dict[str, Trial]:
    """Return what works for an account that has sent another operation of the same app before.

    `thrown` is what came of operations that each had an account of its own, and `missed` are reads that found nothing.
    """
    found: dict[str, Trial] = {}
    waiting = [one for one in (*missed, *thrown.values()) if _finds_nothing(one)]
    left = MOST_ACCOUNTS
    for app, makers in _makers(thrown.values()).items():
        followers = sorted((one.operation for one in waiting if _app_of(one.operation) == app), key=_reads_first)
        pending = followers[:_MOST_FOLLOWERS]
        for maker in makers:
            works = True
            while works and pending and left and not over():
                left -= 1
                with opened(maker) as preflight:
                    tried = list(_behind(maker, pending, preflight)) if preflight is not None else []
                works = any(one.works for one in tried)
                found |= {one.operation.id: one for one in tried if one.works}
                pending = [one for one in pending if one.id not in found]
    return found


def _behind(maker: Operation, followers: Sequence[Operation], preflight: Preflight) -> Iterator[Trial]:
    """Yield what comes of operations behind another one, until one has changed what that has made."""
    if not preflight.attempt(maker).works:
        return
    for one in followers:
        trial = preflight.attempt(one)
        yield trial
        if preflight.over() or (trial.works and one.method not in SAFE_METHODS):
            return


def _finds_nothing(trial: Trial) -> bool:
    if trial.works or (trial.best is not None and puts_forms(trial.operation, trial.best.path.path)):
        return False
    if trial.best is None or trial.best.outcome is Outcome.NOT_FOUND:
        return True
    # No field of the form is wrong: what is there does not allow it.
    refusals = trial.best.trace.refusals if trial.best.trace is not None else ()
    return trial.best.outcome is Outcome.INVALID and bool(refusals) and all(map(_OF_NO_FIELD.fullmatch, refusals))


def _makers(trials: Iterable[Trial]) -> Mapping[str, list[Operation]]:
    found: dict[str, list[Operation]] = {}
    for one in trials:
        operation = one.operation
        if one.works and operation.method == "POST" and not ends_session(operation):
            known = found.setdefault(_app_of(operation), [])
            if len(known) < _MOST_MAKERS:
                known.append(operation)
    return {app: makers for app, makers in found.items() if app}


def _app_of(operation: Operation) -> str:
    """Return the label of the app to which the view of an operation belongs, empty where it is in none."""
    return operation.app if operation.app in apps.app_configs else ""


def _reads_first(operation: Operation) -> tuple[bool, int, bool, str]:
    destroys = operation.risk.value == "destructive"
    return operation.method not in SAFE_METHODS, len(operation.parameters), destroys, operation.id
