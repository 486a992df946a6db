"""What raises at an operation, in code of the project or in loadaudit, costs that one alone."""

from __future__ import annotations

import pytest

from loadaudit.errors import AbortedError
from loadaudit.planning.preflight.guarded import guarded
from loadaudit.planning.preflight.judge import Trial
from loadaudit.records import Operation
from tests.analysis.factories import operation


def test_the_plan_goes_on_and_says_where_it_broke() -> None:
    """As no success, with what somebody needs who mends it."""

    def attempt(one: Operation) -> Trial:
        raise ValueError("Key (email)=(ann@example.org) already exists.")

    found = guarded(attempt)(operation("GET /a/"))
    assert not found.works
    assert found.reason.startswith("the project's code raised ValueError: Key (email)")
    assert "tests/planning/preflight/test_guarded.py:18" in found.reason
    assert "ann@example.org" not in found.reason, "a value of the project's rows"


def test_what_the_user_has_to_know_ends_it() -> None:
    """A target that is lost is no defect."""

    def attempt(one: Operation) -> Trial:
        raise AbortedError("lost")

    with pytest.raises(AbortedError):
        guarded(attempt)(operation("GET /a/"))
