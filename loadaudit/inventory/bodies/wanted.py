"""The body of an operation and how it is known."""

from loadaudit.inventory.source.unwrap import Unwrapped
from loadaudit.records import Body

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def body_of(view: Unwrapped, method: str) -> Body:
    """Return what the view wants in the body of a request with `method`."""
    if method in _BODILESS:
        return Body()
    return Body()
