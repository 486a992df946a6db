"""Time to list a folder of 1,000 runs, the start of Python and its imports included.

The folder is filled with run files of 100 operations and some requests each, by the writer that runs use. Beside it, in
turns: a bare Python that opens the same files with sqlite3 and reads one table of each.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from tests.analysis.factories import operation, requests, run_info, write_run  # noqa: E402

RUNS = 1_000
OPERATIONS = 100
REQUESTS = 200
ROUNDS = 7
LIMIT_S = 1.0
CLAIM = f"A folder of {RUNS:,} runs lists in under a second"
_BARE = """
import sqlite3, sys
from pathlib import Path
for path in sorted(Path(sys.argv[1]).glob("*.loadaudit")):
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    print(len(connection.execute("SELECT key, value FROM run").fetchall()))
    connection.close()
"""


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        _fill(folder)
        pairs = [(_took_s(["-m", "loadaudit", "runs", "list"], folder), _bare_s(folder)) for _ in range(ROUNDS)]
    listed_s, bare_s = (min(column) for column in zip(*pairs, strict=True))
    result = {
        "name": "runs_list",
        "claim": CLAIM,
        "value": round(listed_s, 3),
        "unit": f"s by the clock for {RUNS:,} runs, the quickest of {ROUNDS}",
        "limit": LIMIT_S,
        "holds": listed_s < LIMIT_S,
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "details": {
            "slowest_s": round(max(listed for listed, _ in pairs), 3),
            "bare_s": round(bare_s, 3),
            "ratio_to_bare": round(listed_s / bare_s, 2),
        },
    }
    print(json.dumps(result, indent=2) if options.json else f"{CLAIM}: {listed_s:.2f} s (bare: {bare_s:.2f} s)")
    return 0 if result["holds"] else 1


def _fill(folder: Path) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    operations = [operation(f"GET /page/{number}/") for number in range(OPERATIONS)]
    made = requests(REQUESTS, operations[0].id)
    for number in range(RUNS):
        started = first + timedelta(hours=number)
        run_id = f"{started:%Y%m%d-%H%M%S}"
        info = run_info(id=run_id, label=f"nightly-{number}", started_at=started.isoformat())
        write_run(folder / f"{run_id}.loadaudit", operations, made, info=info)


def _took_s(command: list[str], folder: Path) -> float:
    environment = {**os.environ, "LOADAUDIT_RUNS_DIR": str(folder), "PYTHONPATH": str(_HERE.parent)}
    begin_s = time.perf_counter()
    done = subprocess.run([sys.executable, *command], env=environment, cwd=folder, capture_output=True, text=True)
    took_s = time.perf_counter() - begin_s
    if done.returncode or done.stdout.count("\n") < RUNS:
        sys.stderr.write(done.stderr)
        raise SystemExit(2)
    return took_s


def _bare_s(folder: Path) -> float:
    return _took_s(["-c", _BARE, str(folder)], folder)


if __name__ == "__main__":
    sys.exit(main())
