"""Runs `loadaudit plan --preflight` on a project with generated rows, and counts what succeeded."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).resolve().parents[1]
TIMEOUT_S = 3600
SETTINGS = """
INSTALLED_APPS = [*INSTALLED_APPS, "loadaudit"]
ALLOWED_HOSTS = ["*"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {database!r}}}}}
MEDIA_ROOT = type(globals().get("MEDIA_ROOT") or "")({folder!r} + "/media")
STATIC_ROOT = type(globals().get("STATIC_ROOT") or "")({folder!r} + "/static")
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOADAUDIT = {{"RUNS_DIR": {folder!r} + "/runs"}}
"""
"""What follows a project's own settings; folders stay texts or paths, whichever its code takes them for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Operations of a project's inventory, and its plan after the preflight, as their JSON has them."""

    operations: list[dict[str, Any]]
    plan: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Operations of one project, by kind, and how many of them succeeded."""

    reads: int
    reads_succeeded: int
    writes: int
    writes_succeeded: int


def measured(
    folder: Path,
    settings: str,
    *,
    python: str = sys.executable,
    environment: Mapping[str, str] = {},
    commands: Sequence[Sequence[str]] = (),
    paths: Sequence[str] = (),
    home: Path | None = None,
    include_admin: bool = True,
) -> Found | str:
    """Return what was found of the project whose settings are given, or why nothing was.

    `commands` are management commands for which a project asks before it answers; `paths` hold modules of its own, and
    `home` is the folder in which its people run it, where that is not `folder`: files may be named from there. The
    folder, which exists and is empty, gets the settings, a SQLite database, `inventory.json` and `plan.json`.
    """
    home = home or folder
    (folder / "succeeded_settings.py").write_text(
        settings + SETTINGS.format(database=f"{folder}/db.sqlite3", folder=str(folder))
    )
    given = {
        "DJANGO_SETTINGS_MODULE": "succeeded_settings",
        "PYTHONPATH": os.pathsep.join([str(folder), *paths, str(BENCHMARKS.parent)]),
        "TMPDIR": str(folder),
    }
    whole = os.environ | given | environment
    script = "".join(f"export {name}='{value}'\n" for name, value in (given | environment).items())
    (folder / "django").write_text(f'#!/bin/sh\n{script}cd "{home}" && exec {python} -m django "$@"\n')
    (folder / "django").chmod(0o755)

    def run(*arguments: str, where: Path = home) -> None:
        command = [python, *arguments]
        done = subprocess.run(command, cwd=where, env=whole, capture_output=True, text=True, timeout=TIMEOUT_S)
        (folder / "output.txt").open("a").write(f"$ {' '.join(arguments)}\n{done.stdout}{done.stderr}\n")
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-1500:]}")

    django = ("-m", "django")
    shown = (*(("--include-admin",) if include_admin else ()), "--format", "json", "--output")
    try:
        run(*django, "migrate", "-v0", "--run-syncdb")
        for command in commands:
            run(*django, *command)
        # Rows that the seed takes out again may delete the folder that they name, and `.` is where it runs.
        with tempfile.TemporaryDirectory() as elsewhere:
            # By its name: as a script its folder would come first, whose `projects` hides a package of that name.
            run("-m", "benchmarks.methods.seed", where=Path(elsewhere))
        # Into files: some projects print when they start.
        run(*django, "loadaudit", "inventory", *shown, f"{folder}/inventory.json")
        run(*django, "loadaudit", "plan", "--preflight", *shown, f"{folder}/plan.json")
        inventory, plan = (json.loads((folder / f"{one}.json").read_text()) for one in ("inventory", "plan"))
    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
        return f"could not be measured: {error}".replace(str(folder), "…")
    return Found(operations=inventory["operations"], plan=plan)


def shares(found: Found) -> Shares:
    """Count reads and writes."""
    works = _works(found)
    reads = [one["id"] for one in found.operations if one["kind"] == "read"]
    writes = [one["id"] for one in found.operations if one["kind"] == "write"]
    return Shares(
        reads=len(reads),
        reads_succeeded=len(works.intersection(reads)),
        writes=len(writes),
        writes_succeeded=len(works.intersection(writes)),
    )


def print_project(name: str, found: Found, one: Shares, *, reasons: bool) -> None:
    """Print a project's figures to standard error, on demand with the reason of each operation that failed."""
    print(
        f"{name}: reads {one.reads_succeeded} of {one.reads}, writes {one.writes_succeeded} of {one.writes}",
        file=sys.stderr,
    )
    if not reasons:
        return
    works = _works(found)
    tried = {entry["operation_id"]: f"{entry['outcome']}: {entry['detail']}" for entry in found.plan["tried"]}
    left_out = {entry["operation_id"]: entry["reason"] for entry in found.plan["exclusions"]}
    for operation in found.operations:
        if operation["id"] not in works:
            why = tried.get(operation["id"]) or left_out.get(operation["id"], "not in the plan")
            print(f"  {operation['kind']:5} {operation['id']}: {why[:300]}", file=sys.stderr)


def commit() -> str:
    """Return what is measured, with a plus where files were changed since; empty outside of a repository."""
    git = ("git", "-C", str(BENCHMARKS))
    shown = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    changed = subprocess.run([*git, "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True)
    return shown.stdout.strip() + ("+" if changed.stdout.strip() else "")


def summary(measured: Mapping[str, Shares]) -> dict[str, float | None]:
    """Return the share of reads and of writes that succeeded, of all projects together."""
    reads = sum(one.reads for one in measured.values())
    writes = sum(one.writes for one in measured.values())
    return {
        "reads": sum(one.reads_succeeded for one in measured.values()) / reads if reads else None,
        "writes": sum(one.writes_succeeded for one in measured.values()) / writes if writes else None,
    }


def _works(found: Found) -> set[str]:
    return {one["operation_id"] for one in found.plan["tried"] if one["outcome"] == "ok"}
