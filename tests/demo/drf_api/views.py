"""Suppliers through Django REST framework."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import APIException
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


class TakenMeanwhile(APIException):
    """Another request saved the same between the serializer's look and the save."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "There is a supplier of this name already."


class Fifty(PageNumberPagination):
    """Fifty rows a page."""

    page_size = 50


class SupplierViewSet(SupplierModelViewSet):
    """Everything that can be done with suppliers."""

    queryset = Supplier.objects.order_by("pk")
    serializer_class = SupplierSerializer
    permission_classes = (IsAuthenticated,)
    pagination_class = Fifty

    def perform_create(self, serializer: "serializers.BaseSerializer[Supplier]") -> None:
        """Save, and say so where the database knows better than the serializer's look before."""
        _save(serializer)

    def perform_update(self, serializer: "serializers.BaseSerializer[Supplier]") -> None:
        """Save as `perform_create` does: a new name may be taken as well."""
        _save(serializer)


def _save(serializer: "serializers.BaseSerializer[Supplier]") -> None:
    try:
        with transaction.atomic():
            serializer.save()
    except IntegrityError as error:
        raise TakenMeanwhile from error
