"""Routes of django-ninja."""

from functools import partial, update_wrapper

from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI, Router
from ninja.security import django_auth

api = NinjaAPI()
nested = Router(auth=django_auth)


@api.get("/things/{thing_id}")
def read(request: HttpRequest, thing_id: int) -> dict[str, int]:
    """Read."""
    return {"id": thing_id}


@api.delete("/things/{thing_id}")
def remove(request: HttpRequest, thing_id: int) -> dict[str, int]:
    """Remove."""
    return {"id": thing_id}


@api.api_operation(["PATCH", "POST", "GET"], "/several")
def several(request: HttpRequest) -> list[int]:
    """Answer three methods."""
    return []


@api.get("/async")
async def asynchronous(request: HttpRequest) -> list[int]:
    """Answer."""
    return []


@api.put("/async")
async def asynchronous_put(request: HttpRequest) -> list[int]:
    """Answer."""
    return []


def _partial(request: HttpRequest, kind: str) -> str:
    """Answer."""
    return kind


api.post("/partial")(update_wrapper(partial(_partial, kind="a"), _partial))


@nested.get("/", url_name="nested-list")
def nested_list(request: HttpRequest) -> list[int]:
    """Answer."""
    return []


@nested.post("/", auth=None)
def nested_add(request: HttpRequest) -> list[int]:
    """Answer."""
    return []


api.add_router("/nested/", nested)

urlpatterns = [path("api/", api.urls)]
