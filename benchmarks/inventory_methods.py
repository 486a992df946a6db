"""Precision and recall of the inventory's (route, method), against methods that were really sent.

Run it in the environment of a Django project, with DJANGO_SETTINGS_MODULE or --settings; without either it measures
the small projects of benchmarks/methods/projects/ whose packages are installed (benchmarks/requirements.txt).
Whole projects have an environment each: `--settings MODULE --into FILE --name DISTRIBUTION` in one after the other adds
each to the same result.
"""

import argparse
import json
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from benchmarks.methods.processes import measured, settings_modules  # noqa: E402
from benchmarks.methods.projects import PROJECTS  # noqa: E402
from benchmarks.methods.scoring import Score, score  # noqa: E402

LIMIT = 0.99
UNSENT_SHOWN = 40
CLAIM = (
    "Precision and recall of (route, method) are at least 99 % where views enforce their methods; no wrong certainty"
)


def main() -> int:
    """Measure each settings module in a process of its own, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", nargs="+", action="extend", metavar="MODULE", default=[])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="about 150 routes of each project")
    parser.add_argument("--keep-databases", action="store_true", help="test databases of the project's own engines")
    parser.add_argument("--verbose", action="store_true", help="show what the projects print, and routes not sent to")
    parser.add_argument("--into", type=Path, metavar="FILE", help="add what is measured to the result in this file")
    parser.add_argument("--name", default="", help="what a single project is called in the result: its distribution")
    options = parser.parse_args()
    modules, missing = settings_modules(options.settings)
    if not modules:
        print("Nothing to measure: none of these packages is installed: " + ", ".join(missing), file=sys.stderr)
        return 2
    scores: dict[str, Score] = {}
    details: dict[str, Any] = {}
    failed: dict[str, str] = {}
    for module in modules:
        found = measured(_HERE / "methods" / "measure.py", module, options)
        if isinstance(found, str):
            failed[module] = found
            print(f"{module}: {found}", file=sys.stderr)
            continue
        scores[module] = score(found["routes"])
        details[options.name or module] = _details(found, scores[module], options)
        _print_project(module, found, scores[module], verbose=options.verbose)
    if not scores:
        print("Nothing was measured: " + "; ".join(failed), file=sys.stderr)
        return 2
    if options.into is not None and options.into.exists():
        details = {**json.loads(options.into.read_text())["details"]["projects"], **details}
    result = _result(details, failed, missing)
    if options.into is not None:
        options.into.write_text(json.dumps(result, indent=2) + "\n")
    if options.json:
        print(json.dumps(result, indent=2))
    return 0 if result["holds"] else 1


def _print_project(module: str, found: dict[str, Any], one: Score, *, verbose: bool) -> None:
    out = sys.stderr
    print(f"\n{module}: {found['route_count']} routes, inventory in {found['build_s']} s", file=out)
    print(
        f"  enforcing {one.enforcing_routes}, open {one.open_routes}, undecided {one.undecided_routes}, "
        f"not sent to {one.unsent_routes}",
        file=out,
    )
    print(
        f"  precision {_percent(one.precision)} ({one.right}/{one.listed}), "
        f"recall {_percent(one.recall)} ({one.right}/{one.answered}), wrong claims of certainty {one.wrong_claims}",
        file=out,
    )
    print(f"  evidence: {one.evidence}", file=out)
    for line in one.mismatches:
        print(f"  {line}", file=out)
    for raw in found["wrongly_shadowed"]:
        print(f"  reachable, but said to be shadowed: {raw}", file=out)
    if found["pattern_count"] != found["known_pattern_count"]:
        print(f"  {found['pattern_count']} patterns, {found['known_pattern_count']} of them known", file=out)
    if found["inventory_changed"]:
        print("  the inventory is another one after traffic", file=out)
    for line in one.unsent if verbose else one.unsent[:UNSENT_SHOWN]:
        print(f"  not sent to: {line}", file=out)


def _percent(share: float | None) -> str:
    return "no data" if share is None else f"{100 * share:.2f} %"


def _details(found: dict[str, Any], one: Score, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "version": _version(options.name) if options.name else "",
        "quick": options.quick,
        "routes": found["route_count"],
        "build_s": found["build_s"],
        "enforcing_routes": one.enforcing_routes,
        "open_routes": one.open_routes,
        "undecided_routes": one.undecided_routes,
        "unsent_routes": one.unsent_routes,
        "listed": one.listed,
        "answered": one.answered,
        "right": one.right,
        "precision": one.precision,
        "recall": one.recall,
        "wrong_claims": one.wrong_claims,
        "wrongly_shadowed": found["wrongly_shadowed"],
        "patterns_missed": found["pattern_count"] - found["known_pattern_count"],
        "inventory_changed": found["inventory_changed"],
        "evidence": dict(one.evidence),
        "mismatches": list(one.mismatches),
    }


def _result(details: dict[str, Any], failed: dict[str, str], missing: list[str]) -> dict[str, Any]:
    names = ("right", "listed", "answered", "wrong_claims")
    right, listed, answered, wrong_claims = (sum(one[name] for one in details.values()) for name in names)
    precision = right / listed if listed else None
    recall = right / answered if answered else None
    value = min(precision, recall) if precision is not None and recall is not None else None
    return {
        "name": "inventory_methods",
        "claim": CLAIM,
        "value": value,
        "unit": "lower one of precision and recall",
        "limit": LIMIT,
        "holds": value is not None and value >= LIMIT and wrong_claims == 0,
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "details": {
            "precision": precision,
            "recall": recall,
            "wrong_claims": wrong_claims,
            "enforcing_routes": sum(one["enforcing_routes"] for one in details.values()),
            "open_routes": sum(one["open_routes"] for one in details.values()),
            "undecided_routes": sum(one["undecided_routes"] for one in details.values()),
            "unsent_routes": sum(one["unsent_routes"] for one in details.values()),
            "projects": details,
            "not_measured": failed,
            "not_installed": missing,
            "versions": _versions(),
        },
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in ("Django", *sorted({package for packages in PROJECTS.values() for package in packages})):
        if known := _version(name.partition("[")[0]):
            found[name] = known
    return found


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
