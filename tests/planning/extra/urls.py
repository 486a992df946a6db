"""Routes whose parameters need values."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def page(request: HttpRequest, **_: object) -> HttpResponse:
    """Answer."""
    return HttpResponse("ok")


def other(request: HttpRequest, **_: object) -> HttpResponse:
    """Answer, too."""
    return HttpResponse("ok")


urlpatterns = [
    path("plain/", page),
    path("projects/<int:project_id>/", page),
    path("projects/<int:project_id>/items/<int:item_id>/", page),
    path("projects/<int:project_id>/items/<int:item_id>/notes/<slug:note>/", page),
    path("projects/<int:project_id>/papers/<slug:paper>/", page),
    path("categories/<int:category>/materials/<str:material>/prices/<int:price>/", page),
    path("jobs/<uuid:job_id>/", page),
    path("jobs/<uuid:job_id>/<year>/<month>/", page),
    path("tenants/<int:tenant_id>/", page),
    path("named/<str:anything>/", other),
    path("named/<slug:code>/", page),
    path("files/<path:name>/", page),
    path("people/<int:user_id>/", page),
    path("people/<int:user_id>/<year>/", page),
    path("words/<str:word>/", page),
]
