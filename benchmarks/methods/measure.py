"""Measures one project: `measure.py SETTINGS RESULT [--quick] [--keep-databases]`, run in the project's environment."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
QUICK_ROUTES = 150


def main() -> None:
    """Write one JSON object with every route's listed methods and the answers that it gave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("settings")
    parser.add_argument("result", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep-databases", action="store_true")
    options = parser.parse_args()
    # The project's modules come first, as for its manage.py; its own `tests` must not be hidden by ours.
    sys.path[0] = str(_HERE.parent.parent)
    import benchmarks.methods.environment as environment
    import benchmarks.methods.rows  # noqa: F401

    sys.path[0] = str(Path.cwd())
    environment.set_up(options.settings, keep_databases=options.keep_databases)
    found = _measured(quick=options.quick)
    options.result.write_text(json.dumps(found))


def _measured(*, quick: bool) -> dict[str, Any]:
    from loadaudit.conf import Config
    from loadaudit.inventory.build import build_inventory
    from loadaudit.inventory.urlconf.routes import read_routes
    from loadaudit.inventory.urlconf.walk import walk

    start = time.perf_counter()
    inventory = build_inventory(Config(), include_admin=True)
    elapsed_s = time.perf_counter() - start
    table = read_routes(walk().endpoints)
    step = max(1, len(table.reachable) // QUICK_ROUTES) if quick else 1
    routes = _Measurer(inventory).routes(table.reachable[::step])
    return {
        "build_s": round(elapsed_s, 3),
        "route_count": len(table.reachable),
        "pattern_count": _pattern_count(),
        "known_pattern_count": len(table.reachable) + len(table.variants) + len(table.shadowed),
        "problems": [f"{one.code}: {one.route}: {one.detail}" for one in inventory.problems],
        # Of two patterns that are written the same, an answer does not tell which one it comes from.
        "wrongly_shadowed": [one.pattern.raw for one in table.shadowed if not one.same and _is_reached(one.pattern)],
        "routes": routes,
        "inventory_changed": build_inventory(Config(), include_admin=True) != inventory,
    }


def _is_reached(pattern: Any) -> bool:
    from benchmarks.methods.paths import path_to, resolved

    path = path_to(pattern, {})
    match = resolved(path) if path is not None else None
    return match is not None and match.route == pattern.raw


def _pattern_count() -> int:
    """Return how many patterns a plain walk of the resolver finds."""
    from django.urls import get_resolver

    def count(patterns: Any) -> int:
        total = 0
        for one in patterns:
            if not hasattr(one, "url_patterns"):
                total += 1
                continue
            try:
                total += count(one.url_patterns)
            except Exception as error:
                print(f"include {one.pattern}: {type(error).__name__}: {error}")
        return total

    return count(get_resolver().url_patterns)


class _Measurer:
    """Sends to one route after the other and notes the answers."""

    def __init__(self, inventory: Any) -> None:
        from benchmarks.methods import rows
        from benchmarks.methods.probing import Prober

        self._listed: dict[str, dict[str, str]] = {}
        self._parameters: dict[str, list[Any]] = {}
        self._places: dict[str, str] = {}
        for one in inventory.operations:
            self._listed.setdefault(one.route, {})[one.method] = one.method_evidence.value
            self._parameters.setdefault(one.route, []).extend(one.parameters)
            self._places[one.route] = f"{one.view} ({one.file}:{one.line})"
        self._values: dict[tuple[str, str], str] = {}
        self._probers = []
        try:
            user = rows.superuser()
            if user is not None:
                self._probers.append(Prober(user))
        except Exception as error:
            print(f"no superuser: {type(error).__name__}: {error}")
        self._probers.append(Prober(None))

    def routes(self, reachable: Any) -> list[dict[str, Any]]:
        """Return a record of each route."""
        return [self._route(one) for one in reachable]

    def _route(self, one: Any) -> dict[str, Any]:
        from benchmarks.methods.paths import path_to, quoted

        listed = self._listed.get(one.route, {})
        path = path_to(one, self._row_values(one.route))
        record = {
            "route": one.route,
            "view": self._places.get(one.route, _name(one.endpoint.callback)),
            "listed": listed,
            "path": path,
            "statuses": {},
        }
        if path is not None:
            methods = list(dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE", *listed)))
            record["statuses"] = self._statuses(quoted(path), methods)
        return record

    def _statuses(self, path: str, methods: list[str]) -> dict[str, int]:
        """Ask as the superuser, then as nobody if that decided nothing: a login page sends away who is logged in."""
        found: dict[str, int] = {}
        for prober in self._probers:
            statuses = prober.statuses(path, methods)
            if 405 in statuses.values():
                return statuses
            found = found or statuses
        return found

    def _row_values(self, route: str) -> dict[str, str]:
        values = {}
        for one in self._parameters.get(route, ()):
            if one.model and one.model_field:
                value = self._row_value(one.model, one.model_field)
                if value:
                    values[one.name] = value
        return values

    def _row_value(self, label: str, field: str) -> str:
        from django.apps import apps

        from benchmarks.methods import rows

        if (label, field) not in self._values:
            try:
                row = rows.first(apps.get_model(label))
                value: Any = row
                for name in field.split("__"):
                    value = getattr(value, name)
                self._values[label, field] = "" if row is None or value is None else str(value)
            except Exception:
                self._values[label, field] = ""
        return self._values[label, field]


def _name(callback: Any) -> str:
    return f"{getattr(callback, '__module__', '')}.{getattr(callback, '__qualname__', type(callback).__qualname__)}"


if __name__ == "__main__":
    main()
