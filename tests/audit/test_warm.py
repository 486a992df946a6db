"""Exports and slow reads that filled a cache are worth sending again at once."""

from typing import Any, cast
from unittest.mock import Mock

import pytest

from loadaudit.audit.warm import SLOW_NS, is_worth_repeating, sent_again
from loadaudit.planning.control import Answer, Client
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


def test_the_first_one_only_fills_again_what_tries_since_have_emptied() -> None:
    """It is sent, and in no figure."""
    export = operation("GET /export/", category="Export")
    answers = iter(range(1, 9))

    def send(*_: object, **__: object) -> Answer:
        seen = trace(1, export.id, user_id="7")
        return Answer(status=200, text="", location="", trace=seen, number=next(answers))

    trial = Trial(operation=export, best=judged(export, USER, PlannedPath(path="/export/"), None, send()), tries=1)
    client = cast(Client, Mock(send=send))
    again = sent_again(trial, client, login_pages=frozenset(), deadline_s=float("inf"), stopped=lambda: False)
    assert [one.sample.number for one in again] == [3, 4, 5]
