"""Connections that wait to be accepted by the embedded server, from the kernel's tables (Linux)."""

from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENING = "0A"


def waiting_at(port: int, tables: tuple[Path, ...] = TABLES) -> int | None:
    """Return how many connections wait at a port, or None where the system does not tell or nobody listens.

    Of a listening socket the kernel reports the length of its accept queue as bytes to be received.
    Source: Linux, net/ipv4/tcp_ipv4.c, get_tcp4_sock.
    """
    found = None
    for table in tables:
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, _, state, queues, *_ = line.split()
            if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                found = (found or 0) + int(queues.partition(":")[2], 16)
    return found
