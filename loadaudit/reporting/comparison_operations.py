"""All operations of a comparison, each figure before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loadaudit.analysis.comparison.result import Comparison, Side, Verdict
from loadaudit.reporting import units
from loadaudit.reporting.comparison_words import VERDICTS, Row, count_text, interval_text
from loadaudit.reporting.wording import LEVELS


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRow:
    """One operation, before and after."""

    operation_id: str
    verdict: str
    cells: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationTable:
    """All operations that were sent."""

    headings: Row
    rows: tuple[OperationRow, ...]


def operation_rows(comparison: Comparison) -> OperationTable:
    """Return all operations that were sent in either run, each figure before and after, the changed ones first."""
    order = list(Verdict)
    sent = [one for one in comparison.operations if one.first.requests or one.second.requests]
    sent.sort(key=lambda one: (order.index(one.verdict), one.operation_id))
    return OperationTable(
        headings=(
            _("Level"),
            _("Requests"),
            _("Proven successes"),
            "p50",
            "p95",
            "p99",
            _("Requests/s"),
            _("Queries, median"),
            _("Database"),
            _("Bytes, median"),
        ),
        rows=tuple(
            OperationRow(
                operation_id=one.operation_id,
                verdict=str(VERDICTS[one.verdict]),
                cells=tuple(
                    f"{before} → {after}" if before != after else before
                    for before, after in zip(_side_cells(one.first), _side_cells(one.second), strict=True)
                ),
            )
            for one in sent
        ),
    )


def _side_cells(side: Side) -> Sequence[str]:
    return (
        str(LEVELS[side.level]),
        units.count(side.requests),
        units.share(side.successes / side.requests if side.requests else None),
        *(interval_text(side.quantiles.get(name)) for name in (50, 95, 99)),
        units.rate(side.rate_per_s),
        count_text(side.queries_median),
        units.share(side.database_share),
        count_text(side.body_bytes_median),
    )
