"""Dashboards for staff, a status page for everybody, the legacy reports and the beacon."""

from collections.abc import Callable

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_required, user_passes_test
from django.contrib.auth.models import AnonymousUser
from django.db.models import Avg, Count, Max
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tests.demo import flaws
from tests.demo.accounts.models import User
from tests.demo.monitoring.models import ClientMetric
from tests.demo.projects.models import Activity, Project
from tests.demo.web import read_decimal, read_json


@staff_member_required
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the latest client metrics."""
    context = {"title": "Monitoring", "summary": _summary(), "metrics": ClientMetric.objects.all()[:20]}
    return render(request, "monitoring/dashboard.html", context)


@staff_member_required
@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """Show how many projects each user has."""
    rows = User.objects.annotate(project_count=Count("projects")).order_by("email")[:50]
    return render(request, "monitoring/users.html", {"title": "Users", "users": rows})


@staff_member_required
@require_GET
def metrics(request: HttpRequest) -> JsonResponse:
    """Return the client metrics' averages."""
    return JsonResponse({"ok": True, "metrics": _summary()})


def _summary() -> list[dict[str, object]]:
    summary = ClientMetric.objects.order_by("name").values("name")
    return [dict(row) for row in summary.annotate(average=Avg("value"), worst=Max("value"), n=Count("pk"))]


@login_required
@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """Show every user that the site is up."""
    if flaws.active("staff_redirect"):
        for_staff: Callable[[HttpRequest], HttpResponse] = _staff_only(_status_page)
        return for_staff(request)
    return _status_page(request)


def _is_staff(user: User | AnonymousUser) -> bool:
    return user.is_staff


_staff_only = user_passes_test(_is_staff, login_url="admin:login")


def _status_page(request: HttpRequest) -> HttpResponse:
    context = {"title": "Status", "project_count": Project.objects.count()}
    return render(request, "monitoring/status.html", context)


@login_required
@require_GET
def legacy_report(request: HttpRequest) -> HttpResponse:
    """Show the activity of all projects by kind."""
    rows = Activity.objects.order_by("verb").values("verb").annotate(n=Count("pk"))
    return render(request, "monitoring/legacy.html", {"title": "Activity report", "rows": rows})


@login_required
@require_GET
def legacy_queue(request: HttpRequest) -> JsonResponse:
    """Return how many projects are in each state."""
    rows = Project.objects.order_by("status").values("status").annotate(n=Count("pk"))
    return JsonResponse({"ok": True, "queue": list(rows)})


@require_POST
def client_metric(request: HttpRequest) -> HttpResponseBase:
    """Store one figure that a browser sends; body: {"name": "lcp", "value": 1200, "page": "/"}."""
    data = read_json(request)
    ClientMetric.objects.create(
        user=request.user if isinstance(request.user, User) else None,
        name=str(data.get("name") or "unnamed")[:40],
        value=float(read_decimal(data, "value", "0")),
        page=str(data.get("page", ""))[:200],
    )
    return HttpResponse(status=204)


# A browser's sendBeacon cannot add the token's header. Forgetting this line is the planted flaw.
if not flaws.active("beacon_csrf"):
    client_metric = csrf_exempt(client_metric)
