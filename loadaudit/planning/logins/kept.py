"""A session beside the load that logs in again when it was lost, as those of virtual users do during it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import requests

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.load.sessions import Session
from loadaudit.planning.control import TIMEOUT_S, Answer, ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn, enter_modes
from loadaudit.planning.logins.confirmed import Confirmations
from loadaudit.planning.logins.pages import ProofPage
from loadaudit.planning.logins.proving import looked_at
from loadaudit.planning.logins.steps import Sent
from loadaudit.records import LoginCause, Payload


class KeptSession:
    """Sends requests as one identity, once more what wants the session renewed, or the password confirmed."""

    def __init__(
        self,
        client: ControlClient,
        credential: Credential,
        proof: ProofPage | None,
        log_in: Callable[[ControlClient], LoggedIn],
        login_pages: Sequence[str],
        api: ProofPage | None = None,
        *,
        clicks: bool = False,
    ) -> None:
        """`api` is a page that wants a token, which a session may have beside it; with `clicks` it may write."""
        self._client = client
        self._credential = credential
        self._proof = proof
        self._api = api
        self._log_in = log_in
        self._login_pages = frozenset(login_pages)
        self._confirmations = Confirmations(client, credential.password, login_pages, clicks=clicks)
        self._may_have_left = False
        self.renewals = 0
        """How often the session was lost."""

    def send(
        self,
        method: str,
        path: str,
        payload: Payload | None,
        *,
        timeout_s: float = TIMEOUT_S,
        headers: Sequence[str] = (),
    ) -> Answer:
        """Send one request. Raises requests.RequestException when no answer comes."""
        send = partial(self._client.send, method, path, payload, timeout_s=timeout_s, headers=headers)
        before = self._client.session().cookies
        answer = send()
        if self._is_another(answer):
            # A sign-up logs in whom it has made: what comes behind it would be sent as somebody else.
            by_itself = self._client.session().cookies != before
            if self._renewed() and not by_itself:
                answer = send()
        elif self._turned_away(answer) and not self._alive() and self._renewed():
            answer = send()
        elif self._may_have_left and answer.trace is not None and answer.trace.denied:
            # What was sent in between may have ended the mode in which its pages are open.
            enter_modes(self._client, self._credential)
            self._may_have_left = False
            answer = send()
        self._may_have_left |= bool(self._credential.modes) and method not in SAFE_METHODS
        return self._confirmations.through(path, answer, send)

    def confirm_at(self, page: str) -> None:
        """Give a page the password that asks for nothing else, unless one has taken it already."""
        with suppress(requests.RequestException):
            if not self._confirmations.sent:
                self._confirmations.given_at(page)

    @property
    def confirmed(self) -> tuple[Sent, ...]:
        """The requests that carried the password once more, and were taken."""
        return tuple(self._confirmations.sent)

    def session(self) -> Session:
        """Return the session as it is now."""
        return self._client.session()

    def close(self) -> None:
        """Release the connections."""
        self._client.close()

    def _renewed(self) -> bool:
        """Log in again; tell whether that went well."""
        self.renewals += 1
        return self._log_in(self._client).attempt.proven

    def _is_another(self, answer: Answer) -> bool:
        """Whether the session is somebody else's now."""
        own, seen = self._credential.identity.user_id, answer.trace.user_id if answer.trace is not None else ""
        return bool(own and seen) and seen != own

    def _turned_away(self, answer: Answer) -> bool:
        trace = answer.trace
        if trace is not None and trace.user_id:
            return False
        redirected = answer.location.partition("?")[0] in self._login_pages
        return answer.status == 401 or redirected or (trace is not None and trace.denied)

    def _alive(self) -> bool:
        if self._proof is None:
            return True
        try:
            return looked_at(self._client, self._credential, self._proof, self._api).cause is LoginCause.NONE
        except requests.RequestException:
            return True
