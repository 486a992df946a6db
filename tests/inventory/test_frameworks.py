"""DRF, django-ninja and the admin, by the shape of their objects."""

import pytest
from django.test import Client, override_settings

from loadaudit.conf import Config
from loadaudit.inventory.build import build_inventory
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.records import Operation

DRF = "tests.inventory.urls_drf"
NINJA = "tests.inventory.urls_ninja"


def operations(urlconf: str, *, include_admin: bool = False) -> dict[str, Operation]:
    """Return the operations of a URLconf by id."""
    found = build_inventory(Config(), urlconf=urlconf, include_admin=include_admin).operations
    return {one.id: one for one in found}


def test_drf_methods() -> None:
    """Viewsets by their actions, APIViews by their handlers, format suffixes not counted twice."""
    assert sorted(operations(DRF)) == [
        "DELETE /api/no-put/<pk>/",
        "DELETE /api/no-put/<pk>/archive/",
        "DELETE /api/projects/<pk>/",
        "DELETE /api/projects/<pk>/archive/",
        "GET /<str:version>/rows/",
        "GET /<version>/only/",
        "GET /api/",
        "GET /api/no-put/",
        "GET /api/no-put/<pk>/",
        "GET /api/no-put/recent/",
        "GET /api/projects/",
        "GET /api/projects/<pk>/",
        "GET /api/projects/recent/",
        "GET /generic/",
        "GET /only.<format>",
        "GET /pages/",
        "GET /paths/suppliers/",
        "GET /paths/suppliers/<str:name>/",
        "GET /plain/",
        "PATCH /api/no-put/<pk>/",
        "PATCH /api/projects/<pk>/",
        "POST /api/no-put/",
        "POST /api/no-put/<pk>/archive/",
        "POST /api/projects/",
        "POST /api/projects/<pk>/archive/",
        "POST /function/",
        "POST /generic/",
        "POST /only.<format>",
        "POST /plain/",
        "PUT /api/projects/<pk>/",
        "PUT /function/",
    ]


def test_drf_methods_are_declared() -> None:
    """DRF answers 405 to everything else."""
    assert {one.method_evidence.value for one in operations(DRF).values()} == {"declared"}


@override_settings(ROOT_URLCONF=DRF)
def test_drf_inventory_is_the_same_after_traffic() -> None:
    """The first request adds HEAD to a viewset's actions."""
    before = operations(DRF)
    assert Client().get("/api/projects/").status_code == 403
    assert operations(DRF) == before


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/projects.json", "/api/projects/"),
        ("/api/projects/3.json", "/api/projects/<pk>/"),
        ("/api/.json", "/api/"),
        ("/paths/suppliers.json", "/paths/suppliers/"),
        ("/paths/suppliers/acme.json", "/paths/suppliers/<str:name>/"),
        ("/only.csv", "/only.<format>"),
    ],
)
def test_a_format_suffix_belongs_to_its_operation(path: str, route: str) -> None:
    """A request with a suffix is a request for the operation."""
    from django.urls import resolve

    assert RouteIndex.from_urlconf(DRF).route_of(resolve(path, DRF)) == route


@pytest.mark.parametrize(
    ("route", "versions"), [("/<str:version>/rows/", ("v2", "v1", "3.0")), ("/<version>/only/", ("v2", "v1"))]
)
def test_versions_that_a_path_may_name(route: str, versions: tuple[str, ...]) -> None:
    """The default one first."""
    (parameter,) = operations(DRF)[f"GET {route}"].parameters
    assert (parameter.choices, parameter.evidence.value) == (versions, "declared")


@pytest.mark.parametrize(
    ("id_", "login", "staff", "api_key", "csrf_exempt", "evidence"),
    [
        ("GET /api/projects/", True, False, False, False, "inferred"),
        ("POST /api/projects/<pk>/archive/", True, True, False, False, "declared"),
        ("GET /api/no-put/", False, False, False, False, "declared"),
        ("GET /paths/suppliers/", False, False, False, True, "declared"),
        ("GET /plain/", True, True, True, True, "declared"),
        ("GET /generic/", False, False, False, False, "declared"),
        ("POST /generic/", True, False, False, False, "declared"),
        ("POST /function/", False, False, False, False, "declared"),
    ],
)
def test_drf_access(id_: str, login: bool, staff: bool, api_key: bool, csrf_exempt: bool, evidence: str) -> None:
    """Permission classes, those of an action first; session authentication checks the CSRF token."""
    access = operations(DRF)[id_].access
    assert (access.login, access.staff, access.api_key, access.csrf_exempt, access.evidence.value) == (
        login,
        staff,
        api_key,
        csrf_exempt,
        evidence,
    )


def test_drf_parameters_are_declared() -> None:
    """The queryset and the lookup field say which row a parameter selects."""
    parameter = operations(DRF)["GET /paths/suppliers/<str:name>/"].parameters[0]
    assert (parameter.model, parameter.model_field, parameter.evidence.value) == (
        "catalog.Supplier",
        "name",
        "declared",
    )


def test_api_view_is_named_after_its_function() -> None:
    """Not after the class that DRF makes of it."""
    assert operations(DRF)["PUT /function/"].view == "tests.inventory.urls_drf.function"


def test_pages_made_with_drf_are_no_api() -> None:
    """A view whose renderers make nothing but HTML is read by people."""
    found = operations(DRF)
    assert found["GET /pages/"].category == "Read"
    assert found["GET /plain/"].category == "API"


def test_patterns_for_names_alone_are_no_problem() -> None:
    """django-ninja repeats the pattern of a path for the name of each operation."""
    assert not build_inventory(Config(), urlconf=NINJA).problems


def test_ninja_operations_name_their_own_functions() -> None:
    """Several functions share one pattern."""
    found = operations(NINJA)
    views = {one.method: one.view for one in found.values() if one.route == "/ninja/projects/<int:project_id>"}
    assert views == {
        "GET": "tests.inventory.urls_ninja.read",
        "DELETE": "tests.inventory.urls_ninja.remove",
        "PUT": "tests.inventory.urls_ninja._rename",
    }


def test_ninja_methods() -> None:
    """All operations behind one pattern."""
    found = operations(NINJA)
    assert sorted(one for one in found if "api-root" not in found[one].name) == [
        "DELETE /ninja/projects/<int:project_id>",
        "GET /ninja/projects/<int:project_id>",
        "GET /ninja/sheets/<day>/<at>/<key>/<project>/<kind>/<number>/<name>",
        "PATCH /ninja/both",
        "POST /ninja/both",
        "PUT /ninja/projects/<int:project_id>",
    ]


@pytest.mark.parametrize(
    ("id_", "login", "api_key", "csrf_exempt"),
    [
        ("GET /ninja/projects/<int:project_id>", True, False, False),
        ("DELETE /ninja/projects/<int:project_id>", True, True, True),
        ("POST /ninja/both", False, False, True),
    ],
)
def test_ninja_access(id_: str, login: bool, api_key: bool, csrf_exempt: bool) -> None:
    """Each operation has its own authentication; a session's is CSRF-checked by ninja."""
    access = operations(NINJA)[id_].access
    assert (access.login, access.api_key, access.csrf_exempt, access.evidence.value) == (
        login,
        api_key,
        csrf_exempt,
        "declared",
    )


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_ninja_parameters_are_read_from_the_operation(method: str) -> None:
    """The look-up and the owner are in the source of the operation's function, also of a partial one."""
    parameter = operations(NINJA)[f"{method} /ninja/projects/<int:project_id>"].parameters[0]
    assert (parameter.model, parameter.model_field, parameter.owner_field, parameter.evidence.value) == (
        "projects.Project",
        "pk",
        "owner",
        "inferred",
    )


@pytest.mark.parametrize(
    ("route", "methods"),
    [
        ("/admin/", "GET"),
        ("/admin/login/", "GET POST PUT"),
        ("/admin/logout/", "POST"),
        ("/admin/autocomplete/", "GET"),
        ("/admin/auth/group/", "GET POST"),
        ("/admin/auth/group/add/", "GET POST"),
        ("/admin/auth/group/<path:object_id>/change/", "GET POST"),
        ("/admin/auth/group/<path:object_id>/delete/", "GET POST"),
        ("/admin/auth/group/<path:object_id>/history/", "GET"),
        ("/admin/<url>", "GET"),
    ],
)
def test_admin_methods(route: str, methods: str) -> None:
    """Read from the source of ModelAdmin and of the class-based views that the site calls."""
    found = operations("tests.inventory.urls_admin", include_admin=True).values()
    assert " ".join(one.method for one in found if one.route == route) == methods


@pytest.mark.parametrize(
    ("route", "staff"),
    [("/admin/", True), ("/admin/login/", False), ("/admin/auth/group/", True), ("/admin/own/", True)],
)
def test_admin_access(route: str, staff: bool) -> None:
    """The site's wrapper lets staff in only; a project's own view may borrow it."""
    found = operations("tests.inventory.urls_admin", include_admin=True)
    assert found[f"GET {route}"].access.staff is staff


@override_settings(MIDDLEWARE=[])
def test_the_admin_asks_for_the_token_without_the_middleware() -> None:
    """AdminSite.admin_view does it itself; other views of such a project are exempt."""
    found = operations("tests.inventory.urls_admin", include_admin=True)
    assert not found["POST /admin/auth/group/add/"].access.csrf_exempt
    assert not found["POST /admin/auth/group/<path:object_id>/delete/"].access.csrf_exempt
    assert operations(DRF)["PUT /function/"].access.csrf_exempt


def test_a_format_is_one_that_the_view_answers_in() -> None:
    """Where a suffix stands alone, it is one of the view's renderers, in their order."""
    (parameter,) = operations(DRF)["GET /only.<format>"].parameters
    assert (parameter.choices, parameter.evidence.value) == (("json",), "declared")
