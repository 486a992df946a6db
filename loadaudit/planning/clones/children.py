"""Programs that a run starts beside itself and that must not outlive it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any

_PR_SET_PDEATHSIG = 1


def start(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, user: str | None = None, **streams: Any
) -> "subprocess.Popen[bytes]":
    """Start a program that Linux ends when this process dies, however it dies (prctl(2), PR_SET_PDEATHSIG)."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None

    def end_with_parent() -> None:
        if library is not None:
            library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        user=user,
        stdin=streams.get("stdin", subprocess.DEVNULL),
        stdout=streams.get("stdout", subprocess.DEVNULL),
        stderr=streams.get("stderr", subprocess.DEVNULL),
        # Ctrl-C is for the command alone, which ends its children in order.
        process_group=0,
        preexec_fn=end_with_parent,
    )


def end(process: "subprocess.Popen[bytes]", *, within_s: float = 5.0) -> None:
    """Ask a program to end, and make it when it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        _close(stream)


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        stream.close()
