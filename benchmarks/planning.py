"""Time to plan a project of 5,000 operations, values and bodies included, without preflight.

The project is that of benchmarks/inventory.py (functions, classes and REST framework viewsets in equal parts), with 20
groups and users in its database. The inventory before it is timed beside it, and the processor time, which tells a
busy machine from slow code.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from benchmarks.routes import write_project  # noqa: E402

OPERATIONS = 5_000
ROUTES = 3_000
LIMIT_S = 10.0
ROUNDS = 3
CLAIM = "Planning 5,000 operations takes under 10 s without preflight"
_MEASURE = """
import json, time, django
django.setup()
from django.contrib.auth.models import Group, User
from django.core.management import call_command
call_command("migrate", verbosity=0)
for number in range(20):
    Group.objects.create(name=f"group {number}")
    User.objects.create_user(f"user{number}", password="a", is_staff=number == 0, is_superuser=number == 0)
from loadaudit.audit.options import RunOptions, Selection
from loadaudit.audit.stages import make_plan, take_inventory
from loadaudit.conf import Config
from loadaudit.planning.people import expected_identities
begin = time.perf_counter()
inventory = take_inventory(Config(), Selection())
middle, middle_cpu = time.perf_counter(), time.process_time()
plan = make_plan(Config(), inventory, expected_identities(), RunOptions())
end, end_cpu = time.perf_counter(), time.process_time()
print(json.dumps({
    "operations": len(inventory.operations), "planned": len(plan.requests) + len(plan.alone),
    "inventory_s": middle - begin, "planning_s": end - middle, "planning_cpu_s": end_cpu - middle_cpu,
}))
"""


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        write_project(Path(directory), "mix", ROUTES)
        found = min((_once(Path(directory)) for _ in range(ROUNDS)), key=lambda one: one["planning_s"])
    per_limit = found["planning_s"] * OPERATIONS / found["operations"]
    result = {
        "name": "planning",
        "claim": CLAIM,
        "value": round(per_limit, 3),
        "unit": f"s for {OPERATIONS:,} operations",
        "limit": LIMIT_S,
        "holds": per_limit <= LIMIT_S and found["operations"] >= OPERATIONS,
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "details": {**found, "ratio_to_inventory": round(found["planning_s"] / found["inventory_s"], 2)},
    }
    print(json.dumps(result, indent=2) if options.json else f"{CLAIM}: {per_limit:.2f} s ({found})")
    return 0 if result["holds"] else 1


def _once(directory: Path) -> dict[str, float]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bench_settings"}
    environment["PYTHONPATH"] = os.pathsep.join((str(directory), str(_HERE.parent)))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE], env=environment, capture_output=True, text=True, cwd=directory, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise SystemExit(2)
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
