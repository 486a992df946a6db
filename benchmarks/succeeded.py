"""Share of operations that succeed without one line of configuration, on small projects around public packages.

For each project of benchmarks/methods/projects/ whose packages are installed: a fresh SQLite database, a superuser, two
users, a few generated rows per model, and then `loadaudit plan --preflight`, which sends every operation alone with
the server's trace as judge. Every operation of the inventory counts, those that could not be sent included. Nothing is
installed: what the interpreter that runs this has is measured, all projects at one commit.
"""

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from benchmarks.methods.projects import PROJECTS, missing_packages  # noqa: E402
from benchmarks.succeeding.measure import (  # noqa: E402
    Found,
    Shares,
    commit,
    measured,
    print_project,
    shares,
    summary,
)

OWN = frozenset({"demo", "drf", "guards"})
"""Projects whose views are this repository's own: they would flatter the share."""

READS, WRITES = 0.9, 0.6
CLAIM = "Without configuration, at least 90 % of the reads and 60 % of the writes of public projects succeed"


def main() -> int:
    """Measure each project in a folder of its own, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", help="default: all of public packages that are installed")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--reasons", action="store_true", help="show why each of the others did not succeed")
    parser.add_argument("--jobs", type=int, default=1, help="how many projects at once; their time is not measured")
    options = parser.parse_args()
    names = options.projects or [name for name in PROJECTS if name not in OWN and not missing_packages(name)]
    counted: dict[str, Shares] = {}
    failed: dict[str, str] = {}
    began_s = time.monotonic()
    for name, found in _measured(names, options.jobs):
        if isinstance(found, str):
            failed[name] = found
            print(f"{name}: {found}", file=sys.stderr)
            continue
        counted[name] = shares(found)
        print_project(name, found, counted[name], reasons=options.reasons)
    result = _result(counted, failed, round(time.monotonic() - began_s))
    if options.json:
        print(json.dumps(result, indent=2))
    return 0 if result["holds"] else 1


def _measured(names: Sequence[str], jobs: int) -> Iterator[tuple[str, Found | str]]:
    """Yield inventory and plan of each project as it is ready, those begun first that took longest the last time."""
    size = _last_sizes()
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        started = {pool.submit(_measure, name): name for name in sorted(names, key=lambda name: -size.get(name, 0))}
        for one in as_completed(started):
            yield started[one], one.result()


def _last_sizes() -> Mapping[str, int]:
    """Return how many operations each project had in the last result that is kept."""
    try:
        kept = json.loads((_HERE / "results" / "succeeded.json").read_text())["details"]["projects"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: one["reads"] + one["writes"] for name, one in kept.items()}


def _measure(name: str) -> Found | str:
    with tempfile.TemporaryDirectory(prefix="la-") as folder:
        return measured(Path(folder), f"from benchmarks.methods.projects.{name} import *\n")


def _result(counted: Mapping[str, Shares], failed: Mapping[str, str], took_s: int) -> dict[str, Any]:
    value = summary(counted)
    reads, writes = value["reads"], value["writes"]
    return {
        "name": "succeeded",
        "claim": CLAIM,
        "value": value,
        "unit": "share of all operations of the inventories",
        "limit": {"reads": READS, "writes": WRITES},
        "holds": reads is not None and writes is not None and reads >= READS and writes >= WRITES,
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "details": {
            "commit": commit(),
            "took_s": took_s,
            "projects": {name: asdict(one) for name, one in sorted(counted.items())},
            "not_measured": dict(failed),
        },
    }


if __name__ == "__main__":
    sys.exit(main())
