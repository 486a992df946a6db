"""Language prefixes for all languages but the default one."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import path, re_path

from tests.inventory.urls_routes import view

urlpatterns = i18n_patterns(
    path("help/", view, name="help"),
    re_path(r"^topics/(?P<slug>[\w-]+)/$", view, name="topic"),
    prefix_default_language=False,
)
