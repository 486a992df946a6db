"""Pages that ask the same thing again, write, wait and fail."""

import sys
import time
from typing import Any

from django.apps import apps
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST


def _found(project_id: int) -> Any:
    """Return a project. Its model is not imported: other projects' processes read this URLconf, too."""
    return get_object_or_404(apps.get_app_config("mysite").get_model("Project"), pk=project_id)


def _asked(sql: str, *values: int) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    """List the projects, asking four times for the first, and once more while the page is rendered."""
    cache.get("nothing")
    found = _asked("SELECT id, name FROM mysite_project ORDER BY id")
    for _ in range(4):
        _asked("SELECT name FROM mysite_project WHERE id = %s", 1)
    late = lambda: _asked("SELECT COUNT(*) FROM mysite_project")  # noqa: E731
    return render(request, "projects.html", {"projects": found, "late": late})


@require_GET
def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show one."""
    return HttpResponse(_found(project_id).name)


@csrf_exempt
@require_POST
def edit(request: HttpRequest, project_id: int) -> HttpResponse:
    """Rename it."""
    one = _found(project_id)
    one.name = request.POST.get("name", "") or one.name
    one.save()
    return HttpResponse("saved")


@login_required
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """Greet the user."""
    return HttpResponse(f"Hello {request.user.get_username()}")


@require_GET
def slow(request: HttpRequest) -> HttpResponse:
    """Take longer than anybody waits."""
    sys.stderr.write("waiting\n")
    time.sleep(60)
    return HttpResponse("late")


@require_GET
def broken(request: HttpRequest) -> HttpResponse:
    """Fail."""
    raise RuntimeError("no such luck")


urlpatterns = [
    path("projects/", project_list, name="project_list"),
    path("projects/<int:project_id>/", project, name="project_detail"),
    path("projects/<int:project_id>/edit/", edit, name="project_edit"),
    path("dashboard/", dashboard, name="dashboard"),
    path("accounts/login/", LoginView.as_view(), name="login"),
    path("slow/", slow),
    path("broken/", broken),
]
