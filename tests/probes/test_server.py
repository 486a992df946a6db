"""Which WSGI callable the embedded server takes."""

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler

from loadaudit.probes import server


def test_wsgi_module_that_only_its_own_command_may_import(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's own callable stands in, and the run says so, without the message, which may hold a password."""

    def refuse() -> Any:
        raise RuntimeError("cannot parse postgres://app:s3cr3t@db/x")

    monkeypatch.setattr(server, "get_internal_wsgi_application", refuse)
    told: list[str] = []
    assert isinstance(server._project_application(told.append), WSGIHandler)
    assert told[0].endswith("whose import raised RuntimeError")
