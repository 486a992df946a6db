"""Pages of projects: list, detail, edit, members, history."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, DecimalField, F, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from tests.demo import flaws
from tests.demo.accounts.models import User
from tests.demo.budgets.models import BudgetItem
from tests.demo.projects.forms import MemberForm, ProjectForm
from tests.demo.projects.models import Membership, Project
from tests.demo.web import current_user, page_of, readable_project, writable_project


@login_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """List the projects that the user may see, fifty a page, with owner and number of rows."""
    visible = Project.objects.visible_to(current_user(request)).filter(is_archived=False)
    if flaws.active("n_plus_one"):
        page = page_of(request, visible)
        rows = [(project, project.owner.email, project.items.count()) for project in page]
    else:
        page = page_of(request, visible.select_related("owner"))
        counts = _item_counts(page)
        rows = [(project, project.owner.email, counts.get(project.pk, 0)) for project in page]
    return render(request, "projects/list.html", {"title": "Projects", "page": page, "rows": rows})


def _item_counts(projects: Iterable[Project]) -> dict[int, int]:
    ids = [project.pk for project in projects]
    counted = BudgetItem.objects.filter(project__in=ids).order_by().values("project").annotate(n=Count("pk"))
    return dict(counted.values_list("project", "n"))


@login_required
@require_http_methods(["GET", "POST"])
def project_new(request: HttpRequest) -> HttpResponse:
    """Start a project."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = form.save(commit=False)
        project.owner = current_user(request)
        project.created_at = timezone.now()
        project.save()
        messages.success(request, "Project created.")
        return redirect(project)
    return render(request, "form.html", {"title": "New project", "form": form})


@login_required
@require_safe
def project_detail(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show a project with its costs per category."""
    project = readable_project(request, project_id)
    amount = Sum(F("quantity") * F("unit_price"), output_field=DecimalField())
    groups = project.items.order_by("category__code").values("category__code", "category__name")
    context = {"title": project.name, "project": project, "groups": groups.annotate(total=amount)}
    return render(request, "projects/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, project_id: int) -> HttpResponse:
    """Change a project's own fields."""
    project = writable_project(request, project_id)
    form = ProjectForm(request.POST or None, instance=project)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Project saved.")
        return redirect(project)
    return render(request, "form.html", {"title": f"Edit {project}", "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def project_delete(request: HttpRequest, project_id: int) -> HttpResponse:
    """Ask, then delete a project with everything in it."""
    project = writable_project(request, project_id)
    if request.method == "POST":
        project.delete()
        messages.success(request, "Project deleted.")
        return redirect("projects:list")
    return render(request, "confirm_delete.html", {"title": f"Delete {project}", "object": project})


@login_required
def project_members(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show a project's members, or add one."""
    if request.method in {"GET", "HEAD"}:
        project = readable_project(request, project_id)
        return _members_page(request, project, MemberForm())
    if request.method == "POST":
        project = writable_project(request, project_id)
        form = MemberForm(request.POST)
        if not form.is_valid():
            return _members_page(request, project, form)
        user = get_object_or_404(User, email=form.cleaned_data["email"])
        Membership.objects.get_or_create(project=project, user=user)
        return redirect("projects:members", project_id=project.pk)
    return HttpResponseNotAllowed(["GET", "POST"])


def _members_page(request: HttpRequest, project: Project, form: MemberForm) -> HttpResponse:
    memberships = project.memberships.select_related("user").order_by("pk")
    context = {"title": "Members", "project": project, "memberships": memberships, "form": form}
    return render(request, "projects/members.html", context)


@login_required
@require_GET
def project_history(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show what happened in a project."""
    project = readable_project(request, project_id)
    page = page_of(request, project.activities.select_related("user"))
    return render(request, "projects/history.html", {"title": "History", "project": project, "page": page})


@login_required
@require_GET
def cost_per_area(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show what a square metre of the project costs."""
    project = readable_project(request, project_id)
    known = bool(project.area_m2) or flaws.active("some_rows_500")
    cost = project.cost_per_area() if known else None
    return render(request, "projects/cost.html", {"title": "Cost per m²", "project": project, "cost": cost})
