"""Which WSGI callable the embedded server takes."""

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler

from loadaudit.probes import server


def test_wsgi_module_that_only_its_own_command_may_import(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's own callable stands in, and the run says so."""

    def refuse() -> Any:
        raise RuntimeError("must be executed by the entry point")

    monkeypatch.setattr(server, "get_internal_wsgi_application", refuse)
    told: list[str] = []
    assert isinstance(server._project_application(told.append), WSGIHandler)
    assert "RuntimeError: must be executed by the entry point" in told[0]
