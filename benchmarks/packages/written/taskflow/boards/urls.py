from django.urls import include, path
from rest_framework.routers import SimpleRouter

from . import views

router = SimpleRouter()
router.register("boards", views.BoardViewSet, basename="board")
router.register("cards", views.CardViewSet, basename="card")

urlpatterns = [
    path("workspaces/", views.WorkspaceListCreate.as_view()),
    path("invitations/<uuid:token>/accept/", views.AcceptInvitation.as_view()),
    path("w/<slug:workspace_slug>/members/", views.MemberList.as_view()),
    path("w/<slug:workspace_slug>/members/<int:pk>/", views.MemberDetail.as_view()),
    path("w/<slug:workspace_slug>/invitations/", views.InvitationListCreate.as_view()),
    path("w/<slug:workspace_slug>/", include(router.urls)),
]
