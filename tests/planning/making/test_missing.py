"""Which operations get rows made for them."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.db import models
from django.test.utils import isolate_apps
from django.utils import timezone

from loadaudit.planning.making import breaking, changes, wanted
from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.preflight.judge import Try
from loadaudit.records import (
    Body,
    BodyField,
    BodyKind,
    Evidence,
    Identity,
    Operation,
    Outcome,
    Parameter,
    Payload,
    PlannedPath,
    ServerException,
)
from tests.analysis.factories import operation, sample, trace, use
from tests.demo.accounts.models import User
from tests.demo.budgets.models import BudgetItem
from tests.demo.catalog.models import Category
from tests.demo.projects.models import Activity, Project
from tests.planning.preflight.rows import projects
from tests.planning.preflight.test_corrections import answer

pytestmark = pytest.mark.django_db

PROJECT = Parameter(name="project_id", converter="int", model="projects.Project", model_field="pk")
READ = operation("GET /projects/<int:project_id>/", parameters=(PROJECT,))
SELECT = 'SELECT "projects_project"."id" FROM "projects_project" '


@pytest.fixture
def identity() -> Identity:
    """Somebody who has no rows."""
    user = User.objects.create(username="one")
    return Identity(role="user", username="one", user_id=str(user.pk))


def missing() -> MissingRows:
    """Return what makes rows without a fence."""
    return MissingRows(rows=RowMaker(fence=nullcontext, today=date(2026, 3, 1)))


def not_found(one: Operation, identity: Identity, *statements: Any) -> Try:
    """Return a try that was answered with 404 after these statements."""
    return Try(
        identity=identity,
        path=PlannedPath(path="/"),
        payload=None,
        sample=sample(operation_id=one.id),
        trace=trace(statements=statements),
        outcome=Outcome.NOT_FOUND,
        answer=None,
    )


def test_an_address_without_a_row_gets_one(identity: Identity) -> None:
    assert missing().make_for([(READ, None)], [identity]) == {READ.id}
    assert str(Project.objects.get().owner_id) == identity.user_id


def test_a_row_in_each_state_that_none_is_in(identity: Identity) -> None:
    """The view wants a certain status, and does not say which."""
    projects(("draft", False))
    looked_up = use(f'{SELECT}WHERE ("projects_project"."id" = %s AND "projects_project"."status" = %s) LIMIT 21')
    assert missing().make_for([(READ, not_found(READ, identity, looked_up))], [identity]) == {READ.id}
    assert set(Project.objects.values_list("status", flat=True)) == {"draft", "active", "closed"}


def test_a_code_that_was_looked_up_in_vain_gets_rows_of_each_purpose(identity: Identity) -> None:
    """The first of the columns with choices tells what codes are for."""
    projects(("draft", False))
    body = Body(kind=BodyKind.JSON, fields=(BodyField(name="otp", required=True),))
    confirm = operation("POST /confirm/", body=body)
    looked_up = use(f'{SELECT}WHERE "projects_project"."name" = %s LIMIT 21')
    refused = replace(
        not_found(confirm, identity, looked_up),
        outcome=Outcome.CLIENT_ERROR,
        payload=Payload(kind=BodyKind.JSON, document='{"otp": "1"}', origin="x"),
    )
    assert missing().make_for([(confirm, refused)], [identity]) == {confirm.id}
    assert set(Project.objects.values_list("status", flat=True)) == {"draft", "active", "closed"}


def test_rows_that_their_own_columns_refuse_get_company(identity: Identity) -> None:
    """A view that breaks on what no form would have let in works with a row as the model wants it."""
    projects(("draft", False))
    broken = replace(not_found(READ, identity), outcome=Outcome.SERVER_ERROR)
    assert missing().make_for([(READ, broken)], [identity]) == frozenset()
    Project.objects.update(status="no such status")
    assert missing().make_for([(READ, broken)], [identity]) == {READ.id}
    assert Project.objects.filter(status="active").count() == 1


def test_a_write_that_sends_nothing_and_is_refused_gets_a_new_row(identity: Identity) -> None:
    """It is in its first state, which those that are there may have left; one for all such writes."""
    write = replace(READ, id="DELETE /projects/<int:project_id>/", method="DELETE")
    projects(("closed", False))
    refused = replace(not_found(write, identity), outcome=Outcome.CLIENT_ERROR)
    makes = missing()
    for _ in range(2):
        assert makes.make_for([(write, refused)], [identity]) == {write.id}
        assert Project.objects.count() == 2
    assert makes.make_for([(READ, refused)], [identity]) == frozenset()


def test_a_row_that_breaks_the_rules_of_its_model_gets_company_once(identity: Identity) -> None:
    """A write that saves it again breaks on them, whatever it is sent."""
    write = replace(READ, id="POST /projects/<int:project_id>/", method="POST")
    projects(("no such status", False))
    raised = trace(exception=ServerException(type="django.core.exceptions.ValidationError", message="", fingerprint=""))
    path = PlannedPath(path=f"/projects/{Project.objects.get().pk}/")
    broken = replace(not_found(write, identity), outcome=Outcome.SERVER_ERROR, trace=raised, path=path)
    makes = missing()
    for _ in range(2):
        assert makes.make_for([(write, broken)], [identity]) == {write.id}
        assert Project.objects.filter(status="active").count() == 1


@pytest.mark.parametrize(
    ("message", "filled"),
    [
        ("'NoneType' object has no attribute 'quantize'", ["area_m2"]),
        ("unsupported operand type(s) for *: 'NoneType' and 'int'", ["area_m2"]),
        ("name 'x' is not defined", []),
    ],
)
def test_what_is_empty_in_all_rows_and_broke_the_view(identity: Identity, message: str, filled: list[str]) -> None:
    """A row is made that has it; where one has, the view breaks on something else."""
    projects(("active", False))
    Project.objects.update(area_m2=None)
    raised = trace(exception=ServerException(type="AttributeError", message=message, fingerprint="f"))
    broken = replace(not_found(READ, identity), outcome=Outcome.SERVER_ERROR, trace=raised)
    assert missing().make_for([(READ, broken)], [identity]) == ({READ.id} if filled else frozenset())
    assert Project.objects.filter(area_m2__isnull=False).count() == len(filled)
    assert missing().make_for([(READ, broken)], [identity]) == frozenset()


def test_an_empty_column_is_filled_where_no_row_can_be_made(identity: Identity) -> None:
    """For all whose views broke on that row, and emptied again when none of them works with it."""
    projects(("active", False))
    Project.objects.update(area_m2=None)
    project = Project.objects.get()
    raised = trace(exception=ServerException(type="TypeError", message="NoneType", fingerprint="f"))
    path = PlannedPath(path=f"/projects/{project.pk}/")
    broken = replace(not_found(READ, identity), outcome=Outcome.SERVER_ERROR, trace=raised, path=path)
    other = replace(READ, id="other")
    rows = missing()
    rows.rows.refused["projects.Project"] = "its own rules"
    assert rows.make_for([(READ, broken), (other, broken)], [identity]) == {READ.id, "other"}
    assert Project.objects.filter(area_m2__isnull=False).count() == 1
    assert rows.notes() == (
        "Columns empty in every row that broke views, filled in one row on the clone: projects.Project.area_m2.",
    )
    rows.settle([READ.id])
    assert Project.objects.filter(area_m2__isnull=False).count() == 1
    rows.settle([READ.id, "other"])
    assert Project.objects.filter(area_m2__isnull=False).count() == 0
    assert rows.notes() == ()


def test_a_row_that_was_filled_is_for_what_broke_on_others_too(identity: Identity) -> None:
    """A write that was tried at another row goes to the one with which its page works now."""
    projects(("active", False), ("active", False))
    Project.objects.update(area_m2=None)
    raised = trace(exception=ServerException(type="TypeError", message="NoneType", fingerprint="f"))
    rows = missing()
    rows.rows.refused["projects.Project"] = "its own rules"
    write = replace(READ, id="POST /projects/<int:project_id>/", method="POST")
    for one, project in zip((READ, write), Project.objects.order_by("pk"), strict=True):
        path = PlannedPath(path=f"/projects/{project.pk}/")
        broken = replace(not_found(one, identity), outcome=Outcome.SERVER_ERROR, trace=raised, path=path)
        assert rows.make_for([(one, broken)], [identity]) == {one.id}
    assert Project.objects.filter(area_m2__isnull=False).count() == 1
    rows.settle([READ.id])
    assert Project.objects.filter(area_m2__isnull=False).count() == 1


def test_what_belongs_to_the_row_of_the_address(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first row without one may be another."""
    projects(("active", False), ("active", False))
    project = Project.objects.order_by("pk")[1]
    relation = SimpleNamespace(
        **{"one_to_one": True, "parent_link": False, "get_accessor_name": lambda: "activity", "model": Project},
        **{"related_model": Activity, "field": SimpleNamespace(name="project")},
    )
    model = SimpleNamespace(__name__="Project", _meta=SimpleNamespace(related_objects=[relation]))
    monkeypatch.setattr(apps, "get_models", lambda: [model])
    lacking = ServerException(type="RelatedObjectDoesNotExist", message="Project has no activity.", fingerprint="f")
    path = PlannedPath(path=f"/projects/{project.pk}/")
    broken = replace(not_found(READ, identity), outcome=Outcome.SERVER_ERROR, trace=trace(exception=lacking), path=path)
    found = list(wanted.wanted_rows(READ, identity, broken))
    assert wanted.WantedRow(model=Activity, asked={"project": project}) in found


def test_what_a_view_asks_of_the_rows_below_that_of_the_address(identity: Identity) -> None:
    """It took the first of none, and wanted more of them than that they belong to it."""
    projects(("active", False))
    project = Project.objects.get()
    Activity.objects.create(project=project, user_id=identity.user_id, created_at=timezone.now() + timedelta(days=9))
    activities = 'SELECT "projects_activity"."id" FROM "projects_activity" WHERE "projects_activity"."created_at" <= %s'
    lacking = ServerException(type="AttributeError", message="'NoneType' object has no attribute 'x'", fingerprint="f")
    seen = trace(statements=(use(activities),), exception=lacking)
    path = PlannedPath(path=f"/projects/{project.pk}/")
    broken = replace(not_found(READ, identity), outcome=Outcome.SERVER_ERROR, trace=seen, path=path)
    asked = [one.asked for one in wanted.wanted_rows(READ, identity, broken) if one.model is Activity]
    assert [sorted(one) for one in asked] == [["created_at__lte", "project"]]


def test_rows_that_are_there_are_enough(identity: Identity) -> None:
    projects(("draft", False))
    assert missing().make_for([(READ, None)], [identity]) == frozenset()


def test_a_row_that_must_be_ones_own(identity: Identity) -> None:
    """That others have some helps nobody."""
    projects(("draft", False))
    own = replace(PROJECT, owner_field="owner", owner_evidence=Evidence.INFERRED)
    assert missing().make_for([(replace(READ, parameters=(own,)), None)], [identity]) == {READ.id}
    assert Project.objects.filter(owner_id=int(identity.user_id)).count() == 1


def test_a_row_that_meets_what_the_view_asks(identity: Identity) -> None:
    """None of those that are there is in the archive."""
    projects(("draft", False))
    best = not_found(READ, identity, use(f'{SELECT}WHERE "projects_project"."is_archived" LIMIT 21'))
    assert missing().make_for([(READ, best)], [identity]) == {READ.id}
    assert Project.objects.filter(is_archived=True).count() == 1


@pytest.mark.parametrize(
    ("said", "helped"), [("No project found", {"GET /list/"}), ("The name is too long", set[str]())]
)
def test_what_says_in_words_that_nothing_was_found(identity: Identity, said: str, helped: set[str]) -> None:
    """With another status than 404, as many APIs answer."""
    projects(("draft", False))
    read = operation("GET /list/")
    refused = not_found(read, identity, use(f'{SELECT}WHERE "projects_project"."owner_id" = %s'))
    refused = replace(refused, outcome=Outcome.CLIENT_ERROR, answer=answer({"message": said}))
    assert missing().make_for([(read, refused)], [identity]) == helped


def test_a_row_of_the_user_whom_the_view_asks_for(identity: Identity) -> None:
    """The statement compares the column that leads to users; the staff has none of its own either."""
    projects(("draft", False))
    best = not_found(READ, replace(identity, staff=True), use(f'{SELECT}WHERE "projects_project"."owner_id" = %s'))
    assert missing().make_for([(READ, best)], [identity]) == {READ.id}
    assert Project.objects.filter(owner_id=int(identity.user_id)).count() == 1


def test_a_row_with_all_that_its_address_names(identity: Identity) -> None:
    """Those that are there lack what is optional, or their parents do."""
    projects(("draft", False))
    client = Parameter(name="client", model="projects.Project", model_field="client")
    page = operation("GET /<client>/<int:project_id>/", parameters=(client, PROJECT))
    assert missing().make_for([(page, None)], [identity]) == {page.id}
    assert Project.objects.exclude(client="").count() == 1
    assert missing().make_for([(page, None)], [identity]) == frozenset()


def test_a_row_in_each_state_that_the_view_may_ask_for(identity: Identity) -> None:
    """The statement shows no values: which of the choices it compared with is not known."""
    projects(("draft", False))
    sql = f'{SELECT}WHERE "projects_project"."owner_id" = %s AND "projects_project"."status" = %s LIMIT 21'
    best = not_found(READ, identity, use(sql))
    assert missing().make_for([(READ, best)], [identity]) == {READ.id}
    own = Project.objects.filter(owner_id=int(identity.user_id)).values_list("status", flat=True)
    assert sorted(own) == ["active", "closed", "draft"]


def test_a_row_below_the_one_of_the_address(identity: Identity) -> None:
    """The view took the first of its activities, and it has none; the other project's do not help."""
    first, second = projects(("draft", False), ("draft", False))
    Activity.objects.create(project=second, user=second.owner, verb="made", created_at=timezone.now())
    of_project = operation("GET /api/projects/<int:project_id>/", parameters=(PROJECT,))
    sql = 'SELECT "projects_activity"."id" FROM "projects_activity" WHERE "projects_activity"."project_id" = %s LIMIT 1'
    raised = ServerException(
        type="AttributeError", message="'NoneType' object has no attribute 'verb'", fingerprint="f"
    )
    best = not_found(of_project, identity, use(sql))
    assert best.trace is not None
    best = replace(
        best,
        outcome=Outcome.SERVER_ERROR,
        path=PlannedPath(path=f"/api/projects/{first.pk}/"),
        trace=replace(best.trace, exception=raised),
    )
    assert missing().make_for([(of_project, best)], [identity]) == {of_project.id}
    assert first.activities.count() == 1
    assert missing().make_for([(of_project, best)], [identity]) == frozenset()


def test_a_page_that_shows_nothing_without_rows(identity: Identity) -> None:
    """It has no parameter, but the last table that it read is empty."""
    page = operation("GET /projects/archive/")
    best = not_found(page, identity, use(SELECT))
    assert missing().make_for([(page, best)], [identity]) == {page.id}
    assert Project.objects.count() == 1


def test_a_body_that_has_to_name_a_row(identity: Identity) -> None:
    field = BodyField(name="category", required=True, model="catalog.Category", model_field="pk")
    write = replace(operation("POST /items/"), body=Body(kind=BodyKind.FORM, fields=(field,)))
    assert missing().make_for([(write, None)], [identity]) == {write.id}
    assert Category.objects.count() == 1


def test_a_body_that_has_to_name_a_column_that_is_empty(identity: Identity) -> None:
    projects(("draft", False))
    Project.objects.update(area_m2=None)
    field = BodyField(name="area", required=True, model="projects.Project", model_field="area_m2")
    write = replace(operation("POST /areas/"), body=Body(kind=BodyKind.FORM, fields=(field,)))
    assert missing().make_for([(write, None)], [identity]) == {write.id}
    assert Project.objects.exclude(area_m2=None).count() == 1


def test_why_none_could_be_made_is_told(identity: Identity, monkeypatch: Any) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("the season is over")

    monkeypatch.setattr(Project, "save", refuse)
    rows = missing()
    assert rows.make_for([(READ, None)], [identity]) == frozenset()
    assert rows.why_not(READ) == "none could be made on the clone: RuntimeError: the season is over"


def test_a_text_that_a_page_reads_as_a_number_is_written_as_one(identity: Identity) -> None:
    """In rows of the run's own, by what Python says of their text; what else it says of is left alone."""
    rows = missing()
    page = operation("GET /projects/")
    assert rows.make_for([(READ, None)], [identity]) == {READ.id}
    made = Project.objects.get().name
    assert made[:1] not in made.split()
    for text, helped in ((made[:1], set()), (made, {page.id}), (made, {page.id}), ("elsewhere", set())):
        message = f"could not convert string to float: {text!r}"
        broken = trace(exception=ServerException(type="ValueError", message=message, fingerprint="f"))
        best = replace(not_found(page, identity, use(SELECT)), outcome=Outcome.SERVER_ERROR, trace=broken)
        assert rows.make_for([(page, best)], [identity]) == helped
        assert Project.objects.get().name == (made if text == made[:1] else "1")


def test_rows_that_break_a_page_are_taken_out_again(identity: Identity) -> None:
    """A page that worked on the project's own rows must not fail in the load for those of the run."""
    rows = missing()
    page = operation("GET /projects/")
    works = replace(not_found(page, identity, use(SELECT)), outcome=Outcome.OK)
    assert not rows.may_have_broken(page, works)
    assert rows.make_for([(READ, None)], [identity]) == {READ.id}
    assert rows.may_have_broken(page, works)
    assert rows.may_have_broken(READ, works)
    assert not rows.may_have_broken(replace(READ, method="DELETE"), works)
    empties = use('DELETE FROM "projects_project" WHERE "projects_project"."id" = %s')
    assert not rows.may_have_broken(page, replace(works, trace=trace(statements=(use(SELECT), empties))))
    assert rows.has_broken(replace(works, outcome=Outcome.OTHER_VIEW))
    assert not rows.has_broken(replace(works, outcome=Outcome.DENIED))
    assert works.trace is not None
    raised = ServerException(type="shop.Odd", message="no name", fingerprint="f")
    never = replace(works, outcome=Outcome.SERVER_ERROR, trace=replace(works.trace, exception=raised))
    rows.make_for([(page, never)], [identity])
    assert rows.why_not(page).startswith("it reads rows that the run made on its clone (projects.Project)")
    rows.broken.known[page.id] = raised.fingerprint
    rows.make_for([(page, never)], [identity])
    assert not rows.why_not(page)
    rows.take_back(page, replace(works, trace=replace(works.trace, exception=raised)))
    assert (Project.objects.count(), rows.rows.made) == (0, {})
    assert rows.make_for([(READ, None)], [identity]) == frozenset()
    assert rows.why_not(READ) == "none could be made on the clone: GET /projects/ failed with it (Odd: no name)"


def test_a_row_of_its_own_is_made_where_a_view_wants_one_and_finds_several(identity: Identity) -> None:
    """One for all that fail so, and a row below it where the address names one."""
    for code in ("1", "2"):
        Category.objects.create(code=code, name="twice")
    named = Parameter(name="name", converter="str", model="catalog.Category", model_field="name")
    page = operation("GET /categories/<str:name>/", parameters=(named,))
    raised = ServerException(
        type=f"{Category.__module__}.Category.MultipleObjectsReturned", message="", fingerprint="x"
    )
    failed = replace(not_found(page, identity), outcome=Outcome.SERVER_ERROR, trace=trace(exception=raised))
    maker = missing()
    assert maker.make_for([(page, failed)], [identity]) == {page.id}
    assert maker.make_for([(page, failed)], [identity]) == {page.id}
    assert Category.objects.exclude(name="twice").count() == 1


def test_a_row_of_its_own_where_only_a_statement_tells_the_model(identity: Identity) -> None:
    """Nothing else is known of the parameter."""
    for code in ("1", "2"):
        Category.objects.create(code=code, name="twice")
    page = operation("GET /categories/<str:name>/", parameters=(Parameter(name="name", converter="str"),))
    raised = ServerException(
        type=f"{Category.__module__}.Category.MultipleObjectsReturned", message="", fingerprint="x"
    )
    sql = 'SELECT "catalog_category"."id" FROM "catalog_category" WHERE "catalog_category"."name" = %s'
    told = trace(exception=raised, statements=[use(sql)])
    failed = replace(not_found(page, identity), outcome=Outcome.SERVER_ERROR, trace=told)
    assert missing().make_for([(page, failed)], [identity]) == {page.id}


@pytest.mark.parametrize("named", [True, False])
def test_a_link_that_is_empty_where_a_view_finds_nothing(
    identity: Identity, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    """`if item.supplier is None: raise Http404`: the row that its user can open gets one, until that helps nothing."""
    maker = missing()
    assert maker.rows.make(BudgetItem, identity, {}, [])
    BudgetItem.objects.update(supplier=None)
    item = BudgetItem.objects.get()
    monkeypatch.setattr(breaking, "row_at", lambda one, path: item)
    monkeypatch.setattr(breaking, "names_in_code_at", lambda path, models: {"supplier"} if named else set())
    parameter = Parameter(name="item_id", converter="int", model="budgets.BudgetItem", model_field="pk")
    page = operation("GET /items/<int:item_id>/", parameters=(parameter,))
    helped = maker.make_for([(page, not_found(page, identity))], [identity])
    assert (page.id in helped, BudgetItem.objects.get().supplier is not None) == (named, named)
    maker.settle([page.id])
    assert BudgetItem.objects.get().supplier is None


def test_the_newest_row_is_changed_to_what_is_asked_of_one_that_cannot_be_made(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others stay as they are."""
    closed = wanted.WantedRow(model=Project, asked={"area_m2__isnull": False, "status": "closed"})
    monkeypatch.setattr("loadaudit.planning.making.missing.wanted_rows", lambda *arguments: [closed])
    rows = missing()
    rows.rows.refused["projects.Project"] = "its own rules"
    first, second = operation("GET /projects/closed/"), operation("GET /projects/large/")
    projects(("active", False), ("active", False))
    Project.objects.update(area_m2=None)
    both = [(one, not_found(one, identity)) for one in (first, second)]
    assert rows.make_for(both, [identity]) == {first.id, second.id}
    assert [(one.status, one.area_m2 is None) for one in Project.objects.order_by("pk")] == [
        ("active", True),
        ("closed", False),
    ]
    rows.settle([first.id, second.id])
    assert not Project.objects.exclude(status="active", area_m2=None).exists()


def test_gaps_of_rows_that_a_list_shows(identity: Identity) -> None:
    """Each has what the page broke without, also for another page that broke the same way."""
    projects(("active", False), ("closed", False))
    page, other = operation("GET /projects/"), operation("GET /home/")
    message = "'NoneType' object has no attribute 'quantize'"
    exception = ServerException(type="AttributeError", message=message, fingerprint="1")
    seen = trace(statements=(use(SELECT, count=1),), exception=exception)
    broke = replace(not_found(page, identity), outcome=Outcome.SERVER_ERROR, trace=seen)
    made = missing()
    assert made.make_for([(page, broke), (other, broke)], [identity]) == {page.id, other.id}
    assert not Project.objects.filter(area_m2=None).exists()
    made.settle({page.id})
    assert not Project.objects.filter(area_m2=None).exists()
    made.settle({page.id, other.id})
    assert Project.objects.filter(area_m2=None).exists()


@pytest.mark.parametrize(
    ("message", "filled"),
    [
        ("%d format: a real number is required, not NoneType", {"area_m2"}),
        ("unsupported operand type(s) for -: 'NoneType' and 'int'", {"area_m2"}),
        ("'<' not supported between instances of 'NoneType' and 'datetime.date'", set()),
        ("'<' not supported between instances of 'str' and 'NoneType'", set()),
        ("NoneType", set()),
    ],
)
def test_gaps_of_the_kind_that_python_names(identity: Identity, message: str, filled: set[str]) -> None:
    """Where no attribute was missing but a number; tables read earlier count, too."""
    projects(("active", False))
    page = operation("GET /projects/")
    exception = ServerException(type="TypeError", message=message, fingerprint="1")
    later = (use(f"SELECT 1 FROM {name}") for name in ("budgets_budgetitem", "orders_order", "audit_log", "x"))
    seen = trace(statements=(use(SELECT, count=1), *later), exception=exception)
    broke = replace(not_found(page, identity), outcome=Outcome.SERVER_ERROR, trace=seen)
    assert {name for row, names in breaking.gaps_in(broke) for name in names if isinstance(row, Project)} == filled


def test_gaps_that_no_address_can_be_made_of(identity: Identity) -> None:
    """A page that links to what a row shows breaks where its part of the address is empty."""
    projects(("active", False))
    message = "Reverse for 'client' with keyword arguments '{'client': '', 'pk': 1}' not found."
    exception = ServerException(type="django.urls.exceptions.NoReverseMatch", message=message, fingerprint="1")
    page = operation("GET /projects/")
    seen = trace(statements=(use(SELECT),), exception=exception)
    broke = replace(not_found(page, identity), outcome=Outcome.SERVER_ERROR, trace=seen)
    assert missing().make_for([(page, broke)], [identity]) == {page.id}
    assert not Project.objects.filter(client="").exists()
    assert [names for _, names in breaking.gaps_of_links(broke, {"client": ("accounts.User", "pk")})] == []


@isolate_apps("tests.demo.projects")
def test_files_that_a_page_opens_and_rows_lack(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    """They get one, which is in the storage."""

    storage = InMemoryStorage()

    class Report(models.Model):
        scan: Any = models.FileField(storage=storage, blank=True)

        class Meta:
            app_label = "projects"

    row = Report(pk=1)
    monkeypatch.setattr(breaking, "read_last", lambda best: [Report])
    monkeypatch.setattr(breaking, "either_end", lambda model: [row])
    message = "The 'scan' attribute has no file associated with it."
    seen = trace(exception=ServerException(type="ValueError", message=message, fingerprint="1"))
    broke = replace(not_found(READ, identity), outcome=Outcome.SERVER_ERROR, trace=seen)
    assert list(breaking.gaps_in(broke)) == [(row, ("scan",))]
    assert breaking.breaks_on_nothing(broke)
    name = str(changes.stored(row, "scan", ContentFile(b"a", name="a.txt")))
    assert storage.open(name).read() == b"a"
