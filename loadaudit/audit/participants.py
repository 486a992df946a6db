"""Who takes part in a preflight: their sessions, and what each of them may be sent as."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit

from loadaudit.audit.greeting import Greeting
from loadaudit.audit.logins import Logins
from loadaudit.audit.places import Place
from loadaudit.conf import Config
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.control import Answer, Client, ControlClient
from loadaudit.planning.harvest import Harvest, details_of
from loadaudit.planning.identities import Credential
from loadaudit.planning.keys.signed import Signing
from loadaudit.planning.logins.attempts import LoggedIn, log_in
from loadaudit.planning.logins.kept import KeptSession
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.mailbox import Mailbox
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.payloads.free_words import FreeWords
from loadaudit.planning.preflight.asked_headers import AskedHeaders
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.looked_up import LookUp
from loadaudit.planning.recorded.rebinding import recorded_look_ups
from loadaudit.planning.recorded.store import read as read_recorded
from loadaudit.planning.rows_before import rows_there
from loadaudit.records import Identity, Inventory, Payload, PlannedPath


class Nobody:
    """The session of somebody who is not logged in, begun anew behind each write: a sign-up logs its user in."""

    def __init__(self, opened: Callable[[], ControlClient]) -> None:
        self._opened = opened
        self._client = opened()

    def send(
        self, method: str, path: str, payload: Payload | None, *, timeout_s: float = 30.0, headers: Sequence[str] = ()
    ) -> Answer:
        """Send one request. Raises requests.RequestException when no answer comes."""
        try:
            return self._client.send(method, path, payload, timeout_s=timeout_s, headers=headers)
        finally:
            if method not in SAFE_METHODS:
                self.close()
                self._client = self._opened()

    def close(self) -> None:
        """Release the connection."""
        self._client.close()


def candidates_maker(
    config: Config,
    inventory: Inventory,
    place: Place,
    meanings: Mapping[str, tuple[str, str]],
    rows: RowMaker | None,
    passwords: set[str],
) -> Callable[[Identity, Client, str], Candidates]:
    """Return what makes the candidates of an identity, with what all identities share read once.

    It adds to the `passwords` those of all whom it was asked for.
    """
    index = RouteIndex.from_urlconf(None)
    details = details_of(one.route for one in inventory.operations)
    methods: dict[str, frozenset[str]] = {}
    for one in inventory.operations:
        methods[one.route] = methods.get(one.route, frozenset()) | {one.method}
    host = urlsplit(place.target.base_url).hostname or ""
    recorded = read_recorded(config.runs_dir)
    used = [one.identity for one in place.credentials]
    accounts = frozenset(text for one in used for text in (one.user_id, one.username) if text)
    mailbox = Mailbox(folder=place.mail_folder, index=index)
    learnt: dict[str, dict[str, LookUp]] = recorded_look_ups(recorded)
    linked: dict[str, tuple[PlannedPath, ...]] = {}
    before, free = rows_there(), FreeWords()
    signing = Signing(fence=rows.fence, base_url=place.target.base_url) if rows is not None else None

    def candidates_for(identity: Identity, client: Client, password: str) -> Candidates:
        passwords.add(password)
        return Candidates(
            identity=identity,
            client=client,
            index=index,
            harvest=Harvest(index=index, host=host, details=details),
            methods=methods,
            today=date.today(),
            password=password,
            accounts=accounts,
            mailbox=mailbox,
            learnt=learnt,
            linked=linked,
            meanings=meanings,
            recorded=recorded,
            on_clone=rows is not None,
            before=before,
            free=free,
            headers=AskedHeaders(signing=signing),
        )

    return candidates_for


def opened(
    vu: int, credential: Credential, logins: Logins, pace: Pace, greeting: Greeting
) -> tuple[KeptSession | None, LoggedIn]:
    """Return a session of the identity that logs in again when it is lost, or None, and how the login went.

    Behind each login the project's `on_login` functions are called with it.
    """
    client, proof = logins.place.client(vu), logins.proof_for(credential)

    def again(other: ControlClient) -> LoggedIn:
        found = log_in(other, vu, credential, logins.ways, proof, pace)
        if found.attempt.proven:
            greeting.greet_session(other, vu, credential.identity.role)
        return found

    tried = again(client)
    if not tried.attempt.proven:
        client.close()
        return None, tried
    pages = logins.place.target.login_pages
    # What a click changes is changed on a clone only.
    clicks = logins.place.prepare is not None
    return KeptSession(client, credential, proof, again, pages, api=logins.ways.api, clicks=clicks), tried
