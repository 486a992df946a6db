"""What sending an operation may do."""

import pytest

from loadaudit.inventory.risk import kind_of, risk_of
from loadaudit.records import Evidence


@pytest.mark.parametrize(
    ("method", "route", "risk"),
    [
        ("GET", "/projects/", "safe"),
        ("POST", "/projects/save/", "mutating"),
        ("PATCH", "/projects/<int:pk>/", "mutating"),
        ("DELETE", "/projects/<int:pk>/", "destructive"),
        ("POST", "/projects/<int:pk>/delete/", "destructive"),
        ("GET", "/projects/<int:pk>/delete/", "safe"),
        ("POST", "/budget/reset/", "destructive"),
        ("POST", "/payments/webhook/", "destructive"),
        ("POST", "/send-mail/", "destructive"),
        ("GET", "/accounts/logout/", "destructive"),
        ("GET", "/export/pdf/", "heavy"),
        ("GET", "/export.xlsx", "heavy"),
        ("GET", "/export/csv/", "safe"),
        ("GET", "/export/json/", "safe"),
        ("GET", "/reports/generate/", "heavy"),
        ("POST", "/projects/<int:pk>/copy/", "heavy"),
        ("POST", "/bulk-save/", "heavy"),
        ("POST", "/batch/delete/", "destructive"),
        ("POST", "/<delete>/", "mutating"),
    ],
)
def test_words_and_methods(method: str, route: str, risk: str) -> None:
    """Destructive words count for unsafe methods, heavy formats for reads."""
    assert risk_of(method, Evidence.DECLARED, route, "", "app.views.page")[0].value == risk


def test_a_get_that_may_not_look_at_the_method_may_delete() -> None:
    """A confirmation page tells methods apart; a view that does not may delete on GET."""
    assert risk_of("GET", Evidence.ASSUMED, "/x/<int:pk>/delete/", "", "v")[0].value == "destructive"
    assert risk_of("GET", Evidence.ASSUMED, "/payments/", "", "v")[0].value == "safe"


def test_the_name_of_the_view_counts() -> None:
    """A function called purge_cache purges."""
    assert risk_of("POST", Evidence.DECLARED, "/x/", "", "app.views.purge_cache")[0].value == "destructive"


@pytest.mark.parametrize(("method", "kind"), [("GET", "read"), ("POST", "write"), ("DELETE", "write")])
def test_kind(method: str, kind: str) -> None:
    """GET reads, all else writes."""
    assert kind_of(method).value == kind
