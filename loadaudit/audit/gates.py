"""Finds what a project wants of its users before anything else, and does it for those of the run, on the clone."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from itertools import chain

import requests
from django.db import connections

from loadaudit.audit.logins import Logins
from loadaudit.audit.places import Place
from loadaudit.planning.control import LOOK_S, Answer, ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import log_in
from loadaudit.planning.logins.gates import Passed, gate_in, is_refused, through_gates
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.pages import from_all_parts, open_pages
from loadaudit.planning.making.admitted import Admission, admissions

_FIRST_VU = 61_800
"""Numbers of virtual users that no load has, for source addresses of these sessions' own."""

_PAGES = 8
"""Pages that are looked at for whether something stands before them."""

_ENOUGH = 2
"""Pages whose views answer: something that stands before all others as well would be rare."""

_LOOKING_S = 20.0
"""Time for looking at pages: what is slow may take longer than it can tell."""

_MOST_ADMISSIONS = 4
_FIRST = 2
"""Users that are looked at first; the others only where something stood before one of these."""


def past_gates(logins: Logins) -> Place:
    """Return the place with what its users have to do behind each login, and what was changed so that they are let in.

    Only on a clone: terms are accepted, profiles filled, flags set.
    """
    place = logins.place
    if place.prepare is None:
        return place
    search = _Search(logins)
    users = [one for one in place.credentials if not one.headers]
    for number, credential in enumerate(users):
        if number >= _FIRST and not search.probe:
            break
        with suppress(requests.RequestException):
            search.look(number, credential)
    if not search.probe:
        return place
    return replace(
        place,
        gate=search.probe,
        admissions=(*place.admissions, *search.admissions),
        messages=(*place.messages, *search.notes()),
    )


class _Search:
    def __init__(self, logins: Logins) -> None:
        self._logins = logins
        self._deadline_s = time.monotonic() + _LOOKING_S
        self.probe = ""
        """A page before which something stands."""
        self.admissions: list[Admission] = []
        self._opened: dict[str, None] = {}
        self._stuck: dict[str, list[str]] = {}

    def look(self, number: int, credential: Credential) -> None:
        """Log one user in, and lead them through what stands before the pages."""
        logins = self._logins
        client = logins.place.client(_FIRST_VU + number)
        try:
            proof = logins.proof_for(credential)
            pace = Pace(patience_s=0)
            if not log_in(client, _FIRST_VU + number, credential, logins.ways, proof, pace).attempt.proven:
                return
            self.probe = self.probe or self._found(client, self._pages(credential))
            if self.probe:
                self._pass(client, credential)
        finally:
            client.close()
            connections.close_all()

    def _found(self, client: ControlClient, pages: Sequence[str]) -> str:
        """Return the first page that leads elsewhere, or one of them where all refuse; else empty."""
        refused = answered = 0
        sent_on = ""
        for path in pages:
            if time.monotonic() > self._deadline_s or answered >= _ENOUGH:
                break
            try:
                answer = client.get(path, timeout_s=LOOK_S)
            except requests.Timeout:
                # Only a view takes so long.
                answered += 1
                continue
            refused += is_refused(answer)
            answered += answer.status < HTTPStatus.MULTIPLE_CHOICES and answer.trace is not None
            if not gate_in(answer, path, self._logins.ways.paths) or is_refused(answer):
                continue
            if answer.trace is None or not answer.trace.refusals:
                return path
            # What a decorator sends on may be one page of its own kind, such as a sign-up, where others answer.
            sent_on = sent_on or path
        if pages and refused == len(pages):
            return pages[0]
        return "" if answered else sent_on

    def notes(self) -> Iterator[str]:
        """Say what was done, and what could not be."""
        if self._opened:
            pages = ", ".join(self._opened)
            yield f"What the project wants behind a login before anything else was done for the run's users: {pages}."
        if self.admissions:
            words = ", ".join(dict.fromkeys(one.words for one in self.admissions))
            yield f"The project keeps users out until something is so of them; set on the clone: {words}."
        for page, roles in self._stuck.items():
            what = f"leads {', '.join(roles)} to {page} first" if page != self.probe else f"refuses {', '.join(roles)}"
            yield (
                f"Every page {what}, before its view, and nothing that could be done opened it: "
                "let users who are through with it take part, LOADAUDIT['USERS']."
            )

    def _pages(self, credential: Credential) -> Sequence[str]:
        proof = self._logins.proof_for(credential)
        asking = (one for one in self._logins.askable if one.access.login and not one.access.is_particular)
        pages = chain([proof] if proof is not None and proof.is_page else [], open_pages(asking, sparing=True))
        paths = list(dict.fromkeys(one.path for one in pages))
        # Those that lead through the gate stand beside each other.
        return from_all_parts(paths, _PAGES)

    def _pass(self, client: ControlClient, credential: Credential) -> None:
        for one in self.admissions:
            self._give(one, credential)
        passed = self._through(client, credential)
        known = len(self.admissions)
        while passed.stuck and (admission := self._that_opens(client, credential, passed)) is not None:
            self.admissions.append(admission)
            passed = self._through(client, credential)
            if len(self.admissions) - known == _MOST_ADMISSIONS:
                break
        if passed.stuck:
            self._stuck.setdefault(passed.stuck, []).append(credential.role)

    def _through(self, client: ControlClient, credential: Credential) -> Passed:
        passed = through_gates(client, self.probe, credential.password, self._logins.ways.paths)
        self._opened |= dict.fromkeys(passed.opened)
        return passed

    def _that_opens(self, client: ControlClient, credential: Credential, passed: Passed) -> Admission | None:
        """Return the first change after which the page leads elsewhere, or is there; the others are taken back."""
        prepare = self._logins.place.prepare
        assert prepare is not None
        # What the page itself lists for a choice says as much as what was looked at before it.
        answers = (passed.answer, client.get(passed.stuck))
        traces = [one.trace for one in answers if one is not None]
        for one in admissions(credential.identity, traces, prepare):
            take_back = one.given_to(credential.identity, prepare)
            connections.close_all()
            if take_back is None:
                continue
            answer = client.get(self.probe) if one.column else self._through(client, credential).answer
            if self._is_past(answer, passed.stuck, credential):
                return one
            take_back()
            connections.close_all()
        return None

    def _is_past(self, answer: Answer | None, gate: str, credential: Credential) -> bool:
        """Whether a page no longer leads to a gate, and still shows the user: a change may have ended the session."""
        if answer is None or answer.trace is None or not answer.trace.user_id:
            return False
        is_user = answer.trace.user_id == (credential.user_id or answer.trace.user_id)
        return is_user and gate_in(answer, self.probe, self._logins.ways.paths).partition("?")[0] != gate

    def _give(self, admission: Admission, credential: Credential) -> None:
        if self._logins.place.prepare is not None:
            admission.given_to(credential.identity, self._logins.place.prepare)
            connections.close_all()
