"""Further rows for writes that use one up, each for one request of a load: all that wait for approval can have it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import quote

from django.db import models

from loadaudit.inventory.source.relations import choices_of
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.preflight.asked import MEETING
from loadaudit.planning.preflight.candidates import OF_THE_NEWEST, Candidates
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.preflight.of_tenants import At, sent_by
from loadaudit.planning.preflight.own_bodies import with_own_bodies
from loadaudit.planning.preflight.settle import row_of
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.planning.preflight.turns import in_the_same_way, plain_origin
from loadaudit.planning.preflight.used_up import RowsUsed, leaf_of
from loadaudit.planning.project.contained import contained
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows import Which
from loadaudit.planning.spared import beside_accounts
from loadaudit.planning.values import NoValue
from loadaudit.records import Operation, Parameter, PlannedPath, Risk

MOST_COPIES = 24
"""Rows for one operation to which copies fill up: some more than a load wants samples of each."""

_MOST_ROWS = 60
"""Of the project's own rows for one operation."""

_ENOUGH = 10
"""Rows of a pool to which the same is sent again and again."""

_TRIED = 2
"""Rows of the project's own that are tried before copies are."""

COPY = "copy of a row of "


def spread_by(preflight: Preflight) -> Callable[[Mapping[str, Trial]], dict[str, Trial]]:
    """Return what finds further rows for the trials of a preflight, until that is over."""
    users, over = preflight.candidates, preflight.over
    ended = preflight.missing.ended if preflight.missing is not None else []
    return _Spreading(used=preflight.used, users=users, send=sent_by(preflight), over=over, ended=ended).spread


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spreading:
    """Finds rows for writes that use one up."""

    used: RowsUsed
    users: Mapping[str, Candidates]
    send: At
    over: Callable[[], bool]
    ended: list[str] = field(default_factory=list)
    """What was given up because something raised."""

    def spread(self, trials: Mapping[str, Trial]) -> dict[str, Trial]:
        """Return the trials with rows for each request of the load where a write worked on its row only once."""
        users = Counter(row for one in trials.values() for row in _rows_of(one))
        given: set[str] = set()
        found = dict(trials)
        for id_, one in trials.items():
            if _is_used_up(one) and not self.over():
                # What nobody else works on is there for it.
                own = _rows_of(one)
                taken = {row for row, number in users.items() if number > (row in own)} | given
                spreading = partial(self._spread, one, taken)
                found[id_] = contained(spreading, one, f"No further rows were looked for: {id_}", self.ended)
                given |= taken - users.keys()
        return found

    def _spread(self, trial: Trial, taken: set[str]) -> Trial:
        best, before = trial.best, self.used.before(trial)
        assert best is not None
        user = self.users.get(best.identity.role)
        operation = user.understood(trial.operation) if user is not None else trial.operation
        leaf = leaf_of(operation)
        if user is None or leaf is None:
            return trial
        taken.add(row_of(trial.operation, best.path))
        alike = [
            one for one in _others(user, operation, trial, leaf, before) if row_of(trial.operation, one) not in taken
        ]
        alike = with_own_bodies(operation, best.path, best.payload, alike, user.payloads, self.over)
        rows = self._proven(trial, alike[:_MOST_ROWS])
        made = self._copied(trial, leaf, before, MOST_COPIES - len(rows)) if before is not None else []
        if len(made) > 1 and self._works(trial, made[0]):
            # What has spent its row was another write.
            again = self.send(trial, made[1])
            if again is not None and again.works:
                return replace(trial, best=again, pool=tuple(made[1 : _ENOUGH + 1]), repeatable=True)
        paths = (*rows, *made[1:])
        taken.update(row_of(trial.operation, one) for one in paths)
        return replace(trial, once_on=paths) if paths else trial

    def _proven(self, trial: Trial, alike: Sequence[PlannedPath]) -> list[PlannedPath]:
        """Return the rows behind the first that works; none where a few do not."""
        for place, one in enumerate(alike[:_TRIED]):
            tried = self.send(trial, one)
            if tried is not None and tried.works:
                return list(alike[place + 1 :])
        return []

    def _works(self, trial: Trial, path: PlannedPath) -> bool:
        tried = self.send(trial, path)
        return tried is not None and tried.works

    def _copied(self, trial: Trial, leaf: Parameter, before: Any, count: int) -> list[PlannedPath]:
        """Return the addresses of copies, whole or alone; to one before them, and the first, was sent what worked.

        What takes one row may refuse the next for it, as two appointments that move to the same hour.
        """
        copies = self.used.copies
        if copies is None or count < 1:
            return []
        for whole in (True, False):
            first = self._paths(trial, leaf, before, copies.of(before, 2, whole=whole))
            if len(first) > 1 and all(self._works(trial, one) for one in first):
                return [first[1], *self._paths(trial, leaf, before, copies.of(before, count, whole=whole))]
        return []

    def _paths(self, trial: Trial, leaf: Parameter, before: Any, rows: Sequence[Any]) -> list[PlannedPath]:
        assert trial.best is not None
        origin = f"{COPY}{type(before)._meta.label} as it was before"
        found = [_path_of(trial, leaf, before, one) for one in rows]
        paths = [PlannedPath(path=one, origin=origin, payload=trial.best.path.payload) for one in found if one]
        return in_the_same_way(paths, trial.best.path)


def _is_used_up(trial: Trial) -> bool:
    operation, best = trial.operation, trial.best
    if best is None or not best.works or trial.repeatable or trial.closes or best.trace is None:
        return False
    is_plain = operation.method not in SAFE_METHODS and operation.risk not in (Risk.DESTRUCTIVE, Risk.HEAVY)
    return is_plain and bool(operation.parameters) and bool(best.trace.sql_writes)


def _keeps(trial: Trial) -> bool:
    return trial.works and trial.operation.method not in SAFE_METHODS and bool(trial.operation.parameters)


def _rows_of(trial: Trial) -> set[str]:
    """Return the rows that a write works on in the load."""
    if not _keeps(trial) or trial.best is None:
        return set()
    return {row_of(trial.operation, path) for path in (*trial.pool, trial.best.path)}


def _others(user: Candidates, operation: Operation, trial: Trial, leaf: Parameter, before: Any) -> list[PlannedPath]:
    """Return addresses of other rows that are as the row was before, else those of the trial's pool."""
    assert trial.best is not None
    model: Any = type(before)
    state = _state_before(before, row_at(leaf, trial.best.path.path)) if before is not None else {}
    found: Sequence[PlannedPath] | NoValue = ()
    with suppress(Exception):  # managers and look-ups are the project's own
        found = user.rows_as(operation, Which(having=state, model=model)) if state else trial.pool
    others = (one for one in (found if not isinstance(found, NoValue) else ()) if one.path != trial.best.path.path)
    origin = _origin(trial.best.path)
    own = [one for one in others if _origin(one) == origin]
    return in_the_same_way(beside_accounts(operation, trial.best.path, own, user.accounts), trial.best.path)


def _origin(path: PlannedPath) -> str:
    return plain_origin(path).removesuffix(MEETING).removesuffix(OF_THE_NEWEST)


def _state_before(before: Any, now: Any) -> dict[str, object]:
    """Return look-ups for the state in which a row was: what a write has changed of it, flags and empty moments.

    Of a row that the write has deleted the latter are known.
    """
    found: dict[str, object] = {}
    for one in before._meta.concrete_fields:
        if getattr(one, "auto_now", False) or one.primary_key:
            continue
        value = getattr(before, one.attname)
        has_changed = now is not None and one.value_to_string(now) != one.value_to_string(before)
        is_state = choices_of(one) or isinstance(one, models.CharField)
        if value is None and (has_changed or isinstance(one, models.DateField)):
            found[f"{one.name}__isnull"] = True
        elif isinstance(one, models.BooleanField) or (has_changed and is_state):
            found[one.name] = value
    return found


def _path_of(trial: Trial, leaf: Parameter, before: Any, row: Any) -> str:
    """Return the address of what worked for another row than that of before; empty where it cannot be told."""
    assert trial.best is not None
    plain, asks, query = trial.best.path.path.partition("?")
    route, parts = trial.operation.route.split("/"), plain.split("/")
    places = [place for place, one in enumerate(route) if one.strip("<>").rpartition(":")[2] == leaf.name]
    field_name = str(leaf.model_field)
    old, new = (quote(str(getattr(one, field_name, "")), safe="") for one in (before, row))
    if len(route) != len(parts) or not places or not new or parts[places[-1]] != old:
        return ""
    parts[places[-1]] = new
    return f"{'/'.join(parts)}{asks}{query}"
