"""Routes of all guarded views, decorated includes among them."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.urls import URLPattern, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from rest_framework.routers import DefaultRouter

from benchmarks.methods.projects.guarded import api, views


def decorated(patterns: list[Any], decorator: Any) -> list[Any]:
    """Wrap the callbacks of an include, as projects write it."""
    for one in patterns:
        if isinstance(one, URLPattern):
            one.callback = decorator(one.callback)
    return patterns


router = DefaultRouter()
router.register("projects", api.Projects, basename="api-project")
router.register("by-action", api.ByAction, basename="by-action")
router.register("by-mapping", api.ByMapping, basename="by-mapping")
router.register(r"projects/(?P<project_pk>[^/.]+)/tasks", api.TasksOfProject, basename="api-task")

urlpatterns = [
    path("admin/", admin.site.urls),
    path("login/", LoginView.as_view()),
    path("out/", LogoutView.as_view()),
    path("password/", PasswordChangeView.as_view()),
    path("ok/", views.ok),
    path("role/", views.role_required("a")(views.ok)),
    path("api-login/", views.api_login(views.ok)),
    path("superuser/", views.superuser_only(views.ok)),
    path("superuser2/", views.superuser_only()(views.ok)),
    path("hidden/", views.staff_or_404(views.ok)),
    path("guard/", views.Guard(views.ok)),
    path("guard-login/", views.Guard(login_required(views.ok))),
    path("counts/", views.only_ajax_counts(views.ok)),
    path("helper/", views.checks_in_helper),
    path("inline/", views.inline_perm),
    path("post/", views.login_for_post),
    path("greets/", views.greets),
    path("home/", views.sends_users_home),
    path("more/", views.superuser_may_more),
    path("staff/", staff_member_required(views.ok)),
    path("perm/", permission_required("guarded.view_task")(views.ok)),
    path("active/", user_passes_test(lambda user: user.is_active)(views.ok)),
    path("anyone/", user_passes_test(lambda user: True)(views.ok)),
    path("mine/<int:project_id>/", views.mine),
    path("visible/<slug:slug>/", views.visible),
    path("owned/<int:n>/", views.owned_get),
    path("p/<int:project_id>/t/<int:task_id>/", views.task),
    path("p/<int:project_id>/t/<int:task_id>/c/<int:n>/", views.comment),
    path("by-hand/<int:pk>/", views.by_hand),
    path("asks-row/<int:pk>/", views.asks_row),
    path("first/<int:name>/", views.first_of),
    path("page/", views.Page.as_view()),
    path("private/", views.Private.as_view()),
    path("too-late/", views.PrivateTooLate.as_view()),
    path("private-json/", views.PrivateJson.as_view()),
    path("permitted/", views.Permitted.as_view()),
    path("by-method/", views.PermittedByMethod.as_view()),
    path("tested/", views.Tested.as_view()),
    path("staff-page/", views.StaffPage.as_view()),
    path("own-access/", views.OwnAccess.as_view()),
    path("setup/", views.AsksInSetup.as_view()),
    path("in-handler/", views.AsksInHandler.as_view()),
    path("decorated-post/", views.DecoratedPost.as_view()),
    path("hook/", views.Hook.as_view()),
    path("exempt/", csrf_exempt(views.ok)),
    path("protected/", views.protected),
    path("deleting/", views.Deleting.as_view()),
    path("detail/<int:pk>/", views.ProjectDetail.as_view()),
    path("by-slug/<slug:slug>/", views.ProjectBySlug.as_view()),
    path("update/<int:pk>/", views.ProjectUpdate.as_view()),
    path("delete/<int:pk>/", views.ProjectDelete.as_view()),
    path("tasks/<int:pk>/", views.TaskList.as_view()),
    path("nested/<slug:project>/<int:task_pk>/", views.TaskDetail.as_view()),
    path("found/<slug:thing>/", views.Setup.as_view()),
    path("away/", login_required(RedirectView.as_view(url="/ok/"))),
    path("inside/", include(decorated([path("a/", views.ok), path("b/", views.Page.as_view())], login_required))),
    re_path(r"^re/(\d+)/$", views.mine),
    path("api/", include(router.urls)),
    path("api/read-only/", api.ReadOnlyForNobody.as_view()),
    path("api/by-model/<int:pk>/", api.ByModel.as_view()),
    path("api/by-model-read/<int:pk>/", api.ByModelOrNobody.as_view()),
    path("api/either/", api.Either.as_view()),
    path("api/not/", api.Not.as_view()),
    path("api/writes/", api.Writes.as_view()),
    path("api/token/", api.ByToken.as_view()),
    path("api/both/", api.BySessionOrToken.as_view()),
    path("api/none/", api.WithoutAuthentication.as_view()),
    path("api/in-handler/", api.AsksInHandler.as_view()),
    path("api/owner/<int:pk>/", api.OwnerOnly.as_view()),
    path("api/function/", api.function),
    path("api/open-function/", api.open_function),
]
