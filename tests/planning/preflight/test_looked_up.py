"""What statements say about values of which nothing else is known."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from loadaudit.planning.preflight import of_one_row
from loadaudit.planning.preflight.looked_up import (
    Joined,
    as_learnt,
    is_refuted,
    joined_by,
    looked_up_with,
    with_names_elsewhere,
)
from loadaudit.planning.preflight.of_one_row import other_rows
from loadaudit.records import Evidence, Identity, Parameter, Trace
from tests.analysis.factories import operation, trace, use
from tests.demo.accounts.models import User
from tests.demo.projects.models import Activity, Membership, Project


def _looked_for(where: str, table: str = "auth_group") -> Trace:
    return trace(statements=(use("SELECT 1"), use(f'SELECT "{table}"."id" FROM "{table}" WHERE {where} LIMIT 21')))


def test_the_only_name_is_what_was_looked_up() -> None:
    """A view that takes one value and compares one column with something compares it with that."""
    assert looked_up_with(["key"], _looked_for('"auth_group"."name" = %s')) == {"key": ("auth.Group", "name")}


def test_a_view_that_is_closed_may_not_have_looked_anything_up() -> None:
    """What a middleware reads in every request, such as its settings, is no row of the address."""
    seen = _looked_for('"auth_group"."name" = %s')
    assert looked_up_with(["pk"], seen, closed=True) == {}
    assert looked_up_with(["group_name"], seen, closed=True) == {"group_name": ("auth.Group", "name")}


def test_the_look_up_of_the_key_of_who_asks_is_none_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """An API looks it up in every request; what is called like its column may be looked up so."""
    monkeypatch.setattr("loadaudit.planning.preflight.looked_up.may_hold_keys", lambda model: model.__name__ == "Group")
    seen = _looked_for('"auth_group"."name" = %s')
    assert looked_up_with(["document_pk"], seen) == {}
    assert looked_up_with(["group_name"], seen) == {"group_name": ("auth.Group", "name")}


def test_what_another_parameter_explains_was_looked_up_with_that() -> None:
    """The only name of which nothing is known is none of its columns, unless it is called like one."""
    seen, known = _looked_for('"auth_group"."name" = %s'), [("auth.Group", "name")]
    assert looked_up_with(["pk"], seen, explained=known) == {}
    assert looked_up_with(["group_name"], seen, explained=known) == {"group_name": ("auth.Group", "name")}


def test_what_hangs_on_the_row_of_another_parameter_is_none_of_a_name() -> None:
    """Labels of a shipment are looked up by its key, whatever the organisation in the address is."""
    table = Membership._meta.db_table
    seen, known = _looked_for(f'"{table}"."project_id" = %s', table), [("projects.Project", "pk")]
    assert looked_up_with(["org"], seen) == {"org": ("projects.Membership", "project_id")}
    assert looked_up_with(["org"], seen, explained=known) == {}
    assert looked_up_with(["project_id"], seen, explained=known) == {
        "project_id": ("projects.Membership", "project_id")
    }


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("email", ("accounts.User", "email")),
        ("membership_email", ("accounts.User", "email")),
        ("key", ("projects.Membership", "project_id")),
    ],
)
def test_a_column_of_a_joined_table_is_meant_by_its_whole_name(name: str, known: tuple[str, str]) -> None:
    """A membership of a project is found by the address of its user: the only name is none of the project's key."""
    table, users = Membership._meta.db_table, User._meta.db_table
    where = f'"{users}"."email" = %s AND "{table}"."project_id" = %s'
    assert looked_up_with([name], _looked_for(where, table)) == {name: known}


def test_a_column_that_the_rows_have_themselves_is_not_that_of_a_joined_table() -> None:
    """Of a project that is found by the name of its group, `name` may be the project's own."""
    table = Project._meta.db_table
    seen = _looked_for(f'"auth_group"."name" = %s AND "{table}"."id" = %s', table)
    assert looked_up_with(["name", "other"], seen).get("name") is None
    assert "name" in {one.name for one in Project._meta.concrete_fields}


def test_a_slug_is_no_key() -> None:
    """Of two look-ups it was the one of a text."""
    group, table = _looked_for('"auth_group"."name" = %s'), Membership._meta.db_table
    row = _looked_for(f'"{table}"."id" = %s', table)
    seen = trace(statements=(*group.statements, *row.statements))
    assert looked_up_with(["org"], seen) == {"org": ("projects.Membership", "pk")}
    assert looked_up_with(["org"], seen, texts={"org"}) == {"org": ("auth.Group", "name")}


def test_what_the_code_of_a_method_tells_counts_more_than_what_another_was_seen_to_do() -> None:
    """A PUT may fail before it has looked for the row."""
    unknown = Parameter(name="pk")
    sure = Parameter(name="pk", model="auth.Permission", model_field="pk", evidence=Evidence.DECLARED)
    learnt = {"pk": ("auth.Group", "name")}
    assert as_learnt(sure, learnt) == sure
    assert as_learnt(unknown, learnt).model == "auth.Group"
    assert as_learnt(unknown, {}) == unknown
    assumed = Parameter(name="pk", model="auth.Permission", parent="type_pk", parent_field="content_type")
    assert as_learnt(assumed, learnt) == Parameter(name="pk", model="auth.Group", model_field="name")


def test_a_name_means_the_same_elsewhere() -> None:
    """Where nothing else is known of it, and it is no name that means something else everywhere."""
    named = replace(
        operation("DELETE /mod/<handle>/<pk>/"), parameters=(Parameter(name="handle"), Parameter(name="pk"))
    )
    learnt = {"/u/<handle>/": {"handle": ("auth.Group", "name")}, "/x/<pk>/": {"pk": ("auth.Group", "pk")}}
    assert with_names_elsewhere(named, learnt) == {"handle": ("auth.Group", "name")}
    two = {**learnt, "/y/<handle>/": {"handle": ("auth.Permission", "name")}}
    assert with_names_elsewhere(named, two) == {}
    known = replace(named, parameters=(Parameter(name="handle", model="auth.Permission"),))
    assert with_names_elsewhere(known, learnt) == {}


def test_of_several_names_the_one_like_the_model_counts() -> None:
    """And none where nothing tells which."""
    seen = _looked_for('"auth_group"."id" = %s')
    assert looked_up_with(["color", "group_id"], seen) == {"group_id": ("auth.Group", "pk")}
    assert looked_up_with(["color", "size"], seen) == {}


def test_a_model_may_be_called_by_its_last_word() -> None:
    """As the `token` of a password reset token is."""
    table = Membership._meta.db_table
    seen = _looked_for(f'"{table}"."id" = %s', table)
    assert looked_up_with(["color", "ship"], seen) == {"ship": ("projects.Membership", "pk")}


def test_a_row_among_those_of_another_is_meant_by_what_is_its_own() -> None:
    """`project.activities.get(verb__iexact=…)`, as PostgreSQL is asked."""
    table = Activity._meta.db_table
    seen = _looked_for(f'("{table}"."project_id" = %s AND UPPER("{table}"."verb"::text) = UPPER(%s))', table)
    assert looked_up_with(["activity", "color"], seen)["activity"] == ("projects.Activity", "verb")


def test_the_look_up_of_who_is_logged_in_says_nothing() -> None:
    """Each request begins with it."""
    assert looked_up_with(["key"], _looked_for('"auth_user"."id" = %s', "auth_user")) == {}


def test_flags_tell_no_row_from_another() -> None:
    """A column of yes and no is no key."""
    assert looked_up_with(["key"], _looked_for('"auth_user"."is_active" = %s', "auth_user")) == {}


def test_a_membership_brings_two_rows_together() -> None:
    """The view looks for the row that has both; statements that compare one of them tell nothing."""
    project = Parameter(name="project_id", model="projects.Project", model_field="pk")
    user = Parameter(name="user_id", model="accounts.User", model_field="pk")
    both = operation("GET /projects/<project_id>/people/<user_id>/", parameters=(project, user))
    table = Membership._meta.db_table
    one = f'"{table}"."project_id" = %s'
    asked = _looked_for(f'{one} AND "{table}"."user_id" = %s', table)
    ways = {"project_id": "project__pk", "user_id": "user__pk"}
    assert joined_by(both, asked) == Joined(model=Membership, ways=ways, having={})
    assert joined_by(both, _looked_for(one, table)) is None
    assert joined_by(operation("GET /projects/<project_id>/", parameters=(project,)), asked) is None


def test_a_child_brings_its_parent_and_a_word_of_another_row_together() -> None:
    """By the parent's column that a statement joined, and by a column of its own called as the parameter is."""
    person = Parameter(name="username", model="accounts.User", model_field="username")
    verb = Parameter(name="verb", model="projects.Project", model_field="name")
    table, users = Activity._meta.db_table, User._meta.db_table
    asked = replace(
        trace(),
        statements=(
            use(
                f'SELECT "{table}"."id" FROM "{table}" INNER JOIN "{users}" ON '
                f'("{table}"."user_id" = "{users}"."id") WHERE ("{users}"."username" = %s '
                f'AND "{table}"."verb" = %s AND "{users}"."is_active")'
            ),
        ),
    )
    both = operation("GET /people/<username>/<verb>/", parameters=(person, verb))
    ways = {"username": "user__username", "verb": "verb"}
    assert joined_by(both, asked) == Joined(model=Activity, ways=ways, having={"user__is_active": True})
    assert joined_by(operation("GET /people/<username>/", parameters=(person,)), asked) is None


@pytest.mark.django_db
def test_what_is_looked_up_together_is_of_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it was looked for in vain, and not to find out whether it is there."""
    User.objects.bulk_create([User(username=one, email=f"{one}@example.com") for one in ("anna", "berta")])
    table = User._meta.db_table
    both = f'FROM "{table}" WHERE ("{table}"."email" LIKE %s AND "{table}"."username" = %s)'
    sent = {"username": "x", "email": "y", "note": "z"}
    vain = trace(statements=(replace(use(f'SELECT "{table}"."id" {both} LIMIT 1'), rows=0),))
    user = Identity(role="user")
    found = [other_rows(vain, sent, None, user, turn) for turn in (1, 2)]
    values: list[Any] = [{name: one.value for name, one in each.items()} for each in found]
    assert {one["email"] for one in values} == {"anna@example.com", "berta@example.com"}
    assert all(one["email"] == f"{one['username']}@example.com" for one in values)
    assert not other_rows(vain, {"username": "x"}, None, user, 1)
    monkeypatch.setattr(of_one_row, "match_at", lambda _: SimpleNamespace(kwargs={"email": "berta@example.com"}))
    of_path = other_rows(vain, {"username": "x"}, None, user, 1, "/users/berta@example.com/")
    assert {name: one.value for name, one in of_path.items()} == {"username": "berta"}
    for sql, rows in ((f"SELECT 1 AS a {both}", 0), (f'SELECT "{table}"."id" {both}', 1)):
        assert not other_rows(trace(statements=(replace(use(sql), rows=rows),)), sent, None, user, 1)


@pytest.mark.django_db
def test_who_is_there_already_is_followed_by_somebody_who_is_not() -> None:
    """As the look-up of the membership told."""
    anna, _ = (User.objects.create(username=one, email=f"{one}@example.com") for one in ("anna", "berta"))
    project = Project.objects.create(name="one", owner=anna, created_at=timezone.now())
    Membership.objects.get_or_create(project=project, user=anna)
    users, members = User._meta.db_table, Membership._meta.db_table
    by_email = f'SELECT "{users}"."id" FROM "{users}" WHERE "{users}"."email" = %s LIMIT 1'
    linked = f'SELECT 1 AS a FROM "{members}" WHERE ("{members}"."project_id" = %s AND "{members}"."user_id" = %s)'
    seen = trace(statements=tuple(replace(use(one), rows=1) for one in (by_email, linked)))
    found = other_rows(seen, {"email": anna.email, "role": "x"}, {"email"}, Identity(role="user"), 1)
    assert {name: one.value for name, one in found.items()} == {"email": "berta@example.com"}
    assert not other_rows(seen, {"email": anna.email}, {"role"}, Identity(role="user"), 1)


def test_a_model_that_a_view_never_reads_is_not_that_of_its_parameter() -> None:
    """Unless the code said so: then another request may read it."""
    assumed = Parameter(name="id", model="auth.Permission", model_field="pk", evidence=Evidence.ASSUMED)
    sure = Parameter(name="id", model="auth.Permission", model_field="pk", evidence=Evidence.DECLARED)
    seen = _looked_for('"auth_group"."id" = %s')
    assert is_refuted(assumed, seen)
    assert not is_refuted(sure, seen)
    assert not is_refuted(assumed, _looked_for('"auth_permission"."id" = %s', "auth_permission"))
    assert not is_refuted(assumed, None)
