"""The JSON document of a comparison."""

from typing import Any

from loadaudit.analysis.comparison.result import Comparison, RunFigures, Series
from loadaudit.reporting.json_report import FORMAT_VERSION
from loadaudit.runfile.codec import to_plain

Document = dict[str, Any]


def comparison_document(series: Series) -> Document:
    """Return what is not the same, the runs, each step between them, and the last against the first."""
    return {
        "format_version": FORMAT_VERSION,
        "differences": to_plain(series.differences),
        "runs": [_run(one) for one in series.runs],
        "comparison": _comparison(series.whole),
        "steps": [_comparison(one) for one in series.steps] if len(series.runs) > 2 else [],
        "trends": to_plain(series.trends),
    }


def _run(run: RunFigures) -> Document:
    return {
        "id": run.info.id,
        "label": run.info.label,
        "started_at": run.info.started_at,
        "coverage_percent": None if run.total.coverage is None else 100 * run.total.coverage,
        "categories": to_plain(run.categories),
        "requests": run.requests,
        "outcomes": to_plain(run.outcomes),
        "success_rate": run.success_rate,
        "behind_login": run.behind_login,
        "logins": run.logins,
        "rate_per_s": run.rate_per_s,
        "quantiles_ns": {str(name): to_plain(one) for name, one in run.quantiles.items()},
        "queries_median": run.queries_median,
        "database_share": run.database_share,
        "body_bytes_median": run.body_bytes_median,
    }


def _comparison(comparison: Comparison) -> Document:
    return {
        "first": comparison.first.info.id,
        "second": comparison.second.info.id,
        "differences": to_plain(comparison.differences),
        "common_ratio": comparison.common_ratio,
        "single_requests": comparison.single_requests,
        "operations": [
            {
                "id": one.operation_id,
                "category": one.category,
                "verdict": one.verdict.value,
                "first": to_plain(one.first),
                "second": to_plain(one.second),
                "changes": to_plain(one.changes),
                "coverage_lost": one.lost,
                "coverage_won": one.won,
            }
            for one in comparison.operations
        ],
        "added": list(comparison.added),
        "removed": list(comparison.removed),
        "changed": list(comparison.changed),
        "new_findings": [[one.code, list(one.operations)] for one in comparison.new_findings],
        "gone_findings": [[one.code, list(one.operations)] for one in comparison.gone_findings],
        "kept_findings": [[one.second.code, list(one.second.operations)] for one in comparison.kept_findings],
    }
