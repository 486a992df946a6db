"""What the inventory says about the methods of one view."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.methods.given import given_by
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.inventory.urlconf.routes import RoutedEndpoint


def known(view: Callable[..., Any]) -> tuple[str, set[str]]:
    """Return the methods of a view, and the evidence of all of them."""
    unwrapped = unwrap(view)
    found = methods_of(unwrapped)
    endpoint = SimpleNamespace(default_args={})
    one = cast(RoutedEndpoint, SimpleNamespace(endpoint=endpoint, reading="/", slots=()))
    answered = methods_of(unwrapped, given_by(one, unwrapped, found.deciding)).answered
    return " ".join(method for method, _ in answered), {evidence.value for _, evidence in answered}
