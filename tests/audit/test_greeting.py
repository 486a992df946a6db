"""What the project does with its users before the load, and what does not come to its end there."""

import re
import threading
from typing import cast

import pytest

from loadaudit.audit.addresses import Addresses
from loadaudit.audit.greeting import Greeting, greeted
from loadaudit.load.script import ScriptUser
from loadaudit.planning.control import ControlClient
from loadaudit.planning.project import bounded
from tests.audit.test_scenario_load import Plain
from tests.load.builders import Answering, job, serving, user

HERE = r"\(tests/audit/test_greeting\.py:\d+\)"


def cookie(request: Answering) -> None:
    """Give one."""
    request.answer(200, headers=[("Set-Cookie", "tenant=north; Path=/")])


def test_what_does_not_end_is_called_no_more_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each user would wait as long. What another function has left in the session stays."""
    monkeypatch.setattr(bounded, "PATIENCE_S", 0.1)
    calls: list[int] = []

    def chooses(who: ScriptUser) -> None:
        who.get("/tenant/", expect=200)

    def raises(who: ScriptUser) -> None:
        raise KeyboardInterrupt

    def waits(who: ScriptUser) -> None:
        calls.append(1)
        threading.Event().wait()

    with serving({"/tenant/": cookie}) as site:
        whole = job(site.base_url)
        everybody = [user(n, watched=True) for n in range(9)]
        functions = [chooses, raises, waits]
        users, notes = greeted(whole, everybody, cast(Addresses, Plain()), {}, functions, timeout_s=0.6)
    assert {one.name for each in users for one in each.session.cookies} == {"tenant"}
    assert len(calls) < len(everybody)
    said = "\n".join(sorted(notes))
    assert re.search(rf"on_login raises failed: KeyboardInterrupt {HERE}", said)
    assert re.search(rf"on_login waits took longer than 0.6 s {HERE}", said)
    assert "on_login waits was called with no other user after it had taken too long." in said


def test_a_session_of_the_preflight_goes_on_as_the_functions_leave_it() -> None:
    """What a tenant opens that is chosen there would be left out of the load. Each note comes once."""

    def chooses(who: ScriptUser) -> None:
        who.get("/tenant/", expect=200)
        raise ValueError(who.username)

    with serving({"/tenant/": cookie}) as site:
        whole = job(site.base_url)
        client = ControlClient(whole.target, token=whole.token, tag=whole.tag, find_trace=lambda *_: None)
        greeting = Greeting(
            job=whole, addresses=cast(Addresses, Plain()), usernames={"owner": "ann"}, functions=[chooses]
        )
        for _ in range(2):
            greeting.greet_session(client, 1, "owner")
        client.close()
    assert [one.name for one in client.session().cookies] == ["tenant"]
    (note,) = greeting.notes
    assert note.startswith("on_login chooses failed: ValueError: ann")
