"""One client after the other: how each is started, what it reports, and the CPU of all its processes."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.load.servers import Server

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_SETTLES_S = 2.0
"""From the first thousand requests on: by then every client has all of its connections."""
_STARTS_WITHIN_S = 60.0
_LONG_S = 600.0

OURS, FAST, HTTP, THREADS, WRK, HEY = "loadaudit", "FastHttpUser", "HttpUser", "requests in threads", "wrk", "hey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A way to send requests."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a client needed while it was in full swing."""

    cpu_us: float
    """Of all its processes, per request."""
    rate_per_s: float


def client(
    name: str, url: str, *, users: int, duration_s: float = _LONG_S, rate: float | None = None, phase: str = ""
) -> Client:
    """Return a client that sends for `duration_s` in all. Raises FileNotFoundError when it is not installed."""
    if name == OURS:
        return Client(name=name, command=_ours(url, users=users, duration_s=duration_s, rate=rate))
    if name in (FAST, HTTP):
        environment = {"LOCUST_CLIENT": "fast" if name == FAST else "http", "LOCUST_PHASE": phase}
        if rate:
            environment["LOCUST_RATE"] = str(rate / users)
        return Client(name=name, command=_locust(url, users, duration_s), environment=environment)
    if name == THREADS:
        options = ("--users", str(users), "--duration", str(duration_s))
        return Client(name=name, command=(sys.executable, "-m", "benchmarks.load.threads", f"{url}/", *options))
    if name == HEY:
        return Client(name=name, command=(_program("hey"), "-c", str(users), "-z", f"{duration_s:.0f}s", f"{url}/"))
    command = (_program("wrk"), "-t1", f"-c{users}", f"-d{duration_s:.0f}", "--latency", f"{url}/")
    if rate:
        command = (*command, "-s", str(_HERE / "pace.lua"), "--", str(1000 * users / rate - 20))
    return Client(name=name, command=command)


def ours(
    url: str, *, users: int, duration_s: float, rate: float | None = None, iterations: int = 0, memory: bool = False
) -> dict[str, Any]:
    """Run loadaudit's load to its end and return what it reports."""
    command = _ours(url, users=users, duration_s=duration_s, rate=rate, iterations=iterations)
    command += ("--memory",) if memory else ()
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return dict(json.loads(done.stdout))


def cost(one: Client, server: Server, duration_s: float) -> Cost:
    """Return the cost of a client over `duration_s`, counted by the server; start and end are left out."""
    with _started(one) as process:
        tree = psutil.Process(process.pid)
        try:
            _wait_for_requests(server)
            cpu_s, answered, begun_s = _cpu_s(tree), server.answered(), time.monotonic()
            time.sleep(duration_s)
            # One of the requests is that for the number itself.
            sent = server.answered() - answered - 1
            passed_s = time.monotonic() - begun_s
            return Cost(cpu_us=(_cpu_s(tree) - cpu_s) / max(sent, 1) * 1e6, rate_per_s=sent / passed_s)
        finally:
            children = tree.children(recursive=True)
            process.terminate()
            process.wait(30)
            # loadaudit's own workers have ended with their parent; so should those of all others.
            psutil.wait_procs(children, timeout=10)


def _wait_for_requests(server: Server) -> None:
    before, end_s = server.answered(), time.monotonic() + _STARTS_WITHIN_S
    while server.answered() < before + 1000:
        if time.monotonic() > end_s:
            raise RuntimeError("the client does not send")
        time.sleep(0.1)
    time.sleep(_SETTLES_S)


def latencies(one: Client) -> dict[str, float]:
    """Run wrk or Locust to its end and return the p50 and p99 that it reports, in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="la-") as folder:
        command = one.command
        if one.name in (FAST, HTTP):
            command = (*command, "--csv", f"{folder}/locust")
        environment = os.environ | one.environment
        done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
        if one.name in (FAST, HTTP):
            return _of_locust(Path(folder) / "locust_stats.csv")
    found = dict(re.findall(r"^\s+(50|99)%\s+([\d.]+m?u?s)", done.stdout, re.MULTILINE))
    return {f"p{share}_ms": _in_ms(text) for share, text in found.items()}


def _of_locust(path: Path) -> dict[str, float]:
    head, *_, last = path.read_text().strip().splitlines()
    values = dict(zip(head.split(","), last.split(","), strict=False))
    return {"p50_ms": float(values["50%"]), "p99_ms": float(values["99%"])}


def _in_ms(text: str) -> float:
    for unit, factor in (("us", 0.001), ("ms", 1.0), ("s", 1000.0)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    raise ValueError(text)


def _ours(
    url: str, *, users: int, duration_s: float, rate: float | None = None, iterations: int = 0
) -> tuple[str, ...]:
    command = [sys.executable, "-m", "benchmarks.load.ours", url, "--users", str(users), "--duration", str(duration_s)]
    command += ["--rate", str(rate)] if rate else []
    command += ["--iterations", str(iterations)] if iterations else []
    return tuple(command)


def _locust(url: str, users: int, duration_s: float) -> tuple[str, ...]:
    options = ("--headless", "--only-summary", "-u", str(users), "-r", str(users), "-t", f"{duration_s:.0f}s")
    return (sys.executable, "-m", "locust", "-f", str(_HERE / "locust_users.py"), *options, "-H", url)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed")
    return found


def _started(one: Client) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        one.command,
        cwd=_ROOT,
        env=os.environ | one.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _cpu_s(tree: psutil.Process) -> float:
    total = 0.0
    for process in (tree, *tree.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total
