"""What is wrong with a URLconf, with the place to look at."""

import linecache
import sys
from collections.abc import Callable, Iterator, Sequence

from loadaudit.inventory.source.identity import Identity
from loadaudit.inventory.urlconf.routes import RoutedEndpoint, RouteTable
from loadaudit.inventory.urlconf.walk import Endpoint
from loadaudit.records import Problem


def problems_of(
    table: RouteTable,
    unreadable: Sequence[tuple[RoutedEndpoint, Identity]],
    view_name: Callable[[RoutedEndpoint], str],
) -> tuple[Problem, ...]:
    """Return the patterns that nothing can reach and the views whose source could not be read."""
    return (*_unreachable(table, view_name), *(_unreadable(one, who) for one, who in unreadable))


def _unreachable(table: RouteTable, view_name: Callable[[RoutedEndpoint], str]) -> Iterator[Problem]:
    for one in table.shadowed:
        file, line = place_of(one.pattern.endpoint)
        first = one.by.route
        what = "is the same pattern again" if one.same else "matches only what an earlier pattern matches"
        yield Problem(
            code="duplicate" if one.same else "shadowed",
            route=one.pattern.route,
            detail=f"{view_name(one.pattern)} can never be reached: its route {what}; "
            f"{first} ({view_name(one.by)}) answers.",
            file=file,
            line=line,
        )


def _unreadable(one: RoutedEndpoint, who: Identity) -> Problem:
    return Problem(
        code="unreadable",
        route=one.route,
        detail=f"The source of {who.name} cannot be read, so its methods are assumed.",
        file=who.file,
        line=who.line,
    )


def place_of(endpoint: Endpoint) -> tuple[str, int]:
    """Return file and line of the pattern in its URLconf; line 0 when it is not written there literally."""
    file = getattr(sys.modules.get(endpoint.module), "__file__", None) or ""
    text = endpoint.parts[-1].text if endpoint.parts else ""
    places = [
        number
        for number, line in enumerate(linecache.getlines(file) if file else (), start=1)
        if f'"{text}"' in line or f"'{text}'" in line
    ]
    # Of two equal patterns in one file, the later one is the one that is not reached.
    return file, places[-1] if places else 0
