"""Routes of the probes' own little site."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path

from tests.probes import views

urlpatterns = [
    path("orm/", views.orm),
    path("raw/", views.raw),
    path("two/", views.two_databases),
    path("nothing/", views.nothing),
    path("repeated/", views.repeated),
    path("threads/", views.own_threads),
    path("leaking/", views.leaking),
    path("async/", views.asynchronous),
    path("gathered/", views.gathered),
    path("awaited-user/", views.awaited_user),
    path("streaming/", views.streaming),
    path("async-streaming/", views.async_streaming),
    path("download/", views.download),
    path("raising/<int:number>/", views.raising),
    path("answering/<int:number>/", views.Answering.as_view()),
    path("unprintable/", views.unprintable),
    path("protected/", views.protected),
    path("exempt/", views.exempt),
    path("class-attribute/", views.ClassAttribute()),
    path("based/", views.Based.as_view()),
    path("partial/", views.partial),
    path("private/", views.private),
    path("forbidden/", views.forbidden),
    path("lost/<word>/", views.lost),
    path("lost/", views.lost),
    path("redirecting/", views.redirecting),
    path("session/", views.session_only),
    path("session-written/", views.session_written),
    path("session-awaited/", views.session_awaited),
    path("repeated-later/", views.repeated_later),
    path("leaving/", views.leaving),
    path("to-the-login/", views.to_the_login),
    path("to-the-login-later/", views.to_the_login_later),
    path("computing-later/", views.computing_later),
    path("refusing-later/", views.refusing_later),
    path("cached/", views.cached),
    path("cached-once/", views.cached_once),
    path("nested/", views.nested),
    path("accounts/", include("django.contrib.auth.urls")),
    path("fronts/", include("tests.probes.fronts")),
    re_path(r"^old/(?P<number>[0-9]{4})/$", views.project_page),
]
urlpatterns += i18n_patterns(path("page/<int:number>/", views.project_page))
