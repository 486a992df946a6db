"""Projects in the admin."""

from django.contrib import admin

from tests.demo.projects.models import Project


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no argument at run time
    """Projects with their owners."""

    list_display = ("name", "owner", "status", "planned")
    list_filter = ("status",)
    list_select_related = ("owner",)
    list_per_page = 50
    search_fields = ("name",)
    autocomplete_fields = ("owner",)
