"""Names of load tests to operations."""

import json
from pathlib import Path

import pytest

from loadaudit.errors import UsageError
from loadaudit.importers.mapping import read_mapping, stub
from loadaudit.importers.names import RouteResolver
from loadaudit.records import ImportedGroup, Match
from tests.analysis.factories import operation
from tests.importers.builders import OPERATIONS, names

PROJECT = "GET /site/projects/<int:project_id>/"


@pytest.mark.parametrize("placeholder", ["[id]", "{id}", ":id", "<id>", "<int:pk>", "*", "${id}", "[project_id]", "%s"])
def test_placeholders_stand_for_parameters(placeholder: str) -> None:
    """Each tool and each author has another way to write a parameter."""
    found = names().find("GET", f"/site/projects/{placeholder}/")
    assert (found.operation_id, found.match) == (PROJECT, Match.SHAPE)


@pytest.mark.parametrize("name", ["/projects/[id]/", "/v1/site/projects/[id]/", "http://host/projects/[id]/?page=[n]"])
def test_missing_and_extra_prefixes(name: str) -> None:
    """Fixed segments in front may lack on either side."""
    found = names().find("GET", name)
    assert (found.operation_id, found.match) == (PROJECT, Match.PREFIX)


def test_a_prefix_that_fits_two_operations_is_not_guessed() -> None:
    """Both are listed, and none is taken."""
    twins = (operation("GET /a/projects/<int:pk>/"), operation("GET /b/projects/<int:pk>/"))
    found = names(twins).find("GET", "/projects/[pk]/")
    assert not found.operation_id
    assert set(found.candidates) == {one.id for one in twins}


@pytest.mark.parametrize("path", ["/admin/login/", "/a/b/", "/a/detail/"])
def test_words_are_no_values_of_a_route_whose_prefix_lacks(path: str) -> None:
    """What has no fixed text in common with a route, or only beside a parameter that takes any word, is not guessed."""
    routes = (operation("GET /exports/archive/<1>/<2>/"), operation("GET /exports/<str:kind>/detail/"))
    found = names(routes).find("GET", path)
    assert not found.operation_id
    assert found.candidates == ((routes[1].id,) if path == "/a/detail/" else ())


def test_names_of_placeholders_decide_between_equal_shapes() -> None:
    """The parameter that is called the same is meant."""
    twins = (operation("GET /x/<int:task_id>/"), operation("GET /x/<slug:name>/"))
    assert names(twins).find("GET", "/x/[task_id]/").operation_id == twins[0].id
    assert names(twins).find("GET", "/x/[other]/").candidates == tuple(sorted(one.id for one in twins))


def test_a_real_path_is_resolved() -> None:
    """Values, queries and hosts are no part of the route."""
    found = names().find("GET", "https://host.example/site/projects/12/?page=3")
    assert (found.operation_id, found.match) == (PROJECT, Match.RESOLVED)


def test_routes_of_a_saved_inventory_resolve_paths() -> None:
    """Fixed text before parameters, and what takes any path last."""
    routes = ("/a/<str:x>/", "/a/new/", "/a/<int:pk>/", "/files/<path:rest>", "/<path:rest>")
    resolve = RouteResolver(operation(f"GET {route}") for route in routes)
    expected = {
        "/a/new/": routes[1],
        "/a/7/": routes[2],
        "/a/x/": routes[0],
        "/files/x/y.txt": routes[3],
        "/z/z/": routes[4],
    }
    assert {path: resolve(path) for path in expected} == expected


def test_a_placeholder_never_stands_for_a_fixed_text() -> None:
    """A name that could be any of several pages is none of them."""
    pages = (operation("GET /export/csv/"), operation("GET /export/pdf/"))
    found = names(pages).find("GET", "/export/[kind]/")
    assert not found.operation_id
    assert found.candidates == ("GET /export/csv/", "GET /export/pdf/")


def test_another_method_is_a_candidate_only() -> None:
    """The route exists, and not with this method."""
    found = names().find("POST", "/projects/[id]/")
    assert not found.operation_id
    assert PROJECT in found.candidates


def test_words_find_candidates_for_names_that_are_no_paths() -> None:
    """A login step is listed with the login."""
    assert names().find("GET", "[AUTH] Get Login Page").candidates == ("GET /accounts/login/",)
    assert names().find("GET", "warm up").candidates == ()


def test_url_names_and_ids_are_exact() -> None:
    """Some scripts name requests like the project does."""
    assert names().find("GET", "dashboard").match is Match.EXACT
    assert names().find("", "GET /site/search/").operation_id == "GET /site/search/"


def test_the_mapping_comes_first_and_null_ignores() -> None:
    """The operator's word counts more than any likeness."""
    known = names(mapping={"GET warm up": None, "[AUTH] Login": "POST /accounts/login/"})
    assert known.find("GET", "warm up").match is Match.IGNORED
    assert known.find("POST", "[AUTH] Login").operation_id == "POST /accounts/login/"


def test_a_mapping_to_an_unknown_operation_is_refused(tmp_path: Path) -> None:
    """The nearest known one is named."""
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps({"x": "GET /site/serach/"}), encoding="utf-8")
    with pytest.raises(UsageError, match="which is no operation") as caught:
        read_mapping(path, [one.id for one in OPERATIONS])
    assert "GET /site/search/" in caught.value.hint


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}'])
def test_a_mapping_that_is_no_object_of_texts_is_refused(tmp_path: Path, text: str) -> None:
    """The error shows how one looks."""
    path = tmp_path / "mapping.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_mapping(path, [])
    assert "null" in caught.value.hint


def test_the_stub_has_every_unmatched_name() -> None:
    """A candidate of the same method is proposed, else null."""
    groups = [
        ImportedGroup(method="GET", name="a", requests=1, failures=0, body_bytes_total=0, candidates=("GET /a/",)),
        ImportedGroup(method="POST", name="b", requests=1, failures=0, body_bytes_total=0, candidates=("GET /b/",)),
        ImportedGroup(method="GET", name="c", requests=1, failures=0, body_bytes_total=0, match=Match.EXACT),
    ]
    assert json.loads(stub(groups)) == {"GET a": "GET /a/", "POST b": None}
    assert stub(groups[2:]) == ""
