"""Runs whose sessions are lost, whose logins are limited, or whose login page changes under them."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadaudit.load.correlation import is_control
from loadaudit.records import LoginCause
from loadaudit.runfile.reader import RunFile
from tests.audit import stores
from tests.audit.site import ONLY_PROJECTS, Outcome, Site
from tests.audit.stores import SharedRun

FORGETFUL = """
from collections import Counter

_used = Counter()


def forget(get_response):
    def middleware(request):
        key = request.session.session_key
        # Only what virtual users send: the proof pages of the control plane are few.
        if key and request.session.get("_auth_user_id"):
            _used[key] += 1
            if _used[key] > 25:
                request.session.flush()
        return get_response(request)

    return middleware
"""
FORGETTING = """
_at = MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware")
MIDDLEWARE = [*MIDDLEWARE[:_at], "forgetful.forget", *MIDDLEWARE[_at:]]
"""
GONE = """

def leave(get_response):
    from django.http import HttpResponseNotFound

    def middleware(request):
        forgotten = max(_used.values(), default=0) > 25
        if forgotten and request.path.endswith("/login/"):
            return HttpResponseNotFound("moved")
        return get_response(request)

    return middleware
"""
FORGETTING_AND_GONE = (
    FORGETTING
    + """
MIDDLEWARE = ["forgetful.leave", *MIDDLEWARE]
"""
)
ONE_WORKER = ("--workers", "1", "--think-time", "10ms", "--seed", "5")


def site_with(folder: Path, temporary: Path, database: Path, module: str, code: str, settings: str) -> Site:
    """Return the pages of the demo with a module of its own beside its settings."""
    site = Site(folder, temporary, extra=f"{settings}\n{ONLY_PROJECTS}", DEMO_SQLITE_PATH=str(database))
    (folder / f"{module}.py").write_text(code)
    return site


class TestLostSessions:
    """A server that forgets each session after some requests."""

    @pytest.fixture(scope="class")
    @classmethod
    def lost(cls, database: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
        """What the run printed, and its file."""
        with stores.short_folder() as temporary:
            folder = tmp_path_factory.mktemp("forgetful")
            site = site_with(folder, temporary, database, "forgetful", FORGETFUL, FORGETTING)
            outcome = site.loadaudit("run", "--format", "json", *ONE_WORKER, *stores.requests(500))
            assert outcome.code == 0, outcome.stderr
            return outcome, site.run_paths()[0]

    def test_is_counted_and_regained(self, lost: tuple[Outcome, Path]) -> None:
        """Every loss is in the file with its operation and sign, and followed by a login that was proven."""
        outcome, path = lost
        with RunFile(path) as run:
            sessions = run.lost_sessions()
            again = [one for one in run.logins() if one.after_loss]
        assert len(sessions) > 3
        in_load = [one for one in sessions if "when the load had ended" not in one.sign]
        assert all(one.regained and one.operation_id and one.sign for one in in_load)
        assert sum(one.proven for one in again) == len(in_load)
        assert outcome.document()["logins"]["lost"] == len(sessions)

    def test_is_noticed_at_once(self, lost: tuple[Outcome, Path]) -> None:
        """Few requests go out with a dead session."""
        with RunFile(lost[1]) as run:
            sessions, samples = run.lost_sessions(), run.sample_count()
        dead = [one["outcomes"].get("session_lost", 0) for one in lost[0].document()["operations"]]
        assert 0 < sum(dead) <= 6 * len(sessions)
        assert sum(dead) < samples / 5

    def test_public_pages_with_a_dead_session_count_for_nothing(self, lost: tuple[Outcome, Path]) -> None:
        """Between the last trace with the user and the moment of notice nothing is a success of that user."""
        with RunFile(lost[1]) as run:
            plan = run.plan()
            assert plan is not None
            ids = {one.role: one.user_id for one in plan.identities}
            spans = [(run.last_proven(one.number, (ids[one.role],)), one.number) for one in run.lost_sessions()]
            inside = [one for one in run.samples() if any(low < one.number <= high for low, high in spans)]
        credited = sum(one["outcomes"].get("session_lost", 0) for one in lost[0].document()["operations"])
        others = sum(one.status >= 400 and one.status not in (401, 403) for one in inside)
        assert credited + others == len(inside) > 0
        assert not any(is_control(one.number) for one in inside)

    def test_is_a_finding(self, lost: tuple[Outcome, Path]) -> None:
        """LA102 names the operations and what gave the loss away."""
        (finding,) = [one for one in lost[0].document()["findings"] if one["code"] == "LA102"]
        assert finding["operations"]
        assert "regained" in finding["values"]


class TestLoginPageThatChanges:
    """Sessions are forgotten, and meanwhile the login page has gone."""

    @pytest.fixture(scope="class")
    @classmethod
    def changed(cls, database: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
        """What the run printed, and its file."""
        with stores.short_folder() as temporary:
            folder = tmp_path_factory.mktemp("changed")
            site = site_with(folder, temporary, database, "forgetful", FORGETFUL + GONE, FORGETTING_AND_GONE)
            outcome = site.loadaudit("run", "--format", "json", "--users", "2", *ONE_WORKER, *stores.requests(2000))
            return outcome, site.run_paths()[0]

    def test_aborts(self, changed: tuple[Outcome, Path]) -> None:
        """With exit code 4 as soon as more than half are stopped, and with the reason."""
        outcome, _ = changed
        assert outcome.code == 4, outcome.stderr
        assert "virtual users lost their session and could not log in again" in outcome.stderr
        assert "no login form was found at /accounts/login/ (404: moved)" in outcome.stderr

    def test_keeps_what_was_recorded(self, changed: tuple[Outcome, Path]) -> None:
        """Samples, the sessions that were lost, and the attempts that failed."""
        with RunFile(changed[1]) as run:
            assert run.info().finish_reason.startswith("aborted: ")
            assert run.sample_count() > 40
            assert not any(one.regained for one in run.lost_sessions())
            failed = [one for one in run.logins() if one.after_loss]
        assert {one.cause for one in failed} == {LoginCause.NO_FORM}
        assert changed[0].succeeded()


def test_clean_run_loses_nothing(full_run: SharedRun) -> None:
    """Refusals of the demo's own are no lost sessions, and neither are logouts of identities to throw away."""
    with RunFile(full_run.path) as run:
        assert run.lost_sessions() == ()


class TestIdentitiesToThrowAway:
    """What ends sessions and changes accounts, in a whole run of the demo."""

    def test_is_sent_behind_the_load(self, full_run: SharedRun) -> None:
        """Logout is planned behind the load, and nobody of the load sends it."""
        with RunFile(full_run.path) as run:
            plan = run.plan()
            assert plan is not None
            sent = {one.operation_id for one in run.samples() if not is_control(one.number)}
        assert {"GET /accounts/logout/", "POST /accounts/logout/"} <= set(plan.disposable)
        assert not sent & set(plan.disposable)

    def test_each_has_an_identity_of_its_own(self, full_run: SharedRun) -> None:
        """No two operations share one, and none is of the settings."""
        with RunFile(full_run.path) as run:
            plan = run.plan()
            assert plan is not None
        users = [one.user_id for one in plan.identities if one.role == "disposable"]
        assert len(users) == len(set(users)) == len(plan.disposable)

    def test_logout_succeeds(self, full_run: SharedRun) -> None:
        """The view ran, by GET and by POST."""
        assert {"GET /accounts/logout/", "POST /accounts/logout/"} <= full_run.outcome.succeeded()
        assert "POST /accounts/password/change/" in full_run.outcome.succeeded()
