"""Default categories and the project's own rules."""

import pytest

from loadaudit.conf import CategoryRule
from loadaudit.errors import UsageError
from loadaudit.inventory.categories import Subject, category_of, declared_category


def subject(method: str, route: str, *, view: str = "shop.views.page", api: bool = False) -> Subject:
    """Return what the rules look at."""
    return Subject(method=method, route=route, name="", view=view, is_admin=False, is_api=api)


@pytest.mark.parametrize(
    ("method", "route", "category"),
    [
        ("GET", "/", "Read"),
        ("POST", "/projects/<int:project_id>/save/", "Write"),
        ("GET", "/accounts/login/", "Auth"),
        ("POST", "/accounts/password/reset/", "Auth"),
        ("GET", "/healthz", "Health"),
        ("GET", "/api/health/", "Health"),
        ("GET", "/status/", "Health"),
        ("GET", "/ready/", "Health"),
        ("GET", "/orders/ready/", "Read"),
        ("GET", "/system/health_check/", "Health"),
        ("GET", "/health.json", "Health"),
        ("GET", "/balancers/health-check-monitors/<pk>/", "Read"),
        ("GET", "/patients/<pk>/health-records/", "Read"),
        ("GET", "/dashboard/", "Dashboard"),
        ("POST", "/monitoring/beacon/", "Dashboard"),
        ("GET", "/projects/<int:pk>/export/pdf/", "Export"),
        ("GET", "/report.csv", "Export"),
        ("GET", "/informes/exportar/", "Export"),
        ("POST", "/anmelden/", "Auth"),
        ("GET", "/batch/export/status/<uuid:job_id>/", "Batch"),
        ("POST", "/api/bulk-save/", "Batch"),
        ("GET", "/api/templates/", "Template"),
        ("GET", "/api/v2/projects/", "API v2"),
        ("GET", "/v3/x/", "API v3"),
        ("GET", "/api/projects/", "API"),
        ("GET", "/orders/<int:pk>/status/", "Read"),
        ("GET", "/<export>/", "Read"),
    ],
)
def test_default_rules(method: str, route: str, category: str) -> None:
    """Words of the route decide, the names of variables do not; the method is the last rule."""
    assert category_of(subject(method, route))[0] == category


def test_views_of_api_frameworks_are_api() -> None:
    """Wherever they are mounted."""
    assert category_of(subject("GET", "/things/", api=True))[0] == "API"


def test_first_rule_of_the_project_wins() -> None:
    """A rule is searched in the id."""
    rules = (
        CategoryRule(pattern="^POST .*save", category="Saving"),
        CategoryRule(pattern="projects", category="Projects"),
    )
    found = [declared_category(f"{method} /projects/save/", rules) for method in ("POST", "GET")]
    assert [*found, declared_category("GET /", rules)] == ["Saving", "Projects", None]


@pytest.mark.parametrize(("route", "evidence"), [("/export/", "inferred"), ("/x/", "assumed")])
def test_evidence(route: str, evidence: str) -> None:
    """A word is a finding, the method alone a default."""
    assert category_of(subject("GET", route))[1].value == evidence


def test_a_broken_rule_is_a_usage_error() -> None:
    """It names the pattern."""
    with pytest.raises(UsageError, match=r"CATEGORIES.*'\('"):
        declared_category("GET /", (CategoryRule(pattern="(", category="X"),))
