"""Lines per second and memory of importing an access log, beside a bare loop over the same file with a regex.

The log has the traffic of 200 routes with 20,000 rows each: addresses, query strings, sizes, statuses and durations
vary, and a tenth of the lines fits no route. Memory is judged by a log of its own, the worst that there is: no path
comes twice, so that every cache is filled, emptied and filled again; between its two lengths it must not grow. Of the
other logs it is shown: they repeat themselves, and a short one does not fill the caches. Every figure comes from a
process of its own. The bare loop matches each line and keeps nothing, which is the least that any reader in Python
does. CPU time is given beside the clock, because it is what the import needs when others keep the machine busy.
"""

import argparse
import json
import os
import platform
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

LINES = 10_000_000
LIMIT_LINES_PER_S = 150_000
LIMIT_GROWTH = 1.2
CLAIM = (
    "10,000,000 access-log lines at 150,000 lines/s or more, in bounded memory: once its caches are full it grows no "
    "more, although no path comes twice"
)
UNSEEN = {False: (600_000, 2_400_000), True: (450_000, 900_000)}
"""Lines of the short and the long log of paths that come once, by whether it is a quick look; the largest cache, which
the shorter one fills already, remembers 400,000 paths."""

ROUTES = 200
_ROWS = 20_000
_DISTINCT = 200_000
"""Lines that are made up one by one; the file repeats them with later times."""

Taken = tuple[float, float]
"""Seconds by the clock and of CPU."""

_BARE = re.compile(
    rb'(\S+) \S+ (\S+) \[([^\]]+)\] "([A-Z]+) (\S+) [^"]*" (\d{3}) (\d+|-)(?: "([^"]*)" "([^"]*)")?(?: (\d+\.\d+))?'
)


def view(request: object) -> None:
    """Stand for all views; nothing is sent."""


def urlpatterns_of() -> list[Any]:
    """Return the routes, five to a group as projects have them."""
    from django.urls import path

    names = ("list", "detail", "edit", "save", "export")
    return [path(f"app{n // 5}/things/<int:pk>/{names[n % 5]}/", view, name=f"r{n}") for n in range(ROUTES)]


def main() -> int:
    """Measure every layout, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="A twentieth of the lines")
    parser.add_argument("--worker", nargs=2, metavar=("WHAT", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(_worker(*options.worker)))
        return 0
    lines = LINES // 20 if options.quick else LINES
    with tempfile.TemporaryDirectory() as directory:
        layouts = {layout: measure(Path(directory), layout, lines) for layout in ("combined", "common", "json")}
        unseen = measure_unseen(Path(directory), UNSEEN[options.quick])
    result = _result(layouts, unseen, lines)
    print(json.dumps(result, indent=2) if options.json else _text(result))
    return 0 if result["holds"] else 1


def measure(directory: Path, layout: str, lines: int) -> dict[str, float]:
    """Return speed of the import and of the bare loop, their ratio, and peak memory with a tenth and with all lines."""
    few, many = directory / f"few-{layout}.log", directory / f"many-{layout}.log"
    write_log(few, layout, lines // 10)
    write_log(many, layout, lines)
    found = {"few": _once("import", few), "many": _once("import", many), "bare": _once(f"bare-{layout}", many)}
    few.unlink()
    many.unlink()
    speed, bare = (lines / found[name]["seconds"] for name in ("many", "bare"))
    return {
        "lines_per_s": speed,
        "bare_lines_per_s": bare,
        "ratio_to_bare": found["many"]["cpu_s"] / found["bare"]["cpu_s"],
        "lines_per_cpu_s": lines / found["many"]["cpu_s"],
        "bare_lines_per_cpu_s": lines / found["bare"]["cpu_s"],
        "peak_mb": found["many"]["peak_mb"],
        "peak_mb_of_a_tenth": found["few"]["peak_mb"],
        "matched_share": found["many"]["matched_share"],
    }


def measure_unseen(directory: Path, lengths: tuple[int, int]) -> dict[str, float]:
    """Return peak memory of two logs in which no path comes twice."""
    peaks = []
    for lines in lengths:
        path = directory / f"unseen-{lines}.log"
        with path.open("w", encoding="ascii", buffering=1 << 20) as file:
            for number in range(lines):
                clock = f"{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
                route = f"/app{number % (ROUTES // 5)}/things/{number}/detail/"
                file.write(
                    f'10.0.0.1 - - [{1 + number // 86_400:02d}/Jan/2026:{clock} +0700] "GET {route} HTTP/1.1" 200 '
                    f"{200 + number} {number / 1e6:.6f}\n"
                )
        peaks.append(_once("import", path)["peak_mb"])
        path.unlink()
    return {"lines": lengths[1], "peak_mb": peaks[1], "lines_of_shorter": lengths[0], "peak_mb_of_shorter": peaks[0]}


def write_log(path: Path, layout: str, lines: int) -> None:
    """Write a log; about 100 requests a second."""
    draw = random.Random(20260110)
    heads = [_line(draw, layout) for _ in range(min(_DISTINCT, lines))]
    with path.open("w", encoding="ascii", buffering=1 << 20) as file:
        for number in range(lines):
            second = number // 100
            clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
            day = 1 + second // 86_400
            file.write(heads[number % len(heads)] % (day, clock))


def _line(draw: random.Random, layout: str) -> str:
    names = ("list", "detail", "edit", "save", "export")
    if draw.random() < 0.9:
        # As in real traffic few rows are asked for often, and most hardly ever.
        row = int(_ROWS ** draw.random())
        path = f"/app{draw.randrange(ROUTES // 5)}/things/{row}/{draw.choice(names)}/"
    else:
        path = f"/static/build-{draw.randrange(50)}/{draw.randrange(_ROWS)}.js"
    if draw.random() < 0.3:
        path += f"?page={draw.randrange(100)}&q={draw.randrange(10_000)}"
    method = "POST" if "/save/" in path else "GET"
    status = draw.choices((200, 302, 404, 500), (90, 6, 3, 1))[0]
    size, seconds = draw.randrange(200, 60_000), draw.lognormvariate(-3, 1.2)
    request = f"{method} {path} HTTP/1.1"
    if layout == "json":
        stamp = "2026-01-%02dT%s+07:00"
        return (
            f'{{"time_iso8601":"{stamp}","remote_addr":"10.0.{draw.randrange(256)}.{draw.randrange(256)}",'
            f'"request":"{request}","status":"{status}","body_bytes_sent":"{size}","request_time":"{seconds:.3f}",'
            '"http_user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}\n'
        )
    line = f'10.0.{draw.randrange(256)}.{draw.randrange(256)} - - [%02d/Jan/2026:%s +0700] "{request}" {status} {size}'
    if layout == "combined":
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        line += f' "https://staging.example.org/" "{agent}" {seconds:.3f}'
    return line + "\n"


def _once(what: str, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--worker", what, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise SystemExit(2)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _worker(what: str, path: str) -> dict[str, float]:
    run = _import if what == "import" else _bare_json if what == "bare-json" else _bare
    share, seconds = run(Path(path))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds[0], "cpu_s": seconds[1], "peak_mb": peak_mb, "matched_share": share}


def _now() -> Taken:
    return time.perf_counter(), time.process_time()


def _since(begin: Taken) -> Taken:
    return time.perf_counter() - begin[0], time.process_time() - begin[1]


def _import(path: Path) -> tuple[float, Taken]:
    """Read the log with the project's resolver and an inventory of its routes."""
    import django
    from django.conf import settings

    settings.configure(ROOT_URLCONF="benchmarks.importing_urls", SECRET_KEY="x", INSTALLED_APPS=["loadaudit"])
    django.setup()
    from loadaudit.audit.importing import ProjectResolver
    from loadaudit.audit.options import Selection
    from loadaudit.audit.stages import take_inventory
    from loadaudit.conf import read_config
    from loadaudit.importers.choose import recognised
    from loadaudit.importers.names import Names

    inventory = take_inventory(read_config(), Selection())
    names = Names(inventory.operations, ProjectResolver(), {})
    begin = _now()
    importer, sources = recognised([path])
    results = importer.read(sources, names)
    seconds = _since(begin)
    matched = sum(one.requests for one in results.groups if one.operation_id)
    return matched / results.requests, seconds


def _bare(path: Path) -> tuple[float, Taken]:
    begin, found = _now(), 0
    match = _BARE.match
    with path.open("rb") as file:
        for line in file:
            found += match(line) is not None
    return 1.0, _since(begin)


def _bare_json(path: Path) -> tuple[float, Taken]:
    begin, found = _now(), 0
    with path.open("rb") as file:
        for line in file:
            found += len(json.loads(line))
    return 1.0, _since(begin)


def _result(layouts: dict[str, dict[str, float]], unseen: dict[str, float], lines: int) -> dict[str, Any]:
    slowest = min(one["lines_per_s"] for one in layouts.values())
    growth = unseen["peak_mb"] / unseen["peak_mb_of_shorter"]
    return {
        "name": "importing",
        "claim": CLAIM,
        "value": round(slowest),
        "unit": "lines/s of the slowest layout",
        "limit": LIMIT_LINES_PER_S,
        "holds": slowest >= LIMIT_LINES_PER_S and growth <= LIMIT_GROWTH,
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "details": {
            "lines": lines,
            "layouts": {name: {key: round(value, 2) for key, value in one.items()} for name, one in layouts.items()},
            "paths_that_come_once": {key: round(value, 1) for key, value in unseen.items()},
            "memory_growth": round(growth, 3),
            "memory_growth_limit": LIMIT_GROWTH,
        },
    }


def _text(result: dict[str, Any]) -> str:
    rows = [f"{'layout':<10}{'lines/s':>12}{'per CPU s':>12}{'bare':>12}{'ratio':>8}{'peak':>10}{'of a tenth':>12}"]
    for name, one in result["details"]["layouts"].items():
        rows.append(
            f"{name:<10}{one['lines_per_s']:>12,.0f}{one['lines_per_cpu_s']:>12,.0f}"
            f"{one['bare_lines_per_cpu_s']:>12,.0f}{one['ratio_to_bare']:>8.2f}"
            f"{one['peak_mb']:>7.0f} MB{one['peak_mb_of_a_tenth']:>9.0f} MB"
        )
    unseen = result["details"]["paths_that_come_once"]
    rows.append(
        f"no path twice: {unseen['peak_mb']:.0f} MB with {unseen['lines']:,} lines, "
        f"{unseen['peak_mb_of_shorter']:.0f} MB with {unseen['lines_of_shorter']:,} "
        f"({result['details']['memory_growth']:.2f} times, at most {LIMIT_GROWTH})"
    )
    return "\n".join([*rows, f"{result['claim']}: {'holds' if result['holds'] else 'DOES NOT HOLD'}"])


if __name__ == "__main__":
    raise SystemExit(main())
