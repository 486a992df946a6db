"""Runs with the wrong credentials, with none, and under other settings than the plain demo's."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadaudit.runfile.reader import RunFile
from tests.audit import stores
from tests.audit.site import ONLY_HEALTH, ONLY_PROJECTS, Outcome, Site
from tests.audit.stores import SharedRun

WRONG_PASSWORD = "LOADAUDIT['USERS'] = [{**user, 'password': 'wrong'} for user in LOADAUDIT['USERS']]"


@pytest.fixture(scope="module")
def wrong_run(database: Path, tmp_path_factory: pytest.TempPathFactory) -> SharedRun:
    """A run with wrong passwords."""
    return stores.finished_run(tmp_path_factory.mktemp("wrong"), database, extra=f"{WRONG_PASSWORD}\n{ONLY_PROJECTS}")


class TestWrongPassword:
    """A run whose logins all fail."""

    def test_aborts(self, wrong_run: SharedRun) -> None:
        """A run without proven logins ends with exit code 4."""
        assert wrong_run.outcome.code == 4, wrong_run.outcome.stderr

    def test_names_the_missing_proof(self, wrong_run: SharedRun) -> None:
        """The message says what is missing for whom, and what to correct."""
        message = wrong_run.outcome.stderr
        assert "could prove their login" in message
        assert "as owner: the login form came back after the credentials were sent" in message
        assert "LOADAUDIT['USERS']" in message
        assert "Traceback" not in message

    def test_credits_nothing(self, wrong_run: SharedRun) -> None:
        """No operation counts as attempted, let alone as succeeded."""
        document = wrong_run.outcome.document()
        assert {one["level"] for one in document["operations"]} == {"untouched"}
        assert document["totals"]["attempted"] == document["totals"]["succeeded"] == 0

    def test_keeps_the_run_file(self, wrong_run: SharedRun) -> None:
        """The file is finished, readable, and has the attempts."""
        with RunFile(wrong_run.path) as recorded:
            assert recorded.info().finish_reason.startswith("aborted: Only 0 of")
            assert recorded.sample_count() == 0
            assert recorded.logins()
            assert not any(attempt.proven for attempt in recorded.logins())

    def test_does_not_repeat_a_hopeless_login(self, wrong_run: SharedRun) -> None:
        """One try for each role is enough to know that its password is wrong."""
        with RunFile(wrong_run.path) as recorded:
            roles = [attempt.role for attempt in recorded.logins()]
        assert len(roles) == len(set(roles))

    def test_keeps_no_password(self, wrong_run: SharedRun) -> None:
        """Not even a wrong password is written down."""
        assert b'"wrong"' not in wrong_run.path.read_bytes()


@pytest.fixture(scope="module")
def anonymous(database: Path, tmp_path_factory: pytest.TempPathFactory) -> SharedRun:
    """A run without logins, though the settings have passwords, and wrong ones at that."""
    folder = tmp_path_factory.mktemp("anonymous")
    return stores.finished_run(folder, database, "--anonymous", *stores.requests(200), extra=WRONG_PASSWORD)


def test_anonymous_run_passes(anonymous: SharedRun) -> None:
    """Without logins nothing has to be proven, and open pages are exercised."""
    assert anonymous.outcome.code == 0, anonymous.outcome.stderr
    assert "GET /health/live/" in anonymous.outcome.succeeded()


def test_anonymous_run_plans_nothing_behind_a_login(anonymous: SharedRun) -> None:
    """What asks for a login is left out with a reason, and does not count as succeeded."""
    with RunFile(anonymous.path) as run:
        behind = {one.id for one in run.operations() if one.access.login or one.access.staff}
    operations = {one["id"]: one for one in anonymous.outcome.document()["operations"]}
    assert len(behind) > 50
    assert {operations[one]["level"] for one in behind} == {"untouched"}
    assert all(operations[one]["reason"] for one in behind)


@pytest.mark.slow
def test_hardened_settings_reach_the_same_coverage(
    plain_run: SharedRun, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """https, Secure cookies and a strict ALLOWED_HOSTS change nothing about what can be proven."""
    folder = tmp_path_factory.mktemp("secure")
    run = stores.finished_run(folder, database, *stores.long_enough(), base="tests.demo.settings_secure")
    assert run.outcome.code == 0, run.outcome.stderr
    assert run.outcome.succeeded() == plain_run.outcome.succeeded()


@pytest.fixture(scope="module")
def debug_outcome(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What a run of a site with DEBUG=True printed, on its database itself."""
    arguments = ("--no-isolate", "--duration", "3", "--only", "catalog")
    folder = tmp_path_factory.mktemp("debug")
    return stores.finished_run(folder, database, *arguments, extra=ONLY_PROJECTS, DEMO_DEBUG="1").outcome


@pytest.mark.slow
class TestDebugWithoutClone:
    """A run of a site with DEBUG=True on the database itself."""

    def test_passes(self, debug_outcome: Outcome) -> None:
        """DEBUG stays as it is set and does not stop a run."""
        assert debug_outcome.code == 0, debug_outcome.stderr
        assert debug_outcome.document()["run"]["environment"]["debug"] == "on"
        assert debug_outcome.succeeded()

    def test_report_names_what_was_switched_off(self, debug_outcome: Outcome) -> None:
        """What would have distorted the figures is named."""
        changes = [text for text in debug_outcome.document()["messages"] if text.startswith("Changed for the run:")]
        assert any("log of queries was switched off" in text for text in changes), changes

    def test_no_isolate_says_so(self, debug_outcome: Outcome) -> None:
        """Without a clone the run works on the database itself and says that it did."""
        assert debug_outcome.document()["run"]["environment"]["isolation"] == "none"
        assert any("own database (--no-isolate)" in text for text in debug_outcome.document()["messages"])


@pytest.mark.slow
def test_two_runs_at_once(site: Site) -> None:
    """Two runs of one project at the same time do not disturb each other's files, folders or ports."""
    site.configure(ONLY_HEALTH)
    arguments = ("run", "--anonymous", "--only", "health", "--users", "2", "--duration", "4", "--format", "json")
    with site.started(*arguments) as first:
        second = site.loadaudit(*arguments)
        done = first.end()
    assert (done.code, second.code) == (0, 0), done.stderr + second.stderr
    assert done.succeeded() == second.succeeded() != set()
    assert done.document()["run"]["id"] != second.document()["run"]["id"]
    assert len(site.run_paths()) == 2
    assert site.leftovers() == []
