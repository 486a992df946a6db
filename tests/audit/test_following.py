"""What wants something that only the account has which made it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.audit import following
from loadaudit.audit.following import MOST_ACCOUNTS, followed, lacks_what_comes_before
from loadaudit.planning.preflight.judge import Trial, unanswered
from loadaudit.records import Identity, Operation, Outcome, PlannedPath, ServerException
from tests.analysis.factories import operation, trace


def trial(one: Operation, *, works: bool) -> Trial:
    """Return what came of an operation."""
    tried: Any = unanswered(one, Identity(role="one"), PlannedPath(path="/"), None, 1, "")
    object.__setattr__(tried, "outcome", Outcome.OK if works else Outcome.NOT_FOUND)
    return Trial(operation=one, best=tried, tries=1)


class Accounts:
    """Opens sessions in which everything works behind what sets an app up, until that is taken down."""

    def __init__(self, *works: str) -> None:
        self.works = {"POST /2fa/setup/", *works}
        self.sent: list[list[str]] = []

    @contextmanager
    def opened(self, maker: Operation) -> Iterator[Any]:
        """Begin a session."""
        self.sent.append([])
        yield self

    def attempt(self, one: Operation) -> Trial:
        """Note what is sent."""
        self.sent[-1].append(one.id)
        return trial(one, works=one.id in self.works)

    def over(self) -> bool:
        """Have time."""
        return False


SETUP = operation("POST /2fa/setup/")
CODES = operation("GET /2fa/codes/")
DOWN = operation("POST /2fa/down/")
AGAIN = operation("POST /2fa/again/")


@pytest.fixture(autouse=True)
def _one_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_app_of", lambda one: one.route.split("/")[1])


def test_what_comes_behind_a_set_up() -> None:
    """Reads share an account; a write takes away what was there, so that the next one gets another."""
    accounts = Accounts(CODES.id, DOWN.id, AGAIN.id)
    thrown = {one.id: trial(one, works=one is SETUP) for one in (DOWN, AGAIN, SETUP)}
    found = followed(thrown, [trial(CODES, works=False)], accounts.opened, lambda: False)
    assert set(found) == {CODES.id, DOWN.id, AGAIN.id}
    assert accounts.sent == [[SETUP.id, CODES.id, AGAIN.id], [SETUP.id, DOWN.id]]


def test_what_nothing_helps_is_tried_once() -> None:
    accounts = Accounts()
    thrown = {one.id: trial(one, works=one is SETUP) for one in (DOWN, SETUP)}
    assert followed(thrown, [], accounts.opened, lambda: False) == {}
    assert accounts.sent == [[SETUP.id, DOWN.id]]
    assert len(accounts.sent) < MOST_ACCOUNTS


@pytest.mark.parametrize(("refusal", "helps"), [("a.Form: __all__ (no_app)", True), ("a.Form: name (invalid)", False)])
def test_a_form_that_is_refused_as_a_whole(refusal: str, *, helps: bool) -> None:
    """What a field says is wrong no other request mends."""
    accounts = Accounts(DOWN.id)
    refused: Any = trial(DOWN, works=False)
    object.__setattr__(refused.best, "outcome", Outcome.INVALID)
    object.__setattr__(refused.best, "trace", trace(refusals=(refusal,)))
    found = followed({SETUP.id: trial(SETUP, works=True), DOWN.id: refused}, [], accounts.opened, lambda: False)
    assert (DOWN.id in found) is helps


@pytest.mark.parametrize("maker", ["POST /logout/", "GET /2fa/setup/"])
def test_what_ends_the_session_or_only_reads_makes_nothing(maker: str) -> None:
    accounts = Accounts(DOWN.id)
    one = operation(maker)
    thrown = {one.id: trial(one, works=True), DOWN.id: trial(DOWN, works=False)}
    assert followed(thrown, [], accounts.opened, lambda: False) == {}
    assert accounts.sent == []


def test_a_step_leads_on_to_the_next() -> None:
    """What is set up is switched on before it has codes."""
    steps = {"POST /2fa/again/": ["POST /2fa/setup/"], "GET /2fa/codes/": ["POST /2fa/setup/", "POST /2fa/again/"]}

    class InSteps(Accounts):
        def attempt(self, one: Operation) -> Trial:
            done = [*self.sent[-1]]
            self.sent[-1].append(one.id)
            return trial(one, works=all(each in done for each in steps.get(one.id, [])))

    accounts = InSteps()
    thrown = {one.id: trial(one, works=one is SETUP) for one in (AGAIN, SETUP)}
    assert set(followed(thrown, [trial(CODES, works=False)], accounts.opened, lambda: False)) == {AGAIN.id, CODES.id}
    assert accounts.sent == [[SETUP.id, CODES.id, AGAIN.id], [SETUP.id, CODES.id], [SETUP.id, AGAIN.id, CODES.id]]


@pytest.mark.parametrize(
    ("outcome", "said", "kind", "lacks"),
    [
        (Outcome.CLIENT_ERROR, '{"detail": "Setup not initiated."}', "", True),
        (Outcome.CLIENT_ERROR, '{"detail": "Two-factor authentication is not enabled."}', "", True),
        (Outcome.CLIENT_ERROR, '{"name": ["This field is required."]}', "", False),
        (Outcome.SERVER_ERROR, "", "otp.exceptions.NoOtpDeviceError", True),
        (Outcome.SERVER_ERROR, "", "shop.models.Profile.DoesNotExist", True),
        (Outcome.SERVER_ERROR, "", "builtins.KeyError", False),
    ],
)
def test_what_lacks_a_step_before(outcome: Outcome, said: str, kind: str, *, lacks: bool) -> None:
    """By the words of a refusal, or by the class of an exception."""
    exception = ServerException(type=kind, message="", fingerprint="1") if kind else None
    one = trial(DOWN, works=False)
    best: Any = one.best
    answer: Any = SimpleNamespace(content=said.encode())
    best = replace(best, outcome=outcome, answer=answer, trace=trace(exception=exception))
    assert lacks_what_comes_before(replace(one, best=best)) is lacks


def test_what_is_nearest_in_the_urls_makes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app may have much that works and has nothing to do with it."""
    monkeypatch.setattr(following, "_app_of", lambda one: "app")
    others = [operation(f"POST /account/{name}/") for name in ("name", "mail", "picture")]
    accounts = Accounts(DOWN.id, *(one.id for one in others))
    thrown = {one.id: trial(one, works=one is not DOWN) for one in (*others, SETUP, DOWN)}
    assert set(followed(thrown, [], accounts.opened, lambda: False)) == {DOWN.id}
    assert accounts.sent == [[SETUP.id, DOWN.id]]
