"""Suppliers through Django REST framework."""

from typing import TYPE_CHECKING

from rest_framework import serializers, viewsets
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import IsAuthenticated

from tests.demo.catalog.models import Supplier

# Django REST framework's classes take a type argument in the stubs only.
if TYPE_CHECKING:
    SupplierModelSerializer = serializers.ModelSerializer[Supplier]
    SupplierModelViewSet = viewsets.ModelViewSet[Supplier]
else:
    SupplierModelSerializer, SupplierModelViewSet = serializers.ModelSerializer, viewsets.ModelViewSet


class SupplierSerializer(SupplierModelSerializer):
    """A supplier."""

    class Meta:
        model = Supplier
        fields = ("id", "name", "email", "rating")


class Fifty(PageNumberPagination):
    """Fifty rows a page."""

    page_size = 50


class SupplierViewSet(SupplierModelViewSet):
    """Everything that can be done with suppliers."""

    queryset = Supplier.objects.order_by("pk")
    serializer_class = SupplierSerializer
    permission_classes = (IsAuthenticated,)
    pagination_class = Fifty
