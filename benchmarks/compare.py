"""How often comparing says something that is not there, and how often it finds what is.

Runs of the demo site are recorded under three loads: more than the machine can do, far less, and on PostgreSQL. Equal
pairs are made of each by drawing blocks of time with replacement (Künsch, The Annals of Statistics 17, 1989), and a
recorded run is compared with the one made before. In the second run of further pairs one operation is 10 % slower: its
code (CPU time and latency are 10 % more), its statements (they take a tenth of its latency more), or other waiting
(latency only); or it sends one more query per request.
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
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.comparing.recording import BUSY, CALM, POSTGRES, record
from benchmarks.comparing.resampling import N, blocks_of, changed, drawn
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
TIMES = frozenset({Figure.LATENCY, Figure.CPU, Figure.DATABASE})
PAIRS = 100

Counts = Counter[str]


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="one recorded run of 20 s, 20 pairs, no real pairs")
    parser.add_argument("--runs", type=Path, help="folders of recorded runs, one per load, instead of making them")
    options = parser.parse_args()
    recorded = _given(options.runs) if options.runs else _recorded(quick=options.quick)
    pairs = (20 if options.quick else PAIRS) // len(recorded) + 1
    rng = random.Random(0)
    counts = {name: _measured(reads, pairs, rng) for name, reads in recorded.items()}
    if not all(one["asked"] for one in counts.values()):
        sys.stderr.write("No operation of the recorded runs has enough requests.\n")
        return 2
    result = _result(counts)
    print(json.dumps(result, indent=2) if options.json else _text(result))
    return 0 if result["holds"] else 1


def _recorded(*, quick: bool) -> Mapping[str, Sequence[ReadRun]]:
    with tempfile.TemporaryDirectory() as folder:
        loads = [replace(BUSY, runs=1)] if quick else [BUSY, CALM, POSTGRES]
        return {one.name: _read(record(Path(folder) / one.name, one, 20 if quick else 45)) for one in loads}


def _given(folder: Path) -> Mapping[str, Sequence[ReadRun]]:
    found = {one.name: _read(sorted(one.rglob("*.loadaudit"))) for one in sorted(folder.iterdir()) if one.is_dir()}
    return {name: reads for name, reads in found.items() if reads}


def _read(paths: Sequence[Path]) -> Sequence[ReadRun]:
    reads = []
    for path in paths:
        with RunFile(path) as run:
            reads.append(read_run(run))
    return reads


def _measured(reads: Sequence[ReadRun], pairs: int, rng: random.Random) -> Counts:
    """Count what is found in pairs made of the runs of one load, and in the runs themselves."""
    counts: Counts = Counter()
    blocks = [blocks_of(one) for one in reads]
    for number in range(pairs):
        which = number % len(reads)
        first, second = (drawn(reads[which], blocks[which], rng) for _ in range(2))
        counts["pairs"] += 1
        counts["worse"] += _is_worse(compare_two(first, second))
        typical = [id_ for id_ in second.facts.tallies if all(_has_n(one, id_) for one in (first, second))]
        if not typical:
            continue
        chosen = rng.choice(sorted(typical))
        counts["asked"] += 1
        slower = compare_two(first, changed(second, chosen, latency=SLOWER, cpu=SLOWER))
        counts["code"] += bool(_worse_figures(slower, chosen) & TIMES)
        tenth_ns = round((SLOWER - 1) * median(second.facts.tallies[chosen].success_latency_ns))
        database = compare_two(first, changed(second, chosen, latency=SLOWER, sql_ns=tenth_ns))
        counts["database"] += bool(_worse_figures(database, chosen) & TIMES)
        waiting = compare_two(first, changed(second, chosen, latency=SLOWER))
        counts["waiting"] += Figure.LATENCY in _worse_figures(waiting, chosen)
        counts["query"] += Figure.QUERIES in _worse_figures(
            compare_two(first, changed(second, chosen, queries=1)), chosen
        )
    for one, other in pairwise(reads):
        counts["real_pairs"] += 1
        counts["real_worse"] += _is_worse(compare_two(one, other))
    return counts


def _has_n(read: ReadRun, operation_id: str) -> bool:
    """Whether an operation has about as many requests as the claim is about."""
    return 0.8 * N <= len(read.facts.tallies[operation_id].success_latency_ns) <= 1.25 * N


def _result(counts: Mapping[str, Counts]) -> dict[str, Any]:
    whole = sum(counts.values(), Counter())
    shares = _shares(whole)
    holds = (
        shares["worse"] <= FALSE_LIMIT
        and shares["slower_code_found"] >= SLOWER_LIMIT
        and shares["query_found"] >= QUERY_LIMIT
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


def _shares(counts: Counts) -> dict[str, float]:
    return {
        "pairs": counts["pairs"],
        "worse": round(counts["worse"] / counts["pairs"], 3),
        "slower_code_found": round(counts["code"] / counts["asked"], 3),
        "slower_statements_found": round(counts["database"] / counts["asked"], 3),
        "slower_waiting_found": round(counts["waiting"] / counts["asked"], 3),
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
        ("one more query, found, %", "query_found", 100),
        ("recorded pairs", "real_pairs", 1),
        ("  with anything worse", "real_worse", 1),
    )
    lines = [result["claim"], f"{'':36}" + "".join(f"{name:>12}" for name in ("all", *names))]
    for title, key, factor in rows:
        values = [details[key], *(details["loads"][name][key] for name in names)]
        lines.append(f"{title:36}" + "".join(f"{factor * value:12.0f}" for value in values))
    return "\n".join((*lines, "holds" if result["holds"] else "does not hold"))


if __name__ == "__main__":
    sys.exit(main())
