"""The staff of a run enters the mode that the project has for it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from loadaudit.audit import modes
from loadaudit.audit.logins import Logins
from loadaudit.audit.modes import in_modes
from loadaudit.audit.places import Place
from loadaudit.conf import Config
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn, Ways
from loadaudit.planning.modes import Mode
from loadaudit.records import Access, Identity, Inventory, LoginAttempt
from tests.analysis.factories import operation, trace
from tests.audit.test_logins import PLACE

PAGES = tuple(operation(f"GET /{name}/", access=Access(login=True)) for name in ("one", "two", "three"))
MODE = Mode(operation_id="POST /enter/", path="/enter/", keys=("mode",))


@dataclass
class Client:
    """A project whose second page is for the staff in its mode, which lets in by `opens`."""

    opens: bool
    inside: bool = False

    def get(self, path: str, *, timeout_s: float = 30.0) -> Answer:
        denied = path == "/two/" and not self.inside
        return Answer(status=403 if denied else 200, text="", location="", trace=trace(user_id="7", denied=denied))

    def send(self, method: str, path: str, payload: object, *, timeout_s: float = 30.0) -> Answer:
        self.inside = self.opens
        return Answer(status=302 if self.opens else 403, text="", location="/", trace=trace(user_id="7"))

    def close(self) -> None:
        """Release nothing."""


@pytest.mark.parametrize(
    ("found", "opens", "entered"),
    [((MODE,), True, {"staff": ("/enter/",), "user": ()}), ((MODE,), False, {}), ((), True, {})],
)
def test_a_mode_that_opens_a_page_is_entered_by_the_staff(
    monkeypatch: pytest.MonkeyPatch, found: tuple[Mode, ...], opens: bool, entered: dict[str, tuple[str, ...]]
) -> None:
    """And by nobody else: it may close what is open to everybody."""
    proven = LoginAttempt(vu=0, role="staff", proven=True, detail="", duration_ns=1)
    monkeypatch.setattr(modes, "log_in", lambda *given: LoggedIn(attempts=(proven,)))
    monkeypatch.setattr(modes, "modes_among", lambda operations: found)
    monkeypatch.setattr(modes, "connections", cast(Any, type("None", (), {"close_all": staticmethod(lambda: None)})))
    monkeypatch.setattr(Logins, "ways", Ways())
    monkeypatch.setattr(Place, "client", lambda self, vu: cast(ControlClient, Client(opens)))
    who = [
        Credential(identity=Identity(role=role, username=role, user_id="7", staff=role == "staff"), password="p")
        for role in ("user", "staff")
    ]
    place = replace(PLACE, credentials=tuple(who), prepare=nullcontext)
    place = in_modes(Logins(place=place, inventory=Inventory(operations=PAGES), config=Config()))
    assert {one.role: one.modes for one in place.credentials} == {"user": (), "staff": ()} | entered
    told = ("POST /enter/ opens pages that are closed without it: sent behind each login of staff.",)
    assert place.messages == (told if entered else ())
