"""Values that other addresses of the project have shown, for a route that has parameters of the same meaning."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

ORIGIN = "values of other addresses and answers"

KnownValues = Callable[[str, Sequence[str], date], list[Mapping[str, object]]]
"""Route, names of its parameters and the day → values for all of them."""

_MOST_OF_A_ROUTE = 6
_MOST_MADE = 4
_WEIGHT_OF_LAST = 100
GENERIC = frozenset({"pk", "id", "slug", "uuid", "uid", "name", "key", "code", "path", "url", "object_id", "token"})
"""Names that mean something else in every route: such a value counts only where the routes are alike up to it."""

_TOKEN = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>")


def parts_of(day: date) -> Mapping[str, object]:
    """Return what parameters that are called like parts of a date may be on that day."""
    week = day.isocalendar().week
    return {
        **{"year": day.year, "month": day.month, "day": day.day, "quarter": (day.month + 2) // 3, "week": week},
        **{"hour": 0, "minute": 0, "second": 0},
    }


@dataclass(slots=True)
class Neighbours:
    """Values by the addresses that have them together, those of addresses that worked first."""

    _known: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)
    _worked: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)

    def note(self, route: str, values: Mapping[str, object], *, worked: bool = False) -> None:
        """Take the values of an address of the project's own; `worked` when its view has answered properly."""
        kept = (self._worked if worked else self._known).setdefault(route, [])
        if values and values not in kept and len(kept) < _MOST_OF_A_ROUTE:
            kept.append(dict(values))

    def values_for(
        self, route: str, names: Sequence[str], day: date, told: Mapping[str, object] | None = None
    ) -> list[Mapping[str, object]]:
        """Return values for all parameters of a route, those that stood together in one address first.

        `told` are values by name from elsewhere, for what no address has shown.
        """
        fixed = {name: value for name, value in parts_of(day).items() if name in names}
        wanted = set(names) - set(fixed)
        prefixes = _prefixes(route)
        usable = [one for one in self._usable(prefixes, wanted) if one] + [
            {name: one} for name, one in (told or {}).items()
        ]
        # What else may be done to the same row stands beside it: `read/<slug>/` and `delete/<slug>/`.
        made = _put_together(usable, wanted) or _put_together(
            [dict(row) for row in self._beside(route) if wanted <= row.keys()], wanted
        )
        return [one | fixed for one in made]

    def some_of(self, route: str, names: Sequence[str]) -> dict[str, object]:
        """Return the values that one address has for the most of a route's parameters, one that worked first."""
        usable = self._usable(_prefixes(route), set(names))
        return max(usable, key=len, default={})

    def routes_worked(self, route: str, values: Mapping[str, object]) -> int:
        """Return how many routes have worked with these values of a route's parameters, as far as they share any.

        Those of a route's last parameter count first: what hangs on one row seldom tells of another beside it.
        """
        prefixes = _prefixes(route)
        last = next(reversed(prefixes), "")
        found = 0
        for other, rows in self._worked.items():
            own = _prefixes(other)
            shared = [name for name in own if name in values and (name not in GENERIC or own[name] == prefixes[name])]
            if shared and any(all(row.get(name) == values[name] for name in shared) for row in rows):
                found += _WEIGHT_OF_LAST if last in shared else 1
        return found

    def routes_below(self, route: str) -> int:
        """Return how many routes have worked that begin as a route does, its first parameter included."""
        match = _TOKEN.search(route)
        begins = route[: match.end()] if match is not None else route
        return sum(other.startswith(begins) for other in self._worked)

    def _beside(self, route: str) -> Iterator[Mapping[str, object]]:
        """Yield the values of routes that differ from a route in one word alone, and not in their first."""
        for known in (self._worked, self._known):
            for other, rows in known.items():
                if _differ_in_a_word(route.split("/"), other.split("/")):
                    yield from rows

    def _usable(self, prefixes: Mapping[str, str], wanted: set[str]) -> Iterator[dict[str, object]]:
        for known in (self._worked, self._known):
            for route, rows in known.items():
                own = _prefixes(route)
                names = [
                    name for name in own if name in wanted and (name not in GENERIC or own[name] == prefixes[name])
                ]
                for row in rows if names else ():
                    yield {name: row[name] for name in names if name in row}


def _put_together(usable: Sequence[dict[str, object]], wanted: set[str]) -> list[dict[str, object]]:
    """Return values for all that is wanted, of as few addresses as will do, which contradict each other in nothing."""
    made: list[dict[str, object]] = []
    usable = sorted(usable, key=lambda one: -len(one))
    for first in usable:
        values = dict(first)
        for other in usable:
            if wanted <= values.keys():
                break
            if all(values.get(name, value) == value for name, value in other.items()):
                values |= other
        if wanted <= values.keys() and values not in made:
            made.append(values)
        if len(made) == _MOST_MADE:
            break
    return made


def _differ_in_a_word(parts: Sequence[str], others: Sequence[str]) -> bool:
    if len(parts) != len(others):
        return False
    places = [place for place, (one, other) in enumerate(zip(parts, others, strict=True)) if one != other]
    # A route begins with a slash, and its first word says whose pages they are.
    return len(places) == 1 and places[0] > 1 and "<" not in parts[places[0]] + others[places[0]]


def _prefixes(route: str) -> dict[str, str]:
    """Return what stands in a route before each of its parameters, other parameters included."""
    return {match[1]: route[: match.start()] for match in _TOKEN.finditer(route)}
