"""Pages that turn strangers away, found by asking for them: a project's own middleware may be all that says so."""

import re
import time
from collections.abc import Collection, Iterable
from itertools import islice

import requests

from loadaudit.planning.control import LOOK_S, ControlClient
from loadaudit.planning.logins.pages import ProofPage

_MOST_ASKED = 40
_ASKING_S = 30.0
_ENOUGH = 3
_PERSONAL = re.compile(r"\b(me|my|profile|accounts?|dashboard|settings|home|preferences)\b", re.IGNORECASE)
_REFUSED = frozenset({401, 403})
_FAILED = 500


def ordered_by_asking(
    client: ControlClient, pages: Iterable[ProofPage], login_pages: Collection[str]
) -> tuple[tuple[ProofPage, ...], tuple[ProofPage, ...]]:
    """Return the pages that turn `client`, who is nobody, away, and of the others those that answer without an error.

    At most 40 of `pages` are asked for, those first that speak of a person, until three have turned it away or half a
    minute is over; exports, whose caches stay cold, only where no other turns it away.
    """
    asking: list[ProofPage] = []
    open_to_all: list[ProofPage] = []
    first = sorted(pages, key=lambda page: (page.is_export, not _PERSONAL.search(page.path)))
    until_s = time.monotonic() + _ASKING_S
    for page in islice(first, _MOST_ASKED):
        if time.monotonic() > until_s or (page.is_export and asking):
            break
        try:
            answer = client.get(page.path, timeout_s=LOOK_S)
        except requests.RequestException:
            continue
        redirected = answer.location.partition("?")[0] in login_pages
        if answer.status in _REFUSED or redirected or (answer.trace is not None and answer.trace.denied):
            asking.append(page)
        elif answer.status < _FAILED:
            open_to_all.append(page)
        if len(asking) == _ENOUGH:
            break
    return tuple(asking), tuple(open_to_all)
