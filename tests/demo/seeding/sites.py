"""Seeds projects with their budgets, templates, batch jobs and client metrics."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.db.models import DecimalField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from tests.demo.accounts.models import User
from tests.demo.batch.models import BatchJob, BatchPage
from tests.demo.budgets.models import BudgetItem, Fund, NumberSequence
from tests.demo.catalog.models import Category, Supplier
from tests.demo.monitoring.models import ClientMetric
from tests.demo.projects.models import Activity, Membership, Project
from tests.demo.templates_lib.models import BudgetTemplate, TemplateRow

TOWNS = ("Aston", "Bexley", "Corby", "Dover", "Epsom", "Frome", "Goole", "Hythe")
KINDS = ("School", "Clinic", "Depot", "Tower", "Villa", "Bridge", "Arena")
VERBS = ("created the project", "saved the budget", "exported a list", "invited a member", "assigned a row")
VIEWER_PROJECTS = 10
CHUNK = 2000


def seed_projects(rng: Random, users: Sequence[User], count: int, now: datetime) -> list[Project]:
    """Make projects of which the first user owns four of five and the others one of five."""
    owner, viewer, others = users[0], users[1], users[3:]
    projects = Project.objects.bulk_create(
        Project(
            owner=others[n % len(others)] if n % 5 == 4 else owner,
            name=f"{rng.choice(KINDS)} {rng.choice(TOWNS)} {n + 1}",
            client=f"Client {rng.randint(1, 30)}",
            status=rng.choice(Project.Status.values),
            # Every third project of the owner has no area: the planted error for some rows only.
            area_m2=None if n % 3 == 0 else Decimal(rng.randint(500, 90000)) / 10,
            spent=Decimal(rng.randint(0, 500_000)) / 100,
            created_at=now - timedelta(days=n),
        )
        for n in range(count)
    )
    mine = [project for project in projects if project.owner_id == owner.pk]
    Membership.objects.bulk_create(Membership(project=project, user=viewer) for project in mine[:VIEWER_PROJECTS])
    Activity.objects.bulk_create(
        Activity(
            project=project,
            user_id=project.owner_id,
            verb=verb,
            created_at=project.created_at + timedelta(hours=hour),
        )
        for project in projects
        for hour, verb in enumerate(VERBS)
    )
    return projects


def seed_items(rng: Random, projects: Sequence[Project], per_project: int) -> None:
    """Fill each project's budget and set its planned total."""
    categories = list(Category.objects.all())
    suppliers = list(Supplier.objects.all())
    items = (
        BudgetItem(
            project=project,
            category=rng.choice(categories),
            supplier=rng.choice(suppliers),
            assignee_id=project.owner_id if n % 4 == 0 else None,
            code=f"B{n:04}",
            description=f"{rng.choice(TOWNS)} works, part {n}",
            quantity=Decimal(rng.randint(1, 400)),
            unit="m2",
            unit_price=Decimal(rng.randint(100, 50000)) / 100,
            position=n,
        )
        for project in projects
        for n in range(1, per_project + 1)
    )
    BudgetItem.objects.bulk_create(items, batch_size=CHUNK)
    total = (
        BudgetItem.objects.filter(project=OuterRef("pk"))
        .order_by()
        .values("project")
        .annotate(total=Sum(F("quantity") * F("unit_price"), output_field=DecimalField()))
        .values("total")
    )
    Project.objects.update(planned=Coalesce(Subquery(total), 0, output_field=DecimalField()))
    Fund.objects.bulk_create(Fund(name=name, balance=1_000_000) for name in ("central", "reserve"))
    NumberSequence.objects.bulk_create(NumberSequence(name=name) for name in ("invoice", "request"))


def seed_templates(rng: Random, users: Sequence[User], count: int, now: datetime) -> None:
    """Make templates of ten rows each, every other one public, every fifth one somebody else's."""
    categories = list(Category.objects.all())
    templates = BudgetTemplate.objects.bulk_create(
        BudgetTemplate(
            owner=users[3] if n % 5 == 4 else users[0],
            name=f"Template {n + 1:03}",
            description=f"Standard rows for a {rng.choice(KINDS).lower()}",
            is_public=n % 2 == 0,
            created_at=now - timedelta(days=n),
        )
        for n in range(count)
    )
    TemplateRow.objects.bulk_create(
        TemplateRow(
            template=template,
            category=rng.choice(categories),
            description=f"Standard row {n}",
            quantity=Decimal(rng.randint(1, 50)),
            unit_price=Decimal(rng.randint(100, 9000)) / 100,
            position=n,
        )
        for template in templates
        for n in range(1, 11)
    )


def seed_jobs(rng: Random, users: Sequence[User], count: int, now: datetime) -> None:
    """Make finished batch jobs, every fifth one somebody else's, and some client metrics."""
    jobs = BatchJob.objects.bulk_create(
        BatchJob(
            id=uuid.UUID(int=rng.getrandbits(128), version=4),
            owner=users[3] if n % 5 == 4 else users[0],
            title=f"Quarterly export {n + 1}",
            state=BatchJob.State.DONE,
            result="code,amount\r\n" + "".join(f"B{row:04},{rng.randint(1, 999)}\r\n" for row in range(40)),
            created_at=now - timedelta(hours=n),
        )
        for n in range(count)
    )
    BatchPage.objects.bulk_create(BatchPage(job=job, number=1, rows=[{"code": "B0001"}]) for job in jobs)
    ClientMetric.objects.bulk_create(
        ClientMetric(name=rng.choice(("lcp", "ttfb", "cls")), value=rng.randint(1, 3000), page="/dashboard/")
        for _ in range(200)
    )
