"""Code that leaves the account which sends a request unable to go on."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import View
from django.views.generic import DeleteView
from rest_framework.authtoken.models import Token
from rest_framework.decorators import api_view

from loadaudit.planning.disposable import needs_disposable
from loadaudit.planning.own_account_code import ends_own_account
from tests.analysis.factories import operation
from tests.demo.projects.models import Project

User: Any = get_user_model()


@login_required
def leaves(request: HttpRequest) -> HttpResponse:
    """Delete the user."""
    request.user.delete()
    return redirect("/")


def locks(request: Any) -> HttpResponse:
    """Hold the user under another name."""
    member = request.user
    member.is_active = False
    member.save()
    return redirect("/")


def locks_by_query(req: HttpRequest) -> HttpResponse:
    """Leave the row in the database."""
    User.objects.filter(pk=req.user.pk).update(is_active=False)
    return redirect("/")


def leaves_by_name(request: Any) -> HttpResponse:
    """Look the user up by the name with which they log in."""
    User.objects.get(username=request.user.username).delete()
    return redirect("/")


def _close(account: Any) -> None:
    account.set_unusable_password()


def leaves_to_a_helper(request: HttpRequest) -> HttpResponse:
    """Hand the user on."""
    _close(request.user)
    return redirect("/")


def rotates(request: Any) -> HttpResponse:
    """Take away what the user logs in with, and answer another one."""
    Token.objects.filter(user=request.user).delete()
    return HttpResponse(Token.objects.create(user=request.user).key)


def ends_key(request: Any) -> HttpResponse:
    """Delete the one that was sent."""
    request.auth.delete()
    return HttpResponse()


def ends_related(request: Any) -> HttpResponse:
    """Find it by the user."""
    request.user.auth_token.delete()
    return HttpResponse()


@api_view(["POST"])
def rotates_by_rest(request: Any) -> HttpResponse:
    """Do it in a view of REST framework."""
    Token.objects.filter(user=request.user).delete()
    return HttpResponse()


def cleans(request: Any) -> HttpResponse:
    """Delete other rows of the user, and a key of somebody else."""
    Project.objects.filter(owner=request.user).delete()
    Token.objects.filter(key=request.POST["key"]).delete()
    return HttpResponse()


def renames(request: HttpRequest) -> HttpResponse:
    """Give the user another name to log in with."""
    found = get_object_or_404(User, pk=request.user.pk)
    found.username = request.POST["name"]
    return redirect("/")


def sets_password(request: HttpRequest) -> HttpResponse:
    """By Django's form."""
    form: Any = SetPasswordForm(request.user, request.POST)
    return redirect("/") if form.is_valid() else HttpResponse(status=400)


class Both(View):
    """Leaves by a POST alone."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Delete the user."""
        self.request.user.delete()
        return redirect("/")

    def put(self, request: HttpRequest) -> HttpResponse:
        """Do something else."""
        user: Any = request.user
        user.save()
        return redirect("/")


class Gone(DeleteView):  # type: ignore[type-arg]
    """The row is the user."""

    def get_object(self, queryset: Any = None) -> Any:
        """Return the user."""
        return self.request.user


class Secret(PasswordChangeView):
    """Has a name of its own."""


def locks_another(request: HttpRequest, pk: int) -> HttpResponse:
    """Lock the account of somebody else."""
    found = get_object_or_404(User, pk=pk)
    found.is_active = False
    if found != request.user:
        found.save()
    return redirect("/")


def greets(request: HttpRequest) -> HttpResponse:
    """Change what nobody logs in with, and switch on."""
    user: Any = request.user
    user.first_name = request.POST["name"]
    user.is_active = True
    user.groups.first().delete()
    return redirect("/")


def signs_up(request: HttpRequest) -> HttpResponse:
    """Have a new account wait."""
    user = User(username=request.POST["name"])
    user.is_active = False
    return HttpResponse(request.user.pk)


@pytest.mark.parametrize(
    ("view", "method", "ends"),
    [
        ("leaves", "POST", True),
        ("locks", "POST", True),
        ("locks_by_query", "POST", True),
        ("leaves_to_a_helper", "POST", True),
        ("renames", "POST", True),
        ("rotates", "POST", True),
        ("rotates_by_rest", "POST", True),
        ("ends_key", "POST", True),
        ("ends_related", "POST", True),
        ("cleans", "POST", False),
        ("leaves_by_name", "POST", True),
        ("sets_password", "POST", True),
        ("Both", "POST", True),
        ("Both", "PUT", False),
        ("Gone", "POST", True),
        ("Secret", "POST", True),
        ("locks_another", "POST", False),
        ("greets", "POST", False),
        ("signs_up", "POST", False),
        ("nowhere", "POST", False),
    ],
)
def test_what_the_own_account_does_not_survive(view: str, method: str, *, ends: bool) -> None:
    """Whatever the address is called."""
    named = operation(f"{method} /settings/", view=f"{__name__}.{view}")
    assert (ends_own_account(named), needs_disposable(named)) == (ends, ends)


def test_a_page_changes_nothing() -> None:
    """What the function does, it does for the method that writes."""
    assert not needs_disposable(operation("GET /settings/", view=f"{__name__}.leaves"))
