"""What the benchmarks of the inventory share: which projects they measure, each in a process of its own."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.methods.projects import PROJECTS, missing_packages

TIMEOUT_S = 3600


def settings_modules(given: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the settings modules to measure, and the packages that others would need."""
    named = list(given) or [one for one in (os.environ.get("DJANGO_SETTINGS_MODULE", ""),) if one]
    if named:
        return named, []
    missing = {name: missing_packages(name) for name in PROJECTS}
    modules = [f"benchmarks.methods.projects.{name}" for name, absent in missing.items() if not absent]
    return modules, sorted({package for absent in missing.values() for package in absent})


def measured(script: Path, module: str, options: argparse.Namespace) -> Any:
    """Return the JSON that a script `measure.py` wrote about a settings module, or text: why it wrote none."""
    with tempfile.TemporaryDirectory() as directory:
        result = Path(directory) / "result.json"
        command = [sys.executable, str(script), module, str(result)]
        command += ["--quick"] if options.quick else []
        command += ["--keep-databases"] if options.keep_databases else []
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, errors="replace")
        except subprocess.TimeoutExpired:
            return f"no result within {TIMEOUT_S} s"
        if options.verbose:
            print(done.stdout[-20000:], done.stderr[-20000:], file=sys.stderr)
        if not result.exists():
            return f"could not be measured: {(done.stderr.strip() or done.stdout.strip())[-1500:]}"
        return json.loads(result.read_text())
