"""`loadaudit record` as a user runs it; the pytest plugin is an example of the documentation."""

import json
import os
import signal
import time

import pytest

from loadaudit.management.commands import _record
from tests.audit.site import Site

OPERATION = "POST /batch/export/init/"


def recorded(site: Site) -> dict[str, list[dict[str, object]]]:
    """Return what is stored beside the runs."""
    document: dict[str, dict[str, list[dict[str, object]]]] = json.loads((site.runs / "recorded.json").read_text())
    return document["operations"]


@pytest.mark.parametrize("fails", [False, True])
def test_what_tests_send_is_stored_also_when_they_fail(site: Site, fails: bool) -> None:
    """The exit code is that of the tests, and the next plan sends what they sent."""
    variables = {"RECORDABLE_FAILS": "1"} if fails else {}
    done = site.manage("loadaudit", "record", "--", "test", "tests.management.recordable", **variables)
    assert done.code == (1 if fails else 0), done.stderr
    assert "1 request of 1 operation recorded in" in done.stderr
    assert [one["values"] for one in recorded(site)[OPERATION]] == [{"title": "from a test", "pages": 2}]
    if not fails:
        site.sends_all = True
        plan = site.loadaudit("plan", "--only", "batch", "--format", "json").document()
        (planned,) = [one for one in plan["requests"] if one["operation_id"] == OPERATION]
        assert json.loads(planned["payload"]["document"]) == {"title": "from a test", "pages": 2}
        assert planned["payload"]["origin"].endswith("recordable.py in test_new_job")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_whoever_ends_the_command_loses_nothing(number: int) -> None:
    """A CI job whose time is over and a terminal that is closed end it as Ctrl-C does, and only while it listens."""
    # Whoever runs the tests may ignore it, as `nohup` does.
    before = signal.signal(number, signal.SIG_DFL)

    def terminated() -> None:
        os.kill(os.getpid(), number)
        time.sleep(1.0)

    try:
        with pytest.raises(KeyboardInterrupt), _record.terminated_as_interrupted():
            terminated()
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


def test_a_signal_that_the_caller_ignores_stays_ignored() -> None:
    """As `nohup` has it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with _record.terminated_as_interrupted():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_command_is_needed(site: Site) -> None:
    done = site.manage("loadaudit", "record")
    assert done.code == 2
    assert "manage.py loadaudit record -- test" in done.stderr
