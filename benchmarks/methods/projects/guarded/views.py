"""Function views and class-based views behind guards."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
from django.contrib.auth.mixins import (
    AccessMixin,
    LoginRequiredMixin,
    PermissionRequiredMixin,
    UserPassesTestMixin,
)
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import DeleteView, DetailView, ListView, TemplateView, UpdateView
from django.views.generic.detail import SingleObjectMixin

from benchmarks.methods.projects.guarded.models import Comment, Project, Task


def ok(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Answer anybody."""
    return HttpResponse("ok")


def role_required(*roles: str) -> Callable[[Any], Any]:
    """Let users of a group through, as many projects write it."""

    def decorator(view: Any) -> Any:
        @functools.wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.is_superuser and not request.user.groups.filter(name__in=roles).exists():
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return wrapper

    return decorator


def api_login(view: Any) -> Any:
    """Answer JSON to nobody; no functools.wraps."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        user = request.user
        if user.is_authenticated:
            return view(request, *args, **kwargs)
        return JsonResponse({"detail": "log in"}, status=401)

    return inner


def superuser_only(function: Any = None, login_url: str = "/login/") -> Any:
    """Wrap `user_passes_test` as projects do."""
    actual = user_passes_test(lambda u: u.is_active and u.is_superuser, login_url=login_url)
    return actual(function) if function else actual


def staff_or_404(view: Any) -> Any:
    """Hide from all but staff."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapper


class Guard:
    """A decorator that is a class."""

    def __init__(self, view: Any) -> None:
        self.view = view

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Turn nobody away politely."""
        if request.user.is_anonymous:
            return redirect("/login/?next=" + request.path)
        return self.view(request, *args, **kwargs)


def only_ajax_counts(view: Any) -> Any:
    """Look at the user without a demand."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            request.session["seen"] = True
        return view(request, *args, **kwargs)

    return wrapper


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm("guarded.change_project"):
        raise PermissionDenied


def checks_in_helper(request: HttpRequest) -> HttpResponse:
    """Call a helper that raises."""
    _check(request)
    return HttpResponse("ok")


def inline_perm(request: HttpRequest) -> HttpResponse:
    """Compare in the view."""
    if not request.user.is_authenticated or not request.user.has_perm("guarded.view_project"):
        return HttpResponseForbidden()
    return HttpResponse("ok")


def login_for_post(request: HttpRequest) -> HttpResponse:
    """Anybody reads, users write."""
    if request.method == "POST":
        if not request.user.is_authenticated:
            return HttpResponse(status=401)
        return HttpResponse("written")
    return HttpResponse("read")


def greets(request: HttpRequest) -> HttpResponse:
    """Show something else to users, and turn nobody away."""
    if request.user.is_authenticated:
        return HttpResponse("hello")
    return HttpResponse("who are you?")


def sends_users_home(request: HttpRequest) -> HttpResponse:
    """Turn users away, as a login page does."""
    if request.user.is_authenticated:
        return redirect("/")
    return HttpResponse("log in here")


def superuser_may_more(request: HttpRequest) -> HttpResponse:
    """Show more to some."""
    rows = Project.objects.all() if request.user.is_superuser else Project.objects.none()
    return HttpResponse(str(rows.count()))


@login_required
def mine(request: HttpRequest, project_id: int) -> HttpResponse:
    """Through a method of the queryset."""
    return HttpResponse(get_object_or_404(Project.objects.for_user(request.user), pk=project_id).name)


@login_required
def visible(request: HttpRequest, slug: str) -> HttpResponse:
    """Through a queryset made a manager, by another field."""
    return HttpResponse(get_object_or_404(Project.visible.active().visible_to(request.user), slug=slug).name)


@login_required
def owned_get(request: HttpRequest, n: int) -> HttpResponse:
    """Through a method of the manager, and a failure of its own."""
    try:
        project = Project.objects.owned_by(request.user).get(pk=n)
    except Project.DoesNotExist as error:
        raise Http404 from error
    return HttpResponse(project.name)


@login_required
def task(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    """A child of its parent."""
    project = get_object_or_404(Project, pk=project_id, owner=request.user)
    return HttpResponse(get_object_or_404(project.tasks, pk=task_id).title)


@login_required
def comment(request: HttpRequest, project_id: int, task_id: int, n: int) -> HttpResponse:
    """A grandchild in one look-up."""
    found = get_object_or_404(Comment, pk=n, task_id=task_id, task__project_id=project_id, author=request.user)
    return HttpResponse(found.text)


@login_required
def by_hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the row whether it may be seen."""
    project = Project.objects.filter(pk=pk).first()
    if project is None:
        raise Http404
    if project.owner_id != request.user.id and not request.user.is_superuser:
        return HttpResponseForbidden()
    return HttpResponse(project.name)


@login_required
def asks_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a method of the row."""
    project = get_object_or_404(Project, pk=pk)
    if not project.may_be_seen_by(request.user):
        raise Http404
    return HttpResponse(project.name)


def first_of(request: HttpRequest, name: str) -> HttpResponse:
    """Look up by a name that says nothing."""
    if not Task.objects.filter(id=name).exists():
        raise Http404
    return HttpResponse("ok")


class Page(View):
    """Answers anybody."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Read."""
        return HttpResponse("ok")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write."""
        return HttpResponse("ok")


class Private(LoginRequiredMixin, Page):
    """For users."""


class PrivateTooLate(Page, LoginRequiredMixin):
    """For anybody: the mixin stands behind the view."""


class PrivateJson(LoginRequiredMixin, Page):
    """For users, with 403."""

    raise_exception = True


class Permitted(PermissionRequiredMixin, Page):
    """For users with a permission."""

    permission_required = ("guarded.add_project", "guarded.change_project")


class PermittedByMethod(PermissionRequiredMixin, Page):
    """Asks by method."""

    def get_permission_required(self) -> tuple[str, ...]:
        """Return what this request wants."""
        return ("guarded.add_project",) if self.request.method == "POST" else ()


class Tested(UserPassesTestMixin, Page):
    """For those with an address of the firm."""

    def test_func(self) -> bool:
        """Look at the user."""
        user: Any = self.request.user
        return bool(user.is_authenticated and (user.is_superuser or user.email.endswith("@firm.example")))


class StaffMixin(UserPassesTestMixin):
    """For staff."""

    def test_func(self) -> bool:
        """Look at the flag."""
        return bool(self.request.user.is_staff)  # type: ignore[attr-defined]


class StaffPage(StaffMixin, Page):
    """For staff."""


class OwnAccess(AccessMixin, Page):
    """Asks in its dispatch."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Ask."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)


class AsksInSetup(Page):
    """Asks before its dispatch."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Ask."""
        super().setup(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise PermissionDenied


class AsksInHandler(Page):
    """Asks in one handler."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask."""
        if not request.user.is_staff:
            return HttpResponseForbidden()
        return HttpResponse("ok")


@method_decorator(login_required, name="post")
class DecoratedPost(Page):
    """Users write."""


@method_decorator(csrf_exempt, name="dispatch")
class Hook(Page):
    """Needs no token."""


@method_decorator(permission_required("guarded.delete_project", raise_exception=True), name="dispatch")
class Deleting(Page):
    """For users with a permission."""


class ProjectDetail(LoginRequiredMixin, DetailView):  # type: ignore[type-arg]
    """The user's own, by `get_queryset`."""

    template_name = "none.html"

    def get_queryset(self) -> Any:
        """Return the user's own."""
        return Project.objects.for_user(self.request.user)

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        """Answer without a template."""
        return HttpResponse("ok")


class ProjectBySlug(ProjectDetail):
    """By slug, through super."""

    model = Project

    def get_queryset(self) -> Any:
        """Return the active ones of the user."""
        return super().get_queryset().filter(archived=False)


class ProjectUpdate(LoginRequiredMixin, UpdateView):  # type: ignore[type-arg]
    """Owner looked at in `get_object`."""

    model = Project
    fields = ("name",)
    success_url = "/"

    def get_object(self, queryset: Any = None) -> Any:
        """Turn others away."""
        found = super().get_object(queryset)
        if found.owner != self.request.user:
            raise Http404
        return found

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        """Answer without a template."""
        return HttpResponse("ok")


class OwnerMixin(LoginRequiredMixin):
    """Filters by the user, for all views that it is mixed into."""

    owner_field = "owner"

    def get_queryset(self) -> Any:
        """Return the user's own."""
        return super().get_queryset().filter(**{self.owner_field: self.request.user})  # type: ignore[misc]


class ProjectDelete(OwnerMixin, DeleteView):  # type: ignore[type-arg]
    """The user's own, by a mixin."""

    model = Project
    success_url = "/"

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        """Answer without a template."""
        return HttpResponse("ok")


class TaskList(SingleObjectMixin, ListView):  # type: ignore[type-arg]
    """Tasks of a project: two views in one."""

    template_name = "none.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Find the project first."""
        self.object = self.get_object(queryset=Project.objects.all())
        return HttpResponse(str(self.get_queryset().count()))

    def get_queryset(self) -> Any:
        """Return its tasks."""
        return self.object.tasks.all()


class TaskDetail(DetailView):  # type: ignore[type-arg]
    """A child, whose parent stands in the path."""

    pk_url_kwarg = "task_pk"

    def get_queryset(self) -> Any:
        """Return the tasks of the project."""
        return Task.objects.filter(project__slug=self.kwargs["project"])

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        """Answer without a template."""
        return HttpResponse("ok")


class Setup(TemplateView):
    """Finds its row in `setup`."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find it."""
        super().setup(request, *args, **kwargs)
        self.project = get_object_or_404(Project, slug=kwargs.get("thing"))

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        """Answer without a template."""
        return HttpResponse(self.project.name)


protected = csrf_exempt(csrf_protect(ok))
