"""Tests of models by their table."""

from types import SimpleNamespace

import pytest
from django.apps import apps

from loadaudit.planning.rows import models_by_table


def test_a_proxy_is_not_the_model_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it comes behind the model: it has no columns of its own."""
    real, proxy = (SimpleNamespace(_meta=SimpleNamespace(db_table="t", proxy=proxy)) for proxy in (False, True))
    monkeypatch.setattr(apps, "get_models", lambda **_: [real, proxy])
    assert models_by_table() == {"t": real}
