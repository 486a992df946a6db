"""CPU, memory and honesty of the load engine, side by side with Locust, requests in threads, wrk and hey.

CPU per request is that of all processes of a client (for loadaudit: workers, parent and the run file that every
sample is recorded in), taken while it is in full swing and counted by nginx. Honesty is measured on a server that
answers 20 ms after each request: what a client reports beside what wrk reports and what the server's own log says.
"""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load.clients import (
    FAST,
    HEY,
    HTTP,
    OURS,
    THREADS,
    WRK,
    Cost,
    client,
    cost,
    latencies,
    ours,
)
from benchmarks.load.servers import Server, delaying, nginx

CLAIM = (
    "At most 60 µs of CPU per request, 1/2.5 of FastHttpUser, 1/11 of HttpUser, 10 times wrk; paced at most 0.7 of "
    "FastHttpUser; at most 250 KB per virtual user; no growth over a million samples; p50 and p99 as wrk reports them"
)
LIMIT_US = 60.0
USERS = 20
PACED_RATE, PACED_USERS = 1500.0, 200
DELAY_MS = 20.0
GROWTH_MIB = 8.0
"""Of the parent, from a fifth of the samples to all: what allocators and caches make of chance."""
MEMORY_USERS = (1000, 2000)
CASES = ((50, 300.0), (200, 300.0), (50, 1500.0), (200, 1500.0), (2000, 1500.0))


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a rough answer in a minute")
    parser.add_argument("--only", choices=("cpu", "paced", "memory", "million", "honesty"), action="append")
    options = parser.parse_args()
    # Whoever ends it early leaves no server behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(2))
    parts = {
        "cpu": lambda: _cpu(options.quick),
        "paced": lambda: _paced(options.quick),
        "memory": lambda: _memory(options.quick),
        "million": lambda: _million(options.quick),
        "honesty": lambda: _honesty(options.quick),
    }
    chosen = options.only or (["cpu", "honesty"] if options.quick else list(parts))
    details: dict[str, Any] = {"load_average_before": os.getloadavg()[0]}
    try:
        for name in chosen:
            details[name] = parts[name]()
            print(f"{name}: {json.dumps(details[name])}", file=sys.stderr)
    except (FileNotFoundError, ModuleNotFoundError) as error:
        print(f"not measured: {error}", file=sys.stderr)
        return 2
    result = _result(details)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        for claim, holds in result["details"]["claims"].items():
            print(f"{'holds' if holds else 'does NOT hold'}: {claim}")
    return 0 if result["holds"] else 1


def _cpu(quick: bool) -> Mapping[str, Any]:
    """Return the CPU per request of each client in a closed loop: the lowest of several rounds, for noise only adds."""
    duration_s, rounds = (3.0, 1) if quick else (5.0, 3)
    names = (OURS, FAST, HTTP, WRK) if quick else (OURS, FAST, HTTP, THREADS, WRK, HEY)
    return _lowest(names, rounds, duration_s, users=USERS, rate=None)


def _paced(quick: bool) -> Mapping[str, Any]:
    duration_s, rounds = (4.0, 1) if quick else (6.0, 3)
    return _lowest((OURS, FAST), rounds, duration_s, users=PACED_USERS, rate=PACED_RATE)


def _lowest(
    names: tuple[str, ...], rounds: int, duration_s: float, *, users: int, rate: float | None
) -> Mapping[str, Any]:
    costs: dict[str, list[Cost]] = {name: [] for name in names}
    with nginx() as server:
        # Round by round, so that what disturbs the machine for a while disturbs all.
        for _ in range(rounds):
            for name in names:
                made = client(name, server.url, users=users, rate=rate)
                costs[name].append(cost(made, server, duration_s))
    return {
        name: {
            "cpu_us": round(min(one.cpu_us for one in found), 1),
            "all_cpu_us": [round(one.cpu_us, 1) for one in found],
            "rate_per_s": round(max(one.rate_per_s for one in found)),
        }
        for name, found in costs.items()
    }


def _memory(quick: bool) -> Mapping[str, Any]:
    """Return the memory that one more virtual user costs, in KiB of the workers' own pages.

    Both loads have as many worker processes as the machine has processors.
    """
    del quick
    with nginx() as server:
        few, many = (
            ours(server.url, users=users, duration_s=8.0, rate=1000.0, memory=True)["workers_mib"]
            for users in MEMORY_USERS
        )
    per_user = (many - few) * 1024 / (MEMORY_USERS[1] - MEMORY_USERS[0])
    return {
        "kib_per_user": round(per_user, 1),
        "workers_mib": dict(zip(map(str, MEMORY_USERS), (few, many), strict=True)),
    }


def _million(quick: bool) -> Mapping[str, Any]:
    """Return the parent's memory at a fifth of the samples and at its highest afterwards."""
    count = 100_000 if quick else 1_000_000
    with nginx() as server:
        found = ours(server.url, users=USERS, duration_s=600.0, iterations=count, memory=True)
    memory = found["parent_mib_by_samples"]
    early = next(mib for samples, mib in memory if samples >= count / 5)
    late = max(mib for samples, mib in memory if samples >= count / 5)
    return {
        "samples": found["requests"],
        "parent_mib_at_a_fifth": round(early, 1),
        "parent_mib_at_most": round(late, 1),
        "file_bytes_per_sample": round(found["file_bytes_per_sample"], 1),
    }


def _honesty(quick: bool) -> list[Mapping[str, Any]]:
    """Return for each case what loadaudit and wrk report, and what the server saw: the lowest of several rounds."""
    duration_s, rounds = (6.0, 1) if quick else (8.0, 3)
    cases = ((200, 300.0), (200, 1500.0)) if quick else CASES
    found: list[Mapping[str, Any]] = []
    for users, rate in cases:
        entry: dict[str, Any] = {"users": users, "rate_per_s": rate}
        with tempfile.TemporaryDirectory(prefix="la-") as folder:
            for name, report in _reports(users, rate, duration_s, others=not quick and users == 200):
                seen = []
                for _ in range(rounds if name in (OURS, WRK) else 1):
                    with delaying(DELAY_MS, Path(folder)) as server:
                        found_now = report(server)
                    seen.append({**found_now, "server": _of_log(server)})
                entry[name] = min(seen, key=lambda one: one["p99_ms"])
        for share in ("p50", "p99"):
            for kind in ("", "response_"):
                difference = entry[OURS][f"{kind}{share}_ms"] - entry[WRK][f"{share}_ms"]
                entry[f"{kind}{share}_difference_ms"] = round(difference, 3)
        found.append(entry)
    return found


def _reports(users: int, rate: float, duration_s: float, *, others: bool) -> Iterator[tuple[str, Any]]:
    def of_ours(server: Server) -> dict[str, Any]:
        kept = (
            "p50_ms",
            "p99_ms",
            "response_p50_ms",
            "response_p99_ms",
            "dropped",
            "failures",
            "worker_delay_median_ms",
        )
        report = ours(server.url, users=users, duration_s=duration_s, rate=rate)
        return {name: report[name] for name in kept}

    def of(name: str, phase: str = "") -> Any:
        return lambda server: latencies(
            client(name, server.url, users=users, duration_s=duration_s, rate=rate, phase=phase)
        )

    yield WRK, of(WRK)
    yield OURS, of_ours
    if others:
        for name in (FAST, HTTP):
            yield name, of(name)
            yield f"{name}, random phase", of(name, "random")


def _of_log(server: Server) -> Mapping[str, float]:
    assert server.log is not None
    taken = sorted(int(line) for line in server.log.read_text().split())
    return {"p50_ms": taken[len(taken) // 2] / 1000, "p99_ms": taken[int(len(taken) * 0.99)] / 1000}


def _claims(details: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    if "cpu" in details:
        cpu = {name: one["cpu_us"] for name, one in details["cpu"].items()}
        yield f"CPU per request {cpu[OURS]} µs, limit {LIMIT_US}", cpu[OURS] <= LIMIT_US
        for name, most in ((FAST, 1 / 2.5), (HTTP, 1 / 11), (WRK, 10.0)):
            share = cpu[OURS] / cpu[name]
            yield f"{share:.3f} of the CPU of {name}, limit {most:.3f}", share <= most
    if "paced" in details:
        share = details["paced"][OURS]["cpu_us"] / details["paced"][FAST]["cpu_us"]
        yield f"paced {share:.2f} of the CPU of {FAST}, limit 0.7", share <= 0.7
    if "memory" in details:
        kib = details["memory"]["kib_per_user"]
        yield f"{kib} KB per virtual user, limit 250", kib <= 250
    if "million" in details:
        million = details["million"]
        growth = million["parent_mib_at_most"] - million["parent_mib_at_a_fifth"]
        yield (
            f"parent grew by {growth:.1f} MiB over {million['samples']} samples, limit {GROWTH_MIB}",
            growth <= GROWTH_MIB,
        )
    for entry in details.get("honesty", ()):
        case = f"{entry['users']} users, {entry['rate_per_s']:g}/s"
        # wrk measures from when it sends: that is the response time. The latency counts from when it was due.
        for kind, name in (("response_", "response time"), ("", "latency")):
            for share, limit_ms in (("p50", 0.5), ("p99", 1.0)):
                off = entry[f"{kind}{share}_difference_ms"]
                yield f"{case}: {share} of the {name} {off:+.2f} ms from wrk's, limit {limit_ms}", abs(off) <= limit_ms


def _result(details: dict[str, Any]) -> dict[str, Any]:
    claims = dict(_claims(details))
    value = details["cpu"][OURS]["cpu_us"] if "cpu" in details else None
    return {
        "name": "engine",
        "claim": CLAIM,
        "value": value,
        "unit": "µs of CPU per request",
        "limit": LIMIT_US,
        "holds": all(claims.values()),
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "details": {"claims": claims, **details},
    }


if __name__ == "__main__":
    sys.exit(main())
