"""The inventory as a whole."""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, clear_url_caches, include, path, re_path
from django.urls.resolvers import RoutePattern
from django.views.generic import ListView

from loadaudit.conf import CategoryRule, Config
from loadaudit.errors import UsageError
from loadaudit.inventory import operations, views
from loadaudit.inventory.build import build_inventory
from loadaudit.inventory.filters import Filters, select
from loadaudit.inventory.urlconf.routes import read_endpoint
from loadaudit.inventory.urlconf.walk import walk
from loadaudit.planning.project.registry import names_view
from loadaudit.records import Access, Evidence, Inventory
from tests.inventory import urls_problems, urls_surprising

PROBLEMS = "tests.inventory.urls_problems"
SURPRISING = "tests.inventory.urls_surprising"


def test_what_cannot_be_reached_is_a_problem_and_no_operation() -> None:
    """Shadowed and duplicate patterns are reported, with the one that answers instead."""
    inventory = build_inventory(Config(), urlconf=PROBLEMS)
    assert [(one.code, one.route) for one in inventory.problems] == [
        ("invalid", "/h/<x>"),
        ("invalid", "/ione/"),
        ("shadowed", "/a/about/"),
        ("shadowed", "/a/<int:again>/"),
        ("duplicate", "/b/"),
        ("shadowed", "/c/abc/"),
        ("shadowed", "/d/anything/"),
        ("shadowed", "/e/<x>/"),
        ("duplicate", "/g/<int:key>/"),
        ("duplicate", "/g/<int:key>/"),
        ("duplicate", "/k/"),
        *[("duplicate", "/l/")] * 4,
        ("duplicate", "/k/"),
    ]
    assert {one.view.rpartition(".")[2] for one in inventory.operations} == {"view"}


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Inventory]]:
    """Build an inventory of patterns."""

    def build(*patterns: object) -> Inventory:
        monkeypatch.setattr(urls_problems, "urlpatterns", list(patterns))
        clear_url_caches()
        return build_inventory(Config(), urlconf=PROBLEMS)

    yield build
    clear_url_caches()


def test_a_pattern_that_is_there_again_is_told_and_its_name_kept(listed: Callable[..., Inventory]) -> None:
    """`reverse()` of either name leads to the one operation; what else answers is its view all the same."""
    inventory = listed(path("x/", urls_problems.view, name="a"), path("x/", urls_problems.view, name="b"))
    assert [one.code for one in inventory.problems] == ["duplicate"]
    assert "name b" in inventory.problems[0].detail
    assert [(one.name, one.other_names) for one in inventory.operations] == [("a", ("b",))]
    assert names_view("b", inventory.operations[0])


def test_an_include_that_is_there_again_is_told_once(listed: Callable[..., Inventory]) -> None:
    """However many patterns it has: the include is what there is to take out."""
    own = [path("one/", urls_problems.view), path("two/", urls_problems.late)]
    inventory = listed(*(path("i/", include(list(own))) for _ in range(2)))
    assert [one.code for one in inventory.problems] == ["duplicate"]
    assert "the include has no effect" in inventory.problems[0].detail


def test_an_include_under_another_namespace_is_there_for_its_names(listed: Callable[..., Inventory]) -> None:
    """Without it `reverse("second:one")` would fail; a pattern of either name finds the operation."""
    own = [path("one/", urls_problems.view, name="one")]
    inventory = listed(*(path("i/", include((own, "app"), namespace=one)) for one in ("first", "second")))
    (problem,) = inventory.problems
    assert "no effect" not in problem.detail
    assert "second:…" in problem.detail
    for name in ("first:one", "second:one", "SECOND:*"):
        assert select(inventory.operations, Filters(only=(name,))) == inventory.operations


def added(request: HttpRequest) -> HttpResponse:
    """Refuse whoever sends no name in a form."""
    name = request.POST.get("name")
    if not name:
        return HttpResponseBadRequest("name")
    return HttpResponse(name)


def added_or_shown(request: HttpRequest) -> HttpResponse:
    """Look at the query, too."""
    name = request.POST.get("name")
    if request.GET.get("page") is None and not name:
        return HttpResponseBadRequest("name")
    return HttpResponse(name)


def added_on_a_page(request: HttpRequest) -> HttpResponse:
    """Say on the page with the form that it lacks a name."""
    name = request.POST.get("name")
    if not name:
        return render(request, "add.html", {"error": "name"})
    return HttpResponse(name)


def test_no_get_of_a_function_that_refuses_whoever_sends_no_form(listed: Callable[..., Inventory]) -> None:
    """One that reads the query or makes a page is looked at by a GET."""
    patterns = [path("one/", added), path("two/", added_or_shown), path("three/", added_on_a_page)]
    known = {one.id for one in listed(*patterns).operations}
    assert known == {"POST /one/", "GET /two/", "POST /two/", "GET /three/", "POST /three/"}


def test_patterns_that_a_loop_makes_have_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text that is handed to it, or else the call that makes them."""
    (tmp_path / "looped_urls.py").write_text(
        "from django.http import HttpResponse\nfrom django.urls import path\n\n\ndef view(request):\n"
        "    return HttpResponse()\n\n\nNAMES = (\n    'one/',\n    'one/',\n)\n"
        "urlpatterns = [path(name, view) for name in NAMES]\n"
        "urlpatterns += [\n    path(f'{name}two/', view) for name in NAMES\n]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = build_inventory(Config(), urlconf="looped_urls").problems
    assert [(Path(one.file).name, one.line) for one in found] == [("looped_urls.py", 11), ("looped_urls.py", 13)]


def test_what_reads_the_same_is_compared_however_many_patterns_stand_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """An open end takes what the same pattern with an end would."""
    monkeypatch.setattr("loadaudit.inventory.urlconf.shadows.CANDIDATE_LIMIT", 0)
    monkeypatch.setattr(
        urls_problems,
        "urlpatterns",
        [re_path(r"^(?P<key>[0-9]+)/", urls_problems.view), re_path(r"^(?P<key>[0-9]+)/$", urls_problems.late)],
    )
    clear_url_caches()
    try:
        inventory = build_inventory(Config(), urlconf=PROBLEMS)
    finally:
        clear_url_caches()
    assert [(one.code, one.route) for one in inventory.problems] == [("shadowed", "/<key>/")]


def test_a_problem_names_its_place() -> None:
    """File and line of the pattern in the URLconf."""
    invalid, _, problem, *_ = build_inventory(Config(), urlconf=PROBLEMS).problems
    lines = Path(urls_problems.__file__).read_text().splitlines()
    assert "^h/(?P<x>" in lines[invalid.line - 1]
    assert "unterminated subpattern" in invalid.detail
    assert problem.file == urls_problems.__file__
    assert 'path("a/about/"' in lines[problem.line - 1]
    assert "/a/<slug:slug>/" in problem.detail


def test_a_urlconf_that_fails_to_import_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With file, line and cause."""
    (tmp_path / "broken_urls.py").write_text("from django.urls import path\n\nimport no_such_module\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match=r"no_such_module.*broken_urls\.py:3") as raised:
        build_inventory(Config(), urlconf="broken_urls")
    assert raised.value.exit_code == 2


def test_a_syntax_error_is_named_at_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at the line that imports the module."""
    (tmp_path / "crooked_urls.py").write_text("urlpatterns = [\n    path(\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match=r"crooked_urls\.py:\d"):
        build_inventory(Config(), urlconf="crooked_urls")


def test_an_include_that_fails_by_itself_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the URLconf is listed."""
    lazy = URLResolver(RoutePattern("lazy/"), "no_such_urls")
    monkeypatch.setattr(urls_problems, "urlpatterns", [lazy, path("fine/", urls_problems.view)])
    from django.urls import clear_url_caches

    clear_url_caches()
    try:
        inventory = build_inventory(Config(), urlconf=PROBLEMS)
    finally:
        clear_url_caches()
    assert [one.id for one in inventory.operations] == ["GET /fine/"]
    assert [(one.code, one.route) for one in inventory.problems] == [("import_error", "/lazy/")]


def test_the_admin_is_left_out_and_listed_as_such() -> None:
    """With the number of its operations and the option that includes it."""
    inventory = build_inventory(Config(), urlconf="tests.demo.urls")
    assert [(one.group, one.option) for one in inventory.left_out] == [("admin", "--include-admin")]
    assert inventory.left_out[0].operation_count > 30
    assert not any(one.category == "Admin" for one in inventory.operations)


def test_the_admin_is_included_on_request() -> None:
    """Then nothing is left out."""
    inventory = build_inventory(Config(), urlconf="tests.demo.urls", include_admin=True)
    assert not inventory.left_out
    assert any(one.category == "Admin" for one in inventory.operations)


def test_a_project_with_nothing_but_the_admin_lists_it() -> None:
    """A fresh project gets a useful inventory, and a note."""
    inventory = build_inventory(Config(), urlconf="tests.inventory.urls_only_admin")
    assert any(one.route == "/admin/auth/group/" for one in inventory.operations)
    assert inventory.notes


def test_every_operation_has_one_id_and_one_category() -> None:
    """The table of categories adds up to the total."""
    operations = build_inventory(Config(), urlconf="tests.demo.urls", include_admin=True).operations
    assert len({one.id for one in operations}) == len(operations)
    assert all(one.category for one in operations)


def test_rules_of_the_settings_come_first() -> None:
    """LOADAUDIT['CATEGORIES'] wins over the defaults."""
    config = Config(categories=(CategoryRule(pattern="/b/", category="Bees"),))
    found = {one.route: one.category for one in build_inventory(config, urlconf=PROBLEMS).operations}
    assert found["/b/"] == "Bees"


def test_a_view_is_named_with_file_and_line() -> None:
    """The place of the function, decorators and all."""
    operation = build_inventory(Config(), urlconf=PROBLEMS).operations[0]
    assert operation.view == "tests.inventory.urls_problems.view"
    assert operation.file == urls_problems.__file__
    assert Path(operation.file).read_text().splitlines()[operation.line - 1].startswith("def view(")


@pytest.mark.django_db
def test_no_query_is_made(django_assert_num_queries: object) -> None:
    """Reading source never touches the database."""
    with django_assert_num_queries(0):  # type: ignore[operator]
        build_inventory(Config(), urlconf="tests.demo.urls", include_admin=True)
    assert connection.vendor


def test_endpoints_come_in_the_order_of_the_urlconf() -> None:
    """The first pattern is the first endpoint."""
    assert [one.raw for one in walk(PROBLEMS).endpoints][:2] == ["a/<int:number>/", "a/<slug:slug>/"]
    assert isinstance(urls_problems.urlpatterns[0], URLPattern)


def test_frameworks_are_never_imported() -> None:
    """DRF and django-ninja are known by the shape of their objects."""
    code = (
        "import sys, loadaudit.inventory.build\n"
        "print([name for name in ('rest_framework', 'ninja', 'allauth') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_view_that_is_made_anew_for_each_route_is_one(listed: Callable[..., Inventory]) -> None:
    """Unless it was made with other settings, or is decorated otherwise."""
    made = [
        ListView.as_view(model=Group),
        ListView.as_view(model=Group),
        ListView.as_view(model=Permission),
        login_required(ListView.as_view(model=Group)),
        login_required(ListView.as_view(model=Group)),
    ]
    inventory = listed(*(path(f"{number}/", one) for number, one in enumerate(made)))
    assert [one.access.login for one in inventory.operations] == [False] * 3 + [True] * 2
    known = views.Views()
    found = [known.of(read_endpoint(one)) for one in walk(PROBLEMS).endpoints]
    assert [found.index(one) for one in found] == [0, 0, 2, 3, 4]


def test_a_view_that_cannot_be_read_costs_only_its_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operation is listed with what is assumed, and the failure is a problem at the view's place."""

    def fails(*args: object) -> object:
        raise TypeError("'property' object is not iterable")

    for name in ("access_of", "body_of", "parameters_of"):
        monkeypatch.setattr(operations, name, fails)
    inventory = build_inventory(Config(), urlconf=SURPRISING)
    (operation,) = inventory.operations
    assert operation.access == Access()
    assert [(one.name, one.converter) for one in operation.parameters] == [("pk", "int")]
    assert [(one.code, one.route, one.file) for one in inventory.problems] == [
        ("unreadable", "/x/<int:pk>/", urls_surprising.__file__)
    ] * 3
    assert "access" in inventory.problems[1].detail
    assert "'property' object is not iterable" in inventory.problems[1].detail


def test_a_view_whose_methods_cannot_be_read_is_assumed_to_answer_get(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a function that looks at nothing."""

    def fails(*args: object) -> object:
        raise RecursionError("too deep")

    monkeypatch.setattr(views, "methods_of", fails)
    inventory = build_inventory(Config(), urlconf=SURPRISING)
    assert [(one.method, one.method_evidence) for one in inventory.operations] == [("GET", Evidence.ASSUMED)]
    assert "RecursionError" in inventory.problems[0].detail


def test_classes_that_a_property_chooses_are_unknown() -> None:
    """Only a request could tell; nothing fails."""
    inventory = build_inventory(Config(), urlconf=SURPRISING)
    assert inventory.problems == ()
    assert inventory.operations[0].access.evidence is not Evidence.DECLARED


def test_what_a_second_process_hands_over_makes_the_same_inventory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts, failures and what cannot be read come through the pipe as they were."""
    expected = [build_inventory(Config(), urlconf=urlconf) for urlconf in (SURPRISING, PROBLEMS)]

    def handed_over(work: Callable[[int], Any], count: int) -> list[Any]:
        return [pickle.loads(pickle.dumps(work(position))) for position in range(count)]

    monkeypatch.setattr("loadaudit.inventory.build.in_halves", handed_over)
    assert [build_inventory(Config(), urlconf=urlconf) for urlconf in (SURPRISING, PROBLEMS)] == expected
