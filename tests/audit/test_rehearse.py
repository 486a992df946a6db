"""The preflight says who could not take part, and tries again what may work later."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.audit import rehearse as module
from loadaudit.audit.options import RunOptions
from loadaudit.audit.preflight import Rehearsal
from loadaudit.conf import Config
from loadaudit.planning.identities import ANONYMOUS
from loadaudit.planning.preflight.judge import Trial, unanswered
from loadaudit.planning.preflight.trial import TIME_OVER
from loadaudit.records import (
    Body,
    BodyField,
    BodyKind,
    Exclusion,
    Inventory,
    Operation,
    Outcome,
    Parameter,
    Plan,
    PlannedPath,
)
from loadaudit.reporting.progress import PlainProgress
from tests.analysis.factories import operation

PLAN = Plan(requests=(), exclusions=(), identities=(), users=1, duration_s=None, notes=("a note",))


@dataclass(frozen=True)
class Somewhere:
    """A place without a server."""

    messages: tuple[str, ...] = ("about the clone",)
    credentials: tuple[Any, ...] = ()


def _same(plan: Plan, stopped: object) -> tuple[Plan, dict[str, object]]:
    return plan, {}


def test_who_could_not_log_in_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Without it nobody knows why everything for the staff is turned away."""

    @contextmanager
    def yielded(value: Any) -> Iterator[Any]:
        yield value

    made = ("1 row was made",)
    late = replace(PLAN, exclusions=(Exclusion(operation_id="GET /late/", reason=TIME_OVER),), notes=("a pass-w0rd!",))
    stage = SimpleNamespace(
        failures=(),
        before_load=lambda _plan, _stopped: (late, {}),
        behind_load=_same,
        rows_made=lambda: made,
        passwords={"pass-w0rd!"},
    )
    absent = Somewhere(messages=("about the clone", "No user took part as staff"))
    for name, replacement in {
        "take_inventory": lambda config, selection: Inventory(operations=()),
        "place_of": lambda *arguments: yielded(Somewhere()),
        "entered": lambda *arguments: absent,
        "make_plan": lambda *arguments: PLAN,
        "rehearsal": lambda *arguments: yielded(stage),
        "check_identities": lambda *arguments: None,
    }.items():
        monkeypatch.setattr(module, name, replacement)
    plan = module.rehearse(Config(runs_dir=tmp_path), RunOptions(), PlainProgress(print, verbosity=0))
    assert plan.notes == ("a {password}", "No user took part as staff", "1 row was made")
    assert ["before the turn of 1 operation:" in one for one in plan.measured] == [True]


def test_what_failed_on_rows_is_tried_again_behind_what_destroys() -> None:
    """What counts as destructive makes rows and changes their states, too; what no row can change stays as it was."""
    rows = Parameter(name="pk", converter="int", model="projects.Project", model_field="pk")
    of_row, of_none = operation("GET /rows/<int:pk>/", parameters=(rows,)), operation("GET /page/")
    ships, saves = (operation(f"POST /rows/<int:pk>/{name}/", parameters=(rows,)) for name in ("ship", "save"))
    saves = replace(saves, body=Body(kind=BodyKind.JSON, fields=(BodyField(name="name"),)))
    pays = operation("POST /rows/<int:pk>/pay/", parameters=(rows,))
    tried: list[str] = []

    def attempt(operations: Sequence[Operation], phase: str, since: Iterable[Trial]) -> dict[str, Trial]:
        assert [one.operation.id for one in since] == [pays.id]
        tried.extend(one.id for one in operations)
        return {one.id: _trial(one, Outcome.OK) for one in operations}

    stage: Any = SimpleNamespace(
        _before={
            **{one.id: _trial(one, Outcome.SERVER_ERROR) for one in (of_row, of_none)},
            **{one.id: _trial(one, Outcome.CLIENT_ERROR) for one in (ships, saves)},
        },
        _try=attempt,
        preflight=SimpleNamespace(stopped=lambda: False),
    )
    found = Rehearsal._once_more(stage, {pays.id: _trial(pays, Outcome.OK)})
    assert tried == [of_row.id, ships.id]
    assert [one.outcome for one in found[of_row.id].turned_away] == [Outcome.SERVER_ERROR]


def _trial(operation: Operation, outcome: Outcome) -> Trial:
    best = unanswered(operation, ANONYMOUS, PlannedPath(path="/rows/1/"), None, 1, "")
    return Trial(operation=operation, best=replace(best, outcome=outcome), tries=1)
