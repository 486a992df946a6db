"""The inventory as CSV and as Markdown."""

import csv
import json
from collections.abc import Iterable
from typing import TextIO

from django.utils.translation import gettext as _

from loadaudit.records import Access, Body, Inventory, Operation, Parameter
from loadaudit.reporting import units
from loadaudit.reporting.inventory_counts import category_counts, total_count
from loadaudit.reporting.inventory_words import (
    MARKS,
    access_text,
    body_text,
    left_out_text,
    parameter_text,
    place_text,
    problem_text,
)
from loadaudit.reporting.markdown_text import code, plain, table
from loadaudit.runfile.codec import to_plain

COLUMNS = (
    *("id", "method", "method_evidence", "route", "pattern", "catch_all", "name", "namespaces", "app"),
    *("view", "view_evidence", "file", "line"),
    *("category", "category_evidence", "kind", "kind_evidence", "risk", "risk_evidence"),
    *("login", "login_evidence", "staff", "staff_evidence", "superuser", "superuser_evidence"),
    *("permissions", "permissions_evidence", "groups", "groups_evidence", "attributes", "attributes_evidence"),
    *("api_key", "api_key_evidence", "csrf_exempt", "csrf_evidence"),
    *("parameters", "parameters_evidence", "owners", "owners_evidence", "parents", "parents_evidence"),
    *("body", "body_many", "body_fields", "body_source", "body_evidence"),
    *("query", "query_evidence"),
    *("urlconf", "host"),
)
_OWN = ("id", "method", "route", "pattern", "name", "app", "view", "file", "line", "category", "urlconf", "host")
_EVIDENCE = ("method_evidence", "view_evidence", "category_evidence", "kind_evidence", "risk_evidence")


def write_csv(inventory: Inventory, stream: TextIO) -> None:
    """Write a heading and a line per operation."""
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_cells(one) for one in inventory.operations)


def write_markdown(inventory: Inventory, stream: TextIO) -> None:
    """Write a table with a row per operation, one of the categories, then problems and groups left out.

    What is inferred carries a tilde, what is assumed a question mark.
    """
    headings = (
        *(_("Operation"), _("Category"), _("Risk"), _("Access"), _("Kind"), _("Parameters"), _("Body")),
        *(_("Name"), _("App"), _("View"), _("Place")),
    )
    stream.write(f"# {_('Inventory')}\n\n")
    stream.write(table(headings, [_row(one) for one in inventory.operations]))
    stream.write(f"\n{_('~ marks what was read in the source, ? what is assumed.')}\n")
    counts = (*category_counts(inventory.operations), total_count(inventory.operations))
    numbers = [
        (plain(one.category), *map(units.count, (one.total, *one.kinds.values(), *one.risks.values())))
        for one in counts
    ]
    titles = (
        _("Category"),
        _("Operations"),
        _("Reads"),
        _("Writes"),
        *(risk.capitalize() for risk in counts[-1].risks),
    )
    stream.write("\n" + table(titles, numbers, right=range(1, len(titles))))
    lines = (*map(problem_text, inventory.problems), *map(left_out_text, inventory.left_out), *inventory.notes)
    if lines:
        stream.write("\n" + "".join(f"- {plain(line)}\n" for line in lines))


def _row(one: Operation) -> tuple[str, ...]:
    return (
        code(one.id) + plain(MARKS[one.method_evidence]),
        plain(one.category + MARKS[one.category_evidence]),
        plain(one.risk.value + MARKS[one.risk_evidence]),
        plain(_access(one.access)),
        plain(one.kind.value + MARKS[one.kind_evidence]),
        "<br>".join(code(parameter_text(found)) + plain(_model_mark(found)) for found in one.parameters),
        code(body_text(one.body)) + plain(MARKS[one.body.evidence]) if body_text(one.body) else "",
        code(one.name),
        plain(one.app),
        code(one.view) + plain(MARKS[one.view_evidence]),
        code(place_text(one.file, one.line)),
    )


def _model_mark(parameter: Parameter) -> str:
    return MARKS[parameter.evidence] if parameter.model else ""


def _access(access: Access) -> str:
    csrf = f", {_('CSRF-exempt')}{MARKS[access.csrf_evidence]}" if access.csrf_exempt else ""
    return f"{access_text(access)}{MARKS[access.evidence]}{csrf}"


def _cells(one: Operation) -> dict[str, str | int]:
    return {
        **{name: getattr(one, name) for name in _OWN},
        **{name: getattr(one, name).value for name in _EVIDENCE},
        "namespaces": " ".join(one.namespaces),
        "catch_all": int(one.catch_all),
        "kind": one.kind.value,
        "risk": one.risk.value,
        **_access_cells(one.access),
        **_parameter_cells(one.parameters),
        **_body_cells(one.body),
        "query": " ".join(field.name for field in one.query),
        "query_evidence": one.query_evidence.value,
    }


def _access_cells(access: Access) -> dict[str, str | int]:
    return {
        "login": int(access.login),
        "login_evidence": access.login_evidence.value,
        "staff": int(access.staff),
        "staff_evidence": access.staff_evidence.value,
        "superuser": int(access.superuser),
        "superuser_evidence": access.superuser_evidence.value,
        "permissions": " ".join(access.permissions),
        "permissions_evidence": access.permissions_evidence.value,
        "groups": json.dumps(access.groups, ensure_ascii=False) if access.groups else "",
        "groups_evidence": access.groups_evidence.value,
        "attributes": " ".join(access.attributes),
        "attributes_evidence": access.attributes_evidence.value,
        "api_key": int(access.api_key),
        "api_key_evidence": access.api_key_evidence.value,
        "csrf_exempt": int(access.csrf_exempt),
        "csrf_evidence": access.csrf_evidence.value,
    }


def _parameter_cells(parameters: Iterable[Parameter]) -> dict[str, str | int]:
    found = tuple(parameters)
    owned, children = [one for one in found if one.owner_field], [one for one in found if one.parent]
    return {
        "parameters": " ".join(map(parameter_text, found)),
        "parameters_evidence": " ".join(one.evidence.value for one in found),
        "owners": " ".join(f"{one.name}:{one.owner_field}" for one in owned),
        "owners_evidence": " ".join(one.owner_evidence.value for one in owned),
        "parents": " ".join(f"{one.name}:{one.parent}.{one.parent_field}" for one in children),
        "parents_evidence": " ".join(one.parent_evidence.value for one in children),
    }


def _body_cells(body: Body) -> dict[str, str | int]:
    return {
        "body": body.kind.value,
        "body_many": int(body.many),
        "body_fields": json.dumps(to_plain(body.fields), ensure_ascii=False) if body.fields else "",
        "body_source": body.source,
        "body_evidence": body.evidence.value,
    }
