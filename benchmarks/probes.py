"""What the probe costs a request, beside no probe, a bare wrapper and six other observers, in one run.

Every observer has a process of its own, which serves views of 0, 10, 100 and 1,000 ORM queries (one row each by its
key) in-process through the WSGI handler; CPU of the whole process is taken, threads of the observer included. Rounds go
round all observers before they begin anew, so that a noisy machine is noisy for all of them.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

CLAIM = (
    "The probe costs at most 3 % of the CPU of an ORM query, 2 µs on a raw cursor, 80 µs per traced request, "
    "1 µs per untraced one, and makes a request of 100 queries at most 1.05 times as dear"
)
NONE, OURS = "no probe", "loadaudit"
VIEWS = {"/orm/0/": 100, "/orm/10/": 30, "/orm/100/": 5, "/orm/1000/": 1, "/raw/1000/": 5}
"""Path and how many requests of it one round sends."""
ROUNDS, QUICK_ROUNDS = 24, 6
PEER_EVERY = 8
"""Observers that are only compared with are measured in each 8th round: some take seconds for 1,000 queries."""
PAIRED: dict[str, dict[str, Any]] = {
    "untraced": {"path": "/orm/0/", "requests": 10, "traced": False, "warm": 200, "turns": 60, "rounds": 20},
    "traced": {"path": "/orm/0/", "requests": 10, "traced": True, "warm": 200, "turns": 20, "rounds": 10},
    "orm": {"path": "/orm/100/", "requests": 1, "traced": True, "warm": 6, "turns": 8, "rounds": 12},
    "raw": {"path": "/raw/1000/", "requests": 1, "traced": True, "warm": 20, "turns": 20, "rounds": 8},
}
"""What is measured in pairs of processes, with and without the probe: requests of a turn, with a token or not, requests
to warm up, turns of a process, and pairs."""
FAMILIES, QUICK_FAMILIES = 10, 2
"""Sites that are started anew for the pairs, which are forks of them. Where names and classes lie in memory decides
which of them share a place in Python's cache of attributes: a matter of luck that forks have in common, and that weighs
as much as what is to be measured."""
LIMITS = {
    "orm_query_percent": 3.0,
    "raw_statement_us": 2.0,
    "traced_request_us": 80.0,
    "untraced_request_us": 1.0,
    "whole_request_at_100": 1.05,
}

NewDatabase = Callable[[], dict[str, Any]]
Taken = dict[str, dict[str, dict[int, float]]]
"""Path → observer → nanoseconds of CPU per request, by round."""
_EVERY_ROUND = (NONE, "bare wrapper", OURS)


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds instead of {ROUNDS}")
    parser.add_argument("--only", nargs="*", default=[], help="observers beside no probe and loadaudit; default: all")
    options = parser.parse_args()
    try:
        from benchmarks.probes_site import OBSERVERS
        from tests.servers import start_postgres
    except ImportError as error:
        sys.stderr.write(f"{error}. pip install -r benchmarks/requirements.txt\n")
        return 2
    chosen = [one for one in OBSERVERS if not options.only or one in (NONE, OURS, *options.only)]
    rounds, families = (QUICK_ROUNDS, QUICK_FAMILIES) if options.quick else (ROUNDS, FAMILIES)
    with tempfile.TemporaryDirectory() as directory, start_postgres() as postgres, ExitStack() as stack:

        def new_file() -> dict[str, Any]:
            name = str(Path(tempfile.mkdtemp(dir=directory)) / "site.sqlite3")
            return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "CONN_MAX_AGE": None}

        def new_database() -> dict[str, Any]:
            return {**postgres.django(stack.enter_context(postgres.database())), "CONN_MAX_AGE": None}

        found = {}
        for vendor, new in (("sqlite", new_file), ("postgresql", new_database)):
            socket_path = Path(directory) / f"{vendor}.socket"
            observed = compare(chosen, new, rounds, socket_path)
            found[vendor] = {"observers": observed, **pairs(new, families, socket_path)}
    result = _result(found)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        _print(result)
    return 0 if result["holds"] else 1


def compare(chosen: Sequence[str], new: NewDatabase, rounds: int, socket_path: Path) -> dict[str, Any]:
    """Return the figures of each observer by path, on databases of their own."""
    from loadaudit.load.receiver import TraceReceiver

    taken: Taken = {path: {one: {} for one in chosen} for path in VIEWS}
    with TraceReceiver(socket_path) as receiver, ExitStack() as stack:
        sites = {one: stack.enter_context(_site(one, new(), socket_path)) for one in chosen}
        for path in VIEWS:
            for site in sites.values():
                site(path=path, requests=2)
        for number in range(rounds):
            order = list(sites) if number % 2 else list(reversed(sites))
            for path, requests in VIEWS.items():
                for one in order:
                    if one in _EVERY_ROUND or not number % PEER_EVERY:
                        taken[path][one][number] = sites[one](path=path, requests=requests)
            receiver.take()
    return {one: _figures(taken, one) for one in chosen}


def pairs(new: NewDatabase, families: int, socket_path: Path) -> dict[str, Any]:
    """Return what the probe adds by what is measured, from so many sites, and the figures that have limits."""
    from loadaudit.load.receiver import TraceReceiver

    found: dict[str, list[dict[str, float]]] = {name: [] for name in PAIRED}
    with TraceReceiver(socket_path) as receiver:
        for _ in range(families):
            with _site(OURS, new(), socket_path) as site:
                for name, asked in PAIRED.items():
                    found[name].append(site(**asked))
                    receiver.take()
        lost = receiver.dropped
    paired = {name: _summed_up(own) for name, own in found.items()}
    return {"paired": paired, "limited": _limited(paired), "traces_dropped": lost}


def _summed_up(own: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the mean over the sites, because the luck of each is part of what a deployment pays, and its error."""
    added = [one["added_us"] for one in own]
    return {
        "plain_us": round(statistics.mean(one["plain_us"] for one in own), 2),
        "added_us": round(statistics.mean(added), 2),
        "standard_error_us": round(statistics.stdev(added) / len(added) ** 0.5, 2),
    }


@contextmanager
def _site(observer: str, database: dict[str, Any], socket_path: Path) -> Iterator[Any]:
    command = [sys.executable, "-m", "benchmarks.probes_site", observer, json.dumps(database), str(socket_path)]
    environment = {**os.environ, "PYTHONPATH": str(_HERE.parent), "PYTHONHASHSEED": "0"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=_HERE.parent
    ) as process:

        def ask(**asked: Any) -> Any:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
            if not line:  # it has ended
                sys.stderr.write(f"{observer} could not be measured, see above.\n")
                raise SystemExit(2)
            return json.loads(line)

        try:
            yield ask
        finally:
            process.kill()
            process.wait()


def _limited(paired: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return the figures that have limits."""
    request, orm, raw = paired["traced"], paired["orm"], paired["raw"]
    query_us = (orm["plain_us"] - request["plain_us"]) / 100
    added_us = (orm["added_us"] - request["added_us"]) / 100
    return {
        "orm_query_percent": round(100 * added_us / query_us, 2),
        "orm_query_us": round(added_us, 2),
        "raw_statement_us": round((raw["added_us"] - request["added_us"]) / 1000, 2),
        "traced_request_us": round(request["added_us"], 1),
        "untraced_request_us": round(paired["untraced"]["added_us"], 2),
        "whole_request_at_100": round(1 + orm["added_us"] / orm["plain_us"], 3),
    }


def _figures(taken: Taken, observer: str) -> dict[str, Any]:
    """Return CPU per request (least and median) and its ratio to that without a probe in the same round."""
    figures: dict[str, Any] = {}
    for path, by_observer in taken.items():
        own, plain = by_observer[observer], by_observer[NONE]
        figures[path] = {
            "least_us": round(min(own.values()) / 1e3, 2),
            "median_us": round(statistics.median(own.values()) / 1e3, 2),
            "ratio": round(statistics.median(own[number] / plain[number] for number in own), 3),
            "ratio_of_least": round(min(own.values()) / min(plain.values()), 3),
        }
    return figures


def _result(found: dict[str, Any]) -> dict[str, Any]:
    worst = {name: max(one["limited"][name] for one in found.values()) for name in LIMITS}
    return {
        "name": "probes",
        "claim": CLAIM,
        "value": worst["whole_request_at_100"],
        "unit": "times the CPU of a request of 100 ORM queries, the worse of SQLite and PostgreSQL",
        "limit": LIMITS["whole_request_at_100"],
        "holds": all(worst[name] <= limit for name, limit in LIMITS.items()),
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "details": {"worst": worst, "limits": LIMITS, **found},
    }


def _print(result: dict[str, Any]) -> None:
    print(result["claim"])
    for vendor in ("sqlite", "postgresql"):
        print(f"{vendor:22}" + "".join(f"{path.strip('/'):>12}" for path in VIEWS))
        for one, it in result["details"][vendor]["observers"].items():
            print(f"  {one:20}" + "".join(f"{it[path]['ratio']:>10.3f} ×" for path in VIEWS))
    for name, limit in LIMITS.items():
        values = "  ".join(
            f"{vendor} {result['details'][vendor]['limited'][name]:8.2f}" for vendor in ("sqlite", "postgresql")
        )
        holds = result["details"]["worst"][name] <= limit
        print(f"  {name:22} {values}  limit {limit:6.2f}  {'holds' if holds else 'DOES NOT HOLD'}")


if __name__ == "__main__":
    sys.exit(main())
