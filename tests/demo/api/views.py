"""The JSON read API."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from tests.demo import flaws
from tests.demo.budgets.models import BudgetItem
from tests.demo.catalog.models import Category, Supplier
from tests.demo.projects.models import Activity, Project
from tests.demo.web import current_user, json_page, page_of, readable_project

RATES = {"CHF": "0.94", "GBP": "0.85", "USD": "1.08"}


def project_as_json(project: Project) -> dict[str, Any]:
    """Return a project as both APIs show it."""
    return {
        "id": project.pk,
        "name": project.name,
        "client": project.client,
        "status": project.status,
        "planned": project.planned,
        "spent": project.spent,
        "version": project.version,
    }


@login_required
@require_GET
def me(request: HttpRequest) -> JsonResponse:
    """Return the logged-in user."""
    user = current_user(request)
    return JsonResponse({"id": user.pk, "email": user.email, "role": user.role})


@login_required
@require_GET
def projects(request: HttpRequest) -> JsonResponse:
    """List the projects that the user may see."""
    page = page_of(request, Project.objects.visible_to(current_user(request)))
    return json_page(page, [project_as_json(project) for project in page])


@login_required
@require_GET
def project(request: HttpRequest, project_id: int) -> JsonResponse:
    """Return one project."""
    return JsonResponse(project_as_json(readable_project(request, project_id)))


@login_required
@require_GET
def project_activity(request: HttpRequest, project_id: int) -> JsonResponse:
    """List what happened in a project."""
    page = page_of(request, readable_project(request, project_id).activities.select_related("user"))
    rows = [{"user": row.user.email, "verb": row.verb, "at": row.created_at} for row in page]
    return json_page(page, rows)


@login_required
@require_GET
def items(request: HttpRequest) -> JsonResponse:
    """List the budget items of all the user's projects."""
    own = BudgetItem.objects.filter(project__owner=current_user(request)).order_by("pk")
    fields = ("id", "project_id", "code", "description", "quantity", "unit_price")
    if flaws.active("unbounded_list"):
        rows = list(own.values(*fields))
        return JsonResponse({"count": len(rows), "results": rows})
    page = page_of(request, own)
    return json_page(page, [{name: getattr(item, name) for name in fields} for item in page])


@login_required
@require_GET
def activity(request: HttpRequest) -> JsonResponse:
    """List the latest activity in the user's projects."""
    visible = Project.objects.visible_to(current_user(request))
    latest = Activity.objects.filter(project__in=visible).select_related("project")[:50]
    rows = [{"project": row.project.name, "verb": row.verb, "at": row.created_at} for row in latest]
    return JsonResponse({"results": rows})


@login_required
@require_GET
def stats(request: HttpRequest) -> JsonResponse:
    """Return the sums over the user's projects."""
    visible = Project.objects.visible_to(current_user(request))
    return JsonResponse(visible.aggregate(count=Count("pk"), planned=Sum("planned"), spent=Sum("spent")))


@login_required
@require_GET
def categories(request: HttpRequest) -> JsonResponse:
    """List the categories."""
    return JsonResponse({"results": list(Category.objects.values("id", "code", "name"))})


@login_required
@require_GET
def supplier(request: HttpRequest, supplier_id: int) -> JsonResponse:
    """Return one supplier."""
    found = get_object_or_404(Supplier, pk=supplier_id)
    return JsonResponse({"id": found.pk, "name": found.name, "rating": found.rating})


@login_required
@require_GET
def exchange_rates(request: HttpRequest) -> JsonResponse:
    """Return today's exchange rates."""
    if flaws.active("soft_failure"):
        return JsonResponse({"ok": False, "error": "the rate service did not answer"})
    return JsonResponse({"ok": True, "base": "EUR", "rates": RATES})
