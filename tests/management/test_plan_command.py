"""`loadaudit plan --preflight` in a pipeline: what fails it."""

from __future__ import annotations

import pytest

from loadaudit.management.commands import _plan
from loadaudit.planning.values import GUESS
from loadaudit.records import Exclusion, Outcome, Plan, Tried
from tests.management.test_compare_command import call


@pytest.mark.parametrize(
    ("outcome", "origin", "options", "code", "named"),
    [
        (Outcome.SERVER_ERROR, "", ["--fail-on-errors"], 1, True),
        (Outcome.SERVER_ERROR, "", [], 0, False),
        (Outcome.NOT_FOUND, "", ["--fail-on-errors"], 0, False),
        (Outcome.SERVER_ERROR, GUESS, ["--fail-on-errors"], 0, False),
    ],
)
def test_server_errors_fail_where_they_shall(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome, origin: str, options: list[str], code: int, named: bool
) -> None:
    """They are named; what does not work for want of a row, a right or a value that somebody knows fails nothing."""
    tried = Tried(
        operation_id="GET /broken/", outcome=outcome, role="staff", path="/broken/", tries=1, value_origin=origin
    )
    left_out = (Exclusion(operation_id=tried.operation_id, reason="a made-up one was answered with 500"),)
    plan = Plan(requests=(), exclusions=left_out, identities=(), users=1, duration_s=1.0, tried=(tried,))
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
