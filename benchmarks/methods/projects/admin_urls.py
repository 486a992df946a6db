"""Routes of Django's own views."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.contrib.staticfiles.views import serve
from django.urls import include, path, re_path
from django.views.generic import RedirectView, TemplateView
from django.views.i18n import JavaScriptCatalog, JSONCatalog

urlpatterns = [
    path("admin/doc/", include("django.contrib.admindocs.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("django.contrib.auth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view()),
    path("jsoni18n/", JSONCatalog.as_view()),
    path("sitemap.xml", sitemap, {"sitemaps": {"all": Sitemap()}}),
    path("old/", RedirectView.as_view(url="/new/")),
    path("about/", TemplateView.as_view(template_name="admin/404.html")),
    re_path(r"^static/(?P<path>.*)$", serve, {"insecure": True}),
    *i18n_patterns(path("pages/", include("django.contrib.flatpages.urls"))),
]
