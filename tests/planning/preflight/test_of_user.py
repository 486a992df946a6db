"""Which rows of a user a request looked for, by the text of its statements."""

import pytest

from loadaudit.planning.preflight.of_user import rows_of_user, rows_shutting_out, without_negated
from tests.analysis.factories import trace, use
from tests.demo.projects.models import Membership, Project

USERS = 'SELECT "accounts_user"."id" FROM "accounts_user" '
MEMBERS = '"projects_membership"'


@pytest.mark.parametrize(
    "sql",
    [
        f'SELECT 1 AS "a" FROM {MEMBERS} WHERE ({MEMBERS}."project_id" = %s AND {MEMBERS}."user_id" = %s) LIMIT 1',
        f'SELECT 1 FROM "projects_project" INNER JOIN {MEMBERS} T4 ON ("projects_project"."id" = T4."project_id") '
        'WHERE T4."user_id" IN (%s)',
        f'{USERS}INNER JOIN {MEMBERS} ON ("accounts_user"."id" = {MEMBERS}."user_id") '
        f'WHERE {MEMBERS}."project_id" = %s',
    ],
    ids=["directly", "behind an alias", "as members"],
)
def test_a_membership(sql: str) -> None:
    (found,) = rows_of_user(trace(statements=[use(sql)]))
    assert (found.model._meta.label, found.owner, {*found.compared}) == ("projects.Membership", "user", {"project"})


def test_flags_of_the_row() -> None:
    sql = (
        'SELECT 1 FROM "projects_project" '
        'WHERE ("projects_project"."owner_id" = %s AND NOT "projects_project"."is_archived")'
    )
    (found,) = rows_of_user(trace(statements=[use(sql)]))
    assert (found.model, found.fixed) == (Project, {"is_archived": False})


def test_a_user_who_is_only_shown_with_the_row() -> None:
    """Nobody is looked for by a join that brings the owner along."""
    sql = (
        'SELECT "projects_project"."id" FROM "projects_project" INNER JOIN "accounts_user" '
        'ON ("projects_project"."owner_id" = "accounts_user"."id") WHERE "projects_project"."id" = %s'
    )
    assert not list(rows_of_user(trace(statements=[use(sql)])))


def test_groups_of_a_user() -> None:
    """Those looked for by themselves, as in `row.group in user.groups.all()`, and not with the rights they give."""
    joined = (
        'INNER JOIN "accounts_user_groups" ON ("auth_group"."id" = "accounts_user_groups"."group_id") '
        'WHERE "accounts_user_groups"."user_id" = %s'
    )
    (found,) = rows_of_user(trace(statements=[use(f'SELECT "auth_group"."id" FROM "auth_group" {joined}')]))
    assert (found.model._meta.label, found.owner) == ("accounts.User_groups", "user")
    assert found.is_of_groups
    rights = f'SELECT 1 FROM "auth_permission" INNER JOIN "auth_group" ON ("auth_permission"."id" = 1) {joined}'
    assert not list(rows_of_user(trace(statements=[use(rights)])))


def test_rows_that_must_not_be_there() -> None:
    """A row of the user in a query that has to find nothing leaves out, and is not looked for."""
    inner = f'SELECT U0."project_id" FROM {MEMBERS} U0 WHERE U0."user_id" = %s'
    sql = (
        f'SELECT 1 FROM "projects_project" WHERE (NOT ("projects_project"."id" IN ({inner})) AND "x"."a" = %s) LIMIT 1'
    )
    assert without_negated(sql) == (
        'SELECT 1 FROM "projects_project" WHERE (1=1 AND "x"."a" = %s) LIMIT 1',
        [f'("projects_project"."id" IN ({inner}))'],
    )
    request = trace(statements=[use(sql, rows=0)])
    assert not list(rows_of_user(request))
    assert [(one.model, one.owner) for one in rows_shutting_out(request)] == [(Membership, "user")]


def test_what_found_nothing_comes_first() -> None:
    own = use('SELECT 1 FROM "projects_project" WHERE "projects_project"."owner_id" = %s', rows=0)
    member = use(f'SELECT 1 FROM {MEMBERS} WHERE {MEMBERS}."user_id" = %s', rows=1)
    found = rows_of_user(trace(statements=[own, member]))
    assert [one.model for one in found] == [Project, Membership]


def test_without_a_trace() -> None:
    assert not list(rows_of_user(None))
