"""A generated project with many routes, and the measurement of its inventory in this process."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

SHAPES = ("functions", "classes", "rest", "mix", "shared", "generated")
"""All views with source of their own, but for the last two: many routes to few views, and viewsets without source."""

READY = "ready\n"
"""What the measurement says when the project is loaded; it begins when it is told to."""

_SETTINGS = """
SECRET_KEY = "benchmark"
ROOT_URLCONF = "bench_urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "loadaudit"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
USE_TZ = True
"""

_HEAD = """
import json

from django import forms
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views import View
from django.views.decorators.http import require_http_methods
from django.views.generic import DetailView, ListView, UpdateView
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import SimpleRouter


class GroupForm(forms.ModelForm):
    class Meta:
        model = Group
        fields = ["name"]


class GroupSerializer(serializers.ModelSerializer):
    class Meta:
        model = Group
        fields = ["id", "name"]


urlpatterns = []
"""

_FUNCTIONS = '''

@login_required
def detail_{n}(request, group_id):
    """Show one of the user's groups."""
    group = get_object_or_404(Group, pk=group_id, user=request.user)
    rows = Permission.objects.filter(group=group).select_related("content_type")[:{n}]
    return render(request, "detail.html", {{"group": group, "rows": rows, "number": {n}}})


@require_http_methods(["GET", "POST"])
@permission_required("auth.change_group", raise_exception=True)
def edit_{n}(request, pk):
    """Change a group by its form."""
    group = get_object_or_404(Group, pk=pk)
    form = GroupForm(request.POST or None, instance=group)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("/groups/{n}/")
    return render(request, "edit.html", {{"form": form}})


def api_{n}(request, user_id):
    """Take JSON."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.is_staff:
        raise PermissionDenied
    data = json.loads(request.body)
    user = User.objects.get(pk=user_id)
    user.first_name = data["first_name"]
    user.last_name = data.get("last_name", "")
    user.save()
    return JsonResponse({{"id": user.pk, "number": {n}}})


def plain_{n}(request):
    """Answer anything."""
    total = sum(range({n} % 7))
    return HttpResponse(str(total))


urlpatterns += [
    path("f{n}/groups/<int:group_id>/", detail_{n}, name="detail-{n}"),
    path("f{n}/groups/<int:pk>/edit/", edit_{n}, name="edit-{n}"),
    path("f{n}/users/<int:user_id>/save/", api_{n}, name="api-{n}"),
    path("f{n}/plain/", plain_{n}, name="plain-{n}"),
]
'''

_CLASSES = """

class List{n}(ListView):
    model = Group


class Detail{n}(DetailView):
    queryset = Group.objects.all()
    pk_url_kwarg = "group_id"


class Edit{n}(UpdateView):
    model = Group
    form_class = GroupForm


class Plain{n}(View):
    def get(self, request):
        return HttpResponse("{n}")

    def post(self, request):
        name = request.POST["name"]
        Group.objects.create(name=name)
        return HttpResponse(status=201)


urlpatterns += [
    path("c{n}/groups/", List{n}.as_view(), name="list-{n}"),
    path("c{n}/groups/<int:group_id>/", Detail{n}.as_view(), name="class-detail-{n}"),
    path("c{n}/groups/<int:pk>/edit/", Edit{n}.as_view(), name="class-edit-{n}"),
    path("c{n}/plain/", Plain{n}.as_view(), name="class-plain-{n}"),
]
"""

_REST = """

class GroupViewSet{n}(viewsets.ModelViewSet):
    queryset = Group.objects.all()
    serializer_class = GroupSerializer
    permission_classes = [IsAuthenticated]


class UserViewSet{n}(viewsets.ReadOnlyModelViewSet):
    queryset = User.objects.all()
    serializer_class = GroupSerializer


router = SimpleRouter()
router.register("r{n}/groups", GroupViewSet{n}, basename="group-{n}")
router.register("r{n}/users", UserViewSet{n}, basename="user-{n}")
urlpatterns += router.urls
"""

_SHARED = """

urlpatterns += [
    path("s{n}/groups/<int:group_id>/", views.detail_{v}, name="detail-{n}"),
    path("s{n}/groups/<int:pk>/edit/", views.Edit{v}.as_view(), name="edit-{n}"),
    path("s{n}/users/<int:user_id>/save/", views.api_{v}, name="api-{n}"),
    path("s{n}/plain/", views.Plain{v}.as_view(), name="plain-{n}"),
]
"""

_GENERATED = """

router = SimpleRouter()
for number in range({first}, {end}):
    attributes = {{"queryset": Group.objects.all(), "serializer_class": GroupSerializer}}
    made = type(f"GroupViewSet{{number}}", (viewsets.ModelViewSet,), attributes)
    router.register(f"g{{number}}/groups", made, basename=f"group-{{number}}")
urlpatterns += router.urls
"""

_BLOCKS = {"functions": (_FUNCTIONS,), "classes": (_CLASSES,), "rest": (_REST,)}
_BLOCKS["mix"] = (_FUNCTIONS, _CLASSES, _REST)
_BLOCKS["shared"] = (_FUNCTIONS, _CLASSES)
_ROUTES_OF_BLOCK = 4
_BLOCKS_OF_MODULE = 25
_SHARED_VIEWS = 13
"""Blocks of views that all routes of the shape share: 52 views."""
_ROUTES_OF_VIEWSET = 2


def write_project(directory: Path, shape: str, routes: int) -> None:
    """Write settings, URLconf and view modules of one of the SHAPES."""
    (directory / "bench_settings.py").write_text(_SETTINGS, encoding="utf-8")
    if shape == "shared":
        views = "".join(_numbered(block, number) for number in range(_SHARED_VIEWS) for block in _BLOCKS["shared"])
        (directory / "bench_shared.py").write_text(_HEAD + views, encoding="utf-8")
    count = routes // _ROUTES_OF_BLOCK
    names = []
    for start in range(0, count, _BLOCKS_OF_MODULE):
        numbers = range(start, min(start + _BLOCKS_OF_MODULE, count))
        names.append(f"bench_views_{start}")
        (directory / f"{names[-1]}.py").write_text(_module(shape, numbers), encoding="utf-8")
    includes = "".join(f'    path("", include("{name}")),\n' for name in names)
    urls = f"from django.urls import include, path\n\nurlpatterns = [\n{includes}]\n"
    (directory / "bench_urls.py").write_text(urls, encoding="utf-8")


def _module(shape: str, numbers: range) -> str:
    if shape == "shared":
        head = "import bench_shared as views\nfrom django.urls import path\n\nurlpatterns = []\n"
        return head + "".join(_numbered(_SHARED, number) for number in numbers)
    if shape == "generated":
        viewsets = _ROUTES_OF_BLOCK // _ROUTES_OF_VIEWSET
        return _HEAD + _GENERATED.format(first=numbers.start * viewsets, end=numbers.stop * viewsets)
    blocks = _BLOCKS[shape]
    return _HEAD + "".join(_numbered(blocks[number % len(blocks)], number) for number in numbers)


def _numbered(block: str, number: int) -> str:
    text = block.replace("{{", "{").replace("}}", "}").replace("{n}", str(number))
    return text.replace("{v}", str(number % _SHARED_VIEWS))


def plain_walk(patterns: list[Any], prefix: str = "") -> list[tuple[str, str, Any]]:
    """Return pattern, name and callable of every route, as `show_urls` collects them."""
    found: list[tuple[str, str, Any]] = []
    for pattern in patterns:
        text = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            found += plain_walk(pattern.url_patterns, text)
        else:
            found.append((text, pattern.name or "", pattern.callback))
    return found


def main() -> None:
    """Measure the project of DJANGO_SETTINGS_MODULE when a line comes in, and print the figures as JSON."""
    import django

    django.setup()
    from django.urls import get_resolver

    from loadaudit.conf import Config
    from loadaudit.inventory.build import build_inventory

    # Importing the project's own modules is Django's work, which every command does.
    patterns = get_resolver().url_patterns
    begin = time.perf_counter()
    walked = plain_walk(patterns)
    walk_s = time.perf_counter() - begin
    sys.stdout.write(READY)
    sys.stdout.flush()
    sys.stdin.readline()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    inventory = build_inventory(Config())
    inventory_s = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    json.dump(
        {
            "routes": len(walked),
            "operations": len(inventory.operations),
            "inventory_s": inventory_s,
            "walk_s": walk_s,
            # Of this process alone, in kilobytes on Linux, bytes on macOS (getrusage(2)).
            "peak_mb": (peak - before) / (1024 if sys.platform != "darwin" else 1024**2),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
