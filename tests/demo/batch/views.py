"""The batch export: init, upload pages, finalize, then status and download."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tests.demo.batch.models import BatchJob, BatchPage
from tests.demo.web import current_user, page_of, read_int, read_json, read_rows

PAGES_MOST = 100


@login_required
@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """Show the user's jobs."""
    jobs = BatchJob.objects.filter(owner=current_user(request)).defer("result")
    return render(request, "batch/list.html", {"title": "Batch exports", "page": page_of(request, jobs)})


@login_required
@require_POST
def init(request: HttpRequest) -> JsonResponse:
    """Open a job; body: {"title": "…", "pages": 2}."""
    data = read_json(request)
    job = BatchJob.objects.create(
        owner=current_user(request),
        title=str(data.get("title") or "Export")[:120],
        pages_expected=min(max(read_int(data, "pages"), 1), PAGES_MOST),
        created_at=timezone.now(),
    )
    return JsonResponse({"ok": True, "job_id": str(job.pk), "pages": job.pages_expected}, status=201)


@login_required
@require_POST
def upload_pages(request: HttpRequest) -> JsonResponse:
    """Store one page; body: {"job_id": "…", "page": 1, "rows": [{"code": …, "amount": …}]}."""
    data = read_json(request)
    job, number = _open_job(request, data), read_int(data, "page")
    if not 1 <= number <= job.pages_expected:
        raise BadRequest(f"page: expected 1 to {job.pages_expected}")
    BatchPage.objects.update_or_create(job=job, number=number, defaults={"rows": read_rows(data)})
    return JsonResponse({"ok": True, "pages_stored": job.pages.count()})


@login_required
@require_POST
def finalize(request: HttpRequest) -> JsonResponse:
    """Assemble the pages; body: {"job_id": "…"}. Missing pages are a 409."""
    job = _open_job(request, read_json(request))
    pages = list(job.pages.all())
    if len(pages) < job.pages_expected:
        error = f"{len(pages)} of {job.pages_expected} pages are there"
        return JsonResponse({"ok": False, "error": error}, status=409)
    lines = [f"{row.get('code', '')},{row.get('amount', '')}" for page in pages for row in page.rows]
    with transaction.atomic():
        job.result = "\r\n".join(["code,amount", *lines])
        job.state = BatchJob.State.DONE
        job.save(update_fields=["result", "state"])
    return JsonResponse({"ok": True, "job_id": str(job.pk), "state": job.state})


@login_required
@require_GET
def status(request: HttpRequest, job_id: uuid.UUID) -> JsonResponse:
    """Say how far a job is."""
    job = _own_job(request, job_id)
    stored = job.pages.count()
    return JsonResponse({"ok": True, "state": job.state, "pages": job.pages_expected, "stored": stored})


@login_required
@require_GET
def download(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Download a finished job's result; an unfinished one is a 409."""
    job = _own_job(request, job_id)
    if job.state != BatchJob.State.DONE:
        return JsonResponse({"ok": False, "error": f"the job is {job.state}"}, status=409)
    headers = {"Content-Disposition": f'attachment; filename="{job.pk}.csv"'}
    return HttpResponse(job.result, content_type="text/csv", headers=headers)


@login_required
@require_POST
def cancel(request: HttpRequest, job_id: uuid.UUID) -> JsonResponse:
    """Give a job up."""
    job = _own_job(request, job_id)
    BatchJob.objects.filter(pk=job.pk, state=BatchJob.State.OPEN).update(state=BatchJob.State.CANCELLED)
    return JsonResponse({"ok": True})


def _own_job(request: HttpRequest, job_id: Any) -> BatchJob:
    try:
        return get_object_or_404(BatchJob, pk=job_id, owner=current_user(request))
    except ValidationError as error:
        raise BadRequest("job_id: expected a UUID") from error


def _open_job(request: HttpRequest, data: dict[str, Any]) -> BatchJob:
    job = _own_job(request, data.get("job_id"))
    if job.state != BatchJob.State.OPEN:
        raise BadRequest(f"job_id: the job is {job.state}")
    return job
