"""What the embedded server needs before it can start."""

import os
import socket
import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import Mock

import pytest

from loadaudit.errors import ExitCode, UsageError
from loadaudit.load.server import EmbeddedServer, ServerOptions, listen, project_environment, tail_of


def test_any_free_port_is_found() -> None:
    """Port 0 leaves the choice to the system, on loopback only."""
    with listen(0) as listener:
        address, port = listener.getsockname()
        assert (address, port > 0) == ("127.0.0.1", True)
        with socket.create_connection((address, port)):
            pass


def test_busy_port_is_explained() -> None:
    """The message names the address, the hint the option."""
    with listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"127.0.0.1:{port}") as caught:
            listen(port)
    assert caught.value.exit_code == ExitCode.BAD_INPUT
    assert "--port" in caught.value.hint


@pytest.mark.parametrize("port", [-1, 65_536, 10**20])
def test_impossible_port_is_explained(port: int) -> None:
    """A typing error is no crash."""
    with pytest.raises(UsageError, match=str(port)):
        listen(port)


def test_the_reason_why_a_worker_failed_is_not_pushed_out() -> None:
    """Gunicorn's own end comes behind it, and may be longer than what is shown."""
    began, ended = (
        "Traceback (most recent call last):\n",
        "gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>\n",
    )
    log = f"{began}TypeError: Gate() takes no arguments\n{began}{ended}During handling\n{began}" + 20 * "line\n" + ended
    assert tail_of(log) == f"{began}TypeError: Gate() takes no arguments"
    assert tail_of("a\n" + 12 * "b\n") == "\n".join(12 * "b")


def test_workers_whose_threads_may_be_lost_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where half of them may be; under load requests have no answer for other reasons."""
    receiver = Mock(hellos=[])
    server = EmbeddedServer(ServerOptions(application="a:b", spec={}, workers=1, threads=4), receiver, tmp_path)
    monkeypatch.setattr("loadaudit.load.server._LOOK_S", 0.0)
    worker = Mock()
    worker.cpu_times.return_value.configure_mock(user=1.0, system=0.0)
    assert server._workers() == []
    monkeypatch.setattr(EmbeddedServer, "_workers", lambda self: [worker])
    killed = []
    with server.under_load():
        for _ in range(5):
            server.note_silence()
    for _ in range(4):
        server.note_silence()
        killed.append(worker.kill.call_count)
    assert killed == [0, 1, 1, 2]
    # One that goes on computing has lost more than a thread.
    worker.cpu_times.side_effect = [Mock(user=float(n), system=0.0) for n in range(2)]
    server.note_silence()
    assert worker.kill.call_count == receiver.wait_for.call_count == 3


def test_settings_that_a_command_of_the_project_has_read_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """No path leads to them, so that the server could not import them."""
    module = ModuleType("own_config")
    module.__file__ = "/etc/shop/own_config.py"
    monkeypatch.setitem(sys.modules, "own_config", module)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "own_config")
    assert project_environment()["PYTHONPATH"].split(os.pathsep)[-1] == "/etc/shop"
