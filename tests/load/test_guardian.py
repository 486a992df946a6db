"""The guardian as a real process: it ends the server and removes the folder when the run has died."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.processes import wait_until

ENDS_WITHIN_S = 8.0
SERVER = "import os, pathlib, time; pathlib.Path({ready!r}).write_text(str(os.getpid())); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
WITH_CHILD = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
GUARD = (
    "import sys; from loadaudit.load.guardian import guard; guard(sys.argv[1], sys.argv[3:], [], stop_timeout_s=0.2)"
)


@contextmanager
def guarding(folder: Path, code: str, *, guardian: tuple[str, ...] = ()) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a guardian over a server that runs `code`; neither outlives the block."""
    reading, writing = os.pipe()
    command = guardian or ("-m", "loadaudit.load.guardian")
    process = subprocess.Popen(
        [sys.executable, *command, str(folder), str(reading), sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        pass_fds=[reading],
        start_new_session=True,
    )
    os.close(reading)
    os.close(writing)
    with process:
        try:
            yield process
        finally:
            for one in _descendants(process):
                one.kill()
            process.kill()


def _descendants(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def started(ready: Path) -> int:
    """Wait for the server and return its process id."""
    assert wait_until(lambda: bool(ready.read_text()))
    return int(ready.read_text())


def end_input(process: "subprocess.Popen[bytes]") -> None:
    """Do what the death of the run does."""
    assert process.stdin is not None
    process.stdin.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The run's private folder, with a file in it."""
    made = tmp_path / "private"
    made.mkdir()
    (made / "server.log").write_text("log")
    return made


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """Where the server writes its process id once it runs."""
    return tmp_path / "ready"


def test_server_and_folder_go_when_the_run_has_died(folder: Path, ready: Path) -> None:
    """A server that is still importing hears the signal too: it must not inherit an ignored one."""
    with guarding(folder, SERVER.format(ready=str(ready))) as guardian:
        server = started(ready)
        end_input(guardian)
        guardian.wait(ENDS_WITHIN_S)
        assert not psutil.pid_exists(server)
    assert not folder.exists()


def test_server_goes_when_the_run_is_killed(folder: Path, ready: Path) -> None:
    """A SIGKILL leaves the run no time; the end of its pipe is enough."""
    holder = (
        "import subprocess, sys; "
        "subprocess.Popen([sys.executable, '-m', 'loadaudit.load.guardian', *sys.argv[1:]], stdin=subprocess.PIPE)"
        ".wait()"
    )
    command = [str(folder), "2", sys.executable, "-c", SERVER.format(ready=str(ready))]
    with subprocess.Popen([sys.executable, "-c", holder, *command]) as run:
        server = started(ready)
        run.kill()
        run.wait()
    assert wait_until(lambda: not psutil.pid_exists(server), within_s=ENDS_WITHIN_S)
    assert wait_until(lambda: not folder.exists(), within_s=ENDS_WITHIN_S)


def test_folder_stays_when_the_server_ends_by_itself(folder: Path) -> None:
    """The run wants to read the server's log."""
    with guarding(folder, "") as guardian:
        assert guardian.wait(ENDS_WITHIN_S) == 0
    assert (folder / "server.log").exists()


def test_exit_code_of_the_server_is_passed_on(folder: Path) -> None:
    """The run tells a crash from an end."""
    with guarding(folder, "raise SystemExit(7)") as guardian:
        assert guardian.wait(ENDS_WITHIN_S) == 7


def test_server_that_ignores_the_signal_is_killed(folder: Path, ready: Path) -> None:
    """A worker stuck in a query does not keep the run from ending."""
    code = STUBBORN + SERVER.format(ready=str(ready))
    with guarding(folder, code, guardian=("-c", GUARD)) as guardian:
        server = started(ready)
        end_input(guardian)
        guardian.wait(ENDS_WITHIN_S)
        assert not psutil.pid_exists(server)
    assert not folder.exists()


def test_processes_of_the_server_go_with_it(folder: Path, ready: Path) -> None:
    """Workers that lost their master would hold the port."""
    with guarding(folder, WITH_CHILD + SERVER.format(ready=str(ready))) as guardian:
        server = psutil.Process(started(ready))
        (child,) = server.children()
        end_input(guardian)
        guardian.wait(ENDS_WITHIN_S)
        assert wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_do_not_part_the_guardian_from_its_server(folder: Path, ready: Path, number: signal.Signals) -> None:
    """Ctrl-C and a closed terminal are the run's to judge; the guardian stays until its input ends."""
    with guarding(folder, SERVER.format(ready=str(ready))) as guardian:
        server = started(ready)
        guardian.send_signal(number)
        with pytest.raises(subprocess.TimeoutExpired):
            guardian.wait(0.1)
        assert psutil.pid_exists(server)
