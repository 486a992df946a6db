"""DRF serializers of every kind and the views that use them."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from rest_framework import generics, mixins, parsers, serializers, viewsets
from rest_framework.decorators import action, api_view, parser_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.demo.catalog.models import Category, Material, Supplier
from tests.demo.projects.models import Membership, Project


class CategorySerializer(serializers.ModelSerializer[Category]):
    """All fields of a category."""

    class Meta:
        model = Category
        fields = "__all__"


class MaterialSerializer(serializers.ModelSerializer[Material]):
    """Related rows, extra arguments, a field that is only read."""

    supplier = serializers.SlugRelatedField(slug_field="name", queryset=Supplier.objects.all())
    label = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = Material
        fields = ("id", "code", "name", "category", "supplier", "unit", "price", "label")
        read_only_fields = ("name",)
        extra_kwargs = {"unit": {"required": True, "max_length": 5}, "price": {"min_value": 0}}


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """Fields that are unique together."""

    class Meta:
        model = Membership
        exclude = ()


class ReverseSerializer(serializers.ModelSerializer[Category]):
    """Takes rows of other models that point to its own."""

    class Meta:
        model = Category
        fields = ("code", "materials", "items")
        read_only_fields = ("items",)


class LinkedSerializer(serializers.HyperlinkedModelSerializer[Material]):
    """Rows by their addresses."""

    class Meta:
        model = Material
        fields = ("code", "category")


class RowSerializer(serializers.Serializer[Any]):
    """A row of an order."""

    material = serializers.PrimaryKeyRelatedField(queryset=Material.objects.all())
    quantity = serializers.IntegerField(min_value=1, max_value=99)


class OrderSerializer(serializers.Serializer[Any]):
    """Nested objects, lists, choices, files."""

    number = serializers.RegexField(r"^A\d+$")
    kind = serializers.ChoiceField(choices=["new", "old"], default="new")
    flags = serializers.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)
    rows = RowSerializer(many=True)
    first = RowSerializer(required=False)
    projects = serializers.PrimaryKeyRelatedField(queryset=Project.objects.all(), many=True)
    numbers = serializers.ListField(child=serializers.IntegerField(), required=False)
    options = serializers.DictField(required=False)
    anything = serializers.JSONField(required=False)
    due = serializers.DateTimeField(required=False)
    owner = serializers.HiddenField(default="me")
    made = serializers.DateField(read_only=True)


class ScanSerializer(serializers.Serializer[Any]):
    """A file."""

    scan = serializers.FileField()


class ChangingSerializer(serializers.Serializer[Any]):
    """Adds a field when it is made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["added"] = serializers.EmailField()


class Materials(viewsets.ModelViewSet[Material]):
    """A serializer by attribute, and others by action."""

    queryset = Material.objects.all()
    serializer_class = MaterialSerializer

    @action(detail=True, methods=["post"], serializer_class=RowSerializer)
    def order(self, request: Request, pk: str | None = None) -> Response:
        """Order it."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response()

    @action(detail=False, methods=["post"], parser_classes=[parsers.MultiPartParser])
    def scan(self, request: Request) -> Response:
        """Take a file."""
        ScanSerializer(data=request.data).is_valid(raise_exception=True)
        return Response()


class ByAction(mixins.CreateModelMixin, mixins.UpdateModelMixin, viewsets.GenericViewSet[Category]):
    """Chooses its serializer in the source."""

    queryset = Category.objects.all()
    serializer_class = CategorySerializer
    more = {"update": MaterialSerializer}

    def get_serializer_class(self) -> Any:
        """Choose."""
        if self.action == "create":
            return RowSerializer
        return self.more.get(self.action, super().get_serializer_class())


class Writing(generics.CreateAPIView[Category]):
    """Answers with another serializer than it takes, as where one is named for each."""

    serializer_class = CategorySerializer
    write_serializer_class = RowSerializer

    def get_write_serializer_class(self) -> Any:
        """Return that for writes, where there is one."""
        if getattr(self, "write_serializer_class", None) is None:
            return self.get_serializer_class()
        return self.write_serializer_class

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Check what it is sent."""
        serializer = self.get_write_serializer_class()(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response()


class Bulk(generics.CreateAPIView[Category]):
    """Takes a list."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create many."""
        serializer = CategorySerializer(data=request.data, many=True)
        serializer.is_valid(raise_exception=True)
        return Response()


class Linked(generics.CreateAPIView[Material]):
    """Rows by their addresses."""

    serializer_class = LinkedSerializer


class Changing(generics.CreateAPIView[Any]):
    """A serializer that changes itself."""

    serializer_class = ChangingSerializer


class Orders(generics.CreateAPIView[Any]):
    """Everything nested."""

    serializer_class = OrderSerializer


class Several(viewsets.ModelViewSet[Category]):
    """Creates one row or several, by a method that changing one goes through as well."""

    queryset = Category.objects.all()
    serializer_class = CategorySerializer

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Take a list where one came."""
        if isinstance(kwargs.get("data", {}), list):
            kwargs["many"] = True
        return super().get_serializer(*args, **kwargs)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change one row."""
        serializer = self.get_serializer(self.get_object(), data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(serializer.data)


class Memberships(generics.CreateAPIView[Membership]):
    """Unique together."""

    serializer_class = MembershipSerializer


class Plain(APIView):
    """Reads keys, and a value that a serializer has checked."""

    def post(self, request: Request) -> Response:
        """Read."""
        serializer = ScanSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(request.data.get("title", ""))  # type: ignore[union-attr]

    def put(self, request: Request) -> Response:
        """Read keys only."""
        if "name" not in request.data:
            raise BadRequest
        return Response(int(request.data["count"]))  # type: ignore[call-overload]


class Picking(APIView):
    """Puts single keys of the body under the names of a serializer."""

    def post(self, request: Request) -> Response:
        """Leave what it does not name."""
        data = {"quantity": 1}
        if "made_of" in request.data:
            data["material"] = request.data["made_of"]  # type: ignore[call-overload]
        RowSerializer(data=data).is_valid(raise_exception=True)
        return Response()


class Described(APIView):
    """Says in a schema decorator what it takes."""

    def post(self, request: Request) -> Response:
        """Hand the data on to something unreadable."""
        return Response(print(request.data))

    post._swagger_auto_schema = {"request_body": RowSerializer}  # type: ignore[attr-defined]


def extend_schema(request: Any) -> Callable[[Any], Any]:
    """Keep what a method takes as drf-spectacular's decorator does: in a class inside a function in it."""

    def decorator(function: Any) -> Any:
        class ExtendedSchema:
            def get_request_serializer(self) -> Any:
                return request

        function.kwargs = {"schema": ExtendedSchema}
        return function

    return decorator


class Extended(APIView):
    """Says so in the decorator of drf-spectacular."""

    @extend_schema(request=RowSerializer)
    def post(self, request: Request) -> Response:
        """Hand the data on to something unreadable."""
        return Response(print(request.data))

    @extend_schema(request={"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]})
    def put(self, request: Request) -> Response:
        """Hand it on, too."""
        return Response(print(request.data))


class OfTheSettings(APIView):
    """Finds its serializer in a registry, as generic views do, and is none."""

    def get_serializer_class(self) -> Any:
        """Ask what source does not tell."""
        return {"row": RowSerializer}["".join(["r", "ow"])]

    def post(self, request: Request) -> Response:
        """Check what it is sent."""
        serializer_class = self.get_serializer_class()
        serializer = serializer_class(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response()


@api_view(["POST"])
@parser_classes([parsers.FormParser])
def function(request: Request) -> Response:
    """Use a serializer in a function."""
    serializer = CategorySerializer(data=request.data)
    if not serializer.is_valid():
        return Response(serializer.errors, status=400)
    return Response()


def by_method(request: HttpRequest) -> HttpResponse:
    """Leave a POST to another view."""
    if request.method == "POST":
        return function(request)
    return HttpResponse()
