"""What an inspection tells of the process that it runs in."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.audit.inspection import inspecting
from loadaudit.audit.options import RunOptions
from loadaudit.conf import read_config
from tests.analysis.factories import operation


def test_another_application_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures are those of a callable that the settings do not name."""

    def served(spec: object, sink: object, tell: Callable[[str], None]) -> None:
        tell("WSGI_APPLICATION: Django's own stands in")

    monkeypatch.setattr(inspecting, "served_with_probes", served)
    monkeypatch.setattr(inspecting, "_credentials", lambda *_: ())
    monkeypatch.setattr(inspecting, "connections", SimpleNamespace(close_all=lambda: None))
    spec = SimpleNamespace(host="127.0.0.1", present_https=False, token_key="00" * 32, run_id="run", fence=None)
    assignment: Any = SimpleNamespace(server=spec, folder="folder", user="", isolated=True)
    changes: list[str] = []
    inspecting._place(assignment, read_config(), RunOptions(), changes.append)
    rehearsed: Any = SimpleNamespace(failures=(SimpleNamespace(role="staff", detail="no such user"),))
    plan: Any = None
    inspector = inspecting._Inspector(assignment, operation(), rehearsed, plan, changes)
    assert inspector._notes == (
        "WSGI_APPLICATION: Django's own stands in",
        "staff could not log in: no such user",
    )
