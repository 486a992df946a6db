"""`loadaudit plan --preflight` in a pipeline: what fails it."""

from __future__ import annotations

import pytest

from loadaudit.management.commands import _plan
from loadaudit.records import Outcome, Plan, Tried
from tests.management.test_compare_command import call


@pytest.mark.parametrize(
    ("outcome", "options", "code", "named"),
    [
        (Outcome.SERVER_ERROR, ["--fail-on-errors"], 1, True),
        (Outcome.SERVER_ERROR, [], 0, False),
        (Outcome.NOT_FOUND, ["--fail-on-errors"], 0, False),
    ],
)
def test_server_errors_fail_where_they_shall(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome, options: list[str], code: int, named: bool
) -> None:
    """They are named; what does not work for want of a row or a right fails nothing."""
    tried = Tried(operation_id="GET /broken/", outcome=outcome, role="staff", path="/broken/", tries=1)
    plan = Plan(requests=(), exclusions=(), identities=(), users=1, duration_s=1.0, tried=(tried,))
    monkeypatch.setattr(_plan, "_rehearsed", lambda _context, _options: plan)
    done, printed, said = call("plan", "--preflight", *options)
    assert done == code
    assert "/broken/" in printed
    assert ("Server errors: GET /broken/" in said) is named


def test_without_a_preflight_there_is_nothing_to_fail_on() -> None:
    """The option says what it wants."""
    code, _printed, said = call("plan", "--fail-on-errors")
    assert code == 2
    assert "--preflight" in said
