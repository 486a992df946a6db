"""Sends what wants a session that something else has begun, in sessions that last."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings

from loadaudit.audit.participants import Nobody
from loadaudit.planning.control import Client, ControlClient
from loadaudit.planning.logins.server_side import SessionMaker
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.form_steps import to_the_end
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.preflight.led_steps import led_through
from loadaudit.planning.preflight.steps import Opened, behind_steps
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.records import Identity

_NAME = re.compile(r"user_?name|login", re.IGNORECASE)
_BACKEND = re.compile(r"(^|_)backend(_path)?$", re.IGNORECASE)
_KEY = re.compile(r"user(_?(id|pk))?$|(^|_)uid$", re.IGNORECASE)


def in_steps(
    trials: Mapping[str, Trial],
    known: Iterable[Trial],
    preflight: Preflight,
    sessions: SessionMaker | None,
    new_client: Callable[[], ControlClient],
) -> dict[str, Trial]:
    """Return the trials of what works in a session that other operations have begun; `known` were tried before.

    Forms of several steps are followed to their end.
    """

    def given(identity: Identity, client: Client, key: str, others: Iterable[str]) -> bool:
        values = {one: value for one in (key, *others) if (value := _of_user(identity, one))}
        session = getattr(client, "session", None)
        return bool(key in values and sessions is not None and session is not None and sessions.put(session(), values))

    opened = _lasting(new_client)
    tried_before = tuple(known)
    found = behind_steps(trials, tried_before, preflight, opened, given)
    left = {id_: one for id_, one in trials.items() if not (one.works or (id_ in found and found[id_].works))}
    found |= led_through(left, (*tried_before, *trials.values(), *found.values()), preflight, opened)
    return found | to_the_end({id_: one for id_, one in trials.items() if id_ not in found}, preflight, opened)


def _lasting(new_client: Callable[[], ControlClient]) -> Opened:
    """Return what opens a session of somebody that is not begun anew behind each write."""

    @contextmanager
    def opened(candidates: Candidates) -> Iterator[Client]:
        if not isinstance(candidates.client, Nobody):
            yield candidates.client
            return
        client = new_client()
        try:
            yield client
        finally:
            client.close()

    return opened


def _of_user(identity: Identity, key: str) -> str:
    """Return what a project's login keeps of a user under such a key, empty where its name tells nothing."""
    if _BACKEND.search(key):
        return str(next(iter(settings.AUTHENTICATION_BACKENDS), ""))
    if _NAME.search(key):
        return identity.username
    return identity.user_id if _KEY.search(key) else ""
