"""What is done with whole projects: copies, archive, counters."""

import time

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tests.demo import flaws
from tests.demo.budgets.models import NumberSequence
from tests.demo.projects.models import Project
from tests.demo.projects.services import deep_copy, log
from tests.demo.web import current_user, read_decimal, read_ids, read_json, readable_project, writable_project
from tests.demo.work import think

COPY_S = 1.0
BATCH_COPY_S = 1.5
BATCH_COPY_MOST = 5
ROW_LOCK_S = 0.5
LOST_UPDATE_GAP_S = 0.05


@login_required
@require_POST
def project_copy(request: HttpRequest, project_id: int) -> JsonResponse:
    """Copy a project with its whole budget."""
    project = readable_project(request, project_id)
    # The slow part comes first: on SQLite a transaction would keep all other writers waiting.
    think(COPY_S)
    (copy,) = deep_copy([project], current_user(request))
    return JsonResponse({"ok": True, "id": copy.pk}, status=201)


@login_required
@require_POST
def batch_copy(request: HttpRequest) -> JsonResponse:
    """Copy several projects; body: {"project_ids": [1, 2]}."""
    user = current_user(request)
    ids = read_ids(read_json(request), "project_ids")[:BATCH_COPY_MOST]
    projects = list(Project.objects.visible_to(user).filter(pk__in=ids))
    if len(projects) != len(set(ids)):
        return JsonResponse({"ok": False, "error": "project_ids: unknown project"}, status=404)
    think(BATCH_COPY_S)
    copies = deep_copy(projects, user)
    return JsonResponse({"ok": True, "ids": [copy.pk for copy in copies]}, status=201)


@login_required
@require_POST
def project_archive(request: HttpRequest, project_id: int) -> HttpResponse:
    """Hide a project from the list, or show it again."""
    project = writable_project(request, project_id)
    Project.objects.filter(pk=project.pk).update(is_archived=~F("is_archived"))
    project.refresh_from_db(fields=["is_archived"])
    log(project, current_user(request), "archived" if project.is_archived else "restored")
    return redirect(project)


@login_required
@require_POST
def spend(request: HttpRequest, project_id: int) -> JsonResponse:
    """Add an expense to the spent total; body: {"amount": "25.00"}."""
    project = writable_project(request, project_id)
    amount = read_decimal(read_json(request), "amount")
    if flaws.active("lost_update"):
        spent, count = project.spent, project.expense_count
        time.sleep(LOST_UPDATE_GAP_S)
        project.spent = spent + amount
        project.expense_count = count + 1
        project.save(update_fields=["spent", "expense_count"])
    else:
        Project.objects.filter(pk=project.pk).update(spent=F("spent") + amount, expense_count=F("expense_count") + 1)
        project.refresh_from_db(fields=["spent", "expense_count"])
    return JsonResponse({"ok": True, "spent": project.spent, "expense_count": project.expense_count})


@login_required
@require_POST
def invoice_number(request: HttpRequest, project_id: int) -> JsonResponse:
    """Take the next invoice number, which all projects share."""
    project = writable_project(request, project_id)
    if flaws.active("row_lock"):
        with transaction.atomic():
            sequence = NumberSequence.objects.select_for_update().get(name="invoice")
            sequence.value += 1
            sequence.save(update_fields=["value"])
            time.sleep(ROW_LOCK_S)
        return JsonResponse({"ok": True, "number": f"{project.pk}-{sequence.value:06}"})
    with transaction.atomic():
        NumberSequence.objects.filter(name="invoice").update(value=F("value") + 1)
        value = NumberSequence.objects.values_list("value", flat=True).get(name="invoice")
    return JsonResponse({"ok": True, "number": f"{project.pk}-{value:06}"})
