"""Stands between a run and its server: ends the server and removes what is temporary when the run has died.

Started as `python -m loadaudit.load.guardian FOLDER DESCRIPTOR COMMAND…`. It watches its standard input, which only
the run holds open: whether the run ends, crashes or is killed, the input ends, and so do the server and the folder.
A server that ends by itself leaves the folder to the run, which wants to read the server's log.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

STOP_TIMEOUT_S = 10.0
_PR_SET_PDEATHSIG = 1


def guard(
    folder: str, command: Sequence[str], pass_fds: Sequence[int], *, stop_timeout_s: float = STOP_TIMEOUT_S
) -> int:
    """Run the command in a process group of its own until it ends or standard input does; return its exit code.

    A server that has not ended `stop_timeout_s` after it was asked to is killed with its group.
    """
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=pass_fds)
    for descriptor in pass_fds:
        os.close(descriptor)
    run_has_ended = threading.Event()
    threading.Thread(target=_end_with_input, args=(server, run_has_ended, stop_timeout_s), daemon=True).start()
    code = server.wait()
    _kill_group(server.pid)
    if run_has_ended.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    return code


def end_with_guardian(number: int) -> None:
    """Ask Linux to send this process a signal when its guardian is killed, which then cannot end it.

    Elsewhere it does nothing. Source: prctl(2), PR_SET_PDEATHSIG.
    """
    if sys.platform == "linux":
        guardian = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != guardian:
            sys.exit(1)


def _end_with_input(server: "subprocess.Popen[bytes]", run_has_ended: threading.Event, stop_timeout_s: float) -> None:
    while os.read(0, 4096):
        pass
    run_has_ended.set()
    server.terminate()
    try:
        server.wait(timeout=stop_timeout_s)
    except subprocess.TimeoutExpired:
        _kill_group(server.pid)


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # Nobody is left in the group.
        return


def main() -> None:
    """Guard the command of the command line; its first argument is the folder to remove at the end."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        # Not SIG_IGN: the server would inherit that, and while it still imports not hear that it is to end.
        signal.signal(number, lambda *_: None)
    folder, descriptor, *command = sys.argv[1:]
    sys.exit(guard(folder, command, [int(descriptor)]))


if __name__ == "__main__":
    main()
