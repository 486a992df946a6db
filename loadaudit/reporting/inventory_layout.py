"""Columns of the inventory's table."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from rich.text import Text

from loadaudit.records import Evidence, Operation
from loadaudit.reporting import columns
from loadaudit.reporting.columns import Cell, Column
from loadaudit.reporting.inventory_words import access_text, body_summary, body_text, marked


def lines(operations: Sequence[Operation], width: int) -> Iterator[Text]:
    """Yield the lines of the table, if at all possible no wider than `width`."""
    return columns.lines(_columns(), operations, width)


def _columns() -> tuple[Column[Operation], ...]:
    """Return all columns; of the optional ones the first get room first."""
    return (
        Column(heading=_("Method"), cell=lambda one: _cell(one.method, one.method_evidence)),
        Column(heading=_("Route"), cell=lambda one: (_route(one), ""), least=24),
        Column(heading=_("Category"), cell=lambda one: _cell(one.category, one.category_evidence), least=10),
        Column(heading=_("Risk"), cell=lambda one: _cell(one.risk.value, one.risk_evidence)),
        Column(
            heading=_("Access"), cell=lambda one: _cell(access_text(one.access), one.access.evidence), least=16, most=26
        ),
        Column(heading=_("Body"), cell=lambda one: _cell(body_summary(one.body), one.body.evidence), optional=True),
        Column(heading=_("Kind"), cell=lambda one: _cell(one.kind.value, one.kind_evidence), optional=True),
        Column(heading=_("Selects"), cell=_selects, least=20, most=40, optional=True),
        Column(heading=_("View"), cell=lambda one: _cell(one.view, one.view_evidence), most=60, optional=True),
        Column(heading=_("Fields"), cell=_fields, least=30, optional=True),
    )


def _route(one: Operation) -> str:
    return f"{one.route} {_('(catch-all)')}" if one.catch_all else one.route


def _access(one: Operation) -> Cell:
    return _cell(access_text(one.access), one.access.evidence)


def _selects(one: Operation) -> Cell:
    found = [parameter for parameter in one.parameters if parameter.model]
    text = ", ".join(f"{parameter.model}.{parameter.model_field}" for parameter in found)
    sure = all(parameter.evidence is not Evidence.ASSUMED for parameter in found)
    return _cell(text, Evidence.DECLARED if sure else Evidence.ASSUMED)


def _fields(one: Operation) -> Cell:
    return _cell(body_text(one.body).partition("(")[2].removesuffix(")"), one.body.evidence)


def _cell(text: str, evidence: Evidence) -> Cell:
    """Return a text marked with its evidence, dim where that is only assumed."""
    return (marked(text, evidence) if text else "", "dim" if evidence is Evidence.ASSUMED else "")
