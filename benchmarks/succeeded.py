"""Share of operations that succeed without one line of configuration, on small projects around public packages.

For each project of benchmarks/methods/projects/ whose packages are installed: a fresh SQLite database, a superuser, two
users, a few generated rows per model, and then `loadaudit plan --preflight`, which sends every operation alone with
the server's trace as judge. Every operation of the inventory counts, those that could not be sent included. Nothing is
installed: what the interpreter that runs this has is measured, all projects at one commit.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from benchmarks.methods.projects import PROJECTS, missing_packages  # noqa: E402

OWN = frozenset({"demo", "drf", "guards"})
"""Projects whose views are this repository's own: they would flatter the share."""

READS, WRITES = 0.9, 0.6
TIMEOUT_S = 3600
CLAIM = "Without configuration, at least 90 % of the reads and 60 % of the writes of public projects succeed"
_SETTINGS = """
from benchmarks.methods.projects.{name} import *
INSTALLED_APPS = [*INSTALLED_APPS, "loadaudit"]
ALLOWED_HOSTS = ["*"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {database!r}}}}}
MEDIA_ROOT = {folder!r} + "/media"
STATIC_ROOT = {folder!r} + "/static"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOADAUDIT = {{"RUNS_DIR": {folder!r} + "/runs"}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Operations of one project, by kind, and how many of them succeeded."""

    reads: int
    reads_succeeded: int
    writes: int
    writes_succeeded: int


def main() -> int:
    """Measure each project in a folder of its own, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", help="default: all of public packages that are installed")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--reasons", action="store_true", help="show why each of the others did not succeed")
    parser.add_argument("--jobs", type=int, default=1, help="how many projects at once; their time is not measured")
    options = parser.parse_args()
    names = options.projects or [name for name in PROJECTS if name not in OWN and not missing_packages(name)]
    shares: dict[str, Shares] = {}
    failed: dict[str, str] = {}
    began_s = time.monotonic()
    for name, found in _measured(names, options.jobs):
        if isinstance(found, str):
            failed[name] = found
            print(f"{name}: {found}", file=sys.stderr)
            continue
        shares[name] = _shares(found)
        _print_project(name, found, shares[name], reasons=options.reasons)
    result = _result(shares, failed, round(time.monotonic() - began_s))
    if options.json:
        print(json.dumps(result, indent=2))
    return 0 if result["holds"] else 1


def _measured(names: Sequence[str], jobs: int) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
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


def _commit() -> str:
    """Return what is measured, with a plus where files were changed since; empty outside of a repository."""
    git = ("git", "-C", str(_HERE))
    shown = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    changed = subprocess.run([*git, "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True)
    return shown.stdout.strip() + ("+" if changed.stdout.strip() else "")


def _measure(name: str) -> Mapping[str, Any] | str:
    """Return inventory and plan of a project, or why there are none."""
    with tempfile.TemporaryDirectory(prefix="la-") as folder:
        settings = _SETTINGS.format(name=name, database=f"{folder}/db.sqlite3", folder=folder)
        (Path(folder) / "succeeded_settings.py").write_text(settings)
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "succeeded_settings",
            "PYTHONPATH": os.pathsep.join([folder, str(_HERE.parent)]),
            "TMPDIR": folder,
        }

        def run(*arguments: str) -> str:
            command = [sys.executable, *arguments]
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S
            )
            if done.returncode:
                raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-1500:]}")
            return done.stdout

        django = ("-m", "django")
        try:
            run(*django, "migrate", "-v0", "--run-syncdb")
            run(str(_HERE / "methods" / "seed.py"))
            # Into files: some projects print when they start.
            shown = ("--include-admin", "--format", "json", "--output")
            run(*django, "loadaudit", "inventory", *shown, "inventory.json")
            run(*django, "loadaudit", "plan", "--preflight", *shown, "plan.json")
            inventory, plan = (json.loads((Path(folder) / f"{one}.json").read_text()) for one in ("inventory", "plan"))
        except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
            return f"could not be measured: {error}".replace(folder, "…")
    return {"operations": inventory["operations"], "plan": plan}


def _works(found: Mapping[str, Any]) -> set[str]:
    return {one["operation_id"] for one in found["plan"]["tried"] if one["outcome"] == "ok"}


def _shares(found: Mapping[str, Any]) -> Shares:
    works = _works(found)
    reads = [one["id"] for one in found["operations"] if one["kind"] == "read"]
    writes = [one["id"] for one in found["operations"] if one["kind"] == "write"]
    return Shares(
        reads=len(reads),
        reads_succeeded=len(works.intersection(reads)),
        writes=len(writes),
        writes_succeeded=len(works.intersection(writes)),
    )


def _print_project(name: str, found: Mapping[str, Any], one: Shares, *, reasons: bool) -> None:
    print(
        f"{name}: reads {one.reads_succeeded} of {one.reads}, writes {one.writes_succeeded} of {one.writes}",
        file=sys.stderr,
    )
    if not reasons:
        return
    works = _works(found)
    tried = {entry["operation_id"]: f"{entry['outcome']}: {entry['detail']}" for entry in found["plan"]["tried"]}
    left_out = {entry["operation_id"]: entry["reason"] for entry in found["plan"]["exclusions"]}
    for operation in found["operations"]:
        if operation["id"] not in works:
            why = tried.get(operation["id"]) or left_out.get(operation["id"], "not in the plan")
            print(f"  {operation['kind']:5} {operation['id']}: {why[:200]}", file=sys.stderr)


def _result(shares: Mapping[str, Shares], failed: Mapping[str, str], took_s: int) -> dict[str, Any]:
    total = Counter[str]()
    for one in shares.values():
        total.update(reads=one.reads, read=one.reads_succeeded, writes=one.writes, written=one.writes_succeeded)
    reads = total["read"] / total["reads"] if total["reads"] else None
    writes = total["written"] / total["writes"] if total["writes"] else None
    return {
        "name": "succeeded",
        "claim": CLAIM,
        "value": {"reads": reads, "writes": writes},
        "unit": "share of all operations of the inventories",
        "limit": {"reads": READS, "writes": WRITES},
        "holds": reads is not None and writes is not None and reads >= READS and writes >= WRITES,
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "details": {
            "commit": _commit(),
            "took_s": took_s,
            "projects": {
                name: {
                    "reads": one.reads,
                    "reads_succeeded": one.reads_succeeded,
                    "writes": one.writes,
                    "writes_succeeded": one.writes_succeeded,
                }
                for name, one in sorted(shares.items())
            },
            "not_measured": dict(failed),
        },
    }


if __name__ == "__main__":
    sys.exit(main())
