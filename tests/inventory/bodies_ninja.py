"""A django-ninja API with every kind of input."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path
from ninja import Body, File, Form, ModelSchema, NinjaAPI, PatchDict, Query, Schema
from ninja.files import UploadedFile
from pydantic import Field

from tests.demo.catalog.models import Category, Material, Supplier


class Size(StrEnum):
    """A size."""

    SMALL = "s"
    LARGE = "l"


class Row(Schema):
    """A row."""

    material_id: int
    quantity: int = Field(ge=1, le=99)


class Order(Schema):
    """Everything in one schema."""

    name: str = Field(max_length=30)
    code: Annotated[str, Field(pattern="^[A-Z]+$")]
    size: Size
    kind: Literal["new", "old"] = "new"
    price: Decimal
    due: date | None = None
    key: UUID
    rows: list[Row]
    first: Row | None = None
    flags: list[str] = []
    options: dict[str, int] = {}
    is_open: bool = True
    short: str = Field("x", alias="shortName")


class MaterialIn(ModelSchema):
    """Fields of a model."""

    class Meta:
        model = Material
        fields = ["code", "category", "price"]


class CategoryIn(Schema):
    """What is written into a row as a whole."""

    name: str
    code: Annotated[str, Field(pattern=r"^[a-z]{3}-\d{2}$")]


class Contact(Schema):
    """A form."""

    email: str
    text: str = ""


api = NinjaAPI(urls_namespace="inventory-bodies", docs_url=None, openapi_url=None)


@api.post("/orders")
def order(request: HttpRequest, payload: Order) -> dict[str, Any]:
    """Take one schema, and select rows with its values."""
    for row in payload.rows:
        get_object_or_404(Material, pk=row.material_id)
    return {"supplier": Supplier.objects.get(name=payload.name).pk}


@api.put("/two")
def two(request: HttpRequest, first: Row, second: Row, page: int = 1) -> None:
    """Take two schemas, each under its name."""


@api.patch("/one")
def changed(request: HttpRequest, data: PatchDict[Row]) -> None:
    """Take what is to be changed of one schema."""


@api.post("/many")
def many(request: HttpRequest, rows: list[Row]) -> None:
    """Take a list."""


@api.post("/ids")
def ids(request: HttpRequest, chosen: Annotated[list[int], Body()]) -> None:
    """Take a list of numbers."""


@api.post("/material")
def material(request: HttpRequest, payload: MaterialIn) -> None:
    """Take fields of a model."""


@api.post("/category")
def category(request: HttpRequest, payload: CategoryIn) -> None:
    """Look whether there is one already."""
    if Category.objects.filter(code=payload.code).first() is None:
        Category.objects.create(**payload.dict())


@api.post("/named")
def named(request: HttpRequest, payload: CategoryIn) -> None:
    """Look for it by what is written."""
    try:
        Category.objects.get(code=payload.code)
    except Category.DoesNotExist:
        Category.objects.create(name=payload.name, code=payload.code)


@api.post("/contact")
def contact(request: HttpRequest, contact: Form[Contact], extra: Annotated[int, Form()] = 1) -> None:
    """Take a form."""


@api.post("/upload")
def upload(request: HttpRequest, scan: File[UploadedFile], contact: Form[Contact]) -> None:
    """Take a file and a form."""


@api.post("/nothing")
def nothing(request: HttpRequest, page: Query[int] = 1) -> None:
    """Take nothing."""


@api.post("/source")
def source(request: HttpRequest) -> None:
    """Read the body without a schema."""
    Category.objects.create(name=request.POST["name"], code=request.POST.get("code", "x"))


urlpatterns = [path("ninja/", api.urls)]
