"""What the view of Django's admin that completes what somebody types takes, which only a script of its pages knows."""

from urllib.parse import urlencode

from django.apps import apps
from django.contrib.admin import sites

from loadaudit.records import Operation

ORIGIN = "a relation that the admin can search"
_VIEW = "django.contrib.admin.sites.AdminSite.autocomplete_view"


def autocomplete_query(operation: Operation) -> str:
    """Return a query that names a relation to a model whose admin can be searched, or empty.

    The three names and what they have to lead to are those of `AutocompleteJsonView.process_request`.
    """
    if operation.view != _VIEW:
        return ""
    name = operation.namespaces[-1] if operation.namespaces else "admin"
    searched = {
        model
        for site in sites.all_sites
        if site.name == name
        for model, admin in site._registry.items()
        if admin.search_fields
    }
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model in searched:
                names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name or ""}
                return urlencode({**names, "field_name": field.name})
    return ""
