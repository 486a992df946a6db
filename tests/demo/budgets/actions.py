"""JSON writes of a project's budget."""

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from tests.demo.accounts.models import User
from tests.demo.budgets.models import BudgetItem
from tests.demo.budgets.rows import ROW_FIELDS, apply_row, lock_budget, refresh_planned, upsert_rows
from tests.demo.projects.models import Project
from tests.demo.projects.services import log
from tests.demo.web import conflict, current_user, read_ids, read_int, read_json, read_rows, writable_project


@login_required
@require_POST
def save(request: HttpRequest, project_id: int) -> JsonResponse:
    """Save rows by code if nobody else has saved since `version` was read.

    Body: {"version": 3, "rows": [{"code": "B0001", "description": …, "quantity": 2, "unit_price": "9.50"}]}.
    """
    project = writable_project(request, project_id)
    data = read_json(request)
    rows, version = read_rows(data), read_int(data, "version")
    with transaction.atomic():
        current = Project.objects.filter(pk=project.pk, version=version)
        if not current.update(version=F("version") + 1):
            project.refresh_from_db(fields=["version"])
            return conflict(project.version, version)
        written = upsert_rows(project, rows)
    log(project, current_user(request), "saved the budget")
    return JsonResponse({"ok": True, "version": version + 1, "written": written})


@login_required
@require_POST
def upsert(request: HttpRequest, project_id: int) -> JsonResponse:
    """Update or insert rows by code, without a version: the last one wins. Body: {"rows": [{"code": …}]}."""
    project = writable_project(request, project_id)
    written = upsert_rows(project, read_rows(read_json(request)))
    return JsonResponse({"ok": True, "written": written})


@login_required
@require_http_methods(["POST", "PUT"])
def bulk_save(request: HttpRequest, project_id: int) -> JsonResponse:
    """Change many existing rows by id; body: {"items": [{"id": 1, "quantity": 2}]}."""
    project = writable_project(request, project_id)
    rows = {read_int(row, "id"): row for row in read_rows(read_json(request), "items")}
    with transaction.atomic():
        lock_budget(project)
        found = list(project.items.filter(pk__in=rows))
        BudgetItem.objects.bulk_update([apply_row(item, rows[item.pk]) for item in found], ROW_FIELDS)
        refresh_planned(project)
    missing = sorted(set(rows) - {item.pk for item in found})
    return JsonResponse({"ok": True, "written": len(found), "missing": missing})


@login_required
@require_POST
def reorder(request: HttpRequest, project_id: int) -> JsonResponse:
    """Put the rows in the given order; body: {"order": [3, 1, 2]}."""
    project = writable_project(request, project_id)
    order = {pk: n for n, pk in enumerate(read_ids(read_json(request), "order"), start=1)}
    with transaction.atomic():
        lock_budget(project)
        items = list(project.items.filter(pk__in=order))
        for item in items:
            item.position = order[item.pk]
        BudgetItem.objects.bulk_update(items, ["position"])
    return JsonResponse({"ok": True, "written": len(items)})


@login_required
@require_POST
def assign(request: HttpRequest, project_id: int) -> JsonResponse:
    """Give rows to a user, or to nobody; body: {"item_ids": [1, 2], "user_id": 3}."""
    project = writable_project(request, project_id)
    data = read_json(request)
    user_id = data.get("user_id")
    if user_id is not None and not User.objects.filter(pk=read_int(data, "user_id")).exists():
        return JsonResponse({"ok": False, "error": "user_id: unknown user"}, status=404)
    item_ids = read_ids(data, "item_ids")
    with transaction.atomic():
        lock_budget(project)
        written = project.items.filter(pk__in=item_ids).update(assignee=user_id)
    return JsonResponse({"ok": True, "written": written})


@login_required
@require_POST
def reset(request: HttpRequest, project_id: int) -> JsonResponse:
    """Set all quantities back to one."""
    project = writable_project(request, project_id)
    with transaction.atomic():
        lock_budget(project)
        written = project.items.update(quantity=1, note="")
        refresh_planned(project)
        Project.objects.filter(pk=project.pk).update(version=F("version") + 1)
    log(project, current_user(request), "reset the budget")
    return JsonResponse({"ok": True, "written": written})


@login_required
@require_POST
def item_note(request: HttpRequest, item_id: int) -> JsonResponse:
    """Write a note on one of the user's own rows; body: {"note": "…"}."""
    note = str(read_json(request).get("note", ""))[:200]
    written = BudgetItem.objects.filter(pk=item_id, project__owner=current_user(request)).update(note=note)
    if not written:
        return JsonResponse({"ok": False, "error": "unknown item"}, status=404)
    return JsonResponse({"ok": True, "note": note})
