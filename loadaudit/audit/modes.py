"""Brings the sessions of the staff into a mode that the project has for them, where that opens what is closed."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from itertools import count

import requests
from django.db import connections

from loadaudit.audit.logins import Logins
from loadaudit.audit.places import Place
from loadaudit.planning.control import LOOK_S, ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import log_in
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.pages import from_all_parts, open_pages
from loadaudit.planning.modes import Mode, modes_among

_FIRST_VU = 61_840
"""Numbers of virtual users that no load has, for source addresses of these sessions' own."""

_PAGES = 12
_LOOKING_S = 20.0


def in_modes(logins: Logins) -> Place:
    """Return the place whose staff enters a mode behind each login, as those do who may work as staff for a while.

    Only on a clone, and nobody else: the pages that the mode closes stay open to an ordinary user.
    """
    place = logins.place
    modes = modes_among(logins.askable) if place.prepare is not None else ()
    if not modes:
        return place
    deadline_s = time.monotonic() + _LOOKING_S
    numbers, entered = count(_FIRST_VU), dict[str, list[str]]()
    credentials = []
    for one in place.credentials:
        found: tuple[Mode, ...] = ()
        if one.identity.staff and not one.headers and time.monotonic() < deadline_s:
            found = _opening(logins, one, modes, next(numbers))
        for mode in found:
            entered.setdefault(mode.operation_id, []).append(one.role)
        credentials.append(replace(one, modes=tuple(mode.path for mode in found)))
    notes = (
        f"{id_} opens pages that are closed without it: sent behind each login of {', '.join(roles)}."
        for id_, roles in entered.items()
    )
    return replace(place, credentials=tuple(credentials), messages=(*place.messages, *notes))


def _opening(logins: Logins, credential: Credential, modes: Sequence[Mode], vu: int) -> tuple[Mode, ...]:
    """Return the first mode after which one page opens that was closed to somebody."""
    client = logins.place.client(vu)
    try:
        with suppress(requests.RequestException):
            proof = logins.proof_for(credential)
            if not log_in(client, vu, credential, logins.ways, proof, Pace(patience_s=0)).attempt.proven:
                return ()
            asking = (one for one in logins.askable if one.access.login)
            paths = from_all_parts([one.path for one in open_pages(asking, sparing=True)], _PAGES)
            closed = [path for path in paths if _is_closed(client, path)]
            for mode in modes if closed else ():
                answer = client.send("POST", mode.path, None, timeout_s=LOOK_S)
                went = answer.status < HTTPStatus.BAD_REQUEST and answer.trace is not None and answer.trace.view_ran
                if went and not all(_is_closed(client, path) for path in closed):
                    return (mode,)
        return ()
    finally:
        client.close()
        connections.close_all()


def _is_closed(client: ControlClient, path: str) -> bool:
    """Whether a page turns away somebody whom it knows."""
    trace = client.get(path, timeout_s=LOOK_S).trace
    return trace is not None and trace.denied and bool(trace.user_id)
