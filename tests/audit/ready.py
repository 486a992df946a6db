"""A process that has imported what the commands need, and becomes one of them in a fork for each.

Importing is half of what a short command costs, and it is the same for all of them. Django's setup and all that the
command does happen in the fork: in the folder, with the environment and with the streams that it is given.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
_SETTLED = ("PYTHONHASHSEED", "PYTHONOPTIMIZE", "PYTHONUTF8", "PYTHONWARNINGS")
"""What an interpreter reads when it starts: one that is to have something else is started by itself."""
_TIMED_OUT = 1000


class Ready:
    """The process, started when it is first asked for."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._settled: Mapping[str, str] = {}
        self._one_at_a_time = threading.Lock()

    def run(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], timeout_s: float
    ) -> tuple[int, str, str] | None:
        """Run a Python program, or the text behind `-c`, to its end: exit code, standard output and error.

        None where it has to start by itself. As with `subprocess.run`, all that holds its streams has ended then.
        """
        if command[0] != "-c" and not command[0].endswith(".py"):
            return None
        settled = {name: environment[name] for name in _SETTLED if name in environment}
        with self._one_at_a_time:
            if self._process is None:
                self._settled = settled
                self._control, self._process = _started(environment)
            if settled != self._settled:
                return None
            read, write = zip(os.pipe(), os.pipe(), strict=True)
            asked = {"argv": list(command), "folder": str(folder), "environment": dict(environment)}
            text = json.dumps({**asked, "timeout_s": timeout_s}).encode()
            socket.send_fds(self._control, [len(text).to_bytes(4, "big")], write)
            self._control.sendall(text)
            for one in write:
                os.close(one)
            with ThreadPoolExecutor(2) as pool:
                stdout, stderr = pool.map(_read, read)
            answer = self._control.recv(16)
        if not answer:
            raise RuntimeError(f"the process that runs commands has ended: {stderr}")
        if int(answer) == _TIMED_OUT:
            raise subprocess.TimeoutExpired(list(command), timeout_s, stdout.encode(), stderr.encode())
        return int(answer), stdout, stderr


_ready = Ready()


def executed(
    *command: str, folder: Path, environment: Mapping[str, str], timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run Python to its end: a program or text, where it may be so, in a fork of a process that has imported much."""
    done = _ready.run(command, folder, environment, timeout_s)
    if done is not None:
        return subprocess.CompletedProcess(command, *done)
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout_s
    )


def _read(pipe: int) -> str:
    with os.fdopen(pipe, encoding="utf-8") as stream:
        return stream.read()


def _started(environment: Mapping[str, str]) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    here, there = socket.socketpair()
    with there:
        process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import main; main({there.fileno()})"],
            cwd=ROOT,
            env={name: value for name, value in environment.items() if name != "TMPDIR"} | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[there.fileno()],
        )
    # It ends with this side of the socket, however the tests end; nobody waits for it.
    atexit.register(process.wait)
    atexit.register(here.close)
    return here, process


def main(control: int) -> None:
    """Import, then fork for each command; the fork returns from here when it has been that program."""
    _import_all()
    path = [one for one in sys.path if one and one != str(ROOT)]
    with socket.socket(fileno=control) as asking:
        while True:
            length, streams, _, _ = socket.recv_fds(asking, 4, 2)
            if not length:
                return
            asked = json.loads(_exactly(asking, int.from_bytes(length, "big")))
            child = os.fork()
            if not child:
                break
            for one in streams:
                os.close(one)
            asking.sendall(str(_ended(child, asked["timeout_s"])).encode())
    _become(asked, streams, path)


def _exactly(asking: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        found += asking.recv(count - len(found))
    return found


def _import_all() -> None:
    """Import what needs neither settings nor apps."""
    from loadaudit.management import commands

    for name in (
        "django.core.management.commands.loaddata",
        "django.db.backends.sqlite3.base",
        "django.template.loader",
    ):
        importlib.import_module(name)
    for one in pkgutil.iter_modules(commands.__path__, f"{commands.__name__}."):
        importlib.import_module(one.name)
    gc.collect()
    gc.freeze()


def _become(asked: Mapping[str, Any], streams: Sequence[int], path: Sequence[str]) -> None:
    """Be the program, as far as it can tell."""
    for number, stream in enumerate(streams, start=1):
        os.dup2(stream, number)
        os.close(stream)
    environment = asked["environment"]
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(asked["folder"])
    time.tzset()
    tempfile.tempdir = None
    program, *arguments = asked["argv"]
    first = "" if program == "-c" else str(Path(program).parent)
    added = [one for one in environment.get("PYTHONPATH", "").split(os.pathsep) if one]
    sys.path[:] = [first, *added, *path]
    importlib.invalidate_caches()
    if program == "-c":
        code, *arguments = arguments
        sys.argv[:] = ["-c", *arguments]
        exec(code, vars(sys.modules["__main__"]))
    else:
        sys.argv[:] = [program, *arguments]
        runpy.run_path(program, run_name="__main__")


def _ended(child: int, timeout_s: float) -> int:
    """Wait for the end of a process and return its exit code, or its signal as a negative number."""
    deadline = time.monotonic() + timeout_s
    step_s = 0.001
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return _TIMED_OUT
        time.sleep(step_s)
        step_s = min(2 * step_s, 0.02)
