"""Commits, rollbacks and savepoints."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import ConnectionHandler

from loadaudit.probes.recorder import Recorder, SpanKind, recording
from loadaudit.probes.transactions import TransactionProbe


def test_the_ends_of_transactions_are_counted_and_timed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any
) -> None:
    """An atomic block commits once; an inner one is a savepoint; one that fails is rolled back."""
    databases = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "db"}})
    monkeypatch.setattr(transaction, "connections", databases)
    probe, recorder = TransactionProbe(), Recorder(1, 1)
    probe.install()
    try:
        with django_db_blocker.unblock(), recording(recorder):
            with transaction.atomic(), transaction.atomic():
                databases["default"].cursor().execute("CREATE TABLE a (n integer)")
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                raise ZeroDivisionError
    finally:
        probe.restore()
        databases.close_all()
    assert (recorder.commits, recorder.rollbacks, recorder.savepoints) == (1, 1, 1)
    assert [kind for kind, _, _ in recorder.spans] == [SpanKind.COMMIT, SpanKind.COMMIT]
