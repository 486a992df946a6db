"""Pages that ask whoever is logged in for the password once more, before something that matters is shown or done."""

from collections.abc import Collection, Sequence
from functools import partial
from urllib.parse import parse_qsl, urlsplit

from loadaudit.load.sessions import Session
from loadaudit.planning.control import TIMEOUT_S, Answer, ControlClient
from loadaudit.planning.forms import HtmlForm, read_forms
from loadaudit.planning.logins.pages import action_of
from loadaudit.planning.logins.steps import Sent
from loadaudit.records import Payload

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNSEEN = frozenset({"hidden", "submit", "checkbox", "button", "reset", "image"})


class Confirmations:
    """Gives one identity's password to such pages, and to no page a second time that did not take it."""

    def __init__(self, client: ControlClient, password: str, login_pages: Collection[str]) -> None:
        self._client = client
        self._password = password
        self._refused = set(login_pages)
        self.sent: list[Sent] = []
        """The requests with which a page took the password."""

    def given(self, path: str, answer: Answer) -> bool:
        """Whether an answer led to such a page, which wants to lead back, and the page took the password.

        Raises requests.RequestException when no answer comes.
        """
        return answer.status in _REDIRECTS and leads_back(answer.location, path) and self.given_at(answer.location)

    def given_at(self, address: str) -> bool:
        """Whether the page at an address asks for the password alone and takes it.

        Raises requests.RequestException when no answer comes.
        """
        page = address.partition("?")[0]
        if page in self._refused or not self._password or not page.startswith("/"):
            return False
        form = confirmation_form(self._client.get(address).text)
        if form is None:
            self._refused.add(page)
            return False
        target = action_of(address, form)
        answer = self._client.post(target, form.filled({form.password_field: self._password}))
        # A page that comes again instead of leading on did not take it, and a second wrong one might lock the user out.
        if answer.status not in _REDIRECTS or answer.location.partition("?")[0] == page:
            self._refused.add(page)
            return False
        self.sent.append(Sent(path=target, answer=answer))
        return True


class ConfirmingClient:
    """Sends requests as one identity, once more what wants its password first; a session that ends stays ended."""

    def __init__(self, client: ControlClient, password: str, login_pages: Collection[str]) -> None:
        self._client = client
        self._confirmations = Confirmations(client, password, login_pages)

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
        answer = send()
        return send() if self._confirmations.given(path, answer) else answer

    def session(self) -> Session:
        """Return the session as it is now."""
        return self._client.session()


def confirmation_form(html: str) -> HtmlForm | None:
    """Return the form of a page that asks for one password and for nothing else."""
    for form in read_forms(html):
        seen = [one for one in form.fields if one.kind not in _UNSEEN]
        if form.method == "POST" and len(seen) == 1 and seen[0].name == form.password_field:
            return form
    return None


def leads_back(location: str, path: str) -> bool:
    """Whether the address of a redirect names the one that it comes from, to lead back there."""
    plain = path.partition("?")[0]
    return any(value.partition("?")[0] == plain for _, value in parse_qsl(urlsplit(location).query))
