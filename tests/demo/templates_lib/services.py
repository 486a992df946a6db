"""Makes templates from data and copies their rows into budgets."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.db import transaction
from django.utils import timezone

from tests.demo.accounts.models import User
from tests.demo.budgets.models import BudgetItem
from tests.demo.budgets.rows import lock_budget, next_position, refresh_planned
from tests.demo.catalog.models import Category
from tests.demo.projects.models import Project
from tests.demo.templates_lib.models import BudgetTemplate, TemplateRow
from tests.demo.web import read_decimal


def create_template(user: User, name: str, rows: Iterable[Mapping[str, Any]]) -> BudgetTemplate:
    """Store a template of the user's with these rows."""
    category = Category.objects.first()
    if not name or category is None:
        raise BadRequest("name: expected the template's name")
    with transaction.atomic():
        template = BudgetTemplate.objects.create(owner=user, name=name[:120], created_at=timezone.now())
        TemplateRow.objects.bulk_create(
            TemplateRow(
                template=template,
                category=category,
                description=str(row.get("description", ""))[:200],
                quantity=read_decimal(row, "quantity", "1"),
                unit_price=read_decimal(row, "unit_price", "0"),
                position=n,
            )
            for n, row in enumerate(rows, start=1)
        )
    return template


def import_into(project: Project, template: BudgetTemplate) -> int:
    """Append the template's rows to the project's budget; return how many there were."""
    with transaction.atomic():
        lock_budget(project)
        first = next_position(project)
        items = [
            BudgetItem(
                project=project,
                category_id=row.category_id,
                code=f"T{uuid.uuid4().hex[:12]}",
                description=row.description,
                quantity=row.quantity,
                unit_price=row.unit_price,
                position=first + n,
            )
            for n, row in enumerate(template.rows.all())
        ]
        BudgetItem.objects.bulk_create(items)
        refresh_planned(project)
    return len(items)
