"""A django-ninja API."""

from datetime import date, datetime
from enum import Enum
from functools import partial, update_wrapper
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI
from ninja.security import HttpBearer, django_auth

from tests.demo.projects.models import Project


class Token(HttpBearer):
    """A bearer token."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Accept one token."""
        return token == "t"


api = NinjaAPI(urls_namespace="inventory-tests", docs_url=None, openapi_url=None)


@api.get("/projects/{int:project_id}", auth=django_auth)
def read(request: HttpRequest, project_id: int) -> dict[str, Any]:
    """Read one."""
    return {"name": Project.objects.get(pk=project_id, owner=request.user).name}  # type: ignore[misc]


@api.delete("/projects/{int:project_id}", auth=Token())
async def remove(request: HttpRequest, project_id: int) -> None:
    """Delete one, later."""


@api.api_operation(["POST", "PATCH"], "/both")
def both(request: HttpRequest) -> None:
    """Answer two methods."""


class Size(Enum):
    """Of a sheet."""

    SMALL = "s"
    LARGE = "l"


@api.get("/sheets/{day}/{at}/{key}/{project}/{kind}/{number}/{name}")
def sheet(
    request: HttpRequest,
    day: date,
    at: datetime,
    key: UUID,
    project: Size,
    kind: Literal["in", "out"],
    number: int,
    name: str,
) -> None:
    """Read one of a day."""


def _rename(request: HttpRequest, project_id: int, by: str) -> dict[str, Any]:
    """Rename one of the user's own."""
    return {"name": Project.objects.get(pk=project_id, owner=request.user).name + by}  # type: ignore[misc]


# Ninja names an operation after its function, so a partial has to have a name.
api.put("/projects/{int:project_id}")(update_wrapper(partial(_rename, by="x"), _rename))

urlpatterns = [path("ninja/", api.urls)]
