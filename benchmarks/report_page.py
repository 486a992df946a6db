"""How large the HTML report of a large run is, and how soon a browser can use it.

A run file of 5,000 operations and 1,000,000 samples, each with the summary of its trace and every hundredth with a
whole trace and statements, is analysed and written as the page, which headless Chromium opens from disk: it filters,
sorts, chooses a stretch and opens the page of an operation. Times in the browser are the page's own clock.
"""

import argparse
import json
import os
import platform
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django
from django.conf import settings
from playwright.sync_api import sync_playwright

from loadaudit.analysis.analyse import analyse
from loadaudit.records import Inventory, SeriesReading
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter
from tests.analysis.factories import MS, Request, operation, plan_for, request, run_info, use

CLAIM = (
    "The report of 5,000 operations and 1,000,000 samples has less than 2 MB + 1 KB per operation, opens without an "
    "error in the console, and answers a filter, a sort, a stretch and an operation within a second each"
)
OPERATIONS, SAMPLES = 5_000, 1_000_000
LOAD_S = 600
CHUNK = 50_000
WHOLE_TRACES = 100
ACTION_LIMIT_MS = 1_000

PROBE = """async () => {
  const seen = { ready_ms: Math.round(performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd) };
  const timed = async (name, action) => {
    const begin = performance.now();
    await action();
    document.body.getBoundingClientRect();
    seen[name] = Math.round(performance.now() - begin);
  };
  const field = document.getElementById("filter"), dialog = document.getElementById("operation");
  const filter = (text) => { field.value = text; field.dispatchEvent(new Event("input")); };
  const open = async (which) => {
    document.querySelectorAll("#tiles .tile.loaded")[which].click();
    while (!dialog.open) { await new Promise((resolve) => setTimeout(resolve, 1)); }
  };
  await timed("filter_ms", () => filter("/7/"));
  seen.filtered = document.getElementById("shown").textContent;
  filter("");
  await timed("sort_ms", () => document.querySelectorAll("#table thead button")[3].click());
  await timed("stretch_ms", () => operationTable.choose(100000, 160000));
  seen.stretch = document.getElementById("shown").textContent;
  operationTable.choose(null, null);
  await timed("first_operation_ms", () => open(0));
  dialog.close();
  await timed("operation_ms", () => open(1));
  seen.opened = document.querySelectorAll("#operation .sql").length > 0;
  seen.fair = document.getElementById("fair").textContent;
  seen.tiles = document.querySelectorAll("#tiles .tile").length;
  return seen;
}"""


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a tenth of the samples")
    parser.add_argument("--keep", type=Path, help="also keep the page in this file")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("Chromium is not installed (Debian: apt-get install chromium).\n")
        return 2
    settings.configure(USE_TZ=True)
    django.setup()
    samples = SAMPLES // 10 if options.quick else SAMPLES
    with tempfile.TemporaryDirectory() as folder:
        result = _measured(Path(folder), samples, chromium, options.keep)
    sys.stdout.write(f"{json.dumps(result, indent=2) if options.json else _text(result)}\n")
    return 0 if result["holds"] else 1


def _measured(folder: Path, samples: int, chromium: str, keep: Path | None) -> dict[str, Any]:
    from loadaudit.reporting.html.page import write_html

    path, page = folder / "large.loadaudit", folder / "report.html"
    _write_run(path, samples)
    begin = time.perf_counter()
    with RunFile(path) as run:
        plain_s = _elapsed(begin, analyse(run))
        begin = time.perf_counter()
        analysis = analyse(run, detailed=True)
    analysed_s = _elapsed(begin)
    begin = time.perf_counter()
    with page.open("w", encoding="utf-8") as stream:
        write_html(analysis, stream)
    written_s = _elapsed(begin)
    size = page.stat().st_size
    if keep is not None:
        shutil.copy(page, keep)
    seen = _opened(page, chromium)
    limit = 2_000_000 + 1_000 * OPERATIONS
    actions = [value for name, value in seen.items() if name.endswith("_ms") and name != "ready_ms"]
    return {
        "name": "report_page",
        "claim": CLAIM,
        "value": size,
        "unit": "bytes",
        "limit": limit,
        "holds": size < limit and not seen["problems"] and seen["opened"] and max(actions) <= ACTION_LIMIT_MS,
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "details": {
            "operations": OPERATIONS,
            "samples": samples,
            "analysis_s": plain_s,
            "analysis_for_the_page_s": analysed_s,
            "page_written_s": written_s,
            "browser": seen,
        },
    }


def _elapsed(begin: float, _done: object = None) -> float:
    return round(time.perf_counter() - begin, 1)


def _write_run(path: Path, samples: int) -> None:
    operations = [
        operation(f"GET /area{one % 40}/{one}/<int:pk>/", category=f"Area {one % 40}") for one in range(OPERATIONS)
    ]
    info = run_info(load_ns=LOAD_S * 10**9, duration_s=float(LOAD_S), users=200)
    rng = random.Random(0)
    with RunWriter(path, info) as writer:
        writer.add_inventory(Inventory(operations=tuple(operations)))
        writer.add_plan(plan_for(operations))
        for first in range(1, samples + 1, CHUNK):
            made = [_request(number, samples, rng) for number in range(first, min(first + CHUNK, samples + 1))]
            writer.add_samples(client for client, _ in made)
            writer.add_traces(server for _, server in made if server is not None)
        writer.add_series(_readings(rng))
        writer.finish(info)


def _request(number: int, samples: int, rng: random.Random) -> Request:
    which = number % OPERATIONS
    start_ns = number * LOAD_S * 10**9 // samples
    latency_ns = round(rng.lognormvariate(3.5, 0.7) * MS)
    failed = rng.random() < 0.01
    client = {
        "vu": number % 200,
        "path": f"/area{which % 40}/{which}/7/",
        "start_ns": start_ns,
        "latency_ns": latency_ns,
        "response_ns": latency_ns,
        "status": 500 if failed else 200,
    }
    whole = number % WHOLE_TRACES == 0
    statements = (
        tuple(use(f'SELECT "id" FROM "table_{which}_{one}" WHERE "id" = %s') for one in range(3)) if whole else ()
    )
    return request(
        number,
        f"GET /area{which % 40}/{which}/<int:pk>/",
        client=client,
        server={"route": f"/area{which % 40}/{which}/<int:pk>/", "statements": statements, "summary_only": not whole},
    )


def _readings(rng: random.Random) -> Iterator[SeriesReading]:
    for second in range(LOAD_S):
        for probe, names in (
            ("process", ("server_cpu_percent", "machine_cpu_percent")),
            ("workers", ("busy", "waiting")),
        ):
            values = {name: round(100 * rng.random(), 1) for name in names}
            yield SeriesReading(probe=probe, time_ns=second * 10**9, values=values)


def _opened(page: Path, chromium: str) -> Mapping[str, Any]:
    """Return what the probe sees of the page, opened from disk."""
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.on("console", lambda one: problems.append(one.text) if one.type == "error" else None)
        tab.on("pageerror", lambda one: problems.append(str(one)))
        tab.goto(page.as_uri())
        seen: Mapping[str, Any] = tab.evaluate(PROBE)
        browser.close()
    return {**seen, "problems": problems}


def _text(result: Mapping[str, Any]) -> str:
    details, browser = result["details"], result["details"]["browser"]
    return "\n".join(
        (
            result["claim"],
            f"{result['value']:,} bytes of at most {result['limit']:,}, {details['samples']:,} samples",
            f"analysis {details['analysis_s']} s, {details['analysis_for_the_page_s']} s with what the page draws, "
            f"page written in {details['page_written_s']} s",
            f"in the browser: ready after {browser['ready_ms']} ms; filter {browser['filter_ms']}, "
            f"sort {browser['sort_ms']}, stretch {browser['stretch_ms']}, "
            f"operation {browser['first_operation_ms']}, the next {browser['operation_ms']} ms",
            f"errors in the console: {browser['problems'] or 'none'}; {browser['fair']}",
            "holds" if result["holds"] else "does not hold",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
