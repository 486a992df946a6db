"""Materials in the admin."""

from django.contrib import admin

from tests.demo.catalog.models import Material


@admin.register(Material)
class MaterialAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no argument at run time
    """Materials with their suppliers."""

    list_display = ("code", "name", "category", "supplier", "price")
    list_select_related = ("category", "supplier")
    list_per_page = 50
    search_fields = ("code", "name")
