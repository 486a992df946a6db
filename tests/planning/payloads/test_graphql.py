"""Which operations take questions of GraphQL, and what such views say to others."""

import json

import pytest

from loadaudit.planning.payloads.graphql import asks_for_graphql, question, takes_graphql
from tests.analysis.factories import operation


class GraphQLView:
    """Stands for the class of a package."""


class Endpoint(GraphQLView):
    """Stands for a project's own, whose name tells nothing."""


def test_the_question_has_no_field_of_the_project() -> None:
    assert json.loads(question().document) == {"query": "{ __typename }"}


@pytest.mark.parametrize("route", ["/graphql/", "/api/graph-ql", "/graph_ql/"])
def test_a_route_tells_that_it_takes_graphql(route: str) -> None:
    assert takes_graphql(operation(f"POST {route}"))


def test_the_classes_of_a_view_tell_it_as_well() -> None:
    assert takes_graphql(operation("POST /api/"), Endpoint)
    assert not takes_graphql(operation("POST /api/"), dict)


def test_code_that_executes_a_query_tells_it_as_well() -> None:
    """A search reads a query, too, and executes nothing."""
    assert takes_graphql(operation("POST /api/"), words={"query", "graphql_sync"})
    assert takes_graphql(operation("POST /api/"), words={"query", "schema", "execute"})
    assert not takes_graphql(operation("POST /api/"), words={"query", "execute"})


@pytest.mark.parametrize(
    "said",
    [
        "Must provide query string.",
        "No GraphQL query found in the request",
        "The query must be a string.",
        "Syntax Error: Unexpected Name 'a'.",
    ],
)
def test_errors_of_graphql_are_known(said: str) -> None:
    assert asks_for_graphql(said)


def test_an_exception_of_graphql_is_known() -> None:
    assert asks_for_graphql("", "graphql.error.GraphQLSyntaxError")
    assert not asks_for_graphql("query is required", "ValueError")
