"""Whose rows a view takes, and which row belongs to another's: through managers, mixins, helpers and foreign keys."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView
from django.views.generic.detail import SingleObjectMixin
from rest_framework import generics, permissions, viewsets

from loadaudit.inventory.parameters.selected import parameters_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.inventory.urlconf.routes import Slot
from loadaudit.records import Parameter
from tests.demo.budgets.models import BudgetItem
from tests.demo.projects.models import Activity, Membership, Project, ProjectQuerySet


def parameters(view: Callable[..., Any], *names: str, method: str = "GET") -> tuple[Parameter, ...]:
    """Return the parameters of a route with whole numbers of these names."""
    slots = [Slot(name=name, converter="int", pattern="[0-9]+") for name in names]
    return parameters_of(unwrap(view), method, slots, "/x/", "projects")


def owners(view: Callable[..., Any], name: str = "pk") -> tuple[str | None, str | None, str]:
    """Return the model of the one parameter, its owner and the evidence of that."""
    (one,) = parameters(view, name)
    return one.model, one.owner_field, one.owner_evidence.value


def of_user(self: Any, user: Any) -> Any:
    """Return the user's own rows."""
    return self.filter(owner=user)


def is_of(self: Any, user: Any) -> bool:
    """Whether a row is the user's own."""
    return bool(self.owner == user)


def by_manager(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a method of the queryset."""
    return HttpResponse(get_object_or_404(Project.objects.of_user(request.user), pk=pk))  # type: ignore[attr-defined]


def by_chain(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask it in the middle of a chain, for a user held by a name."""
    me = request.user
    rows = Project.objects.filter(is_archived=False).of_user(user=me)  # type: ignore[attr-defined]
    return HttpResponse(rows.get(pk=pk))


def by_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a method of the row."""
    project = get_object_or_404(Project, pk=pk)
    if not project.is_of(request.user):  # type: ignore[attr-defined]
        raise Http404
    return HttpResponse(project)


def of_others(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse the user's own rows."""
    project = get_object_or_404(Project, pk=pk)
    if project.owner == request.user:
        return HttpResponse("your own", status=400)
    return HttpResponse(project)


def of_others_by_class(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse the user's own rows by an answer that is a refusal by its class."""
    project = get_object_or_404(Project, pk=pk)
    if project.owner == request.user:
        return HttpResponseForbidden()
    return HttpResponse(project)


def of_others_by_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the user on with an error."""
    project = get_object_or_404(Project, pk=pk)
    if project.owner == request.user:
        messages.error(request, "You cannot sign what is your own.")
        return HttpResponseRedirect("/")
    return HttpResponse(project)


def of_others_by_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page again with what is wrong, by a helper."""
    project = get_object_or_404(Project, pk=pk)
    if project.owner == request.user:
        return _shown(project, error="You cannot bid on your own project.")
    return _shown(project)


def _shown(project: Project, error: str = "") -> HttpResponse:
    return HttpResponse(f"{project} {error}")


def by_expression(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse the rows of others in one expression."""
    project = get_object_or_404(Project, pk=pk)
    return HttpResponse(status=403) if project.owner != request.user else HttpResponse(project)


@pytest.mark.parametrize("view", [of_others, of_others_by_class, of_others_by_message, of_others_by_page])
def test_who_is_refused_is_no_owner(view: Any) -> None:
    assert owners(view) == ("projects.Project", None, "assumed")


def _check(project: Project, user: Any) -> None:
    if project.owner != user:
        raise Http404


def by_helper(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the row and the user to a helper."""
    project = Project.objects.get(pk=pk)
    _check(project, request.user)
    return HttpResponse(project)


class OwnerMixin:
    """Filters by a field that an attribute names."""

    owner_field = "owner"

    def get_queryset(self) -> Any:
        """Return the user's own."""
        return super().get_queryset().filter(**{self.owner_field: self.request.user})  # type: ignore[misc, attr-defined]


class Mixed(OwnerMixin, DeleteView):  # type: ignore[type-arg]
    """By a mixin."""

    model = Project


class Overridden(UpdateView):  # type: ignore[type-arg]
    """By `get_object`."""

    model = Project
    fields = ("name",)

    def get_object(self, queryset: Any = None) -> Any:
        """Turn others away."""
        found = super().get_object(queryset)
        if found.owner != self.request.user:
            raise Http404
        return found


class IsOwner(permissions.BasePermission):
    """Asks about the row."""

    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        """Whether it is the user's."""
        return bool(obj.owner == request.user)


class OfOwner(generics.RetrieveAPIView[Project]):
    """By a permission class."""

    queryset = Project.objects.all()
    permission_classes = (IsOwner,)


class IsOwnerOrReads(IsOwner):
    """Asks who writes."""

    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        """Whether nothing is written, or it is the user's."""
        return request.method in permissions.SAFE_METHODS or bool(obj.owner == request.user)


class ReadByAll(generics.RetrieveUpdateAPIView[Project]):
    """By a permission class that lets reads pass."""

    queryset = Project.objects.all()
    permission_classes = (IsOwnerOrReads,)


def test_who_may_only_read_need_not_own() -> None:
    owned = [parameters(ReadByAll.as_view(), "pk", method=method)[0].owner_field for method in ("GET", "PUT")]
    assert owned == [None, "owner"]


@pytest.mark.parametrize(
    "view",
    [by_manager, by_chain, by_row, by_expression, by_helper, Mixed.as_view(), Overridden.as_view(), OfOwner.as_view()],
)
def test_an_owner_is_found_where_projects_ask_for_it(view: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Querysets, rows, helpers, mixins and permission classes are read with the user that they are given."""
    monkeypatch.setattr(ProjectQuerySet, "of_user", of_user, raising=False)
    monkeypatch.setattr(Project, "is_of", is_of, raising=False)
    assert owners(view) == ("projects.Project", "owner", "inferred")


def visible(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner or a member."""
    return HttpResponse(get_object_or_404(Project.objects.visible_to(request.user), pk=pk))  # type: ignore[arg-type]


def test_one_of_several_ways_in_is_assumed() -> None:
    """Members see the row too, so it need not be the user's own."""
    assert owners(visible) == ("projects.Project", "owner", "assumed")


def child(request: HttpRequest, project_id: int, item_id: int) -> HttpResponse:
    """Through the parent's manager."""
    project = get_object_or_404(Project, pk=project_id)
    return HttpResponse(get_object_or_404(project.items, pk=item_id))


def child_by_row(request: HttpRequest, project_id: int, item_id: int) -> HttpResponse:
    """By the parent's row."""
    parent = Project.objects.get(id=project_id)
    return HttpResponse(BudgetItem.objects.filter(project=parent, id=item_id).get())


def child_by_key(request: HttpRequest, project_id: int, item_id: int) -> HttpResponse:
    """By the parent's key."""
    return HttpResponse(get_object_or_404(BudgetItem, pk=item_id, project_id=project_id))


def apart(request: HttpRequest, project_id: int, item_id: int) -> HttpResponse:
    """Without a look at how they belong together."""
    return HttpResponse(f"{Project.objects.get(pk=project_id)} {BudgetItem.objects.get(pk=item_id)}")


class Items(viewsets.ReadOnlyModelViewSet[BudgetItem]):
    """Nested below a project, as routers nest."""

    parent_lookup_kwargs = {"project_id": "project__pk"}
    queryset = BudgetItem.objects.all()
    lookup_url_kwarg = "item_id"


@pytest.mark.parametrize(
    ("view", "evidence"),
    [
        (child, "inferred"),
        (child_by_row, "inferred"),
        (child_by_key, "inferred"),
        (apart, "assumed"),
        (Items.as_view({"get": "retrieve"}), "assumed"),
    ],
)
def test_a_child_names_its_parent(view: Any, evidence: str) -> None:
    """Inferred where a look-up names both; else the only foreign key between the models tells."""
    parent, found = parameters(view, "project_id", "item_id")
    assert (parent.model, parent.parent) == ("projects.Project", None)
    assert (found.model, found.parent, found.parent_field) == ("budgets.BudgetItem", "project_id", "project")
    assert found.parent_evidence.value == evidence


def two_ways(request: HttpRequest, user_id: int, activity_id: int) -> HttpResponse:
    """Look at nothing."""
    return HttpResponse()


def test_models_that_are_related_twice_are_not_linked() -> None:
    """A budget item reaches users as its assignee and as its project's owner: nearest first, and no doubt about it."""
    user, activity = parameters(two_ways, "user_id", "activity_id")
    assert (user.model, activity.model) == ("accounts.User", Activity._meta.label)
    assert (activity.parent, activity.parent_field) == ("user_id", "user")


class Adds(CreateView):  # type: ignore[type-arg]
    """Has the attributes of a single row, and looks none up."""

    model = BudgetItem
    fields = ("code",)

    def form_valid(self, form: Any) -> Any:
        """Set the parent."""
        form.instance.project_id = self.kwargs["pk"]
        return super().form_valid(form)


class Lists(SingleObjectMixin, ListView):  # type: ignore[type-arg]
    """Rows of one model below a row of another."""

    model = Membership

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Find the parent first."""
        self.object = self.get_object(queryset=Project.objects.all())
        return super().get(request, *args, **kwargs)


class ListsApi(generics.ListAPIView[Membership]):
    """Filters by a parent that has the name of its own key."""

    queryset = Membership.objects.all()

    def get_queryset(self) -> Any:
        """Return those of the project."""
        return Membership.objects.filter(project=self.kwargs["pk"])


def test_what_a_class_names_is_declared_only_where_it_is_used() -> None:
    """A view that looks no row up by its own key has that key's attributes all the same."""
    assert parameters(Adds.as_view(), "pk", method="POST")[0].model is None
    for view in (Lists.as_view(), ListsApi.as_view()):
        (found,) = parameters(view, "pk")
        assert (found.model, found.evidence.value) == ("projects.Project", "inferred")
    (used,) = parameters(DetailView.as_view(model=Project), "pk")
    assert (used.model, used.evidence.value) == ("projects.Project", "declared")


def test_a_filter_that_a_model_does_not_have_is_of_another_one() -> None:
    """As where a helper filters whatever it is given."""

    def page(request: HttpRequest, pk: int) -> HttpResponse:
        rows = BudgetItem.objects.filter(owner=request.user)  # type: ignore[misc]
        return HttpResponse(get_object_or_404(rows, pk=pk))

    assert owners(page)[1] is None
