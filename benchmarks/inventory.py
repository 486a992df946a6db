"""Time and memory of the inventory for 10,000 routes, beside a plain walk of the same resolver.

The walk does what `show_urls` of django-extensions does: it collects pattern, name and callable of every route, and
no fact about them. Each figure comes from a process of its own, after Django's set-up and with empty caches. Memory is
that of all processes of the inventory together, what they share counted once (Pss), in a run that is not timed.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from benchmarks.routes import READY, SHAPES, write_project  # noqa: E402

ROUTES = 10_000
LIMIT_S = 1.5
LIMIT_MB = 150.0
ROUNDS = 3
CLAIM = "10,000 routes in under 1.5 s after Django's set-up and under 150 MB, growing linearly"


def main() -> int:
    """Measure every shape, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="1,000 routes, once")
    options = parser.parse_args()
    routes, rounds = (1000, 1) if options.quick else (ROUTES, ROUNDS)
    shapes = {shape: measure(shape, routes, rounds) for shape in SHAPES}
    growth = [measure("mix", count, rounds) for count in (routes // 4, routes // 2, routes, 2 * routes)]
    result = _result(shapes, growth, routes)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        _print(result)
    return 0 if result["holds"] else 1


def measure(shape: str, routes: int, rounds: int) -> dict[str, float]:
    """Return the best of several rounds: seconds and megabytes of the inventory, seconds of the plain walk."""
    with tempfile.TemporaryDirectory() as directory:
        write_project(Path(directory), shape, routes)
        found = [_once(Path(directory)) for _ in range(rounds)]
        peak_mb = _peak_mb(Path(directory))
    best = min(found, key=lambda one: one["inventory_s"])
    walk_s = min(one["walk_s"] for one in found)
    return {
        **best,
        "peak_mb": best["peak_mb"] if peak_mb is None else peak_mb,
        "walk_s": walk_s,
        "ratio_to_walk": best["inventory_s"] / walk_s,
        "us_per_route": 1e6 * best["inventory_s"] / best["routes"],
    }


def _once(directory: Path) -> dict[str, float]:
    with _measurement(directory) as process:
        answer, errors = process.communicate("begin\n")
    if process.returncode:
        sys.stderr.write(errors)
        raise SystemExit(2)
    found: dict[str, float] = json.loads(answer.removeprefix(READY))
    return found


def _peak_mb(directory: Path) -> float | None:
    """Return by how much the inventory's processes grow together, or None where the system does not tell."""
    with _measurement(directory) as process:
        if process.stdout is None or process.stdin is None or process.stdout.readline() != READY:
            return None
        before = peak = _pss_kb(process.pid)
        process.stdin.write("begin\n")
        process.stdin.flush()
        while process.poll() is None:
            peak = max(peak, sum(map(_pss_kb, (process.pid, *_children(process.pid)))))
            time.sleep(0.02)
    return (peak - before) / 1024 if before else None


@contextmanager
def _measurement(directory: Path) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bench_settings"}
    environment["PYTHONPATH"] = os.pathsep.join((str(directory), str(_HERE.parent)))
    command = [sys.executable, "-m", "benchmarks.routes"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=directory
    ) as process:
        yield process


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _pss_kb(pid: int) -> int:
    """Return the proportional set size of proc(5) in kilobytes; 0 where there is none."""
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found is not None else 0


def _result(shapes: dict[str, dict[str, float]], growth: list[dict[str, float]], routes: int) -> dict[str, Any]:
    slowest = max(one["inventory_s"] for one in shapes.values())
    largest = max(one["peak_mb"] for one in shapes.values())
    per_route = [one["us_per_route"] for one in growth]
    # Twice the routes may cost a little more each, for caches of the processor and the numbering of equal routes.
    linear = max(per_route) <= 1.3 * min(per_route) or per_route[-1] <= per_route[0]
    return {
        "name": "inventory",
        "claim": CLAIM,
        "value": round(slowest, 3),
        "unit": f"s for {routes:,} routes, the slowest shape",
        "limit": LIMIT_S * routes / ROUTES,
        "holds": slowest <= LIMIT_S * routes / ROUTES and largest <= LIMIT_MB and linear,
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "details": {"shapes": shapes, "growth": growth, "linear": linear, "largest_peak_mb": round(largest, 1)},
    }


def _print(result: dict[str, Any]) -> None:
    print(result["claim"])
    details = result["details"]
    for name, one in [*details["shapes"].items(), *((f"mix {int(g['routes']):,}", g) for g in details["growth"])]:
        print(
            f"  {name:12} {one['inventory_s']:6.2f} s  {one['peak_mb']:6.1f} MB  "
            f"{one['us_per_route']:6.1f} µs per route  {one['ratio_to_walk']:6.1f} × the plain walk"
        )
    print("holds" if result["holds"] else "does not hold")


if __name__ == "__main__":
    sys.exit(main())
