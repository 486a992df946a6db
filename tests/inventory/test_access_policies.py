"""Permissions that Wagtail's policies name, by the shape of its classes."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import cached_property
from django.views import View

from loadaudit.inventory.access.policies import of_policy
from loadaudit.records import Evidence
from tests.demo.projects.models import Project


class ModelPermissionPolicy:
    """Asks Django's permissions on a model."""

    def __init__(self, model: Any) -> None:
        self._model_or_name = model

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Ask."""
        return bool(user.has_perm(action))


class OtherPolicy(ModelPermissionPolicy):
    """Asks something else."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Ask."""
        return True


class PermissionCheckedMixin:
    """Asks the policy."""

    permission_policy: Any = None
    permission_required: str | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask it."""
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response

    def user_has_permission(self, permission: str) -> bool:
        """Ask it."""
        return bool(self.permission_policy.user_has_permission(None, permission))


for _one in (ModelPermissionPolicy, PermissionCheckedMixin):
    _one.__module__ = "wagtail.shapes"
    _one.user_has_permission.__module__ = "wagtail.shapes"


class Editing(PermissionCheckedMixin, View):
    """Asks for a change of the model."""

    permission_policy = ModelPermissionPolicy(Project)
    permission_required = "change"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse()


class Unchecked(Editing):
    """Goes past the mixin."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Go on."""
        return View.dispatch(self, request, *args, **kwargs)


class Deciding(Editing):
    """Decides by itself."""

    def user_has_permission(self, permission: str) -> bool:
        """Decide."""
        return True


class Choosing(Editing):
    """Chooses its policy."""

    model = Project

    @cached_property
    def permission_policy(self) -> Any:  # type: ignore[override]
        """Choose it."""
        return OtherPolicy(Project)


@pytest.mark.parametrize(
    ("view", "initkwargs", "permissions"),
    [
        (Editing, {}, ("projects.change_project",)),
        (Editing, {"permission_required": "delete"}, ("projects.delete_project",)),
        (Editing, {"permission_policy": ModelPermissionPolicy("projects.Project")}, ("projects.change_project",)),
        (Editing, {"permission_policy": ModelPermissionPolicy("nothing.Known")}, ()),
        (Editing, {"permission_policy": OtherPolicy(Project)}, ()),
        (Unchecked, {}, ()),
        (Deciding, {}, ()),
        (Choosing, {}, ()),
        (View, {}, ()),
    ],
)
def test_a_plain_policy_names_the_permission(
    view: type, initkwargs: dict[str, Any], permissions: tuple[str, ...]
) -> None:
    """The policy has the model, the view the action; where others decide nothing is named."""
    found = of_policy(view, initkwargs)
    assert found.permissions == permissions
    assert found.evidence is (Evidence.INFERRED if permissions else Evidence.DECLARED)
