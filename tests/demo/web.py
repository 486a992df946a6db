"""What the demo's views share: the user, JSON bodies, pages, and who may touch a project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404

from tests.demo.accounts.models import User
from tests.demo.projects.models import Project

PAGE_ROWS = 50
M = TypeVar("M", bound=Model)


def current_user(request: HttpRequest) -> User:
    """Return the logged-in user, or raise PermissionDenied."""
    if not isinstance(request.user, User):
        raise PermissionDenied("log in first")
    return request.user


def readable_project(request: HttpRequest, project_id: int) -> Project:
    """Return a project that the user may see; every other one is a 404."""
    visible = Project.objects.visible_to(current_user(request)).select_related("owner")
    return get_object_or_404(visible, pk=project_id)


def writable_project(request: HttpRequest, project_id: int) -> Project:
    """Return a project that the user may change: members who only read get a 403."""
    project = readable_project(request, project_id)
    user = current_user(request)
    if project.owner_id != user.pk and not user.is_staff:
        raise PermissionDenied("only the owner may change a project")
    return project


def read_json(request: HttpRequest) -> dict[str, Any]:
    """Return the body as an object, or raise BadRequest."""
    try:
        data = json.loads(request.body or b"{}")
    except ValueError as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(data, dict):
        raise BadRequest("expected a JSON object")
    return data


def read_rows(data: Mapping[str, Any], key: str = "rows") -> list[dict[str, Any]]:
    """Return the list of objects under `key`, or raise BadRequest."""
    rows = data.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadRequest(f"{key}: expected a list of objects")
    return rows


def read_ids(data: Mapping[str, Any], key: str) -> list[int]:
    """Return the list of ids under `key`, or raise BadRequest."""
    ids = data.get(key)
    if not isinstance(ids, list) or not ids or not all(isinstance(value, int) for value in ids):
        raise BadRequest(f"{key}: expected a list of ids")
    return ids


def read_int(data: Mapping[str, Any], key: str) -> int:
    """Return the number under `key`, or raise BadRequest."""
    value = data.get(key)
    if not isinstance(value, int):
        raise BadRequest(f"{key}: expected a whole number")
    return value


def read_decimal(data: Mapping[str, Any], key: str, default: str | None = None) -> Decimal:
    """Return the amount under `key`, or raise BadRequest."""
    try:
        value = Decimal(str(data.get(key, default)))
    except InvalidOperation as error:
        raise BadRequest(f"{key}: expected a number") from error
    if not value.is_finite() or abs(value) >= 10**8:
        raise BadRequest(f"{key}: out of range")
    return value.quantize(Decimal("0.01"))


def page_of(request: HttpRequest, rows: QuerySet[M], size: int = PAGE_ROWS) -> Page[M]:
    """Return the page that `?page=` asks for, the nearest one if there is no such page."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def json_page(page: Page[M], rows: list[dict[str, Any]]) -> JsonResponse:
    """Return one page of a list as JSON."""
    return JsonResponse({"count": page.paginator.count, "page": page.number, "results": rows})


def conflict(found: int, expected: int) -> JsonResponse:
    """Return the answer to a write that was based on an older version."""
    error = f"the version is {found}, the request was based on {expected}"
    return JsonResponse({"ok": False, "error": error, "version": found}, status=409)
