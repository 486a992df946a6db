"""The same models behind Django REST framework, guarded in its ways."""

from typing import Any

from rest_framework import generics, permissions, serializers, viewsets
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.decorators import action, api_view, authentication_classes, permission_classes
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.methods.projects.guarded.models import Project, Task


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project."""

    class Meta:
        """Of two fields."""

        model = Project
        fields = ("id", "name")


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task."""

    class Meta:
        """Of two fields."""

        model = Task
        fields = ("id", "title")


class IsOwner(permissions.BasePermission):
    """Asks about the row only."""

    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        """Whether it is the user's."""
        return bool(obj.owner == request.user)


class StaffWrite(permissions.BasePermission):
    """Anybody reads, staff write."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Look at method and user."""
        if request.method in permissions.SAFE_METHODS:
            return True
        return bool(request.user and request.user.is_staff)


class HasRole(permissions.IsAuthenticated):
    """Users of a group."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Ask for both."""
        return super().has_permission(request, view) and (
            request.user.is_superuser or request.user.groups.filter(name="x").exists()
        )


class Projects(viewsets.ModelViewSet[Project]):
    """The user's own."""

    serializer_class = ProjectSerializer
    permission_classes = (permissions.IsAuthenticated,)

    def get_queryset(self) -> Any:
        """Return the user's own."""
        return Project.objects.for_user(self.request.user)

    @action(detail=True, permission_classes=[permissions.AllowAny])
    def public(self, request: Any, pk: Any = None) -> Response:
        """Open to all."""
        return Response({})

    @action(detail=False, methods=["post"], permission_classes=[permissions.IsAdminUser])
    def wipe(self, request: Any) -> Response:
        """For staff."""
        return Response({})


class ByAction(viewsets.ModelViewSet[Project]):
    """Chooses by action."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
    lookup_field = "slug"

    def get_permissions(self) -> Any:
        """Anybody reads, users create, staff do the rest."""
        if self.action in ("list", "retrieve"):
            found: list[Any] = [permissions.AllowAny()]
        elif self.action == "create":
            found = [permissions.IsAuthenticated()]
        else:
            found = [permissions.IsAdminUser()]
        return found


class ByMapping(viewsets.ModelViewSet[Project]):
    """Chooses by a dictionary."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
    permission_classes_by_action = {"create": [permissions.IsAdminUser], "list": [permissions.AllowAny]}

    def get_permissions(self) -> Any:
        """Look the action up."""
        try:
            return [one() for one in self.permission_classes_by_action[self.action]]
        except KeyError:
            return [one() for one in self.permission_classes]


class ReadOnlyForNobody(generics.ListCreateAPIView[Project]):
    """Users write."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
    permission_classes = [permissions.IsAuthenticatedOrReadOnly]


class ByModel(generics.RetrieveUpdateDestroyAPIView[Project]):
    """Asks for the model's permissions."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
    permission_classes = [permissions.DjangoModelPermissions]


class ByModelOrNobody(ByModel):
    """Anybody reads, permissions write."""

    permission_classes = [permissions.DjangoModelPermissionsOrAnonReadOnly]


class Either(generics.ListAPIView[Project]):
    """Users or whoever reads."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
    permission_classes = [permissions.IsAdminUser | HasRole]


class Not(APIView):
    """For those who are not staff."""

    permission_classes = [permissions.IsAuthenticated & ~permissions.IsAdminUser]

    def get(self, request: Any) -> Response:
        """Answer."""
        return Response({})


class Writes(APIView):
    """Staff write."""

    permission_classes = [StaffWrite]

    def get(self, request: Any) -> Response:
        """Answer."""
        return Response({})

    def post(self, request: Any) -> Response:
        """Answer."""
        return Response({})


class ByToken(APIView):
    """For a token."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [permissions.IsAuthenticated]

    def get(self, request: Any) -> Response:
        """Answer."""
        return Response({})

    post = get


class BySessionOrToken(ByToken):
    """For a token or a session."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]


class WithoutAuthentication(APIView):
    """For anybody."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    def post(self, request: Any) -> Response:
        """Answer."""
        return Response({})


class AsksInHandler(APIView):
    """Asks in its handler."""

    def get(self, request: Any) -> Response:
        """Ask."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        return Response({})

    def post(self, request: Any) -> Response:
        """Ask."""
        if not request.user.is_staff:
            raise PermissionDenied
        return Response({})


class OwnerOnly(generics.RetrieveAPIView[Project]):
    """Asks about the row."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
    permission_classes = [permissions.IsAuthenticated, IsOwner]


class TasksOfProject(viewsets.ModelViewSet[Task]):
    """Nested below a project."""

    serializer_class = TaskSerializer
    permission_classes = [permissions.IsAuthenticated]

    def get_queryset(self) -> Any:
        """Return the tasks of the project in the path."""
        return Task.objects.filter(project=self.kwargs["project_pk"], project__owner=self.request.user)


@api_view(["GET", "POST"])
@permission_classes([permissions.IsAuthenticated])
def function(request: Any) -> Response:
    """Answer users."""
    return Response({})


@api_view(["GET"])
@authentication_classes([])
@permission_classes([])
def open_function(request: Any) -> Response:
    """Answer anybody."""
    return Response({})
