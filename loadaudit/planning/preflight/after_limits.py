"""What the run's own requests have hit, tried again: limits that are over after a while, and locks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from loadaudit.planning.patience import longest_s, waits_for_a_lock
from loadaudit.planning.preflight.guarded import guarded
from loadaudit.planning.preflight.judge import Trial
from loadaudit.records import Operation, Outcome

_PAUSE_S = 0.5


class Trying(Protocol):
    """Tries operations within a time."""

    @property
    def clock(self) -> Callable[[], float]:
        """Tells the time in seconds."""

    @property
    def pause(self) -> Callable[[float], None]:
        """Lets so many seconds pass."""

    def attempt(self, operation: Operation) -> Trial:
        """Try one operation."""

    def over(self) -> bool:
        """Whether nothing more is to be sent."""


def after_limits(preflight: Trying, trials: dict[str, Trial], progress: Callable[[Trial], None]) -> None:
    """Wait once until limits are over that the run's own requests used up; try again what they or locks hit."""
    hit = [one for one in trials.values() if one.best is not None and one.best.outcome is Outcome.RATE_LIMITED]
    answers = [one.best.answer for one in hit if one.best is not None and one.best.answer is not None]
    until_s = preflight.clock() + (waits_s := longest_s(one.retry_after_s for one in answers))
    while preflight.clock() < until_s and not preflight.over():
        preflight.pause(_PAUSE_S)
    locked = [one for one in trials.values() if one.best is not None and waits_for_a_lock(one.best.trace)]
    for before in [*(hit if waits_s else ()), *locked]:
        again = guarded(preflight.attempt)(before.operation)
        if again.best is not None and before.best is not None and again.best.rank <= before.best.rank:
            trials[before.operation.id] = replace(again, tries=again.tries + before.tries)
            progress(again)
