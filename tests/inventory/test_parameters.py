"""Parameters and the rows that they select."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.test.utils import isolate_apps
from django.views import View
from django.views.generic import DetailView, UpdateView
from rest_framework.generics import RetrieveAPIView

from loadaudit.inventory.parameters import links, naming
from loadaudit.inventory.parameters.naming import guess
from loadaudit.inventory.parameters.selected import parameters_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.inventory.urlconf.routes import Slot
from tests.demo.accounts.models import User
from tests.demo.batch.models import BatchJob
from tests.demo.budgets.models import BudgetItem
from tests.demo.projects.models import Project
from tests.inventory.decorators import oddly_named

INT = Slot(name="project_id", converter="int", pattern="[0-9]+")


def found(view: Callable[..., Any], *slots: Slot, route: str = "/x/") -> list[tuple[Any, ...]]:
    """Return model, field, owner and evidence of each parameter."""
    parameters = parameters_of(unwrap(view), "GET", slots, route, "projects")
    return [(one.model, one.model_field, one.owner_field, one.evidence.value) for one in parameters]


def int_slot(name: str) -> Slot:
    """Return a whole number in the path."""
    return Slot(name=name, converter="int", pattern="[0-9]+")


class Detail(DetailView):  # type: ignore[type-arg]
    """By primary key."""

    model = Project
    pk_url_kwarg = "project_id"


class BySlug(DetailView):  # type: ignore[type-arg]
    """By a field."""

    queryset = Project.objects.all()
    slug_field = "name"


class Mine(UpdateView):  # type: ignore[type-arg]
    """Only the user's own."""

    fields = ("name",)

    def get_queryset(self) -> QuerySet[Project]:
        """Filter by owner."""
        return Project.objects.filter(owner=self.request.user)  # type: ignore[misc]


class Handlers(View):
    """Looks rows up in its handler."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Use kwargs."""
        project = get_object_or_404(Project, pk=self.kwargs["project_id"])
        return HttpResponse(project.name)


@pytest.mark.parametrize(
    ("view", "slot", "expected"),
    [
        (Detail.as_view(), INT, ("projects.Project", "pk", None, "declared")),
        (
            BySlug.as_view(),
            Slot(name="slug", converter="slug", pattern=""),
            ("projects.Project", "name", None, "declared"),
        ),
        (
            DetailView.as_view(model=Project, pk_url_kwarg="n"),
            int_slot("n"),
            ("projects.Project", "pk", None, "declared"),
        ),
        (Mine.as_view(), int_slot("pk"), ("projects.Project", "pk", "owner", "inferred")),
        (Handlers.as_view(), INT, ("projects.Project", "pk", None, "inferred")),
    ],
)
def test_class_based_views(view: Callable[..., Any], slot: Slot, expected: tuple[Any, ...]) -> None:
    """Attributes are declared, overridden querysets and handlers are read."""
    assert found(view, slot) == [expected]


def shortcut(request: HttpRequest, project_id: int) -> HttpResponse:
    """Look up with the owner."""
    return HttpResponse(get_object_or_404(Project, pk=project_id, owner=request.user).name)


def manager(request: HttpRequest, project_id: int) -> HttpResponse:
    """Look up through a chain."""
    project = Project.objects.select_related("owner").filter(owner_id=request.user.pk).get(id=project_id)
    return HttpResponse(project.name)


def either(request: HttpRequest, project_id: int) -> HttpResponse:
    """Owner or member."""
    mine = Project.objects.filter(Q(owner=request.user) | Q(name="public"))
    return HttpResponse(get_object_or_404(mine, pk=int(project_id)).name)


def reverse_manager(request: HttpRequest, project_id: int) -> HttpResponse:
    """Look up among the user's rows."""
    return HttpResponse(request.user.projects.get(pk=project_id).name)  # type: ignore[union-attr]


def compared(request: HttpRequest, project_id: int) -> HttpResponse:
    """Compare the owner afterwards."""
    project = Project.objects.get(pk=project_id)
    if project.owner != request.user:
        raise Http404
    return HttpResponse(project.name)


def child(request: HttpRequest, project_id: int, item_id: int) -> HttpResponse:
    """Look a child up with its parent and its parent's owner."""
    item = get_object_or_404(BudgetItem, pk=item_id, project_id=project_id, project__owner=request.user)
    return HttpResponse(str(item.pk))


def _visible(request: HttpRequest, pk: int) -> Project:
    return get_object_or_404(Project.objects.filter(owner=request.user), pk=pk)  # type: ignore[misc]


def in_helper(request: HttpRequest, project_id: int) -> HttpResponse:
    """Leave the look-up to a helper."""
    project = _visible(request, project_id)
    return HttpResponse(project.name)


@oddly_named
def _decorated(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(_visible(request, pk).name)


def in_decorated_helper(request: HttpRequest, project_id: int) -> Any:
    """Leave all of it to a helper behind a decorator, as views do that differ in one word."""
    return _decorated(request=request, pk=project_id)


async def later(request: HttpRequest, project_id: int) -> HttpResponse:
    """Look up asynchronously."""
    project = await Project.objects.aget(pk=project_id)
    return HttpResponse(project.name)


def local_import(request: HttpRequest, project_id: int) -> HttpResponse:
    """Import the model inside."""
    from tests.demo.projects.models import Project as Imported

    return HttpResponse(Imported.objects.get(pk=project_id).name)


def by_label(request: HttpRequest, project_id: int) -> HttpResponse:
    """Find the model by its label."""
    model = apps.get_model("projects", "Project")
    return HttpResponse(str(get_object_or_404(model, pk=project_id)))


def search(request: HttpRequest, project_id: str) -> HttpResponse:
    """Search, which selects no row."""
    return HttpResponse(str(User.objects.filter(email__icontains=project_id).count()))


@pytest.mark.parametrize(
    ("view", "owner"),
    [
        (shortcut, "owner"),
        (manager, "owner"),
        (either, "owner"),
        (reverse_manager, "owner"),
        (compared, "owner"),
        (in_helper, "owner"),
        (in_decorated_helper, "owner"),
        (later, None),
        (local_import, None),
        (by_label, None),
    ],
)
def test_look_ups_in_the_source(view: Callable[..., Any], owner: str | None) -> None:
    """Model, field and ownership filter of a function view."""
    assert found(view, INT) == [("projects.Project", "pk", owner, "inferred")]


def test_parent_and_child() -> None:
    """A relation path leads to the parent, whose owner is the rest of the child's path."""
    assert found(child, INT, int_slot("item_id")) == [
        ("projects.Project", "pk", "owner", "inferred"),
        ("budgets.BudgetItem", "pk", "project__owner", "inferred"),
    ]


_SHELF: Any = None


def any_version(request: HttpRequest, n: int) -> HttpResponse:
    """Ask a manager of the class that has a name of its own."""
    return HttpResponse(_SHELF.past.get(pk=n))


class _KeptManager:
    """Hands out what is kept of a row, as libraries of histories do."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model

    def __get__(self, row: object, owner: type | None = None) -> Any:
        return self.model._default_manager


@isolate_apps("tests.inventory", "django.contrib.contenttypes")
def test_rows_behind_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A generic relation and a history name their row by its key: that column leads to the parent."""

    class Paper(models.Model):
        kind = models.ForeignKey(ContentType, on_delete=models.CASCADE)
        object_id = models.PositiveIntegerField()
        of = GenericForeignKey("kind", "object_id")
        name = models.CharField(max_length=20)

        class Meta:
            app_label = "inventory"

    class Kept(models.Model):
        number = models.AutoField(primary_key=True)
        id = models.IntegerField()

        class Meta:
            app_label = "inventory"

    class Shelf(models.Model):
        papers = GenericRelation(Paper, content_type_field="kind")
        past = _KeptManager(Kept)
        objects: Any = models.Manager()

        class Meta:
            app_label = "inventory"

    def paper(request: HttpRequest, shelf: int, name: str) -> HttpResponse:
        found = get_object_or_404(Shelf, pk=shelf)
        return HttpResponse(found.papers.filter(name=name).first())

    def version(request: HttpRequest, shelf: int, n: int) -> HttpResponse:
        found = Shelf.objects.get(pk=shelf)
        return HttpResponse(get_object_or_404(found.past, number=n))

    class Own(View):
        def get_object(self) -> Shelf:
            return get_object_or_404(Shelf, pk=self.kwargs["shelf"])

        def get(self, request: HttpRequest, shelf: int, name: str) -> HttpResponse:
            row = self.get_object()
            return HttpResponse(get_object_or_404(row.papers.all(), name=name))

    monkeypatch.setattr(links, "apps", Paper._meta.apps)
    monkeypatch.setitem(globals(), "_SHELF", Shelf)
    shelf, name, n = int_slot("shelf"), Slot(name="name", converter="str", pattern="[^/]+"), int_slot("n")
    read = {
        view: [
            (one.model, one.model_field, one.parent, one.parent_field)
            for one in parameters_of(unwrap(view), "GET", slots, "/x/", "inventory")
        ]
        for view, slots in (
            (paper, [shelf, name]),
            (version, [shelf, n]),
            (any_version, [n]),
            (Own.as_view(), [shelf, name]),
        )
    }
    top = ("inventory.Shelf", "pk", None, None)
    assert list(read.values()) == [
        [top, ("inventory.Paper", "name", "shelf", "object_id")],
        [top, ("inventory.Kept", "pk", "shelf", "id")],
        [("inventory.Kept", "pk", None, None)],
        [top, ("inventory.Paper", "name", None, None)],
    ]


def test_conditions_that_are_put_together_before() -> None:
    """`get_object()` of a view of its own often gathers what it filters by in a dictionary."""

    def view(request: HttpRequest, number: int, budget: int) -> HttpResponse:
        wanted: dict[str, int] = {"pk": number}
        filters = {"id": budget}
        filters["project"] = number
        get_object_or_404(Project.objects.all(), **wanted)
        return HttpResponse(get_object_or_404(BudgetItem, **filters))

    assert found(view, int_slot("number"), int_slot("budget")) == [
        ("projects.Project", "pk", None, "inferred"),
        ("budgets.BudgetItem", "pk", None, "inferred"),
    ]


class Filtered(RetrieveAPIView):  # type: ignore[type-arg]
    """Picks its row itself, from what its filters let through."""

    def get_queryset(self) -> QuerySet[BudgetItem]:
        """Return all there are."""
        return BudgetItem.objects.order_by("pk")

    def get_object(self) -> BudgetItem:
        """Return the row that the address names."""
        queryset = self.filter_queryset(self.get_queryset()).filter(project__isnull=False)
        wanted = {"id": self.kwargs["number"]}
        found: BudgetItem = get_object_or_404(queryset, **wanted)
        return found


def test_rows_that_filters_of_an_api_let_through() -> None:
    assert found(Filtered.as_view(), int_slot("number")) == [("budgets.BudgetItem", "pk", None, "inferred")]


def test_unnamed_groups_are_paired_with_arguments() -> None:
    """The first group is the argument behind the request."""
    assert found(shortcut, Slot(name="1", converter="regex", pattern=r"\d+"))[0][0] == "projects.Project"


def in_the_way(view: Any) -> Any:
    """Decorate without functools.wraps, and look the row up by position."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return wrapper


@in_the_way
def by_position(request: HttpRequest, project_id: str, name: str) -> HttpResponse:
    """Look at nothing."""
    return HttpResponse()


def test_unnamed_groups_are_called_what_the_view_calls_them() -> None:
    """Behind a decorator that passes all of them on, and as a column of what the segment before says."""
    slots = [Slot(name=name, converter="regex", pattern="[^/]+") for name in ("1", "2")]
    assert found(by_position, *slots, route="/<1>/categories/<2>/") == [
        ("projects.Project", "pk", None, "assumed"),
        ("catalog.Category", "name", None, "assumed"),
    ]


def test_a_search_selects_no_row() -> None:
    """Only equality selects; the name decides then."""
    assert found(search, INT) == [("projects.Project", "pk", None, "assumed")]


def no_look_up(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Look at nothing."""
    return HttpResponse()


@pytest.mark.parametrize(
    ("slot", "route", "expected"),
    [
        (INT, "/x/", ("projects.Project", "pk")),
        (int_slot("project_pk"), "/x/", ("projects.Project", "pk")),
        (int_slot("project"), "/x/", ("projects.Project", "pk")),
        (int_slot("pk"), "/projects/<int:pk>/", ("projects.Project", "pk")),
        (int_slot("pk"), "/budget-items/<int:pk>/", ("budgets.BudgetItem", "pk")),
        (int_slot("id"), "/categories/<int:id>/", ("catalog.Category", "pk")),
        (int_slot("page"), "/x/", (None, None)),
        (int_slot("batch_job_id"), "/x/", (None, None)),
        (Slot(name="batchjob_id", converter="uuid", pattern=""), "/x/", ("batch.BatchJob", "pk")),
    ],
)
def test_names_are_a_last_resort(slot: Slot, route: str, expected: tuple[Any, Any]) -> None:
    """A name suggests a model whose key fits the converter; the evidence is assumed."""
    model, field, _, evidence = found(no_look_up, slot, route=route)[0]
    assert (model, field, evidence) == (*expected, "assumed")


def test_a_noun_says_nothing_of_the_group_behind_the_next() -> None:
    """`/projects/<1>/<2>`: the first is a project."""
    slots = [Slot(name=name, converter="regex", pattern=r"\d+") for name in ("1", "2")]
    assert [one[0] for one in found(no_look_up, *slots, route="/projects/<1>/<2>")] == ["projects.Project", None]


def by_type(request: HttpRequest, type_id: int, object_id: int) -> HttpResponse:
    """Look at a row of any model."""
    kind = ContentType.objects.get(pk=type_id)
    return HttpResponse(str(get_object_or_404(kind.model_class(), pk=object_id)))  # type: ignore[arg-type]


def test_what_a_method_of_a_row_returns_is_another_model() -> None:
    """`kind.model_class()` is no ContentType."""
    slots = [int_slot("type_id"), int_slot("object_id")]
    assert [one[0] for one in found(by_type, *slots)] == ["contenttypes.ContentType", None]


def test_a_guess_fits_the_converter() -> None:
    """A whole number selects no row of a model whose key is a UUID."""
    assert BatchJob._meta.pk.get_internal_type() == "UUIDField"
    assert guess("batchjob_id", "int", "[0-9]+", "/x/", "") is None


@isolate_apps("tests.inventory")
def test_a_text_named_as_a_model_with_a_slug_is_the_slug(monkeypatch: pytest.MonkeyPatch) -> None:
    """`/<slug:event>/` is no key; a number is one, and so is any text where the model has no slug."""

    class Event(models.Model):
        slug = models.SlugField()

        class Meta:
            app_label = "inventory"

    monkeypatch.setattr(naming, "_all_models", lambda: (Event, Project))
    guesses = [
        guess.__wrapped__(name, converter, pattern, "/x/", "")
        for name, converter, pattern in (
            ("event", "slug", ""),
            ("event", "regex", "[^/]+"),
            ("event", "int", ""),
            ("event", "regex", r"\d+"),
            ("event_id", "str", ""),
            ("project", "str", ""),
        )
    ]
    assert [one and one.field for one in guesses] == ["slug", "slug", "pk", "pk", "pk", "pk"]


@isolate_apps("tests.inventory")
def test_a_name_may_be_the_end_or_the_initials_of_a_longer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """`unit_slug` is an EntityUnit and `uom_pk` a UnitOfMeasure, where the view's app has one such model only."""

    class EntityUnitModel(models.Model):
        slug = models.SlugField()

        class Meta:
            app_label = "shop"

    class UnitOfMeasure(models.Model):
        class Meta:
            app_label = "shop"

    monkeypatch.setattr(naming, "_all_models", lambda: (EntityUnitModel, UnitOfMeasure))
    names = ("entity_unit_pk", "unit_slug", "uom_pk", "measure_pk")
    found = [guess(name, "str", "", f"/{name}/", "shop") for name in names]
    assert [(one.model, one.field) for one in found if one is not None] == [
        (EntityUnitModel, "pk"),
        (EntityUnitModel, "slug"),
        (UnitOfMeasure, "pk"),
        (UnitOfMeasure, "pk"),
    ]
    assert guess("unit_slug", "str", "", "/elsewhere/", "other") is None


@isolate_apps("tests.inventory")
def test_the_segment_before_tells_which_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    """In full, or as the plural of the name, behind which stands one of many rows."""

    class WorkSession(models.Model):
        class Meta:
            app_label = "shop"

    class MemberSession(models.Model):
        class Meta:
            app_label = "shop"

    class ClubMeeting(models.Model):
        class Meta:
            app_label = "shop"

    monkeypatch.setattr(naming, "_all_models", lambda: (WorkSession, MemberSession, ClubMeeting))
    asked = (("session", "/work-sessions/<session>/"), ("meeting", "/meetings/<meeting>"), ("meeting", "/x/<meeting>"))
    found = [guess(name, "str", "", route, "shop") for name, route in asked]
    assert [one and one.model for one in found] == [WorkSession, ClubMeeting, None]


@isolate_apps()
def test_a_model_of_the_views_app_goes_before_one_that_django_brings_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """`session` is a WorkSession; an account is a user wherever there is no other model of that very name."""

    class WorkSession(models.Model):
        class Meta:
            app_label = "shop"

    class ShopUser(models.Model):
        class Meta:
            app_label = "shop"

    user = get_user_model()
    monkeypatch.setattr(naming, "_all_models", lambda: (Session, WorkSession, user, ShopUser))
    names, there = ("session", "user"), ("shop", "other")
    found = {(name, app): guess(name, "str", "", f"/{name}s/<{name}>/", app) for name in names for app in there}
    assert {place: one.model for place, one in found.items() if one is not None} == {
        ("session", "shop"): WorkSession,
        ("session", "other"): Session,
        ("user", "shop"): user,
        ("user", "other"): user,
    }


def _row_of(pk: int) -> Project:
    """Look a row up, outside of the event loop, by a method that some managers have."""
    row: Project = Project.objects.get_subclass(pk=pk)  # type: ignore[attr-defined]
    return row


row_of = sync_to_async(_row_of)


async def awaited(request: HttpRequest, number: int) -> HttpResponse:
    """Await what another thread looks up."""
    return HttpResponse((await row_of(number)).name)


def test_a_helper_that_is_awaited_looks_up() -> None:
    """As `sync_to_async` and `database_sync_to_async` wrap it."""
    assert found(awaited, int_slot("number")) == [("projects.Project", "pk", None, "inferred")]
