"""The dashboard, the user's profile and the people they work with."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tests.demo.accounts.models import User
from tests.demo.projects.models import Activity, Project
from tests.demo.web import current_user, read_int, read_json


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # no argument at run time
    """What users may change about themselves."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "phone")


@login_required
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the totals and the latest activity of the user's projects."""
    visible = Project.objects.visible_to(current_user(request))
    context = {
        "title": "Dashboard",
        "totals": visible.aggregate(count=Count("pk"), planned=Sum("planned"), spent=Sum("spent")),
        "projects": visible.select_related("owner")[:10],
        "activities": Activity.objects.filter(project__in=visible).select_related("project", "user")[:10],
    }
    return render(request, "accounts/dashboard.html", context)


@login_required
@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """Show the user's profile."""
    return render(request, "accounts/profile.html", {"title": "Profile"})


@login_required
@require_http_methods(["GET", "POST"])
def profile_edit(request: HttpRequest) -> HttpResponse:
    """Change the user's profile."""
    form = ProfileForm(request.POST or None, instance=current_user(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Profile saved.")
        return redirect("accounts:profile")
    return render(request, "form.html", {"title": "Edit profile", "form": form})


@login_required
@require_POST
def preferences(request: HttpRequest) -> JsonResponse:
    """Store how many rows the user wants to see; body: {"rows_per_page": 50}."""
    user = current_user(request)
    user.rows_per_page = min(max(read_int(read_json(request), "rows_per_page"), 10), 200)
    user.save(update_fields=["rows_per_page"])
    return JsonResponse({"ok": True, "rows_per_page": user.rows_per_page})


@login_required
@require_GET
def team(request: HttpRequest) -> HttpResponse:
    """List the members of the user's projects with the number of projects that they share."""
    shared = Count("memberships", filter=Q(memberships__project__owner=current_user(request)))
    members = User.objects.annotate(shared=shared).filter(shared__gt=0).order_by("email")
    return render(request, "accounts/team.html", {"title": "Team", "members": members[:50]})
