"""Measures one project: `measure.py SETTINGS RESULT [--quick] [--keep-databases]`, run in the project's environment."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
QUICK_OPERATIONS = 150
MAX_OTHERS = 60
"""Rows of other models that are tried for one parameter."""


def main() -> None:
    """Write one JSON list with the claims about every operation and what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("settings")
    parser.add_argument("result", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep-databases", action="store_true")
    options = parser.parse_args()
    # The project's modules come first, as for its manage.py; its own `tests` must not be hidden by ours.
    sys.path[0] = str(_HERE.parent.parent)
    import benchmarks.methods.environment as environment

    sys.path[0] = str(Path.cwd())
    environment.set_up(options.settings, keep_databases=options.keep_databases)
    from django.conf import settings

    settings.CSRF_FAILURE_VIEW = "benchmarks.facts.visitors.csrf_failure"
    options.result.write_text(json.dumps(list(_Measurer().records(quick=options.quick))))


class _Measurer:
    """Sends to one operation after the other and notes claims beside findings."""

    def __init__(self) -> None:
        from benchmarks.facts.access import AccessTruth
        from benchmarks.facts.parameters import Rows
        from benchmarks.facts.visitors import Visitor
        from benchmarks.methods import rows
        from loadaudit.conf import Config
        from loadaudit.inventory.build import build_inventory

        self._inventory = build_inventory(Config(), include_admin=True)
        owner = rows.superuser()
        self._truth = AccessTruth(owner)
        self._rows, self._visitor = Rows(owner), Visitor(owner, forced=True)

    def records(self, *, quick: bool) -> Iterator[dict[str, Any]]:
        """Yield a record of each operation."""
        from benchmarks.methods.paths import path_to, quoted
        from loadaudit.inventory.urlconf.routes import read_routes
        from loadaudit.inventory.urlconf.walk import walk

        routed = {one.route: one for one in read_routes(walk().endpoints).reachable}
        operations = self._inventory.operations
        for one in operations[:: max(1, len(operations) // QUICK_OPERATIONS) if quick else 1]:
            values = self._rows.values(one)
            path = path_to(routed[one.route], values)
            found = self._truth.of(one, quoted(path)) if path is not None else {}
            parameters = list(self._parameters(one, routed[one.route], values)) if one.method == "GET" else []
            yield {
                "id": one.id,
                "view": one.view,
                "access": _claims(one.access),
                "found": found,
                "parameters": parameters,
            }

    def _parameters(self, operation: Any, routed: Any, values: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Yield for each parameter its claim and whether a row answers, a missing row does not, and whose row does."""
        from benchmarks.facts.parameters import absent

        for one in operation.parameters:
            if one.converter == "language":
                continue
            missing = self._status(routed, {**values, one.name: absent(one, values.get(one.name, "1"))})
            own = self._status(routed, values) if one.name in values else None
            found: list[str] = []
            if missing == 404 and not _answers(own):
                for label, key in list(self._rows.others(one))[:MAX_OTHERS]:
                    if _answers(self._status(routed, {**values, one.name: key})):
                        found.append(label)
            yield {
                "name": one.name,
                "model": one.model,
                "field": one.model_field,
                "evidence": one.evidence.value,
                "missing": missing,
                "own": own,
                "others": found,
            }

    def _status(self, routed: Any, values: dict[str, str]) -> int | None:
        from benchmarks.methods.paths import path_to, quoted

        path = path_to(routed, values)
        if path is None or not all(value in path for value in values.values()):
            return None
        return self._visitor.send("GET", quoted(path)).status


def _answers(status: int | None) -> bool:
    return status is not None and 200 <= status < 400


def _claims(access: Any) -> dict[str, list[Any]]:
    more = access.is_raised or access.is_particular
    of_more = [access.staff_evidence] * access.staff + [access.superuser_evidence] * access.superuser
    of_more += [access.permissions_evidence] * bool(access.permissions)
    of_more += [access.groups_evidence] * bool(access.groups)
    of_more += [access.attributes_evidence] * bool(access.attributes)
    return {
        "login": [access.login or more or access.api_key, access.evidence.value],
        "more": [more, (of_more or [access.staff_evidence])[0].value],
        "key": [access.api_key, access.api_key_evidence.value],
        "token": [not access.csrf_exempt, access.csrf_evidence.value],
    }


if __name__ == "__main__":
    main()
