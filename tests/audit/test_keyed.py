"""Keys take part in a run as identities of their own, once they have opened something."""

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from loadaudit.audit.keyed import with_keys
from loadaudit.audit.logins import Logins
from loadaudit.audit.places import Place
from loadaudit.conf import Config
from loadaudit.load.job import Target
from loadaudit.planning.control import Answer
from loadaudit.planning.identities import Credential
from loadaudit.records import Access, Identity, Inventory, Parameter
from tests.analysis.factories import operation
from tests.planning.keys.conftest import site  # noqa: F401
from tests.planning.keys.models import ApiKey, PartnerToken

USER = Credential(identity=Identity(role="user", username="u", user_id="1"), password="p")


@dataclass
class InProcess:
    """Sends to the project within this process."""

    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, payload: None, *, timeout_s: float = 30.0) -> Answer:
        """Send a request without a body."""
        found = Client().generic(method, path, headers=self.headers)
        challenge = found.get("WWW-Authenticate", "")
        return Answer(
            status=found.status_code, text="", location="", trace=None, content=found.content, challenge=challenge
        )

    def close(self) -> None:
        """Hold nothing."""


def logins_of(*paths: str, isolated: bool = True) -> Logins:
    """Return the logins of a run on a site with these pages."""
    place = Place(
        folder=Path(),
        target=Target(base_url="http://localhost"),
        token="t",
        tag="0" * 16,
        credentials=(USER,),
        prepare=nullcontext if isolated else None,
    )
    ids = [path if " " in path else f"GET {path}" for path in paths]
    inventory = Inventory(operations=tuple(operation(one, access=Access()) for one in ids))
    return Logins(place=place, inventory=inventory, config=Config())


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch, site: None) -> None:  # noqa: F811
    def client(_place: Any, _vu: int) -> InProcess:
        return InProcess()

    monkeypatch.setattr(Place, "client", client)
    monkeypatch.setattr("loadaudit.audit.keyed.connections.close_all", lambda: None)


def test_a_key_that_opens_something_takes_part() -> None:
    """The kind of key that opens nothing does not, and the users stay who they were."""
    place = with_keys(logins_of("/jobs/"))
    user, key = place.credentials
    assert user == USER
    assert key.identity.role == "key of keys.ApiKey"
    assert key.identity.keyed
    assert Client().get("/jobs/", headers=key.headers).status_code == 200
    assert "key of keys.ApiKey" in place.messages[0]


def test_a_setting_that_is_the_key() -> None:
    key = with_keys(logins_of("/partners/")).credentials[1]
    assert (key.identity.role, dict(key.headers)) == (
        "key of settings.PARTNER_KEY",
        {"X-Partner-Key": "a key of the settings"},
    )


def test_one_key_for_all_that_it_opens() -> None:
    assert len(with_keys(logins_of("/jobs/", "/jobs/?page=2", "/plain/")).credentials) == 2


def test_an_api_without_reads_is_asked_by_options() -> None:
    """A class answers it behind the same checks; a function would do what it does for any method."""
    key = with_keys(logins_of("POST /tokens/")).credentials[1]
    assert key.identity.role == "key of keys.PartnerToken"
    assert key.proof is not None
    assert key.proof.method == "OPTIONS"
    assert len(with_keys(logins_of("POST /partners/")).credentials) == 1


def test_a_page_of_one_row_is_all_that_a_key_opens() -> None:
    """Where lists are public, and the class of the page is known to want a login, but takes no session."""
    PartnerToken.objects.create(token="one")
    number = Parameter(name="number", converter="int", model="keys.PartnerToken", model_field="pk")
    logins = logins_of()
    page = operation("GET /tokens/<int:number>/", parameters=(number,))
    key = with_keys(replace(logins, inventory=Inventory(operations=(page,)))).credentials[1]
    assert key.identity.role == "key of keys.Access"


def test_no_key_is_made_in_a_real_database() -> None:
    """Without a clone nothing is asked for, and nothing written."""
    logins = logins_of("/jobs/", isolated=False)
    assert with_keys(logins) is logins.place
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("GET", "/basic/"), ("POST", "/issue/")])
def test_a_page_that_wants_name_and_password_with_every_request(method: str, path: str) -> None:
    """Beside pages that sessions open: a user who shows both is one more."""
    place = with_keys(logins_of(f"{method} {path}", "/plain/"))
    assert [one.role for one in place.credentials] == ["user", "key of HTTP Basic as user"]
    assert Client().generic(method, path, headers=place.credentials[1].headers).status_code == 200


def test_a_function_that_takes_writes_alone_is_asked_by_a_write() -> None:
    """Without a body, which is what it says then; what may change the key itself is not sent for this."""
    key = with_keys(logins_of("POST /ingest/")).credentials[1]
    assert key.identity.role == "key of keys.PartnerToken"
    assert key.proof is not None
    assert key.proof.method == "POST"
    assert len(with_keys(logins_of("POST /keys/rotate/")).credentials) == 1
