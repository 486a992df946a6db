"""Exports and slow reads that filled a cache are worth sending again at once."""

from typing import Any

import pytest

from loadaudit.audit.warm import SLOW_NS, is_worth_repeating
from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.judge import Trial, judged
from loadaudit.records import Operation, PlannedPath
from tests.analysis.factories import USER, operation, trace

FILLED = {"service_ns": SLOW_NS, "cache_gets": 1, "cache_sets": 1}


@pytest.mark.parametrize(
    ("of", "server", "worth"),
    [
        (operation("GET /export/", category="Export"), {}, True),
        (operation("GET /page/"), FILLED, True),
        (operation("GET /page/"), {}, False),
        (operation("GET /page/"), {**FILLED, "service_ns": SLOW_NS - 1}, False),
        (operation("GET /page/"), {**FILLED, "cache_hits": 1}, False),
        (operation("GET /page/"), {**FILLED, "cache_sets": 0}, False),
        (operation("POST /page/"), FILLED, False),
    ],
    ids=["export", "filled a cache", "no cache", "quick", "was there", "stored nothing", "a write"],
)
def test_what_is_sent_again(of: Operation, server: dict[str, Any], worth: bool) -> None:
    """Where the second time may be quicker, and somebody would notice."""
    seen = trace(1, of.id, user_id="7", **server)
    answer = Answer(status=200, text="", location="", trace=seen, number=1)
    best = judged(of, USER, PlannedPath(path=of.route), None, answer)
    assert is_worth_repeating(Trial(operation=of, best=best, tries=1)) is worth
