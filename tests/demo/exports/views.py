"""Downloads of one project, of the whole portfolio, and of a month's archive."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tests.demo import flaws
from tests.demo.exports import formats
from tests.demo.projects.models import Project
from tests.demo.web import current_user, readable_project
from tests.demo.work import burn_cpu

PORTFOLIO_CPU_S = 0.5
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_GET
def export_index(request: HttpRequest) -> HttpResponse:
    """Show what can be downloaded."""
    projects = Project.objects.visible_to(current_user(request)).select_related("owner")[:20]
    return render(request, "exports/index.html", {"title": "Exports", "projects": projects})


@login_required
@require_GET
def export_csv(request: HttpRequest, project_id: int) -> HttpResponse:
    """Download a budget as CSV."""
    rows = formats.project_rows(readable_project(request, project_id))
    return _download(formats.as_csv(rows), "text/csv", f"budget-{project_id}.csv")


@login_required
@require_GET
def export_xlsx(request: HttpRequest, project_id: int) -> HttpResponse:
    """Download a budget as a workbook."""
    rows = formats.project_rows(readable_project(request, project_id))
    return _download(formats.as_xlsx(rows), XLSX, f"budget-{project_id}.xlsx")


@login_required
@require_GET
def export_pdf(request: HttpRequest, project_id: int) -> HttpResponse:
    """Download a budget as PDF."""
    project = readable_project(request, project_id)
    content = formats.as_pdf(project.name, formats.project_rows(project, formats.PDF_ROWS))
    return _download(content, "application/pdf", f"budget-{project_id}.pdf")


@login_required
@require_GET
def export_json(request: HttpRequest, project_id: int) -> HttpResponse:
    """Download a budget as JSON."""
    project = readable_project(request, project_id)
    content = formats.as_json(project, formats.project_rows(project))
    return _download(content, "application/json", f"budget-{project_id}.json")


@login_required
@require_GET
def portfolio(request: HttpRequest) -> HttpResponse:
    """Download the totals of all projects, with a risk figure that is computed for each."""
    projects = Project.objects.visible_to(current_user(request)).order_by("pk")
    rows = projects.values_list("pk", "name", "planned", "spent")[:500]
    if flaws.active("cpu_export"):
        burn_cpu(PORTFOLIO_CPU_S)
    lines = [f"{pk},{name},{planned},{spent},{planned - spent}" for pk, name, planned, spent in rows]
    return _download("\r\n".join(["id,name,planned,spent,left", *lines]), "text/csv", "portfolio.csv")


@login_required
@require_GET
def archive(request: HttpRequest, year: str, month: str) -> HttpResponse:
    """Show how much was planned in a month."""
    if not 1 <= int(month) <= 12:
        raise Http404("month")
    projects = Project.objects.visible_to(current_user(request))
    projects = projects.filter(created_at__year=int(year), created_at__month=int(month))
    totals = projects.aggregate(n=Count("pk"), sum=Sum("planned"))
    context = {"title": f"Archive {year}-{month}", "totals": totals}
    return render(request, "exports/archive.html", context)


def _download(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
