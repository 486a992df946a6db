"""A django-ninja API."""

from typing import Any

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


urlpatterns = [path("ninja/", api.urls)]
