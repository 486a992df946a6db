"""What is said of databases whose tables cannot be read."""

import pytest
from django.db import OperationalError, connections

from loadaudit.audit.tables import check_tables
from loadaudit.errors import UsageError


def test_what_a_run_can_do_without_is_only_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the same happens to what logins need, nothing can be sent."""

    def refuse(self: object) -> None:
        raise OperationalError("connection failed:\n\tIs the server running?")

    monkeypatch.setattr(type(connections["default"].introspection), "django_table_names", refuse)
    (note,) = check_tables(["default"], spared={"default"})
    assert note.endswith("cannot be read: connection failed: Is the server running?; what needs it fails.")
    with pytest.raises(UsageError, match="cannot be read"):
        check_tables(["default"])
