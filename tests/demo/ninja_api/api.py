"""Materials through django-ninja."""

from decimal import Decimal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import NinjaAPI, Schema
from ninja.security import django_auth

from tests.demo.catalog.models import Material

api = NinjaAPI(title="Materials", version="1", auth=django_auth)


class MaterialOut(Schema):
    """A material as the API shows it."""

    id: int
    code: str
    name: str
    unit: str
    price: Decimal


class PriceIn(Schema):
    """A new price."""

    price: Decimal


@api.get("/materials", response=list[MaterialOut])
def list_materials(request: HttpRequest, offset: int = 0) -> QuerySet[Material]:
    """List fifty materials."""
    return Material.objects.order_by("pk")[max(offset, 0) : max(offset, 0) + 50]


@api.get("/materials/{int:material_id}", response=MaterialOut)
def get_material(request: HttpRequest, material_id: int) -> Material:
    """Return one material."""
    return get_object_or_404(Material, pk=material_id)


@api.put("/materials/{int:material_id}/price", response=MaterialOut)
def set_price(request: HttpRequest, material_id: int, payload: PriceIn) -> Material:
    """Set a material's price."""
    material = get_object_or_404(Material, pk=material_id)
    material.price = payload.price
    material.save(update_fields=["price"])
    return material
