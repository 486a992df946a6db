"""Operations and categories of a comparison, each figure before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loadaudit.analysis.comparison.result import CategoryFigures, Comparison, Figures, Verdict
from loadaudit.reporting import units
from loadaudit.reporting.comparison_words import VERDICTS, Row, count_text, interval_text, levels_text, proven_outcomes
from loadaudit.reporting.wording import LEVELS


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One operation or category, before and after."""

    title: str
    verdict: str
    """Empty: of a category there is none."""
    cells: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """Operations or categories."""

    headings: Row
    rows: tuple[FigureRow, ...]


def operation_table(comparison: Comparison) -> FigureTable:
    """Return all operations that were sent in either run, each figure before and after, the changed ones first."""
    order = list(Verdict)
    sent = [one for one in comparison.operations if one.first.requests or one.second.requests]
    sent.sort(key=lambda one: (order.index(one.verdict), one.operation_id))
    return FigureTable(
        headings=(_("Level"), *_headings()),
        rows=tuple(
            FigureRow(
                title=one.operation_id,
                verdict=str(VERDICTS[one.verdict]),
                cells=_before_and_after(
                    *((str(LEVELS[side.level]), *_cells(side)) for side in (one.first, one.second))
                ),
            )
            for one in sent
        ),
    )


def category_table(comparison: Comparison) -> FigureTable:
    """Return all categories of either run, each figure before and after."""
    sides = [{one.coverage.category: one for one in run.categories} for run in (comparison.first, comparison.second)]
    return FigureTable(
        headings=(_("Operations"), _("Reached, succeeded, loaded"), _("Coverage"), *_headings()),
        rows=tuple(
            FigureRow(
                title=name,
                verdict="",
                cells=_before_and_after(*(_category_cells(side[name]) if name in side else () for side in sides)),
            )
            for name in dict.fromkeys(name for side in sides for name in side)
        ),
    )


def figure_lines(table: FigureTable) -> Sequence[tuple[str, str]]:
    """Return for each row its title with the verdict, and its figures as one text: for where no table fits."""
    return [
        (
            f"{row.title}: {row.verdict}" if row.verdict else row.title,
            "; ".join(
                f"{heading} {cell}"
                for heading, cell in zip(table.headings, row.cells, strict=True)
                if cell not in ("", units.NONE)
            ),
        )
        for row in table.rows
    ]


def _headings() -> Row:
    return (
        _("Requests"),
        _("Proven successes"),
        _("Outcomes"),
        "p50",
        "p95",
        "p99",
        _("Requests/s"),
        _("Queries, median"),
        _("Database"),
        _("Bytes, median"),
    )


def _category_cells(one: CategoryFigures) -> Row:
    row = one.coverage
    return (units.count(row.operations), levels_text(row), units.coverage(row), *_cells(one))


def _cells(one: Figures) -> Row:
    return (
        units.count(one.requests),
        units.share(one.successes / one.requests if one.requests else None),
        proven_outcomes(one.outcomes, one.successes),
        *(interval_text(one.quantiles.get(name)) for name in (50, 95, 99)),
        units.rate(one.rate_per_s),
        count_text(one.queries_median),
        units.share(one.database_share),
        count_text(one.body_bytes_median),
    )


def _before_and_after(first: Row, second: Row) -> Row:
    """Return the cells of two runs in one; an empty row is one that the run does not have."""
    width = max(len(first), len(second))
    before, after = (row or (units.NONE,) * width for row in (first, second))
    return tuple(
        f"{one or units.NONE} → {other or units.NONE}" if one != other else one
        for one, other in zip(before, after, strict=True)
    )
