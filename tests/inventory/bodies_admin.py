"""An admin with inlines, fieldsets, read-only fields and one that cannot be asked."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.urls import path

from tests.demo.catalog.models import Category, Material, PriceRecord, Supplier
from tests.demo.projects.models import Project


class MaterialInline(admin.TabularInline):  # type: ignore[type-arg]
    """Materials of a supplier."""

    model = Material
    fields = ("code", "price")
    extra = 1


class SupplierAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """With rows of another model."""

    inlines = (MaterialInline,)


class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """With a date in two inputs, and a field that is only shown."""

    fieldsets = ((None, {"fields": (("name", "client"), "status", "created_at", "version")}),)
    readonly_fields = ("version",)


class AskingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Asks the database for its fields."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask."""
        return ["name"] if Category.objects.exists() else ["code"]


site = admin.AdminSite(name="admin")
site.register(Group, GroupAdmin)
site.register(Supplier, SupplierAdmin)
site.register(Project, ProjectAdmin)
site.register(PriceRecord)
site.register(Category, AskingAdmin)

urlpatterns = [path("admin/", site.urls)]
