"""Header lines without which no view answers."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from loadaudit.audit import asked_of_all
from loadaudit.audit.asked_of_all import with_headers_of_all
from loadaudit.audit.places import Place
from loadaudit.planning.control import Answer, ControlClient
from tests.audit.test_hosts import INVENTORY, answer
from tests.audit.test_logins import PLACE


@dataclass
class Client:
    """A client of a project whose middleware wants a header."""

    lines: tuple[str, ...]

    def get(self, path: str, *, timeout_s: float = 30.0) -> Answer:
        """Fetch a page."""
        return answer(200, ran=True) if self.lines == ("X-Tenant: b",) else answer(400)

    def close(self) -> None:
        """Release nothing."""


def test_the_lines_with_which_views_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """They belong to the target from then on, and the report says so."""
    monkeypatch.setattr(Place, "client", lambda self, vu: cast(ControlClient, Client(self.target.lines)))
    monkeypatch.setattr(asked_of_all, "headers_of_middleware", lambda: {"X-Tenant": []})
    monkeypatch.setattr(asked_of_all, "lines_for", lambda *_: [("X-Tenant: a",), ("X-Tenant: b",)])
    monkeypatch.setattr(asked_of_all, "connections", cast(Any, type("None", (), {"close_all": staticmethod(bool)})))
    place = replace(PLACE, prepare=nullcontext)
    found = with_headers_of_all(place, INVENTORY)
    assert found.target.lines == ("X-Tenant: b",)
    assert "X-Tenant" in found.messages[-1]
    # Elsewhere nobody knows whose rows the values would be.
    assert with_headers_of_all(replace(PLACE, prepare=None), INVENTORY).target.lines == ()
