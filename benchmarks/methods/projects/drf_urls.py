"""Routes of viewsets, generic views and functions, in number."""

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from rest_framework import generics, mixins, permissions, serializers, viewsets
from rest_framework.authtoken.views import obtain_auth_token
from rest_framework.decorators import action, api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter, SimpleRouter
from rest_framework.urlpatterns import format_suffix_patterns
from rest_framework.views import APIView
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView, TokenVerifyView


class GroupSerializer(serializers.ModelSerializer[Group]):
    """A serializer of groups."""

    class Meta:
        """Of two fields."""

        model = Group
        fields = ["id", "name"]


class Groups(viewsets.ModelViewSet[Group]):
    """Has actions with several methods each."""

    queryset = Group.objects.all()
    serializer_class = GroupSerializer

    @action(detail=True, methods=["get", "post"])
    def members(self, request: Request, pk: str | None = None) -> Response:
        """List or add."""
        return Response([])

    @members.mapping.delete
    def clear_members(self, request: Request, pk: str | None = None) -> Response:
        """Remove all."""
        return Response(status=204)

    @action(detail=False, url_path="by-name/(?P<name>[^/.]+)")
    def by_name(self, request: Request, name: str) -> Response:
        """Find one."""
        return Response({})


class ReadOnlyGroups(viewsets.ReadOnlyModelViewSet[Group]):
    """Only reads."""

    queryset = Group.objects.all()
    serializer_class = GroupSerializer
    permission_classes = [permissions.DjangoModelPermissions]


class NoPut(Groups):
    """Leaves out what it inherits."""

    http_method_names = ["get", "post", "patch", "head", "options"]


class Guarded(Groups):
    """Refuses a method in its own dispatch."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Let everything through to the handlers."""
        return super().dispatch(request, *args, **kwargs)


class CreateOnly(mixins.CreateModelMixin, viewsets.GenericViewSet[Group]):
    """Only creates."""

    queryset = Group.objects.all()
    serializer_class = GroupSerializer


class GroupList(generics.ListCreateAPIView[Group]):
    """A generic view."""

    queryset = Group.objects.all()
    serializer_class = GroupSerializer


class GroupDetail(generics.RetrieveUpdateDestroyAPIView[Group]):
    """A generic view of one row."""

    queryset = Group.objects.all()
    serializer_class = GroupSerializer
    lookup_field = "name"


class Plain(APIView):
    """Two handlers."""

    def get(self, request: Request, format: str | None = None) -> Response:
        """Answer."""
        return Response({})

    def delete(self, request: Request, format: str | None = None) -> Response:
        """Answer."""
        return Response(status=204)


@api_view(["PUT", "POST"])
def function(request: Request, format: str | None = None) -> Response:
    """Answer."""
    return Response({})


def _router(number: int) -> DefaultRouter:
    router = DefaultRouter(use_regex_path=number % 2 == 0)
    for index, viewset in enumerate((Groups, ReadOnlyGroups, NoPut, Guarded, CreateOnly) * 4):
        if number % 2 and viewset is not ReadOnlyGroups:
            viewset = ReadOnlyGroups
        router.register(f"set-{index}", viewset, basename=f"r{number}-{index}")
    return router


simple = SimpleRouter(trailing_slash=False)
simple.register("groups", Groups, basename="simple")

urlpatterns = [
    *(path(f"api/v{number}/", include(_router(number).urls)) for number in range(20)),
    path("simple/", include(simple.urls)),
    *format_suffix_patterns(
        [
            path("groups/", GroupList.as_view()),
            path("groups/<str:name>/", GroupDetail.as_view()),
            path("plain/", Plain.as_view()),
            path("function/", function),
        ]
    ),
    *format_suffix_patterns([re_path(r"^re/groups/$", GroupList.as_view())], allowed=["json", "html"]),
    path("only-get/", Plain.as_view(http_method_names=["get"])),
    path("permissions/", generics.ListAPIView.as_view(queryset=Permission.objects.all())),
    path("users/", generics.CreateAPIView.as_view(queryset=User.objects.all())),
    path("token/", obtain_auth_token),
    path("jwt/", TokenObtainPairView.as_view()),
    path("jwt/refresh/", TokenRefreshView.as_view()),
    path("jwt/verify/", TokenVerifyView.as_view()),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("schema/swagger/", SpectacularSwaggerView.as_view()),
    path("schema/redoc/", SpectacularRedocView.as_view()),
    path("login/", include("rest_framework.urls")),
]
