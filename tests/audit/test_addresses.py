"""Paths become operations by the project's own resolver."""

import pytest
from django.utils.translation import get_language

from loadaudit.audit.addresses import Addresses


@pytest.mark.parametrize("language", ["en", "de"])
def test_path_of_any_language_is_found(language: str) -> None:
    """What i18n_patterns answer in another language than the active one is the same operation."""
    before = get_language()
    assert Addresses(()).operation_of("GET", f"/{language}/contact/?x=1") == "GET /<language>/contact/"
    assert get_language() == before


def test_unknown_path_is_named_as_it_is() -> None:
    """Without its query, which may hold secrets."""
    assert Addresses(()).operation_of("GET", "/nowhere/?token=1") == "GET /nowhere/"
