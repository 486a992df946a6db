"""Programs that run beside the tests: found, started, awaited until they answer, always stopped."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

READY_WITHIN_S = 90.0
STOP_WITHIN_S = 30.0
PR_SET_PDEATHSIG = 1


class NotInstalled(Exception):
    """A program that no wheel ships is missing; the text names it and the package that has it."""


class NotStarted(Exception):
    """A server ended or did not answer in time; the text carries the end of its log."""


def find_program(*names: str, package: str) -> Path:
    """Return the first of these programs that is installed, also in folders that only root's PATH has."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    for name in names:
        if found := shutil.which(name, path=path):
            return Path(found)
    raise NotInstalled(f"{names[0]} is not installed (Debian: apt-get install {package})")


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], *, within_s: float = READY_WITHIN_S, step_s: float = 0.05) -> bool:
    """Poll until the condition holds; return whether it did in time. An error in it counts as not yet."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            if condition():
                return True
        except Exception:  # each client library has errors of its own for "not yet"
            pass
        if time.monotonic() > deadline:
            return False
        time.sleep(step_s)


@contextmanager
def running(
    command: Sequence[str],
    directory: Path,
    answers: Callable[[], bool],
    *,
    user: str | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Iterator[int]:
    """Run a server in the foreground until the block ends; yield its process id once it answers.

    It also dies with the process that started it, so that a killed test run leaves none behind (on Linux).
    """
    log = directory / "server.log"
    with log.open("wb") as output:
        # In a session of its own, Ctrl-C reaches the tests alone, which then stop their servers in order.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=directory,
            user=user,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    try:
        if not wait_until(lambda: process.poll() is not None or answers()) or process.poll() is not None:
            tail = log.read_text(errors="replace")[-2000:]
            raise NotStarted(f"{command[0]} does not answer (exit code {process.poll()}):\n{tail}")
        yield process.pid
    finally:
        _stop(process, stop_signal)


def _stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    process.send_signal(stop_signal)
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def private_directory(user: str | None) -> Iterator[Path]:
    """Make a folder under a short path (a socket's path has about 100 bytes), owned by the server's user."""
    with tempfile.TemporaryDirectory(prefix="loadaudit-", ignore_cleanup_errors=True) as name:
        if user is not None:
            os.chown(name, pwd.getpwnam(user).pw_uid, -1)
        yield Path(name)


def unprivileged_user() -> str | None:
    """Return whom a server that refuses to be root runs as; None: as the user of the tests."""
    return "nobody" if os.geteuid() == 0 else None


def package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise NotInstalled(f"{package} is not installed (pip install {package})")
    return Path(spec.origin).parent
