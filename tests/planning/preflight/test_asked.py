"""What a view asks of a row is read from the statement that found none."""

import pytest

from loadaudit.planning.preflight.asked import asked_of_rows
from loadaudit.records import Parameter
from tests.analysis.factories import operation, trace, use
from tests.demo.projects.models import Project

PROJECT = Parameter(name="project_id", converter="int", model="projects.Project", model_field="pk")
READ = operation("GET /projects/<int:project_id>/", parameters=(PROJECT,))
SELECT = 'SELECT "projects_project"."id" FROM "projects_project" '


def asked(where: str) -> str:
    """Return in words what a statement with this WHERE asks for."""
    statements = (use("SELECT 1"), use(f"{SELECT}WHERE {where} LIMIT 21"))
    return str(asked_of_rows(READ, trace(statements=statements)))


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ('("projects_project"."is_archived" AND "projects_project"."id" = %s)', "is_archived on"),
        ('(NOT "projects_project"."is_archived" AND "projects_project"."id" = %s)', "is_archived off"),
        ('("projects_project"."area_m2" IS NULL AND "projects_project"."id" = %s)', "no area_m2"),
        ('"projects_project"."area_m2" IS NOT NULL', "some area_m2"),
        (
            '"projects_project"."is_archived" AND ("a"."b" = %s OR "projects_project"."area_m2" IS NULL)',
            "is_archived on, no area_m2",
        ),
        ('"projects_project"."created_at" <= %s AND "projects_project"."id" = %s', "created_at past"),
        ('"projects_project"."status" IN (%s, %s) AND "projects_project"."id" = %s', "a certain status"),
    ],
)
def test_more_than_the_address_says(where: str, words: str) -> None:
    """Flags, empty columns, and columns that are compared with a value that no statement shows."""
    assert asked(where) == f"projects.Project with {words}"


@pytest.mark.parametrize(
    "where",
    [
        '"projects_project"."id" = %s',
        '"a"."b" = %s',
        '"projects_project"."is_archived" OR "a"."b" = %s',
        '"projects_project"."id" IS NULL',
    ],
)
def test_nothing_more(where: str) -> None:
    """The row of the address alone, another table, one of several conditions, or no key, which no row has."""
    assert asked(where) == "None"


def test_what_is_asked_of_a_row_that_it_belongs_to() -> None:
    """By the joins of the statement, whatever it calls the tables."""
    member = Parameter(name="pk", converter="int", model="projects.Membership", model_field="pk")
    sql = (
        'SELECT "projects_membership"."id" FROM "projects_membership" INNER JOIN "projects_project" T2 '
        'ON ("projects_membership"."project_id" = T2."id") '
        'WHERE (NOT T2."is_archived" AND "projects_membership"."id" = %s)'
    )
    found = asked_of_rows(operation("GET /m/<int:pk>/", parameters=(member,)), trace(statements=(use(sql),)))
    assert found is not None
    assert found.fixed == {"project__is_archived": False}
    assert str(found) == "projects.Membership with project.is_archived off"


def test_no_trace_tells_nothing() -> None:
    assert asked_of_rows(READ, None) is None


@pytest.mark.django_db
def test_rows_that_differ_in_what_is_compared() -> None:
    """One of them may be what the view looks for."""
    from tests.planning.preflight.rows import projects

    projects(("draft", False), ("closed", False), ("closed", True))
    where = 'NOT "projects_project"."is_archived" AND "projects_project"."status" = %s'
    found = asked_of_rows(READ, trace(statements=(use(f"{SELECT}WHERE {where}"),)))
    assert found is not None
    filters = list(found.filters())
    assert filters[0] == {"is_archived": False}
    assert {str(one["status"]) for one in filters[1:]} == {"draft", "closed"}
    assert sorted(Project.objects.filter(**one).count() for one in filters) == [1, 1, 2]
