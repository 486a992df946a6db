"""API keys that permissions of REST framework ask for."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from loadaudit.inventory.access.keys import demand_of_key_test

KEY = "k"


def compared(self: Any, asked: Any, view: Any) -> Any:
    """Compare a header, of a request by any name."""
    return asked.headers.get("X-Api-Key") == KEY


def held(self: Any, request: Any, view: Any) -> Any:
    """Read it first, and turn away whoever has none."""
    key = request.META.get("HTTP_AUTHORIZATION")
    if not key or key != KEY:
        return False
    return bool(view.is_open)


def wanted(self: Any, request: Any, view: Any) -> Any:
    """Let in whoever has it."""
    if request.headers.get("X-Api-Key") in (KEY,):
        return bool(view.is_open)
    return False


def both(self: Any, request: Any, view: Any) -> Any:
    """Ask for more beside it."""
    return view.is_open and request.headers["X-Api-Key"] == KEY


def either(self: Any, request: Any, view: Any) -> Any:
    """Let in another way too."""
    return request.user.is_staff or request.headers.get("X-Api-Key") == KEY


def barred(self: Any, request: Any, view: Any) -> Any:
    """Turn away whoever brings a key."""
    return not request.headers.get("X-Api-Key")


def after(self: Any, request: Any, view: Any) -> Any:
    """Ask only those who read nothing."""
    if request.method == "GET":
        return True
    return request.headers.get("X-Api-Key") == KEY


def other(self: Any, request: Any, view: Any) -> Any:
    """Compare a header that is no key."""
    return request.headers.get("X-Kind") == KEY


def raised(self: Any, request: Any, view: Any) -> Any:
    """Let in whoever has it, and refuse the others with an exception."""
    if request.headers.get("X-Api-Key"):
        return bool(view.is_open)
    raise PermissionDenied


def beside(self: Any, request: Any, view: Any) -> Any:
    """Look at a key where there is one."""
    if request.headers.get("X-Api-Key"):
        return bool(view.is_open)
    return self.has_public_permission(request, view)


def logged_in(self: Any, request: Any, view: Any) -> Any:
    """Take a login as well."""
    key = request.headers.get("X-Api-Key")
    if key is not None:
        return key == KEY
    return request.user.is_authenticated


def staff_too(self: Any, request: Any, view: Any) -> Any:
    """Refuse those who have neither."""
    if request.headers.get("X-Api-Key"):
        return bool(view.is_open)
    if request.user.is_staff:
        return True
    raise PermissionDenied


@pytest.mark.parametrize(
    ("test", "is_asked"),
    [
        *((one, True) for one in (compared, held, wanted, both, raised)),
        *((one, False) for one in (either, barred, after, other)),
        *((one, False) for one in (beside, logged_in, staff_too)),
    ],
)
def test_a_permission_that_is_false_without_a_header_asks_for_a_key(test: Any, is_asked: bool) -> None:
    """What is returned counts as what a decorator refuses."""
    assert demand_of_key_test(test).api_key is is_asked
