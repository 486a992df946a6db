"""The second API: class-based, with writes, a version field, and JSON errors for anonymous callers."""

from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views import View

from tests.demo.accounts.models import User
from tests.demo.api.views import project_as_json
from tests.demo.budgets.models import BudgetItem
from tests.demo.budgets.rows import ROW_FIELDS, apply_row, as_json, upsert_rows
from tests.demo.projects.models import Project
from tests.demo.web import (
    conflict,
    current_user,
    json_page,
    page_of,
    read_int,
    read_json,
    read_rows,
    readable_project,
    writable_project,
)


class ApiView(View):
    """Answers anonymous callers with a 401 instead of a redirect."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse anonymous callers."""
        if not isinstance(request.user, User):
            return JsonResponse({"error": "log in first"}, status=401)
        return super().dispatch(request, *args, **kwargs)


class ProjectCollection(ApiView):
    """The projects that the user may see."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """List them, fifty a page."""
        page = page_of(request, Project.objects.visible_to(current_user(request)))
        return json_page(page, [project_as_json(project) for project in page])

    def post(self, request: HttpRequest) -> JsonResponse:
        """Start one; body: {"name": "…", "client": "…"}."""
        data = read_json(request)
        name, client = str(data.get("name", ""))[:120], str(data.get("client", ""))[:120]
        if not name:
            return JsonResponse({"error": "name: expected the project's name"}, status=400)
        project = Project.objects.create(
            owner=current_user(request), name=name, client=client, area_m2=100, created_at=timezone.now()
        )
        project.refresh_from_db()
        return JsonResponse(project_as_json(project), status=201)


class ProjectResource(ApiView):
    """One project."""

    def get(self, request: HttpRequest, project_id: int) -> JsonResponse:
        """Return it."""
        return JsonResponse(project_as_json(readable_project(request, project_id)))

    def patch(self, request: HttpRequest, project_id: int) -> JsonResponse:
        """Rename it if nobody changed it since; body: {"version": 3, "name": "…"}."""
        project = writable_project(request, project_id)
        data = read_json(request)
        version = read_int(data, "version")
        name = str(data.get("name") or project.name)[:120]
        unchanged = Project.objects.filter(pk=project.pk, version=version)
        if not unchanged.update(name=name, version=F("version") + 1):
            return conflict(project.version, version)
        project.refresh_from_db()
        return JsonResponse(project_as_json(project))

    def delete(self, request: HttpRequest, project_id: int) -> HttpResponse:
        """Delete it with its budget."""
        writable_project(request, project_id).delete()
        return HttpResponse(status=204)


class ProjectItems(ApiView):
    """The rows of one project."""

    def get(self, request: HttpRequest, project_id: int) -> JsonResponse:
        """List them, fifty a page."""
        page = page_of(request, readable_project(request, project_id).items.select_related("category"))
        return json_page(page, [as_json(item) for item in page])

    def post(self, request: HttpRequest, project_id: int) -> JsonResponse:
        """Add or change rows by code; body: {"rows": [{"code": …}]}."""
        project = writable_project(request, project_id)
        written = upsert_rows(project, read_rows(read_json(request)))
        return JsonResponse({"written": written}, status=201)


class ItemResource(ApiView):
    """One row."""

    def get(self, request: HttpRequest, item_id: int) -> JsonResponse:
        """Return it."""
        visible = Project.objects.visible_to(current_user(request))
        items = BudgetItem.objects.filter(project__in=visible).select_related("category")
        return JsonResponse(as_json(get_object_or_404(items, pk=item_id)))

    def put(self, request: HttpRequest, item_id: int) -> JsonResponse:
        """Change it; body: {"description": "…", "quantity": 2, "unit_price": "9.50"}."""
        row = read_json(request)
        item = apply_row(self._own(request, item_id), row)
        item.save(update_fields=[name for name in ROW_FIELDS if name in row])
        return JsonResponse(as_json(item))

    def delete(self, request: HttpRequest, item_id: int) -> HttpResponse:
        """Delete it."""
        self._own(request, item_id).delete()
        return HttpResponse(status=204)

    def _own(self, request: HttpRequest, item_id: int) -> BudgetItem:
        items = BudgetItem.objects.filter(project__owner=current_user(request)).select_related("category")
        return get_object_or_404(items, pk=item_id)
