"""The inventory's access and parameters against what users really get, and which rows really answer.

Run it in the environment of a Django project, with DJANGO_SETTINGS_MODULE or --settings; without either it measures
the small projects of benchmarks/methods/projects/ whose packages are installed (benchmarks/requirements.txt).
"""

import argparse
import json
import platform
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from benchmarks.facts.scoring import FactScore, Score, score  # noqa: E402
from benchmarks.methods.processes import measured, settings_modules  # noqa: E402

CLAIM = "No fact about access or a parameter is declared and wrong, where the answers of the view tell"


def main() -> int:
    """Measure each settings module in a process of its own, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", nargs="+", action="extend", metavar="MODULE", default=[])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="about 150 operations of each project")
    parser.add_argument("--keep-databases", action="store_true", help="test databases of the project's own engines")
    parser.add_argument("--verbose", action="store_true", help="show what the projects print")
    options = parser.parse_args()
    modules, missing = settings_modules(options.settings)
    if not modules:
        print("Nothing to measure: none of these packages is installed: " + ", ".join(missing), file=sys.stderr)
        return 2
    scores: dict[str, Score] = {}
    failed: dict[str, str] = {}
    for module in modules:
        found = measured(_HERE / "facts" / "measure.py", module, options)
        if isinstance(found, str):
            failed[module] = found
            print(f"{module}: {found}", file=sys.stderr)
            continue
        scores[module] = score(found)
        _print(module, scores[module])
    if not scores:
        print("Nothing was measured: " + "; ".join(failed), file=sys.stderr)
        return 2
    result = _result(scores, failed, missing)
    _print_facts("all", result["details"]["facts"])
    if options.json:
        print(json.dumps(result, indent=2))
    return 0 if result["holds"] else 1


def _print(module: str, one: Score) -> None:
    print(f"\n{module}: {one.operations} operations, declared and wrong: {one.wrong_declared}", file=sys.stderr)
    _print_facts(module, {name: _plain(fact) for name, fact in one.facts.items()})
    for line in one.mismatches:
        print(f"  {line}", file=sys.stderr)


def _print_facts(title: str, facts: dict[str, dict[str, Any]]) -> None:
    for name, one in facts.items():
        shares = (f"{part} {_percent(one[part])}" for part in ("precision", "recall"))
        counts = f"claimed {one['claimed']}, found {one['found']}, right {one['right']}, undecided {one['undecided']}"
        print(f"  {title} {name:10}{', '.join(shares)} ({counts})", file=sys.stderr)


def _percent(share: float | None) -> str:
    return "no data" if share is None else f"{100 * share:.2f} %"


def _plain(one: FactScore) -> dict[str, Any]:
    return {
        "precision": one.precision,
        "recall": one.recall,
        "claimed": one.claimed,
        "found": one.found,
        "right": one.right,
        "undecided": one.undecided,
    }


def _result(scores: dict[str, Score], failed: dict[str, str], missing: list[str]) -> dict[str, Any]:
    names = next(iter(scores.values())).facts
    wrong = sum(one.wrong_declared for one in scores.values())
    return {
        "name": "inventory_facts",
        "claim": CLAIM,
        "value": wrong,
        "unit": "facts that were declared and wrong",
        "limit": 0,
        "holds": wrong == 0,
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "details": {
            "facts": {
                name: _plain(sum((one.facts[name] for one in scores.values()), start=FactScore())) for name in names
            },
            "projects": {
                module: {
                    "operations": one.operations,
                    "wrong_declared": one.wrong_declared,
                    "facts": {name: _plain(fact) for name, fact in one.facts.items()},
                    "mismatches": list(one.mismatches),
                }
                for module, one in scores.items()
            },
            "not_measured": failed,
            "not_installed": missing,
        },
    }


if __name__ == "__main__":
    sys.exit(main())
