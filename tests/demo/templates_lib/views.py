"""The template system: a page and its JSON endpoints."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tests.demo.templates_lib.models import BudgetTemplate, TemplateRow
from tests.demo.templates_lib.services import create_template, import_into
from tests.demo.web import current_user, json_page, page_of, read_int, read_json, read_rows, writable_project

UPLOAD_MOST_BYTES = 1_000_000


@login_required
@require_GET
def templates_page(request: HttpRequest) -> HttpResponse:
    """Show the templates, with forms to upload and to delete."""
    visible = BudgetTemplate.objects.visible_to(current_user(request)).select_related("owner")
    page = page_of(request, visible.annotate(row_count=Count("rows")).order_by("name", "pk"))
    return render(request, "templates_lib/list.html", {"title": "Templates", "page": page})


@login_required
@require_GET
def template_list(request: HttpRequest) -> JsonResponse:
    """Return the templates that the user may import."""
    page = page_of(request, BudgetTemplate.objects.visible_to(current_user(request)))
    rows = [{"id": row.pk, "name": row.name, "public": row.is_public} for row in page]
    return json_page(page, rows)


@login_required
@require_GET
def template_get(request: HttpRequest, template_id: int) -> JsonResponse:
    """Return one template with its rows."""
    return JsonResponse(_as_json(_template(request, template_id)))


@login_required
@require_POST
def template_create(request: HttpRequest) -> JsonResponse:
    """Store a template; body: {"name": "…", "rows": [{"description": …, "quantity": 1, "unit_price": 2}]}."""
    data = read_json(request)
    template = create_template(current_user(request), str(data.get("name", "")), read_rows(data))
    return JsonResponse({"ok": True, "id": template.pk}, status=201)


@login_required
@require_POST
def template_import(request: HttpRequest, template_id: int) -> JsonResponse:
    """Append a template's rows to a budget; body: {"project_id": 1}."""
    template = _template(request, template_id)
    project = writable_project(request, read_int(read_json(request), "project_id"))
    return JsonResponse({"ok": True, "written": import_into(project, template)})


@login_required
@require_POST
def template_import_file(request: HttpRequest) -> JsonResponse:
    """Store the template that the uploaded JSON file holds; form field: file."""
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile) or not upload.size or upload.size > UPLOAD_MOST_BYTES:
        raise BadRequest("file: expected a JSON file of 1 MB at most")
    try:
        data = json.load(upload)
    except ValueError as error:
        raise BadRequest("file: not JSON") from error
    if not isinstance(data, dict):
        raise BadRequest("file: expected an object with name and rows")
    template = create_template(current_user(request), str(data.get("name", "")), read_rows(data))
    return JsonResponse({"ok": True, "id": template.pk}, status=201)


@login_required
@require_http_methods(["POST", "DELETE"])
def template_delete(request: HttpRequest, template_id: int) -> JsonResponse:
    """Delete one of the user's own templates."""
    own = BudgetTemplate.objects.filter(owner=current_user(request))
    get_object_or_404(own, pk=template_id).delete()
    return JsonResponse({"ok": True})


def _template(request: HttpRequest, template_id: int) -> BudgetTemplate:
    rows = Prefetch("rows", queryset=TemplateRow.objects.select_related("category"))
    visible = BudgetTemplate.objects.visible_to(current_user(request)).prefetch_related(rows)
    return get_object_or_404(visible, pk=template_id)


def _as_json(template: BudgetTemplate) -> dict[str, Any]:
    rows = [
        {
            "category": row.category.code,
            "description": row.description,
            "quantity": row.quantity,
            "unit_price": row.unit_price,
        }
        for row in template.rows.all()
    ]
    return {"id": template.pk, "name": template.name, "description": template.description, "rows": rows}
