"""Values for parameters: rows that exist, that the user may see, and that belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection, models
from django.utils import timezone

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning import rows
from loadaudit.planning.parents import leaf_and_lookups
from loadaudit.planning.preflight.looked_up import paths_of_joined
from loadaudit.planning.project.registry import REGISTRY, Provider
from loadaudit.planning.rows import ANY, PAST_MANAGER, ROWS_TRIED, Which, date_lookups, own_and_others, with_maker
from loadaudit.planning.spared import beside_accounts, spare_accounts
from loadaudit.planning.values import (
    GUESS,
    MOST_GUESSES,
    OF_OTHERS,
    POOL_SIZE,
    NoValue,
    are_numbers,
    checked,
    fill,
    guessed_paths,
    needed_of,
    no_model,
    of_the_unknown,
    paths_for,
    paths_with_others,
)
from loadaudit.records import (
    Body,
    BodyField,
    BodyKind,
    Evidence,
    Identity,
    Kind,
    Operation,
    Parameter,
    PlannedPath,
    Risk,
)
from tests.analysis.factories import operation
from tests.demo.accounts.models import User
from tests.demo.batch.models import BatchJob
from tests.demo.budgets.models import BudgetItem
from tests.demo.catalog.models import Category, Material, PriceRecord, Supplier
from tests.demo.projects.models import Membership, Project
from tests.seeded import seed_small

PROJECT = Parameter(name="project_id", converter="int", model="projects.Project", model_field="pk")
ITEM = Parameter(name="item_id", converter="int", model="budgets.BudgetItem", model_field="pk")
NOTE = Parameter(name="note", converter="slug", model="extra.Note", model_field="slug")
ANYONE = Identity(role="anonymous")


@pytest.fixture(autouse=True)
def site(settings: Any, db: None) -> None:
    """The demo's rows, and routes and tables of this folder's app."""
    settings.ROOT_URLCONF = "tests.planning.extra.urls"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.planning.extra"]
    seed_small()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE extra_note (id integer PRIMARY KEY, slug varchar(50), item_id bigint)")
        # The newest rows are nobody's whom a test asks for, so that an owner has to be looked for.
        cursor.execute("INSERT INTO extra_note (slug, item_id) SELECT 'note-' || id, id FROM budgets_budgetitem")


def identity(name: str = "other1", *, staff: bool = False) -> Identity:
    """Return a user of the seed as an identity."""
    user = User.objects.get(email=f"{name}@example.com")
    return Identity(role=name, username=user.email, user_id=str(user.pk), staff=staff)


def planned(route: str, *parameters: Parameter, who: Identity | None = None) -> list[str]:
    """Return the paths of a route; fail when there are none."""
    paths = paths_for(_operation(route, *parameters), who or identity(), RouteIndex.from_urlconf())
    assert not isinstance(paths, NoValue), paths
    return [one.path for one in paths]


def refused(route: str, *parameters: Parameter, who: Identity | None = None) -> str:
    """Return the reason why a route has no paths."""
    paths = paths_for(_operation(route, *parameters), who or identity(), RouteIndex.from_urlconf())
    assert isinstance(paths, NoValue), paths
    return paths.reason


def _operation(route: str, *parameters: Parameter) -> Operation:
    return operation(f"GET {route}", parameters=parameters)


def numbers(path: str) -> Iterator[int]:
    """Yield the numbers in a path."""
    return (int(part) for part in path.split("/") if part.isdigit())


def test_no_parameters() -> None:
    """The route is the path."""
    assert planned("/plain/") == ["/plain/"]


def test_rows_of_the_owner_only() -> None:
    """Another user's project would be a 404, whatever the load says."""
    paths = planned("/projects/<int:project_id>/", PROJECT)
    owners = {Project.objects.get(pk=pk).owner.email for path in paths for pk in numbers(path)}
    assert owners == {"other1@example.com"}
    assert 1 < len(paths) <= POOL_SIZE


def test_nobody_gets_any_row() -> None:
    """A page that is open to all shows every row."""
    assert len(planned("/projects/<int:project_id>/", PROJECT, who=ANYONE)) == POOL_SIZE


def test_a_declared_owner_without_rows_is_a_reason() -> None:
    """The view compares the owner, so another's row proves nothing; the reason names the user."""
    Project.objects.filter(owner__email="other1@example.com").delete()
    reason = refused("/projects/<int:project_id>/", _owned(PROJECT, "owner"))
    assert reason.startswith("there is no row of projects.Project that other1@example.com can reach")


def test_staff_gets_rows_of_others() -> None:
    """Staff may see what it does not own."""
    who = identity("staff", staff=True)
    assert planned("/projects/<int:project_id>/", _owned(PROJECT, "owner"), who=who)


def test_no_rows_at_all() -> None:
    """An empty table is said to be empty."""
    Project.objects.all().delete()
    assert "no row of projects.Project" in refused("/projects/<int:project_id>/", PROJECT)


def test_two_levels_belong_together() -> None:
    """The item is one of the project, and the project is the user's."""
    for path in planned("/projects/<int:project_id>/items/<int:item_id>/", PROJECT, ITEM):
        project, item = numbers(path)
        assert BudgetItem.objects.filter(pk=item, project=project, project__owner__email="other1@example.com").exists()


def test_a_parents_declared_owner_holds_for_the_child() -> None:
    """An item may be assigned to one user and belong to the project of another, who alone may open it."""
    other = User.objects.get(email="other1@example.com")
    BudgetItem.objects.exclude(project__owner=other).update(assignee=other)
    route = "/projects/<int:project_id>/items/<int:item_id>/"
    for path in planned(route, _owned(PROJECT, "owner"), ITEM):
        project, _ = numbers(path)
        assert Project.objects.get(pk=project).owner == other


def test_three_levels_belong_together() -> None:
    """Category, material and price are of one branch."""
    paths = planned(
        "/categories/<int:category>/materials/<str:material>/prices/<int:price>/",
        Parameter(name="category", converter="int", model="catalog.Category", model_field="pk"),
        Parameter(name="material", model="catalog.Material", model_field="code"),
        Parameter(name="price", converter="int", model="catalog.PriceRecord", model_field="pk"),
    )
    for path in paths:
        _, _, category, _, material, _, price, _ = path.split("/")
        assert PriceRecord.objects.filter(pk=price, material__code=material, material__category=int(category)).exists()


def test_rows_that_name_their_parent_by_its_key() -> None:
    """One table holds those of rows of any model, and the own ones are those of the user's own projects."""
    mine = [project for (project,) in Project.objects.filter(owner__email="other1@example.com").values_list("pk")]
    kinds = [ContentType.objects.get_for_model(one).pk for one in (Project, User)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE extra_paper (id integer PRIMARY KEY, kind_id int, object_id int, name varchar(9))")
        for kind in reversed(kinds):
            for number in Project.objects.values_list("pk", flat=True):
                row = (kind, number, f"{kinds.index(kind)}-{number}")
                cursor.execute("INSERT INTO extra_paper (kind_id, object_id, name) VALUES (%s, %s, %s)", row)
    paper = Parameter(
        name="paper", model="extra.Paper", model_field="name", parent="project_id", parent_field="object_id"
    )
    found = planned("/projects/<int:project_id>/papers/<slug:paper>/", PROJECT, paper)
    assert found == [f"/projects/{one}/papers/0-{one}/" for one in sorted(mine)][:POOL_SIZE]


def test_other_columns_of_a_table_are_those_of_the_same_row() -> None:
    """What was seen to be looked up in the table of the row itself is no row above it."""
    kind = Parameter(name="kind_id", model="extra.Paper", model_field="kind_id")
    paper = Parameter(name="paper", model="extra.Paper", model_field="pk", parent="kind_id", parent_field="kind")
    assert leaf_and_lookups([kind, paper]) == (paper, {"kind_id": "kind_id", "paper": "pk"})


def test_the_owner_of_a_third_level_is_found() -> None:
    """A note belongs to whom the project of its item belongs to."""
    BudgetItem.objects.update(assignee=None)
    route = "/projects/<int:project_id>/items/<int:item_id>/notes/<slug:note>/"
    for path in planned(route, PROJECT, ITEM, NOTE):
        project, item = numbers(path)
        assert path.endswith(f"/notes/note-{item}/")
        assert BudgetItem.objects.get(pk=item).project_id == project
        assert Project.objects.get(pk=project).owner.email == "other1@example.com"


def test_unrelated_models_are_combined() -> None:
    """Where no foreign key connects them, each parameter gets rows of its own."""
    supplier = Parameter(name="price", converter="int", model="catalog.Supplier", model_field="pk")
    paths = planned(
        "/categories/<int:category>/materials/<str:material>/prices/<int:price>/",
        Parameter(name="category", converter="int", model="catalog.Category", model_field="pk"),
        Parameter(name="material", model="projects.Project", model_field="pk"),
        supplier,
    )
    category, material, price = list(numbers(paths[0]))
    assert Category.objects.filter(pk=category).exists()
    assert Project.objects.filter(pk=material).exists()
    assert Supplier.objects.filter(pk=price).exists()


def test_uuid_values() -> None:
    """As Django writes them."""
    job = Parameter(name="job_id", converter="uuid", model="batch.BatchJob", model_field="pk")
    for path in planned("/jobs/<uuid:job_id>/", job, who=identity("owner")):
        assert BatchJob.objects.filter(pk=path.split("/")[2], owner__email="owner@example.com").exists()


def test_an_owner_in_a_column_of_another_kind_than_the_key() -> None:
    """A view that compares a UUID with the number of a user finds the row whose UUID is that number."""
    who = identity("owner")
    BatchJob.objects.create(pk=UUID(int=int(who.user_id)), owner_id=who.user_id, created_at=timezone.now())
    parameter = _owned(Parameter(name="job_id", converter="uuid", model="batch.BatchJob", model_field="pk"), "pk")
    assert planned("/jobs/<uuid:job_id>/", parameter, who=who) == [f"/jobs/{UUID(int=int(who.user_id))}/"]


def test_an_owner_in_a_column_that_holds_no_key() -> None:
    """What a moment is compared with is no user, and the rows are there without it."""
    moment = next(one.name for one in BatchJob._meta.concrete_fields if isinstance(one, models.DateTimeField))
    parameter = _owned(Parameter(name="job_id", converter="uuid", model="batch.BatchJob", model_field="pk"), moment)
    assert planned("/jobs/<uuid:job_id>/", parameter, who=identity("owner"))


def test_slug_values() -> None:
    """Any field can be the look-up."""
    note = planned("/projects/<int:project_id>/items/<int:item_id>/notes/<slug:note>/", PROJECT, ITEM, NOTE)[0]
    assert "/notes/note-" in note


def test_values_are_quoted() -> None:
    """A name may have blanks and other letters; a slash only where the route takes one."""
    assert fill("/files/<path:name>/", {"name": "a b/é.txt"}) == "/files/a%20b/%C3%A9.txt/"


@pytest.mark.parametrize(
    ("route", "path"),
    [("/a[.<format>]/", "/a/"), ("/a[/<b>[/<c>]]/", "/a/"), ("/a/<int:n>/ #2", "/a/5/"), ("/<n>/x/<n>/", "/5/x/5/")],
)
def test_fill(route: str, path: str) -> None:
    """Optional parts and the number of a double route are left out."""
    assert fill(route, {"n": 5}) == path


def test_optional_parts_need_no_value() -> None:
    """They are left out of the address."""
    people, flag = Parameter(name="people"), Parameter(name="flag")
    one = _operation("/write/[<people>/]<int:item_id>/[<flag>/]", people, ITEM, flag)
    assert needed_of(one) == [ITEM]


def test_rows_that_another_row_brings_together() -> None:
    """Of the project and the people only those that have a membership."""
    one = _operation("/people/<int:user_id>/<year>/", USER, Parameter(name="year"))
    lookups = {"user_id": "user__pk", "year": "project__pk"}
    found = paths_of_joined(one, ANYONE, RouteIndex.from_urlconf(), Membership, lookups, {})
    known = {f"/people/{user}/{project}/" for user, project in Membership.objects.values_list("user", "project")}
    assert found
    assert {one.path for one in found} <= known
    assert {one.origin for one in found} == {"row of projects.Membership"}


def test_a_path_of_another_view_is_refused() -> None:
    """The request would exercise that view, so it is not sent, and the reason names it."""
    code = Parameter(name="code", converter="slug", model="catalog.Material", model_field="code")
    assert refused("/named/<slug:code>/", code) == (
        "every address of it leads to /named/<str:anything>/, which the URLconf has before it: put it first"
    )


def test_values_that_the_route_does_not_take() -> None:
    """A row whose value does not fit the pattern gives no address."""
    name = Parameter(name="project_id", converter="int", model="projects.Project", model_field="name")
    reason = refused("/projects/<int:project_id>/", replace(name, pattern="[0-9]+"))
    assert reason.startswith("no row's name of projects.Project fits the pattern [0-9]+ of its address")


def test_values_of_a_provider_that_the_route_does_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's own words are at fault, not its rows."""
    monkeypatch.setattr(REGISTRY, "providers", [Provider(names=("project_id",), source=["abc"], place="l.py:3")])
    reason = refused("/projects/<int:project_id>/", Parameter(name="project_id", converter="int", pattern="[0-9]+"))
    assert reason.startswith("the provider of project_id at l.py:3 yields 'abc', and the address wants")


def test_a_parameter_without_a_model() -> None:
    """It is named."""
    reason = refused("/projects/<int:project_id>/", Parameter(name="project_id", converter="int"))
    assert "no model is known for its parameter 'project_id'" in reason
    reason = refused("/archive/<int:year>/", Parameter(name="year", converter="int"))
    assert "no date is known for its parameter 'year'" in reason


def test_the_parameter_that_other_addresses_do_not_tell_is_named() -> None:
    index, key = Parameter(name="index", converter="int"), Parameter(name="key", converter="str")
    asked = operation("GET /queues/<int:index>/<key>/", parameters=(index, key))
    reason = no_model(index).reason
    assert of_the_unknown(asked, {"index": 0}, reason) == no_model(key).reason
    assert of_the_unknown(asked, {}, reason) == reason
    assert of_the_unknown(asked, {"index": 0}, "no row") == "no row"
    # The settings tell the language.
    spoken = replace(asked, parameters=(Parameter(name="language", converter="language"), key))
    assert of_the_unknown(spoken, {}, no_model(key).reason) == no_model(key).reason


def test_a_manager_that_raises_is_a_reason() -> None:
    """A project's own code may refuse outside of a request; the other operations are planned all the same."""
    tenant = Parameter(name="tenant_id", converter="int", model="extra.Tenant", model_field="pk")
    assert refused("/tenants/<int:tenant_id>/", tenant) == (
        "its rows could not be read: RuntimeError: no tenant is active"
    )


def test_rows_past_a_manager_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which answers nobody who has not named a tenant."""
    known = list(Project._base_manager.order_by("pk").values_list("pk"))[:ROWS_TRIED]
    refusing: models.Manager[Project] = models.Manager()
    monkeypatch.setattr(refusing, "get_queryset", lambda: 1 / 0)
    monkeypatch.setitem(Project._meta.__dict__, "default_manager", refusing)
    own, others = own_and_others(Project, (), ["pk"], Identity(role=""))
    assert (own, others) == ([], known)
    # One that shows none as nobody has named a tenant hides them as well; nobody knows whose they are.
    monkeypatch.setattr(refusing, "get_queryset", Project._base_manager.none)
    assert {maker for _, maker in with_maker(Project, (), ["pk"], Identity(role=""), ANY)[1]} == {PAST_MANAGER}
    # What is asked for in particular may be what a manager leaves out, as rows that are deleted softly.
    monkeypatch.setattr(refusing, "get_queryset", lambda: Project._base_manager.filter(version__lt=0))
    assert own_and_others(Project, (), ["pk"], Identity(role="")) == ([], [])
    assert (
        own_and_others(Project, (), ["pk"], Identity(role=""), Which(having={"pk__gt": 0}, model=Project))[1] == known
    )


def test_no_column_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A manager of translated models would answer it once."""
    asked: list[list[str]] = []

    def listed(model: Any, owners: Any, lookups: Sequence[str], *_: object) -> Any:
        asked.append([*lookups])
        return [], [tuple({"name": "a", "pk": 7}[one] for one in lookups)]

    monkeypatch.setattr(rows, "own_and_others", listed)
    made = [with_maker(Project, (), names, Identity(role=""), ANY)[1] for names in (["pk"], ["name"], ["pk", "name"])]
    assert asked == [["pk"], ["name", "pk"], ["pk", "name"]]
    assert [row for [(row, _)] in made] == [(7,), ("a",), (7, "a")]


def test_a_table_that_is_not_there_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app of the model has no migration for it."""

    def missing(*_: object) -> None:
        raise OperationalError("no such table: projects_project")

    monkeypatch.setattr("loadaudit.planning.values.with_maker", missing)
    project = Parameter(name="project_id", converter="int", model="projects.Project", model_field="pk")
    reason = refused("/projects/<int:project_id>/", project)
    assert reason.endswith("or write the migration that its app lacks")


@pytest.mark.parametrize("field", ["no_such_field", "owner__nothing"])
def test_a_field_that_is_none_is_a_reason(field: str) -> None:
    """The inventory may have guessed wrong."""
    guessed = Parameter(name="project_id", converter="int", model="projects.Project", model_field=field)
    assert "its rows could not be read: FieldError" in refused("/projects/<int:project_id>/", guessed)


def test_choices_come_in_turn() -> None:
    """Alone, and beside rows: none is left out while there is room."""
    vote = Parameter(name="word", choices=("up", "down"))
    found = paths_for(_operation("/words/<str:word>/", vote), ANYONE, RouteIndex.from_urlconf(None))
    assert not isinstance(found, NoValue)
    assert [one.path for one in found] == ["/words/up/", "/words/down/"]
    assert {one.origin for one in found} == {"choice in its pattern or its view"}


def test_a_model_that_is_none_is_a_reason() -> None:
    """So may it about the model."""
    guessed = Parameter(name="project_id", converter="int", model="projects.Nothing", model_field="pk")
    assert "its rows could not be read: LookupError" in refused("/projects/<int:project_id>/", guessed)


def _owned(parameter: Parameter, field: str) -> Parameter:
    from dataclasses import replace

    return replace(parameter, owner_field=field, owner_evidence=Evidence.INFERRED)


def test_the_seed_is_what_the_tests_think() -> None:
    """Several owners, and materials with prices, else the tests above would show nothing."""
    assert Project.objects.values("owner").distinct().count() > 2
    assert Material.objects.filter(prices__isnull=False).exists()


USER = Parameter(name="user_id", converter="int", model="accounts.User", model_field="pk")


def write(route: str, *parameters: Parameter) -> Operation:
    """Return an operation that changes something."""
    return replace(_operation(route, *parameters), method="POST", kind=Kind.WRITE)


def test_a_write_leaves_accounts_alone_by_whatever_name(settings: Any) -> None:
    """An address may mean a user by a code."""
    settings.ROOT_URLCONF = "tests.planning.extra.urls"
    one, other = User.objects.order_by("pk")[:2]
    User.objects.filter(pk=one.pk).update(first_name="code-1")
    User.objects.filter(pk=other.pk).update(first_name="code-2")
    code = replace(USER, name="anything", model_field="first_name")
    paths = [PlannedPath(path=f"/named/{text}/") for text in ("code-1", "code-2")]
    kept = spare_accounts(write("/named/<str:anything>/", code), paths, {one.username})
    assert not isinstance(kept, NoValue)
    assert [each.path for each in kept] == ["/named/code-2/"]


def test_what_is_called_like_an_account_of_the_run_comes_last(settings: Any) -> None:
    """Whatever it is a row of; where there is nothing else, nobody is locked out by it."""
    settings.ROOT_URLCONF = "tests.planning.extra.urls"
    handle = replace(USER, name="anything", model="projects.Project", model_field="name")
    paths = [PlannedPath(path=f"/named/{text}/") for text in ("anna", "berta")]
    follows = write("/named/<str:anything>/", handle)
    assert spare_accounts(follows, paths, {"anna"}) == [paths[1], paths[0]]
    assert spare_accounts(follows, paths[:1], {"anna"}) == paths[:1]
    # Under load neither, where it has worked on another.
    assert beside_accounts(follows, paths[1], paths, {"anna"}) == (paths[1],)
    assert beside_accounts(follows, paths[0], paths, {"anna"}) == tuple(paths)
    assert beside_accounts(follows, paths[0], paths, {"anna", "berta"}) == (paths[0],)
    suspends = replace(follows, view="mod.views.suspend")
    assert isinstance(spare_accounts(suspends, paths[:1], {"anna"}), NoValue)
    assert spare_accounts(suspends, paths[1:], {"anna"}) == paths[1:]


def test_a_write_leaves_the_accounts_of_the_run_alone(settings: Any) -> None:
    """One that changes the user who sends it would lock the run out."""
    settings.ROOT_URLCONF = "tests.planning.extra.urls"
    paths = [PlannedPath(path=f"/people/{number}/") for number in (1, 2, 3)]
    kept = spare_accounts(write("/people/<int:user_id>/", USER), paths, {"2", "anna@example.com"})
    assert not isinstance(kept, NoValue)
    assert [one.path for one in kept] == ["/people/1/", "/people/3/"]
    only_own = spare_accounts(write("/people/<int:user_id>/", USER), paths[1:2], {"2"})
    assert isinstance(only_own, NoValue)
    assert "an account that the run acts as" in only_own.reason
    read = _operation("/people/<int:user_id>/", USER)
    assert spare_accounts(read, paths, {"2"}) == paths
    # A link may switch somebody off, and its code tells no more than that it may write.
    maybe = replace(read, risk_evidence=Evidence.ASSUMED)
    assert spare_accounts(maybe, paths, {"2"}) == [paths[0], paths[2], paths[1]]
    assert spare_accounts(replace(read, risk=Risk.DESTRUCTIVE), paths, {"2"}) == [paths[0], paths[2]]


def test_what_destroys_comes_to_the_profiles_of_accounts_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user may go with it, and others may be nobody's to destroy; a GET that changes something may destroy.

    So does a form in which the account's own password is changed as well.
    """
    monkeypatch.setattr(Project._meta.get_field("owner"), "one_to_one", True)
    own = Project.objects.order_by("pk")[0]
    other = Project.objects.exclude(owner=own.owner)[0]
    paths = [PlannedPath(path=f"/projects/{one.pk}/") for one in (own, other)]
    destroys = replace(write("/projects/<int:project_id>/", PROJECT), risk=Risk.DESTRUCTIVE)
    changes = replace(_operation("/projects/<int:project_id>/", PROJECT), risk=Risk.MUTATING)
    plain = write("/projects/<int:project_id>/", PROJECT)
    edits = replace(plain, body=Body(kind=BodyKind.FORM, fields=(BodyField(name="new_password"),)))
    for one in (destroys, changes, edits):
        assert spare_accounts(one, paths, {str(own.owner_id)}) == paths[::-1]
    assert spare_accounts(plain, paths, {str(own.owner_id)}) == paths
    assert beside_accounts(edits, paths[1], paths, {str(own.owner_id)}) == (paths[1],)
    assert beside_accounts(plain, paths[1], paths, {str(own.owner_id)}) == tuple(paths)


def test_made_up_values_fit_the_pattern() -> None:
    """For views that look nothing up; each says what it is."""
    word = Parameter(name="word", converter="str")
    found = guessed_paths(_operation("/words/<str:word>/", word), ANYONE, RouteIndex.from_urlconf(), date(2026, 3, 1))
    assert {one.origin for one in found} == {GUESS}
    assert 0 < len(found) <= MOST_GUESSES


def test_rows_of_somebody_else_are_there_when_the_own_ones_fail() -> None:
    """They say whose they are, so that none gets into the load where one of the own ones works."""
    both = paths_with_others(
        _operation("/projects/<int:project_id>/", PROJECT), identity("other1"), RouteIndex.from_urlconf()
    )
    assert not isinstance(both, NoValue)
    own, others = [one.path for one in both if not one.origin.endswith(OF_OTHERS)], both[-1]
    assert own == planned("/projects/<int:project_id>/", PROJECT, who=identity("other1"))
    assert others.origin == "row of projects.Project of somebody else"
    assert others.path not in own


def test_parts_of_a_date_come_from_the_row() -> None:
    """Of the row that the address names."""
    year, month = (Parameter(name=name, converter="str") for name in ("year", "month"))
    job = Parameter(name="job_id", converter="uuid", model="batch.BatchJob", model_field="pk")
    path = planned("/jobs/<uuid:job_id>/<year>/<month>/", job, year, month)[0]
    _, _, key, *found, _ = path.split("/")
    made = BatchJob.objects.get(pk=key).created_at
    assert [int(one) for one in found] == [made.year, made.month]


def test_another_date_counts_where_the_likeliest_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has logged in yet, but everybody has joined."""
    monkeypatch.setattr(rows, "_WHEN", re.compile("last_login"))
    assert date_lookups(User, ["year"]) == [{"year": "last_login__year"}, {"year": "date_joined__year"}]
    assert not User.objects.filter(last_login__isnull=False).exists()
    path = planned("/people/<int:user_id>/<year>/", USER, Parameter(name="year"))[0]
    _, _, key, year, _ = path.split("/")
    assert int(year) == User.objects.get(pk=key).date_joined.year


def test_each_date_of_a_row_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The likeliest goes first; the others say which they are, and are not planned before one has worked."""
    monkeypatch.setattr(rows, "_WHEN", re.compile("last_login"))
    someone = User.objects.earliest("pk")
    User.objects.filter(pk=someone.pk).update(last_login=datetime(2001, 2, 3, tzinfo=UTC))
    one = _operation("/people/<int:user_id>/<year>/", USER, Parameter(name="year"))
    found = paths_with_others(one, ANYONE, RouteIndex.from_urlconf())
    assert not isinstance(found, NoValue)
    assert found[0].path == f"/people/{someone.pk}/2001/"
    assert {one.origin for one in found[1:]} == {"row of accounts.User by its date_joined"}
    year = Parameter(name="year")
    assert planned("/people/<int:user_id>/<year>/", USER, year, who=ANYONE) == [f"/people/{someone.pk}/2001/"]


def test_rows_without_a_value_are_not_called_missing() -> None:
    """There are notes, but none has a slug."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE extra_note SET slug = ''")
    route = "/projects/<int:project_id>/items/<int:item_id>/notes/<slug:note>/"
    found = paths_for(_operation(route, PROJECT, ITEM, NOTE), ANYONE, RouteIndex.from_urlconf())
    assert isinstance(found, NoValue)
    assert found.reason == "no row of extra.Note gives a value for every parameter; add one that does"


def test_places_in_a_row_are_made_up_for_writes() -> None:
    """A page or a line of it, and nothing of which an address would not know what it is."""
    place = Parameter(name="page", converter="int", pattern="[0-9]+")
    assert are_numbers(_operation("/projects/<int:project_id>/<int:page>/", PROJECT, place))
    assert not are_numbers(_operation("/projects/<int:page>/", place))
    assert not are_numbers(_operation("/projects/<int:project_id>/<page>/", PROJECT, Parameter(name="page")))


def test_what_an_answer_told_is_not_made_up() -> None:
    """What its name makes of it counts less."""
    word = Parameter(name="word", converter="str", model="auth.Group", model_field="pk", evidence=Evidence.ASSUMED)
    asked, index = _operation("/words/<str:word>/", word), RouteIndex.from_urlconf()
    found = guessed_paths(asked, ANYONE, index, date(2026, 3, 1), {"word": "r-12345"})
    assert {one.path for one in found} == {"/words/r-12345/"}


def test_a_row_whose_own_address_begins_with_a_slash() -> None:
    """The view of flat pages puts the slash before that its route has taken."""
    one = operation("GET /pages/<path:url>", parameters=(Parameter(name="url", converter="path"),))
    index: Any = SimpleNamespace(route_at=lambda path, alike: one.route)
    found = checked(one, [({"url": "/terms/"}, "row"), ({"url": "a/b"}, "row")], index)
    assert not isinstance(found, NoValue)
    assert [each.path for each in found] == ["/pages/terms/", "/pages//terms/", "/pages/a/b"]
