"""What is wrong with a URLconf, with the place to look at."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loadaudit.inventory.source.identity import Identity
from loadaudit.inventory.source.same import is_same_view
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.inventory.urlconf.places import place_of
from loadaudit.inventory.urlconf.routes import RoutedEndpoint, RouteTable
from loadaudit.inventory.urlconf.shadows import Shadowed
from loadaudit.inventory.urlconf.walk import Endpoint
from loadaudit.records import Problem

_IS = {"methods": "are", "parameters": "are"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A view of which some facts could not be read."""

    route: str
    who: Identity
    failures: Mapping[str, str]
    """Fact → the error."""


def problems_of(
    table: RouteTable,
    unreadable: Sequence[tuple[RoutedEndpoint, Identity]],
    failed: Iterable[Unread],
    view_name: Callable[[RoutedEndpoint], str],
) -> tuple[Problem, ...]:
    """Return the patterns that nothing can reach or match and the views of which something could not be read."""
    return (
        *_broken(table),
        *_unreachable(table, view_name),
        *(_unreadable(one, who) for one, who in unreadable),
        *(_unread(one, fact, error) for one in failed for fact, error in one.failures.items()),
    )


def _broken(table: RouteTable) -> Iterator[Problem]:
    seen: set[int] = set()
    for one in table.broken:
        parts = one.endpoint.parts[: one.broken.position + 1 if one.broken is not None else None]
        if one.broken is None or id(parts[-1].source) in seen:
            continue
        seen.add(id(parts[-1].source))
        file, line = place_of(parts)
        yield Problem(
            code="invalid",
            route=one.route,
            detail=f"{parts[-1].text} is no regular expression ({one.broken.error}): each request that Django tries "
            "it on fails.",
            file=file,
            line=line,
        )


def _unreachable(table: RouteTable, view_name: Callable[[RoutedEndpoint], str]) -> Iterator[Problem]:
    told: set[tuple[int, int]] = set()
    for one in table.shadowed:
        endpoint = one.pattern.endpoint
        if one.same and _changes_nothing(endpoint, one.by.endpoint):
            if (again := _again(one, view_name(one.pattern), told)) is not None:
                yield again
            continue
        view = view_name(one.pattern)
        name = endpoint.name.rpartition(":")[2]
        file, line = place_of(endpoint.parts, view=view.rpartition(".")[2], name=name)
        first = one.by.route
        what = "is the same pattern again" if one.same else "matches only what an earlier pattern matches"
        yield Problem(
            code="duplicate" if one.same else "shadowed",
            route=one.pattern.route,
            detail=f"{view} can never be reached: its route {what}; {first} ({view_name(one.by)}) answers.",
            file=file,
            line=line,
        )


def _again(one: Shadowed[RoutedEndpoint], view: str, told: set[tuple[int, int]]) -> Problem | None:
    """Return what to say of a pattern that answers as an earlier one, once for all of an include that is there twice.

    None for what is there for its name alone: django-ninja makes a pattern for each operation of a path.
    """
    endpoint, before = one.pattern.endpoint, one.by.endpoint
    path_view = unwrap(endpoint.callback).path_view
    if path_view is not None and unwrap(before.callback).path_view is path_view:
        return None
    pairs = zip(endpoint.parts, before.parts, strict=False)
    position = next((at for at, (part, other) in enumerate(pairs) if part.source is not other.source), 0)
    is_include = position < len(endpoint.parts) - 1 and len(endpoint.parts) == len(before.parts)
    # One resolver may stand in a list twice, and then nothing but its patterns differs.
    where = (id(endpoint.parts[position].source), id(before.parts[position].source))
    if is_include and where in told:
        return None
    told.add(where)
    name = endpoint.name.rpartition(":")[2]
    parts = endpoint.parts[: position + 1] if is_include else endpoint.parts
    file, line = place_of(parts, view="" if is_include else view.rpartition(".")[2], name="" if is_include else name)
    if is_include and endpoint.namespaces != before.namespaces:
        names = ":".join((*endpoint.namespaces, "…"))
        detail = f"What it includes is included before; its names ({names}) mean that as well."
    elif is_include:
        detail = "What it includes is included before, so the include has no effect."
    elif endpoint.name and endpoint.name != before.name:
        detail = f"The same pattern leads to the same view before; its name {endpoint.name} means that one as well."
    else:
        detail = "The same pattern leads to the same view before, so this one has no effect."
    return Problem(code="duplicate", route=one.pattern.route, detail=f"{view}: {detail}", file=file, line=line)


def _changes_nothing(endpoint: Endpoint, other: Endpoint) -> bool:
    """Whether a pattern answers just as the one before it: a module of URLs that is included twice does.

    Or it is there for its name alone: django-ninja makes one for each operation of a path.
    """
    callback, before = endpoint.callback, other.callback
    path_view = unwrap(callback).path_view
    if path_view is not None and unwrap(before).path_view is path_view:
        return True
    return is_same_view(callback, before) and endpoint.default_args == other.default_args


def _unreadable(one: RoutedEndpoint, who: Identity) -> Problem:
    return Problem(
        code="unreadable",
        route=one.route,
        detail=f"The source of {who.name} cannot be read, so its methods are assumed.",
        file=who.file,
        line=who.line,
    )


def _unread(one: Unread, fact: str, error: str) -> Problem:
    return Problem(
        code="unreadable",
        route=one.route,
        detail=f"The {fact} of {one.who.name} could not be read and {_IS.get(fact, 'is')} assumed ({error}).",
        file=one.who.file,
        line=one.who.line,
    )
