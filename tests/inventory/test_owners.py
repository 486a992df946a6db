"""A method is read once for all classes that leave alone what it and its helpers look at."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.views import View

from loadaudit.inventory.methods.owners import shared_owner


class Base(View):
    """Its `post` asks a helper, which looks at an attribute."""

    closed = False

    def post(self, request: Any) -> Any:
        """Lead to the attribute."""
        return self.helped(request)

    def helped(self, request: Any) -> Any:
        """Look at it."""
        return None if self.closed else request


class Lists(Base):
    """Leaves all alone."""

    closed_fields = ("a", "b")
    fields = ["title"]


class Closed(Base):
    """Sets what the helper looks at."""

    closed = True


class Helps(Lists):
    """Has a helper of its own."""

    def helped(self, request: Any) -> Any:
        """Answer anything."""
        return request


class Limited(Base):
    """Names methods where the helper looks."""

    closed = ["get", "post"]  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("owner", "shared"), [(Lists, Base), (Closed, Closed), (Helps, Helps), (Limited, Limited), (Base, Base)]
)
def test_a_class_shares_what_it_leaves_alone(owner: type, shared: type) -> None:
    """An attribute that its helper looks at, and the helper, keep it to itself."""
    assert shared_owner(Base.post, owner, 3) is shared


def test_admins_that_name_fields_share_djangos_own() -> None:
    """Lists, forms and their media decide nothing; a permission that is asked on the way does."""
    change_view: Callable[..., Any] = ModelAdmin.change_view
    function: Any = getattr(change_view, "__wrapped__", change_view)

    class Plain(ModelAdmin):  # type: ignore[type-arg]
        list_display = ("pk",)
        inlines = ()

    class Fixed(Plain):
        def has_change_permission(self, request: Any, obj: Any = None) -> bool:
            return False

    assert shared_owner(function, Plain, 3) is ModelAdmin
    assert shared_owner(function, Fixed, 3) is Fixed
