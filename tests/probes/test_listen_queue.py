"""Connections that nobody has accepted yet."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from loadaudit.probes.listen_queue import TABLES, waiting_at
from tests.processes import wait_until


@pytest.mark.skipif(not TABLES[0].exists(), reason="only Linux tells")
def test_connections_that_wait_are_counted() -> None:
    """Two clients have connected, and the server has accepted none."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = listener.getsockname()[1]
        assert waiting_at(port) == 0
        for _ in range(2):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert wait_until(lambda: waiting_at(port) == 2)
    assert waiting_at(port) is None


def test_a_system_that_does_not_tell(tmp_path: Path) -> None:
    """No table, no number."""
    assert waiting_at(80, (tmp_path / "tcp",)) is None
