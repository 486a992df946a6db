"""The inventory as CSV and as Markdown."""

import csv
import json
from typing import TextIO

from django.utils.translation import gettext as _

from loadaudit.records import Inventory, Operation
from loadaudit.reporting import units
from loadaudit.reporting.inventory_words import (
    access_text,
    body_text,
    category_counts,
    marked,
    notes,
    parameter_text,
    total_count,
)
from loadaudit.reporting.markdown_text import code, plain, table
from loadaudit.runfile.codec import to_plain

COLUMNS = (
    *("id", "method", "method_evidence", "route", "pattern", "name", "namespaces", "app", "view", "file", "line"),
    *("category", "category_evidence", "kind", "kind_evidence", "risk", "risk_evidence"),
    *("login", "login_evidence", "staff", "staff_evidence", "permissions", "permissions_evidence"),
    *("api_key", "api_key_evidence", "csrf_exempt", "csrf_evidence"),
    *("parameters", "parameters_evidence", "body", "body_fields", "body_source", "body_evidence"),
    *("catch_all", "urlconf", "host"),
)


def write_csv(inventory: Inventory, stream: TextIO) -> None:
    """Write a heading and a line per operation."""
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_cells(one) for one in inventory.operations)


def write_markdown(inventory: Inventory, stream: TextIO) -> None:
    """Write a table with a row per operation, one of the categories, then problems and groups left out."""
    rows = [
        (
            code(one.id),
            plain(marked(one.category, one.category_evidence)),
            plain(marked(one.risk.value, one.risk_evidence)),
            plain(marked(access_text(one.access), one.access.evidence)),
            code(" ".join(parameter_text(parameter) for parameter in one.parameters)),
            code(body_text(one.body)),
            code(one.view),
        )
        for one in inventory.operations
    ]
    headings = (_("Operation"), _("Category"), _("Risk"), _("Access"), _("Parameters"), _("Body"), _("View"))
    stream.write(f"# {_('Inventory')}\n\n")
    stream.write(table(headings, rows))
    counts = (*category_counts(inventory.operations), total_count(inventory.operations))
    numbers = [(plain(one.category), units.count(one.total), *map(units.count, one.kinds.values())) for one in counts]
    stream.write("\n" + table((_("Category"), _("Operations"), _("Reads"), _("Writes")), numbers))
    lines = notes(inventory)
    if lines:
        stream.write("\n" + "".join(f"- {plain(line)}\n" for line in lines))


def _cells(one: Operation) -> dict[str, str | int]:
    plainly = to_plain(one)
    access = plainly["access"]
    cells = {key: value for key, value in {**plainly, **access}.items() if key in COLUMNS}
    texts = {
        "namespaces": " ".join(one.namespaces),
        "permissions": " ".join(one.access.permissions),
        "parameters": " ".join(parameter_text(parameter) for parameter in one.parameters),
        "parameters_evidence": " ".join(parameter.evidence.value for parameter in one.parameters),
        "body": one.body.kind.value,
        "body_fields": json.dumps(plainly["body"]["fields"], ensure_ascii=False) if one.body.fields else "",
        "body_source": one.body.source,
        "body_evidence": one.body.evidence.value,
    }
    return {key: int(value) if isinstance(value, bool) else value for key, value in (cells | texts).items()}
