"""Pages and JSON reads of a project's budget."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import DecimalField, F, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_safe

from tests.demo.budgets.models import BudgetItem, Fund
from tests.demo.budgets.rows import ROW_FIELDS, apply_row, as_json
from tests.demo.projects.models import Project
from tests.demo.web import current_user, page_of, read_json, readable_project


@login_required
@require_safe
def budget(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show the budget as a table, fifty rows a page."""
    project = readable_project(request, project_id)
    page = page_of(request, project.items.select_related("category", "supplier"))
    return render(request, "budgets/budget.html", {"title": "Budget", "project": project, "page": page})


@login_required
@require_GET
def budget_items(request: HttpRequest, project_id: int) -> JsonResponse:
    """Return the budget's rows and its version."""
    project = readable_project(request, project_id)
    rows = [as_json(item) for item in project.items.select_related("category")[:200]]
    return JsonResponse({"project": project.pk, "version": project.version, "rows": rows})


@login_required
@require_GET
def budget_totals(request: HttpRequest, project_id: int) -> JsonResponse:
    """Return the sum of each category."""
    project = readable_project(request, project_id)
    amount = Sum(F("quantity") * F("unit_price"), output_field=DecimalField())
    groups = project.items.order_by("category__code").values("category__code").annotate(total=amount)
    return JsonResponse({"version": project.version, "planned": project.planned, "groups": list(groups)})


@login_required
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """Show, change or delete one row."""
    visible = Project.objects.visible_to(current_user(request))
    items = BudgetItem.objects.select_related("category", "project")
    found = get_object_or_404(items, pk=item_id, project__in=visible)
    if request.method in {"GET", "HEAD"}:
        return JsonResponse(as_json(found))
    if request.method not in {"PATCH", "DELETE"}:
        return HttpResponseNotAllowed(["GET", "PATCH", "DELETE"])
    if found.project.owner_id != current_user(request).pk:
        raise PermissionDenied("only the owner may change a row")
    if request.method == "DELETE":
        found.delete()
        return HttpResponse(status=204)
    row = read_json(request)
    apply_row(found, row).save(update_fields=[name for name in ROW_FIELDS if name in row])
    return JsonResponse(as_json(found))


@login_required
@require_GET
def funds(request: HttpRequest) -> HttpResponse:
    """Show the funds that all projects share."""
    return render(request, "budgets/funds.html", {"title": "Funds", "funds": Fund.objects.order_by("name")})
