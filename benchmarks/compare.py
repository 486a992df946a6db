"""How often comparing says something that is not there, and how often it finds what is.

Runs of the demo site are recorded under three loads: more than the machine can do, a rate far below it, and on
PostgreSQL. Equal pairs are made of each by drawing blocks of time with replacement (Künsch, The Annals of Statistics
17, 1989), and any two recorded runs of one load are a real pair. In the second run of further pairs one operation is
10 % slower: its code (CPU time and latency are 10 % more), its statements (they take a tenth of its latency more), or
other waiting (latency only); or it sends one more query per request. Where 10 % are not found, the benchmark says from
how much on 95 % of such changes are.

With `--runs FOLDER` the recorded runs are kept there: those that a folder has are not made again, so that a benchmark
that was ended goes on where it was.
"""

import argparse
import json
import os
import platform
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.comparing.recording import BUSY, PACED, POSTGRES, Load, record
from benchmarks.comparing.resampling import N, Request, blocks_of, changed, drawn
from loadaudit.analysis.comparison.compare import compare_two
from loadaudit.analysis.comparison.reading import ReadRun, read_run
from loadaudit.analysis.comparison.result import Comparison, Figure, Verdict
from loadaudit.runfile.reader import RunFile

CLAIM = (
    "Of 100 pairs of equal runs at most 5 % show anything worse; an operation whose code is 10 % slower is found in at "
    "least 95 % of pairs at n = 500, one more query in all"
)
FALSE_LIMIT, SLOWER_LIMIT, QUERY_LIMIT = 0.05, 0.95, 1.0
SLOWER = 1.10
STEPS = (1.1, 1.2, 1.3, 1.5, 2.0, 3.0)
"""By how much an operation waits longer, until that is found."""
TIMES = frozenset({Figure.LATENCY, Figure.CPU, Figure.DATABASE})
PAIRS = 100
LENGTH_S, QUICK_LENGTH_S = 30, 20

_pools: dict[str, Sequence[tuple[ReadRun, Sequence[Sequence[Request]]]]] = {}
"""Runs of each load with their blocks; processes that draw from them are forked when they are there."""

Counts = Counter[str]


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="one recorded run of 20 s, 20 pairs, no real pairs")
    parser.add_argument("--runs", type=Path, metavar="FOLDER", help="keep recorded runs here, and use those it has")
    options = parser.parse_args()
    with nullcontext(options.runs) if options.runs else tempfile.TemporaryDirectory() as folder:
        loads = [replace(BUSY, runs=1)] if options.quick else [BUSY, PACED, POSTGRES]
        recorded = _recorded(Path(folder), loads, QUICK_LENGTH_S if options.quick else LENGTH_S)
        _pools.update({name: [(one, blocks_of(one)) for one in reads] for name, reads in recorded.items()})
        result = _result(_measured((20 if options.quick else PAIRS) // len(recorded) + 1))
    if result is None:
        sys.stderr.write("No operation of the recorded runs has enough requests.\n")
        return 2
    print(json.dumps(result, indent=2) if options.json else _text(result))
    return 0 if result["holds"] else 1


def _recorded(folder: Path, loads: Sequence[Load], length_s: int) -> Mapping[str, Sequence[ReadRun]]:
    found: dict[str, list[ReadRun]] = {}
    for load in loads:
        for path in record(folder / load.name, load, length_s):
            with RunFile(path) as run:
                found.setdefault(load.name, []).append(read_run(run))
    return found


def _measured(pairs: int) -> Mapping[str, Counts]:
    """Count what is found in pairs made of the runs of one load, and in the runs themselves, by load."""
    counts: dict[str, Counts] = {name: Counter() for name in _pools}
    names = [name for name in _pools for _ in range(pairs)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
        for name, found in zip(names, pool.map(_of_pair, names, [*range(pairs)] * len(_pools)), strict=True):
            counts[name] += found
    for name, runs in _pools.items():
        for (one, _), (other, _) in combinations(runs, 2):
            counts[name]["real_pairs"] += 1
            counts[name]["real_worse"] += _is_worse(compare_two(one, other))
    return counts


def _of_pair(name: str, number: int) -> Counts:
    """Count what is found in one pair, equal and then changed in one operation."""
    rng = random.Random(f"{name} {number}")
    read, blocks = _pools[name][number % len(_pools[name])]
    first, second = (drawn(read, blocks, rng) for _ in range(2))
    counts: Counts = Counter(pairs=1, worse=_is_worse(compare_two(first, second)))
    typical = [id_ for id_ in second.facts.tallies if all(_has_n(one, id_) for one in (first, second))]
    if not typical:
        return counts
    chosen = rng.choice(sorted(typical))

    def worse(**changes: Any) -> set[Figure]:
        return _worse_figures(compare_two(first, changed(second, chosen, **changes)), chosen)

    tenth_ns = round((SLOWER - 1) * median(second.facts.tallies[chosen].success_latency_ns))
    counts["asked"] += 1
    counts["code"] += bool(worse(latency=SLOWER, cpu=SLOWER) & TIMES)
    counts["database"] += bool(worse(latency=SLOWER, sql_ns=tenth_ns) & TIMES)
    counts["query"] += Figure.QUERIES in worse(queries=1)
    for step in STEPS:
        if Figure.LATENCY in worse(latency=step):
            # What is found once is found when it is more.
            counts.update(f"waiting {one:g}" for one in STEPS if one >= step)
            break
    return counts


def _has_n(read: ReadRun, operation_id: str) -> bool:
    """Whether an operation has about as many requests as the claim is about."""
    return 0.8 * N <= len(read.facts.tallies[operation_id].success_latency_ns) <= 1.25 * N


def _result(counts: Mapping[str, Counts]) -> dict[str, Any] | None:
    whole = sum(counts.values(), Counter())
    if not all(one["asked"] for one in counts.values()):
        return None
    shares = _shares(whole)
    holds = (
        whole["worse"] <= FALSE_LIMIT * whole["pairs"]
        and whole["code"] >= SLOWER_LIMIT * whole["asked"]
        and whole["query"] >= QUERY_LIMIT * whole["asked"]
        and whole["real_worse"] <= FALSE_LIMIT * whole["real_pairs"]
    )
    return {
        "name": "compare",
        "claim": CLAIM,
        "value": shares["worse"],
        "unit": "share of simulated equal pairs with anything worse",
        "limit": FALSE_LIMIT,
        "holds": holds,
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "details": {**shares, "loads": {name: _shares(one) for name, one in counts.items()}},
    }


def _shares(counts: Counts) -> dict[str, float | None]:
    waiting = {one: counts[f"waiting {one:g}"] / counts["asked"] for one in STEPS}
    return {
        "pairs": counts["pairs"],
        "worse": round(counts["worse"] / counts["pairs"], 3),
        "slower_code_found": round(counts["code"] / counts["asked"], 3),
        "slower_statements_found": round(counts["database"] / counts["asked"], 3),
        "slower_waiting_found": round(waiting[SLOWER], 3),
        "waiting_found_from_percent": next(
            (round(100 * (one - 1)) for one, share in waiting.items() if share >= SLOWER_LIMIT), None
        ),
        "query_found": round(counts["query"] / counts["asked"], 3),
        "real_pairs": counts["real_pairs"],
        "real_worse": counts["real_worse"],
    }


def _is_worse(comparison: Comparison) -> bool:
    return bool(comparison.of(Verdict.WORSE))


def _worse_figures(comparison: Comparison, operation_id: str) -> set[Figure]:
    return {
        change.figure
        for one in comparison.operations
        if one.operation_id == operation_id
        for change in one.changes
        if change.verdict is Verdict.WORSE
    }


def _text(result: Mapping[str, Any]) -> str:
    details = result["details"]
    names = list(details["loads"])
    rows = (
        ("simulated equal pairs", "pairs", 1),
        ("  with anything worse, %", "worse", 100),
        ("code 10 % slower, found, %", "slower_code_found", 100),
        ("statements 10 % of latency more, %", "slower_statements_found", 100),
        ("waiting 10 % longer, found, %", "slower_waiting_found", 100),
        ("  found in 95 % from, %", "waiting_found_from_percent", 1),
        ("one more query, found, %", "query_found", 100),
        ("recorded pairs", "real_pairs", 1),
        ("  with anything worse", "real_worse", 1),
    )
    lines = [result["claim"], f"{'':36}" + "".join(f"{name:>12}" for name in ("all", *names))]
    for title, key, factor in rows:
        values = [details[key], *(details["loads"][name][key] for name in names)]
        cells = (f"{'more':>12}" if value is None else f"{factor * value:12.0f}" for value in values)
        lines.append(f"{title:36}" + "".join(cells))
    return "\n".join((*lines, "holds" if result["holds"] else "does not hold"))


if __name__ == "__main__":
    sys.exit(main())
