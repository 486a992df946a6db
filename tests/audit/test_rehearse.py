"""The preflight alone says who could not take part."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.audit import rehearse as module
from loadaudit.audit.options import RunOptions
from loadaudit.conf import Config
from loadaudit.records import Plan
from loadaudit.reporting.progress import PlainProgress

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
    stage = SimpleNamespace(failures=(), before_load=_same, behind_load=_same, rows_made=lambda: made)
    absent = Somewhere(messages=("about the clone", "No user took part as staff"))
    for name, replacement in {
        "take_inventory": lambda config, selection: None,
        "place_of": lambda *arguments: yielded(Somewhere()),
        "entered": lambda *arguments: absent,
        "make_plan": lambda *arguments: PLAN,
        "rehearsal": lambda *arguments: yielded(stage),
        "check_identities": lambda *arguments: None,
    }.items():
        monkeypatch.setattr(module, name, replacement)
    plan = module.rehearse(Config(runs_dir=tmp_path), RunOptions(), PlainProgress(print, verbosity=0))
    assert plan.notes == ("a note", "No user took part as staff", "1 row was made")
