"""DRF views of every kind."""

from typing import Any

from django.urls import include, path, re_path
from rest_framework import permissions, serializers, viewsets
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.generics import ListCreateAPIView
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter, SimpleRouter
from rest_framework.urlpatterns import format_suffix_patterns
from rest_framework.versioning import URLPathVersioning
from rest_framework.views import APIView

from tests.demo.catalog.models import Supplier
from tests.demo.projects.models import Project


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project."""

    class Meta:
        model = Project
        fields = ("name",)


class IsOwner(permissions.BasePermission):
    """A project's own permission."""

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Only the owner."""
        return bool(obj.owner == request.user)


class ProjectViewSet(viewsets.ModelViewSet[Project]):
    """All actions and two of its own."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
    permission_classes = (permissions.IsAuthenticated, IsOwner)
    authentication_classes = (SessionAuthentication,)

    @action(detail=True, methods=["post", "delete"], permission_classes=[permissions.IsAdminUser])
    def archive(self, request: Request, pk: str | None = None) -> Response:
        """Archive it."""
        return Response()

    @action(detail=False)
    def recent(self, request: Request) -> Response:
        """List the newest."""
        return Response()


class SupplierViewSet(viewsets.ReadOnlyModelViewSet[Supplier]):
    """Read only, by name."""

    queryset = Supplier.objects.all()
    lookup_field = "name"
    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)
    authentication_classes = (TokenAuthentication,)


class NoPutViewSet(ProjectViewSet):
    """Everything but PUT."""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    permission_classes = (permissions.AllowAny,)  # type: ignore[assignment]


class Plain(APIView):
    """Two handlers."""

    permission_classes = (permissions.IsAuthenticated & permissions.IsAdminUser,)
    authentication_classes = (TokenAuthentication,)

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response()

    def post(self, request: Request) -> Response:
        """Answer."""
        return Response()


class Pages(APIView):
    """Answers with HTML only."""

    renderer_classes = (TemplateHTMLRenderer,)

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response(template_name="x")


class Generic(ListCreateAPIView[Project]):
    """List and create, anonymous users may read."""

    queryset = Project.objects.all()
    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)


@api_view(["PUT", "POST"])
@permission_classes([permissions.AllowAny])
def function(request: Request) -> Response:
    """Answer two methods."""
    return Response()


class Versions(URLPathVersioning):
    """What a path may name."""

    default_version = "v2"
    allowed_versions = ("v1", "v2", "3.0")


class Versioned(APIView):
    """Is asked for by a version."""

    versioning_class = Versions

    def get(self, request: Request, version: str) -> Response:
        """Answer in it."""
        return Response()


router = DefaultRouter()
router.register("projects", ProjectViewSet, basename="project")
router.register("no-put", NoPutViewSet, basename="no-put")

path_router = SimpleRouter(use_regex_path=False)
path_router.register("suppliers", SupplierViewSet)

urlpatterns = [
    path("api/", include(router.urls)),
    path("paths/", include(format_suffix_patterns(path_router.urls))),
    path("plain/", Plain.as_view()),
    path("generic/", Generic.as_view()),
    path("pages/", Pages.as_view()),
    path("function/", function, name="function"),
    path("<str:version>/rows/", Versioned.as_view()),
    re_path(r"^(?P<version>v\d)/only/$", Versioned.as_view()),
    re_path(r"^only\.(?P<format>json|csv)$", Plain.as_view()),
]
