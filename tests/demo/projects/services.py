"""Copies whole projects."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from tests.demo.accounts.models import User
from tests.demo.budgets.models import BudgetItem
from tests.demo.projects.models import Activity, Project


def log(project: Project, user: User, verb: str) -> None:
    """Note in the project's history what the user did."""
    Activity.objects.create(project=project, user=user, verb=verb, created_at=timezone.now())


def deep_copy(projects: Sequence[Project], user: User) -> list[Project]:
    """Copy projects with their budgets in one short transaction."""
    items = list(BudgetItem.objects.filter(project__in=projects))
    with transaction.atomic():
        copies = {project.pk: _copied_project(project, user) for project in projects}
        Project.objects.bulk_create(copies.values())
        BudgetItem.objects.bulk_create(_copied_item(item, copies[item.project_id]) for item in items)
    return list(copies.values())


def _copied_project(project: Project, user: User) -> Project:
    return Project(
        owner=user,
        name=f"Copy of {project.name}"[:120],
        client=project.client,
        status=Project.Status.DRAFT,
        # Copies always have an area: only seeded projects carry the planted error.
        area_m2=project.area_m2 or 100,
        planned=project.planned,
        created_at=timezone.now(),
    )


def _copied_item(item: BudgetItem, project: Project) -> BudgetItem:
    return BudgetItem(
        project=project,
        category_id=item.category_id,
        supplier_id=item.supplier_id,
        assignee_id=item.assignee_id,
        code=item.code,
        description=item.description,
        quantity=item.quantity,
        unit=item.unit,
        unit_price=item.unit_price,
        position=item.position,
        note=item.note,
    )
