"""Thresholds as an operator writes them."""

import pytest

from loadaudit.records import Metric, parse_threshold


@pytest.mark.parametrize(
    ("text", "metric", "scope", "comparison", "limit"),
    [
        ("auth_success_rate > 99%", Metric.AUTH_SUCCESS_RATE, "", ">", 0.99),
        ("p99 < 2s", Metric.P99, "", "<", 2e9),
        ("p95[GET /dashboard/] < 300ms", Metric.P95, "GET /dashboard/", "<", 3e8),
        ("coverage[Write]>80%", Metric.COVERAGE, "Write", ">", 0.8),
        ("queries_p95 <= 50", Metric.QUERIES_P95, "", "<=", 50),
        ("findings[critical] == 0", Metric.FINDINGS, "critical", "==", 0),
        ("P95 [ GET /a/<int:pk>/[<format>] ] >= 1.5 min", Metric.P95, "GET /a/<int:pk>/[<format>]", ">=", 9e10),
        ("rate > 20/s", Metric.RATE, "", ">", 20),
    ],
)
def test_what_can_be_written(text: str, metric: Metric, scope: str, comparison: str, limit: float) -> None:
    """Converters and optional parts of a route do not end its brackets; a limit is kept in the metric's unit."""
    found = parse_threshold(text)
    assert (found.metric, found.scope, found.comparison) == (metric, scope, comparison)
    assert found.limit == pytest.approx(limit)
    assert parse_threshold(found.text) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p95", "is no threshold"),
        ("p95 < fast", "expected a time such as 300ms"),
        ("p95 < 300", "expected a time such as 300ms"),
        ("coverage > 80", "expected a share such as 99%"),
        ("coverage > 180%", "at most 100%"),
        ("queries_p95 < 2s", "expected a number such as 50"),
        ("covrage > 80%", "did you mean 'coverage'"),
        ("coverage[] > 80%", "empty brackets"),
        ("auth_success_rate[Write] > 9%", "takes no brackets"),
        ("p95 < 1s < 2s", "is no threshold"),
    ],
)
def test_what_cannot_be_written(text: str, message: str) -> None:
    """The error names the text, what was expected, and the nearest figure."""
    with pytest.raises(ValueError, match=message):
        parse_threshold(text)
