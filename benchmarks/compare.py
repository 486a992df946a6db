"""How often comparing says something that is not there, and how often it finds what is.

Pairs of equal runs are made from recorded runs of the demo site by drawing blocks of time with replacement
(Künsch, The Annals of Statistics 17, 1989), and are also really made, one after the other. In the second run of
further pairs one operation gets 10 % slower, or sends one more query per request.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from loadaudit.analysis.comparison.columns import columns_of  # noqa: E402
from loadaudit.analysis.comparison.compare import ReadRun, compare_two, read_run  # noqa: E402
from loadaudit.analysis.comparison.result import Comparison, Figure, Verdict  # noqa: E402
from loadaudit.analysis.tallies import OperationTally  # noqa: E402
from loadaudit.runfile.reader import RunFile  # noqa: E402

CLAIM = (
    "Of 100 pairs of equal runs at most 5 % show anything worse; 10 % slower is found in at least 95 % of pairs at "
    "n = 500, one more query in all"
)
FALSE_LIMIT, SLOWER_LIMIT, QUERY_LIMIT = 0.05, 0.95, 1.0
N = 500
"""Requests of each operation in a simulated run."""
BLOCK_NS = 1_000_000_000
SLOWER = 1.10
OPERATIONS = ("dashboard", "projects")
"""What the recorded runs send; few, so that each has many requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What comparing looks at of one request."""

    operation_id: str
    offset_ns: int
    latency_ns: int | None
    """None: no proven success."""
    queries: int | None


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="one recorded run of 20 s, 20 pairs, no real pairs")
    parser.add_argument("--runs", type=Path, help="a folder of recorded runs instead of making them")
    options = parser.parse_args()
    pairs, real, length_s = (20, 0, 20) if options.quick else (100, 10, 45)
    with tempfile.TemporaryDirectory() as folder:
        paths = (
            sorted(options.runs.glob("*.loadaudit"))
            if options.runs
            else record(Path(folder), max(real + 1, 1), length_s)
        )
        reads = [_read(path) for path in paths]
    result = _result(reads, pairs, real)
    print(json.dumps(result, indent=2) if options.json else _text(result))
    return 0 if result["holds"] else 1


def record(folder: Path, count: int, length_s: int) -> Sequence[Path]:
    """Run the demo site without planted flaws that many times, and return the run files, oldest first."""
    settings = folder / "compare_settings.py"
    settings.write_text(
        "from tests.demo.settings import *  # noqa\n"
        f"DATABASES['default']['NAME'] = {str(folder / 'demo.sqlite3')!r}\n"
        f"LOADAUDIT = {{**LOADAUDIT, 'RUNS_DIR': {str(folder / 'runs')!r}}}\n"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "compare_settings",
        "PYTHONPATH": os.pathsep.join((str(folder), str(_HERE.parent))),
        "DEMO_FLAWS": "none",
    }
    only = [word for pattern in OPERATIONS for word in ("--only", pattern)]
    commands = [["migrate", "-v", "0"], ["seed_demo", "--if-empty"]]
    run = ["loadaudit", "run", "-v", "0", "--reads-only", "--no-preflight", "--think-time", "0.02", *only]
    commands += [[*run, "--duration", str(length_s), "--label", f"equal-{number}"] for number in range(count)]
    for command in commands:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=_HERE.parent,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.stderr.write(done.stderr)
            raise SystemExit(2)
    return sorted((folder / "runs").glob("*.loadaudit"))


def _read(path: Path) -> ReadRun:
    with RunFile(path) as run:
        return read_run(run)


def _result(reads: Sequence[ReadRun], pairs: int, real: int) -> dict[str, Any]:
    rng = random.Random(0)
    blocks = [_blocks(one) for one in reads]
    alarms, slower, queries, asked = 0, 0, 0, 0
    for number in range(pairs):
        which = number % len(reads)
        read, pool = reads[which], blocks[which]
        first, second = (_drawn(read, pool, rng) for _ in range(2))
        alarms += _is_worse(compare_two(first, second))
        frequent = [id_ for id_, tally in second.facts.tallies.items() if len(tally.success_latency_ns) >= N]
        if not frequent:
            continue
        chosen = rng.choice(sorted(frequent))
        asked += 1
        slower += _found(compare_two(first, _changed(second, chosen, factor=SLOWER)), chosen, Figure.LATENCY)
        queries += _found(compare_two(first, _changed(second, chosen, queries=1)), chosen, Figure.QUERIES)
    if not asked:
        sys.stderr.write("No operation of the recorded runs has enough requests.\n")
        raise SystemExit(2)
    real_alarms = [_is_worse(compare_two(one, other)) for one, other in list(pairwise(reads))[:real]]
    rates = {"worse": alarms / pairs, "slower_found": slower / asked, "query_found": queries / asked}
    holds = (
        rates["worse"] <= FALSE_LIMIT
        and rates["slower_found"] >= SLOWER_LIMIT
        and rates["query_found"] >= QUERY_LIMIT
        and sum(real_alarms) <= FALSE_LIMIT * max(len(real_alarms), 1)
    )
    return {
        "name": "compare",
        "claim": CLAIM,
        "value": round(rates["worse"], 3),
        "unit": "share of simulated equal pairs with anything worse",
        "limit": FALSE_LIMIT,
        "holds": holds,
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "details": {
            "pairs": pairs,
            "operations": len(reads[0].columns),
            "slower_found": round(rates["slower_found"], 3),
            "query_found": round(rates["query_found"], 3),
            "real_pairs": len(real_alarms),
            "real_worse": sum(real_alarms),
        },
    }


def _blocks(read: ReadRun) -> Sequence[Sequence[Request]]:
    """Return the requests of a run by the second of the load in which they began."""
    found: dict[int, list[Request]] = {}
    for id_, tally in read.facts.tallies.items():
        if tally.alone:
            continue
        queries = dict(zip(tally.served_start_ns, tally.sql_count, strict=True))
        successes = zip(tally.success_start_ns, tally.success_latency_ns, strict=True)
        ended = [*successes, *((start, None) for start in tally.failure_start_ns)]
        for start, latency in ended:
            block, offset = divmod(start, BLOCK_NS)
            found.setdefault(block, []).append(
                Request(operation_id=id_, offset_ns=offset, latency_ns=latency, queries=queries.get(start))
            )
    return [found[block] for block in sorted(found)]


def _drawn(read: ReadRun, pool: Sequence[Sequence[Request]], rng: random.Random) -> ReadRun:
    """Return a run of blocks drawn with replacement, until its middle operation has 500 requests."""
    counts: dict[str, int] = {}
    drawn = []
    while not counts or sorted(counts.values())[len(counts) // 2] < N:
        block = rng.choice(pool)
        drawn.append(block)
        for request in block:
            counts[request.operation_id] = counts.get(request.operation_id, 0) + 1
    return _remade(read, enumerate(drawn), len(drawn) * BLOCK_NS)


def _remade(read: ReadRun, blocks: Iterable[tuple[int, Sequence[Request]]], load_ns: int) -> ReadRun:
    tallies: dict[str, OperationTally] = {}
    for position, block in blocks:
        for request in block:
            tally = tallies.setdefault(request.operation_id, OperationTally(request.operation_id))
            _add(tally, request, position * BLOCK_NS + request.offset_ns)
    return _with(read, tallies, load_ns)


def _add(tally: OperationTally, request: Request, start_ns: int) -> None:
    tally.requests += 1
    if request.latency_ns is None:
        tally.failure_start_ns.append(start_ns)
    else:
        tally.successes += 1
        tally.success_start_ns.append(start_ns)
        tally.success_latency_ns.append(request.latency_ns)
    if request.queries is not None:
        tally.sql_count.append(request.queries)
        tally.served_start_ns.append(start_ns)


def _changed(read: ReadRun, operation_id: str, *, factor: float = 1.0, queries: int = 0) -> ReadRun:
    """Return the run with one operation slower, or with more queries per request."""
    before = read.facts.tallies[operation_id]
    after = OperationTally(operation_id)
    after.requests, after.successes = before.requests, before.successes
    after.success_start_ns.extend(before.success_start_ns)
    after.failure_start_ns.extend(before.failure_start_ns)
    after.served_start_ns.extend(before.served_start_ns)
    after.success_latency_ns.extend(round(factor * value) for value in before.success_latency_ns)
    after.sql_count.extend(value + queries for value in before.sql_count)
    return _with(read, {**read.facts.tallies, operation_id: after}, read.facts.load_ns)


def _with(read: ReadRun, tallies: Mapping[str, OperationTally], load_ns: int) -> ReadRun:
    facts = replace(read.facts, tallies=tallies, load_ns=load_ns)
    return replace(read, facts=facts, columns=columns_of(facts))


def _is_worse(comparison: Comparison) -> bool:
    return bool(comparison.of(Verdict.WORSE))


def _found(comparison: Comparison, operation_id: str, figure: Figure) -> bool:
    return any(
        change.figure is figure and change.verdict is Verdict.WORSE
        for one in comparison.operations
        if one.operation_id == operation_id
        for change in one.changes
    )


def _text(result: Mapping[str, Any]) -> str:
    details = result["details"]
    real = f"{details['real_worse']} of {details['real_pairs']}"
    return "\n".join(
        (
            result["claim"],
            f"  equal pairs with anything worse   {100 * result['value']:5.1f} % of {details['pairs']}",
            f"  10 % slower, found                {100 * details['slower_found']:5.1f} %",
            f"  one more query, found             {100 * details['query_found']:5.1f} %",
            f"  real pairs with anything worse    {real}",
            "holds" if result["holds"] else "does not hold",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
