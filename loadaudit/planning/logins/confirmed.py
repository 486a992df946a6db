"""Pages that ask whoever is logged in for the password once more, before something that matters is shown or done.

Some ask for a click alone, such as that which starts a session as an administrator.
"""

import re
from collections.abc import Callable, Collection, Sequence
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
_OTHERWISE = re.compile(
    r"log[-_ ]?out|sign[-_ ]?out|delete|remove|cancel|decline|reject|search|setlang|language|impersonat|resend|again",
    re.IGNORECASE,
)
"""What a form without fields says that does not go on."""


class Confirmations:
    """Gives one identity's password to such pages, and to no page a second time that did not take it."""

    def __init__(
        self, client: ControlClient, password: str, login_pages: Collection[str], *, clicks: bool = False
    ) -> None:
        """With `clicks`, which write, pages that ask for nothing but a click get it."""
        self._client = client
        self._password = password
        self._refused = set(login_pages)
        self._unclicked = set(login_pages) if clicks else None
        """Pages that get no click; None where none does."""
        self.sent: list[Sent] = []
        """The requests with which a page took the password."""

    def through(self, path: str, answer: Answer, send: Callable[[], Answer]) -> Answer:
        """Return the answer to `path`, sent once more if it led to such a page that wants to lead back.

        Raises requests.RequestException when no answer comes.
        """
        if not _is_led_away(path, answer):
            return answer
        if self.given_at(answer.location):
            return send()
        if not self._clicked(answer.location):
            return answer
        behind = send()
        if _is_led_away(path, behind) and self._unclicked is not None:
            # The click did not open this, and would be made for each request.
            self._unclicked.add(answer.location.partition("?")[0])
        return behind

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

    def _clicked(self, address: str) -> bool:
        """Whether the page at an address asks for nothing but a click, and leads on behind it."""
        page = address.partition("?")[0]
        if self._unclicked is None or page in self._unclicked or not page.startswith("/"):
            return False
        form = click_form(address, self._client.get(address).text)
        answer = self._client.post(action_of(address, form), form.filled({})) if form is not None else None
        if answer is None or answer.status not in _REDIRECTS or answer.location.partition("?")[0] == page:
            self._unclicked.add(page)
            return False
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
        return self._confirmations.through(path, send(), send)

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


def click_form(address: str, html: str) -> HtmlForm | None:
    """Return the form of a page that is sent to the page itself and has nothing to fill in.

    One that is sent to the very address leads back to where somebody came from; others stand on every page.
    """
    page = address.partition("?")[0]
    own = [
        form
        for form in read_forms(html)
        if form.method == "POST"
        and action_of(address, form).partition("?")[0] == page
        and not any(one.kind not in _UNSEEN or one.kind == "checkbox" for one in form.fields)
        and not _OTHERWISE.search(form.words)
    ]
    return min(own, key=lambda one: action_of(address, one) != address, default=None)


def _is_led_away(path: str, answer: Answer) -> bool:
    return answer.status in _REDIRECTS and leads_back(answer.location, path)


def leads_back(location: str, path: str) -> bool:
    """Whether the address of a redirect names the one that it comes from, to lead back there."""
    plain = path.partition("?")[0]
    return any(value.partition("?")[0] == plain for _, value in parse_qsl(urlsplit(location).query))
