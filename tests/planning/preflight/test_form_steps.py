"""Forms of several steps, followed to their end."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from loadaudit.planning.control import Client
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.form_steps import STEP, to_the_end
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.records import Outcome
from tests.planning.preflight import site as pages
from tests.planning.preflight.conftest import Stage


@contextmanager
def _opened(candidates: Candidates) -> Iterator[Client]:
    yield candidates.client


def test_a_form_of_several_steps_works_where_its_last_step_does(stage: Stage) -> None:
    """Nobody clicks the button that leads back; under load the first step alone would be sent."""
    trials = stage.run("GET /applied/", "POST /applied/")
    found = to_the_end(trials, stage.preflight, _opened)
    assert [(id_, one.works, one.repeatable) for id_, one in found.items()] == [("POST /applied/", True, False)]
    pages.ROWS[1] = {}
    best = to_the_end(trials, stage.preflight, _opened)["POST /applied/"].best
    assert best is not None
    assert (best.outcome, f"{STEP}2" in best.path.origin) == (Outcome.SERVER_ERROR, True)


def test_what_is_refused_when_it_is_sent_again_still_worked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ended at its first step, which says nothing of those behind it."""
    trials = stage.run("GET /applied/", "POST /applied/")
    monkeypatch.setattr(Preflight, "tries_of", lambda *what: iter(()))
    assert to_the_end(trials, stage.preflight, _opened) == {"POST /applied/": trials["POST /applied/"]}
