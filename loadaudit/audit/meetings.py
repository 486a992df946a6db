"""What is sent at the same moment behind the load, in which order and for how long."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connections

from loadaudit.audit.conflicts import (
    Opened,
    are_free,
    can_conflict,
    creates,
    may_meet,
    reads_back,
    rows_of_own,
    send_at_once,
    send_crossing,
)
from loadaudit.audit.counting import counted
from loadaudit.audit.crossing import crossings
from loadaudit.audit.options import Observer
from loadaudit.audit.places import Place
from loadaudit.planning.lanes import CONFLICT_AT_ONCE, CONFLICT_ROUNDS
from loadaudit.planning.preflight.judge import Trial, Try
from loadaudit.records import Lane

_UNDOING_BUDGET_S = 120.0
"""Time for writes that may undo each other."""
_BUDGET_S = 6.0
"""Time for those to rows of their own, for those that cannot undo each other, and for pairs, where they are few."""
_BUDGET_OF_ONE_S = 0.8
"""Where they are many: each meets once, also where somebody holds a lock for half a second."""
_PAIRS_BUDGET_S = 30.0
"""The most for one round of all pairs, of which there are as many as the square of the writes."""
_AGAIN_BUDGET_S = 10.0
"""For the other rounds, beginning with the pairs that lock most."""


@dataclass(slots=True, kw_only=True)
class Meeting:
    """Lets writes that worked before the load meet."""

    opened: Opened
    observer: Observer
    login_pages: frozenset[str]
    stopped: Callable[[], bool]
    rows_are_locked: bool = True
    """Whether a database of the target locks rows, so that two writes may wait for each other in a ring."""
    notes: list[str] = field(default_factory=list)
    """What could not be sent, for the run file."""

    def of(self, trials: Iterable[Trial]) -> list[Try]:
        """Return what came of every request: to one row, to rows of their own, the same twice, and in pairs."""
        known = list(trials)
        meeting = [one for one in known if can_conflict(one)]
        making = [one for one in known if creates(one)]
        creating = [one for one in making if are_free(one)]
        pairs = crossings([one for one in known if may_meet(one)]) if self.rows_are_locked else []
        if self.stopped():
            return []
        self.notes += _without_words(len(making) - len(creating))
        if not (meeting or creating or pairs):
            return []
        self.observer.phase(
            f"Writes at the same moment, to one row and to rows of their own: {len(meeting) + len(creating)}"
        )
        found = [*self._alike(meeting, creating)]
        if not self.stopped():
            self.notes += _missing(meeting, creating, found)
        if pairs and not self.stopped():
            self.observer.phase(
                f"Writes of two operations to the same tables, at the same moment: {counted(len(pairs), 'pair')}"
            )
            each_once_s = max(_BUDGET_S, min(_BUDGET_OF_ONE_S * len(pairs), _PAIRS_BUDGET_S))
            for rounds, budget_s in ((1, each_once_s), (CONFLICT_ROUNDS - 1, _AGAIN_BUDGET_S)):
                found += send_crossing(
                    pairs,
                    self.opened,
                    rounds=rounds,
                    login_pages=self.login_pages,
                    deadline_s=time.monotonic() + budget_s,
                    stopped=self.stopped,
                )
        return found

    def _alike(self, meeting: Sequence[Trial], creating: Sequence[Trial]) -> Iterator[Try]:
        undoing = [one for one in meeting if reads_back(one)]
        # Those that may hold a lock for long first: a wait for them says most.
        others = sorted((one for one in meeting if not reads_back(one)), key=_held_ns, reverse=True)
        both = (Lane.CONFLICT, Lane.SPREAD)
        # Those that can undo each other first, with time enough for all of them.
        for trials, lanes, rounds, budget_s in (
            (undoing, (Lane.CONFLICT,), CONFLICT_ROUNDS, _UNDOING_BUDGET_S),
            # Everything once, before the first ones take all of the time.
            (undoing, (Lane.SPREAD,), 1, max(_BUDGET_S, _BUDGET_OF_ONE_S * len(undoing))),
            (others, both, 1, max(_BUDGET_S, len(both) * _BUDGET_OF_ONE_S * len(others))),
            (undoing, (Lane.SPREAD,), CONFLICT_ROUNDS - 1, _BUDGET_S),
            (others, both, CONFLICT_ROUNDS - 1, _BUDGET_S),
            # One double submit is enough to see what comes of it.
            (creating, (Lane.CONFLICT,), 1, max(_BUDGET_S, _BUDGET_OF_ONE_S * len(creating))),
        ):
            yield from send_at_once(
                trials,
                self.opened,
                lanes=lanes,
                rounds=rounds,
                same=trials is creating,
                login_pages=self.login_pages,
                deadline_s=time.monotonic() + budget_s,
                stopped=self.stopped,
            )


def _missing(meeting: Sequence[Trial], creating: Sequence[Trial], found: Sequence[Try]) -> Iterator[str]:
    """Yield a sentence on writes that met nobody, and on those that did not meet at rows of their own."""
    met = {one.sample.operation_id for one in found}
    apart = {one.sample.operation_id for one in found if one.sample.lane is Lane.SPREAD}
    spreading = [one for one in meeting if one.operation.parameters]
    few = [one for one in spreading if not rows_of_own(one)]
    late = [one for one in spreading if rows_of_own(one) and one.operation.id in met - apart]
    for missing, what in (
        (len(meeting) + len(creating) - len(met), "at the same moment: the time for that was over."),
        (len(late), "to rows of their own at the same moment: the time for that was over."),
        (len(few), f"to rows of their own at the same moment: fewer than {CONFLICT_AT_ONCE} are known to take them."),
    ):
        if missing:
            yield f"{counted(missing, 'write')} {'was' if missing == 1 else 'were'} not sent {what}"


def _without_words(count: int) -> Iterator[str]:
    """Yield a sentence on writes of which all values that no row may have twice are used up when the load is over."""
    if count:
        yield (
            f"{counted(count, 'write')} {'was' if count == 1 else 'were'} not sent the same at the same moment: "
            "there are too few values that no row has yet."
        )


def rows_are_locked(place: Place) -> bool:
    """Say whether the target has a database that locks rows; SQLite has a single writer instead."""
    return place.server is None or any(connections[alias].vendor != "sqlite" for alias in connections)


def _held_ns(trial: Trial) -> int:
    """Return the longest that a write can have kept its locks."""
    return trial.best.trace.service_ns if trial.best is not None and trial.best.trace is not None else 0
