"""Connections of the control plane, which the project whose process it shares cannot turn away.

Projects that call addresses of their users' choice (webhooks) patch requests or urllib3 for their whole process, so
that private addresses are refused. The command sends from such a process, and its target is one.
"""

import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError


class SourceAdapter(HTTPAdapter):
    """Connects from an address of the user's own, so that limits per address act as on real users."""

    def __init__(self, source_address: str) -> None:
        self._source_address = source_address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create the pool with the source address, and with connections of our own."""
        if self._source_address:
            kwargs["source_address"] = (self._source_address, 0)
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def _connected(connection: Any) -> socket.socket:
    try:
        found = socket.create_connection(
            (connection.host, connection.port), connection.timeout, connection.source_address
        )
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"Connection to {connection.host} timed out.") from error
    except OSError as error:
        raise NewConnectionError(connection, f"Failed to establish a new connection: {error}") from error
    for option in connection.socket_options or ():
        # A fork that takes urllib3's place (urllib3-future) says of each for which protocol it is.
        if option[3:] in ((), ("tcp",)):
            found.setsockopt(*option[:3])
    return found
