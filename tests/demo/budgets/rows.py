"""Reads the rows of a JSON body and writes them into a budget."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import DecimalField, F, Max, Sum

from tests.demo.budgets.models import BudgetItem
from tests.demo.catalog.models import Category
from tests.demo.projects.models import Project
from tests.demo.web import read_decimal

ROW_FIELDS = ("description", "quantity", "unit_price", "position")
ROWS_MOST = 500


def as_json(item: BudgetItem) -> dict[str, Any]:
    """Return a row as the API shows it; the category must have been loaded with it."""
    return {
        "id": item.pk,
        "code": item.code,
        "category": item.category.code,
        "description": item.description,
        "quantity": item.quantity,
        "unit": item.unit,
        "unit_price": item.unit_price,
        "amount": item.amount,
        "position": item.position,
    }


def planned_total(project: Project) -> Decimal:
    """Return the sum of the budget's rows."""
    total = project.items.aggregate(total=Sum(F("quantity") * F("unit_price"), output_field=DecimalField()))
    return total["total"] or Decimal(0)


def lock_budget(project: Project) -> None:
    """Let only one transaction at a time change the project's rows, always taken before any of them.

    A lock on the key as well would also stop those who merely insert into the project's history.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def refresh_planned(project: Project) -> None:
    """Store the sum of the rows in the project; the caller holds the budget's lock."""
    project.planned = planned_total(project)
    project.save(update_fields=["planned"])


def next_position(project: Project) -> int:
    """Return the position behind the last row."""
    last = project.items.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def apply_row(item: BudgetItem, row: Mapping[str, Any]) -> BudgetItem:
    """Copy the row's values into the item, without saving it."""
    if "description" in row:
        item.description = str(row["description"])[:200]
    if "quantity" in row:
        item.quantity = read_decimal(row, "quantity")
    if "unit_price" in row:
        item.unit_price = read_decimal(row, "unit_price")
    if isinstance(row.get("position"), int):
        item.position = max(row["position"], 0)
    return item


def upsert_rows(project: Project, rows: Iterable[Mapping[str, Any]]) -> int:
    """Update the rows whose code exists and insert the others; return how many were written."""
    wanted = {str(row.get("code", ""))[:20]: row for row in rows}
    if "" in wanted or len(wanted) > ROWS_MOST:
        raise BadRequest(f"rows: each needs a code, and {ROWS_MOST} at most are taken")
    default = Category.objects.first()
    if default is None:
        raise BadRequest("there is no category yet")
    with transaction.atomic():
        lock_budget(project)
        present = {item.code: item for item in project.items.filter(code__in=wanted)}
        position = next_position(project)
        fresh = [
            apply_row(BudgetItem(project=project, category=default, code=code, position=position + n), row)
            for n, (code, row) in enumerate(wanted.items())
            if code not in present
        ]
        changed = [apply_row(item, wanted[code]) for code, item in present.items()]
        BudgetItem.objects.bulk_create(fresh)
        BudgetItem.objects.bulk_update(changed, ROW_FIELDS)
        refresh_planned(project)
    return len(fresh) + len(changed)
