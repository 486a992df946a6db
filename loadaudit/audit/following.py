"""Sends what wants something that only the account has which made it before, as a second factor or a step of a form."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import takewhile

from django.apps import apps

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.disposable import ends_session
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.preflight.states import puts_forms
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.records import Operation, Outcome

MOST_ACCOUNTS = 8
"""Accounts that are made for this in one run."""

_OF_NO_FIELD = re.compile(r"[^:]*: __all__ \([^()]*\)(?:, __all__ \([^()]*\))*")
"""A form that was refused as a whole."""

_OF_A_STATE = re.compile(
    r"\b(?:not|isn't|no|never|first|before)\b[^.!?]{0,40}\b(?:enabled?|activated?|active|initiated|started|set ?up"
    r"|configured|registered|pending|requested|begun|verified)\b|\bexpired\b",
    re.IGNORECASE,
)
"""What is said of a step that was not taken before."""

_LACKS = re.compile(r"\.(?:\w*DoesNotExist|No[A-Z]\w*|\w*(?:Missing|NotFound|NotSet|NotConfigured|NotEnabled)\w*)$")
"""Exceptions of what an account does not have."""

_LONGEST = 2
_LONGEST_WORDS = 2_000
_MOST_MAKERS = 2
_MOST_FOLLOWERS = 8
"""Operations of one app."""

Opened = Callable[[Operation], AbstractContextManager[Preflight | None]]
"""Operation → the session of a new account that may send it; None where none could log in."""


def followed(
    thrown: Mapping[str, Trial], reads: Iterable[Trial], opened: Opened, over: Callable[[], bool]
) -> dict[str, Trial]:
    """Return what works for an account that has sent another operation of the same app before.

    `thrown` is what came of operations that each had an account of its own, `reads` what came of the run's own users.
    """
    found: dict[str, Trial] = {}
    waiting = [one for one in (*reads, *thrown.values()) if lacks_what_comes_before(one)]
    left = MOST_ACCOUNTS
    for app, makers in _makers(thrown.values(), (one.operation for one in waiting)).items():
        followers = sorted((one.operation for one in waiting if _app_of(one.operation) == app), key=_reads_first)
        pending = followers[:_MOST_FOLLOWERS]
        chains: list[tuple[Operation, ...]] = [(maker,) for maker in makers]
        while chains:
            chain, works = chains.pop(0), True
            while works and pending and left and not over():
                left -= 1
                with opened(chain[0]) as preflight:
                    tried = list(_behind(chain, pending, preflight)) if preflight is not None else []
                done = {one.operation.id: one for one in tried if one.works}
                works, found = bool(done), found | done
                pending = [one for one in pending if one.id not in found]
                # As an app is set up, then switched on, and only then has codes.
                chains += [(*chain, one.operation) for one in done.values() if _may_lead_on(one.operation, chain)]
    return found


def _may_lead_on(operation: Operation, chain: Sequence[Operation]) -> bool:
    is_maker = operation.method == "POST" and operation.risk.value != "destructive" and not ends_session(operation)
    return is_maker and len(chain) < _LONGEST


def _behind(chain: Sequence[Operation], followers: Sequence[Operation], preflight: Preflight) -> Iterator[Trial]:
    """Yield what comes of operations behind others, until one has changed what those have made."""
    if not all(preflight.attempt(maker).works for maker in chain):
        return
    for one in followers:
        trial = preflight.attempt(one)
        yield trial
        if preflight.over() or (trial.works and one.method not in SAFE_METHODS):
            return


def lacks_what_comes_before(trial: Trial) -> bool:
    """Whether an operation failed for an account that has done nothing yet, and may work for one that has."""
    best = trial.best
    if trial.works or (best is not None and puts_forms(trial.operation, best.path.path)):
        return False
    if best is None or best.outcome is Outcome.NOT_FOUND:
        return True
    if best.outcome is Outcome.CLIENT_ERROR:
        said = best.answer.content[:_LONGEST_WORDS].decode(errors="replace") if best.answer is not None else ""
        return _OF_A_STATE.search(said) is not None
    exception = best.trace.exception if best.trace is not None else None
    if best.outcome is Outcome.SERVER_ERROR:
        return exception is not None and _LACKS.search(exception.type) is not None
    # No field of the form is wrong: what is there does not allow it.
    refusals = best.trace.refusals if best.trace is not None else ()
    return best.outcome is Outcome.INVALID and bool(refusals) and all(map(_OF_NO_FIELD.fullmatch, refusals))


def _makers(trials: Iterable[Trial], followers: Iterable[Operation]) -> Mapping[str, list[Operation]]:
    """Return what may make what the followers of each app want: those first whose routes share most with theirs."""
    routes: dict[str, list[str]] = {}
    for one in followers:
        routes.setdefault(_app_of(one), []).append(one.route)
    found: dict[str, list[Operation]] = {}
    for trial in trials:
        operation = trial.operation
        if trial.works and operation.method == "POST" and not ends_session(operation):
            found.setdefault(_app_of(operation), []).append(operation)
    return {
        app: sorted(makers, key=lambda one: -_shared(one.route, routes.get(app, ())))[:_MOST_MAKERS]
        for app, makers in found.items()
        if app
    }


def _shared(route: str, others: Iterable[str]) -> int:
    """Return how many parts of a route are those of another as well, at most."""
    pairs = (zip(route.split("/"), other.split("/"), strict=False) for other in others)
    return max((len(list(takewhile(lambda pair: pair[0] == pair[1], one))) for one in pairs), default=0)


def _app_of(operation: Operation) -> str:
    """Return the label of the app to which the view of an operation belongs, empty where it is in none."""
    return operation.app if operation.app in apps.app_configs else ""


def _reads_first(operation: Operation) -> tuple[bool, int, bool, str]:
    destroys = operation.risk.value == "destructive"
    return operation.method not in SAFE_METHODS, len(operation.parameters), destroys, operation.id
