"""Which operation somebody means: an id, the beginning of one, an address with a method, or the name of a view."""

import difflib
from collections.abc import Callable, Iterator, Sequence

from loadaudit.errors import UsageError
from loadaudit.records import Operation

_SHOWN = 6
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})

RouteFor = Callable[[str], str | None]
"""Path → the route that answers it, or None."""


def meant(text: str, operations: Sequence[Operation], route_for: RouteFor) -> tuple[Operation, str]:
    """Return the operation that `text` means, and its address where the text was one, else empty.

    `route_for` tells the route that answers a path. What is exact comes before what only begins so; the first way that
    finds exactly one counts, so that a prefix of several is no obstacle to a view of that name. Raises UsageError that
    lists what may have been meant.
    """
    wanted = " ".join(text.split())
    several: list[Operation] = []
    for way in (_by_id, _by_address, _by_name, _by_prefix, _by_part):
        found = list(way(wanted, operations, route_for))
        if len(found) == 1:
            return found[0], _address(wanted) if way is _by_address else ""
        several = several or found
    if several:
        raise UsageError(
            f"{text!r} means {len(several)} operations: {_listed(several)}.",
            hint=f"Say which, for example: manage.py loadaudit inspect '{several[0].id}'",
        )
    raise UsageError(f"There is no operation {text!r}.", hint=_near(wanted, operations))


def _by_id(wanted: str, operations: Sequence[Operation], route_for: RouteFor) -> Iterator[Operation]:
    return (one for one in operations if one.id.casefold() == wanted.casefold())


def _by_address(wanted: str, operations: Sequence[Operation], route_for: RouteFor) -> Iterator[Operation]:
    """Yield what answers at an address; without a method, a GET."""
    path = _address(wanted)
    if not path:
        return
    route = route_for(path.partition("?")[0])
    method = _method(wanted)
    yield from (one for one in operations if route and one.route == route and one.method == method)


def _by_name(wanted: str, operations: Sequence[Operation], route_for: RouteFor) -> Iterator[Operation]:
    """Yield the operations of a view or URL name, which may have a method before it."""
    first, _, rest = wanted.partition(" ")
    method, name = (first.upper(), rest) if first.upper() in _METHODS and rest else ("", wanted)
    found = [
        one
        for one in operations
        if name in (one.view, one.name, one.view.rpartition(".")[2]) or one.view.endswith(f".{name}")
    ]
    chosen = [one for one in found if one.method == method] if method else found
    # A view with several methods is asked for by its page.
    gets = [one for one in chosen if one.method == "GET"]
    yield from gets if len(gets) == 1 else chosen


def _by_prefix(wanted: str, operations: Sequence[Operation], route_for: RouteFor) -> Iterator[Operation]:
    folded = wanted.casefold()
    return (one for one in operations if one.id.casefold().startswith(folded) or one.route.startswith(wanted))


def _by_part(wanted: str, operations: Sequence[Operation], route_for: RouteFor) -> Iterator[Operation]:
    folded = wanted.casefold()
    return (one for one in operations if any(folded in text.casefold() for text in (one.id, one.name, one.view)))


def _address(wanted: str) -> str:
    """Return the path of `GET /path/` or `/path/`, or empty when it is none or a route with parameters."""
    first, _, rest = wanted.partition(" ")
    path = rest if first.upper() in _METHODS else wanted
    return path if path.startswith("/") and "<" not in path else ""


def _method(wanted: str) -> str:
    first = wanted.partition(" ")[0].upper()
    return first if first in _METHODS else "GET"


def _listed(operations: Sequence[Operation]) -> str:
    shown = ", ".join(f"'{one.id}'" for one in operations[:_SHOWN])
    return shown + (", …" if len(operations) > _SHOWN else "")


def _near(wanted: str, operations: Sequence[Operation]) -> str:
    """Return what looks most like it."""
    texts = {text: one.id for one in operations for text in (one.id, one.route, one.name, one.view) if text}
    folded = {text.casefold(): id_ for text, id_ in texts.items()}
    near = difflib.get_close_matches(wanted.casefold(), folded, n=_SHOWN, cutoff=0.5)
    found = list(dict.fromkeys(folded[one] for one in near))[:3]
    listed = "See them all with: manage.py loadaudit inventory"
    return f"Did you mean {' or '.join(repr(one) for one in found)}? {listed}" if found else listed
