"""What the inventory says about the methods of one view."""

from collections.abc import Callable
from typing import Any

from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.unwrap import unwrap


def known(view: Callable[..., Any]) -> tuple[str, set[str]]:
    """Return the methods of a view, and the evidence of all of them."""
    answered = methods_of(unwrap(view)).answered
    return " ".join(method for method, _ in answered), {evidence.value for _, evidence in answered}
