"""Sends what wants a session that other requests have begun behind these: a cart's order, the steps of a set-up."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import requests

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.control import Answer, Client
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.judge import Trial, Try, is_of_no_row
from loadaudit.planning.preflight.session_keys import missed_by, session_keys_at
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.records import Identity, Outcome, Payload, PlannedPath

_MOST_TRIES = 5
"""Requests for one operation behind the same steps."""

_MOST_CHAINS = 3
_DEEPEST = 3
_LACKS = frozenset({Outcome.SERVER_ERROR, Outcome.NOT_FOUND, Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.DENIED})
"""How views end that find nothing in the session."""

Opened = Callable[[Candidates], AbstractContextManager[Client]]
"""What to send as somebody → a session of theirs that is not begun anew between requests."""

Given = Callable[[Identity, Client, str, Iterable[str]], bool]
"""Puts a value of the user's own under a key of their session, and under others, as a project's login does.

It tells whether there is one for the key itself.
"""


@dataclass(frozen=True, slots=True)
class _Step:
    id: str
    method: str
    path: PlannedPath
    payload: Payload | None


class _Behind:
    """A client that sends the steps before each request: what takes a key from the session finds it every time."""

    def __init__(self, client: Client, steps: Sequence[_Step]) -> None:
        self._client = client
        self._steps = steps

    def send(
        self, method: str, path: str, payload: Payload | None, *, timeout_s: float = 30.0, headers: Sequence[str] = ()
    ) -> Answer:
        """Send one request behind the steps. Raises requests.RequestException when no answer comes."""
        for one in self._steps:
            self._client.send(one.method, one.path.path, one.payload, timeout_s=timeout_s, headers=one.path.headers)
        return self._client.send(method, path, payload, timeout_s=timeout_s, headers=headers)


def behind_steps(
    trials: Mapping[str, Trial], known: Iterable[Trial], preflight: Preflight, opened: Opened, given: Given
) -> dict[str, Trial]:
    """Return the trials of what works in a session that other operations have begun, of which `known` tell."""
    tried = {one.operation.id: one.best for one in (*known, *trials.values()) if one.best is not None}
    found: dict[str, Trial] = {}
    for id_, trial in trials.items():
        if trial.works or trial.best is None or trial.best.outcome not in _LACKS or preflight.over():
            continue
        keys = _keys_lacked(trial.best)
        for key in keys:
            again = _with_key(trial, key, tried, preflight, opened, given)
            if again is not None:
                found[id_] = again
                break
        if id_ not in found and (key := missed_by(trial.best)):
            found[id_] = replace(trial, reason=_filled_by(key, id_, tried))
    return found


def _filled_by(key: str, id_: str, tried: Mapping[str, Try]) -> str:
    """Say which requests put a key into the session."""
    setters = [one for one, best in tried.items() if one != id_ and key in _keys_set(best)]
    if not setters:
        return f"nothing that was tried puts {key!r} there"
    return f"{', '.join(sorted(setters)[:_MOST_CHAINS])} would put {key!r} there, and it got no further behind that"


def _keys_set(best: Try) -> frozenset[str]:
    return session_keys_at(best.path.path, _method_of(best)).set


def _keys_lacked(best: Try) -> tuple[str, ...]:
    """Return the keys of the session that a view may have missed: the one that it broke without, else all it reads."""
    if missed := missed_by(best):
        return (missed,)
    # What is not in the session may be used as if it were there.
    is_quiet = best.trace is None or best.trace.exception is None or is_of_no_row(best)
    return _keys_read(best) if is_quiet else ()


def _keys_read(best: Try) -> tuple[str, ...]:
    return tuple(sorted(session_keys_at(best.path.path, _method_of(best)).read))


def _method_of(best: Try) -> str:
    return best.sample.operation_id.partition(" ")[0]


def _with_key(
    trial: Trial, key: str, tried: Mapping[str, Try], preflight: Preflight, opened: Opened, given: Given
) -> Trial | None:
    """Return what came of an operation in a session that has the key: that it works, or how it fails behind the key."""
    assert trial.best is not None
    further: Trial | None = None
    chains = list(_chains(key, tried, (trial.operation.id,)))[:_MOST_CHAINS]
    for chain in [*chains, ()]:
        for candidates in _users(trial, chain, tried, preflight):
            with opened(candidates) as client:
                if not chain and not given(candidates.identity, client, key, _keys_read(trial.best)):
                    continue
                stepped = replace(candidates, client=_Behind(client, chain))
                again = _sent(trial, stepped, preflight)
            if again is None or again.best is None or not (again.works or _fails_further(again.best, trial.best)):
                continue
            if not again.works:
                further = further or again
            else:
                told = ", ".join(one.id for one in chain) or f"a session with {key!r}"
                path = replace(again.best.path, origin=f"{again.best.path.origin}, behind {told}")
                return replace(again, best=replace(again.best, path=path), repeatable=False)
    return further


def _fails_further(one: Try, before: Try) -> bool:
    """Whether a view breaks on something else now than on what the session did not have, or no longer leaves early."""
    if before.was_led_away and one.rank <= before.rank and _refusals(one) != _refusals(before):
        return True
    now, first = (each.trace.exception if each.trace is not None else None for each in (one, before))
    return first is not None and now is not None and now.fingerprint != first.fingerprint and not missed_by(one)


def _refusals(one: Try) -> tuple[str, ...]:
    return tuple(one.trace.refusals) if one.trace is not None else ()


def _sent(trial: Trial, candidates: Candidates, preflight: Preflight) -> Trial | None:
    assert trial.best is not None
    try:
        again = preflight.attempt_as(trial.operation, candidates, _MOST_TRIES, [trial.best.path])
    except requests.RequestException:
        return None
    return replace(again, tries=again.tries + trial.tries)


def _chains(key: str, tried: Mapping[str, Try], behind: tuple[str, ...]) -> Iterator[tuple[_Step, ...]]:
    """Yield the steps that set a key, the likeliest first: what works, pages before what changes something."""
    setters = [(id_, one) for id_, one in tried.items() if id_ not in behind and key in _keys_set(one)]
    for id_, one in sorted(setters, key=lambda each: _likely(*each)):
        step = _Step(id_, _method_of(one), one.path, one.payload)
        lacked = _keys_lacked(one) if not one.works and len(behind) < _DEEPEST else ()
        before = [chain for each in lacked for chain in _chains(each, tried, (*behind, id_))]
        yield from ((*chain, step) for chain in before[:1] or [()])


def _likely(id_: str, one: Try) -> tuple[bool, bool, int, str]:
    return not one.works, _method_of(one) not in SAFE_METHODS, one.path.path.count("/"), id_


def _users(
    trial: Trial, chain: Sequence[_Step], tried: Mapping[str, Try], preflight: Preflight
) -> Iterator[Candidates]:
    """Yield those as whom the steps are sent: whoever the operation and the last of its steps were sent as."""
    assert trial.best is not None
    roles = [trial.best.identity.role, *(tried[one.id].identity.role for one in chain[-1:])]
    roles += [one.role for one in preflight.identities if one.user_id and not one.keyed][:1]
    for role in dict.fromkeys(roles):
        if role in preflight.candidates:
            yield preflight.candidates[role]
