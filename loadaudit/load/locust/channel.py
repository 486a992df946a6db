"""Locust's channel between master and workers, with every message sealed; for processes without gevent's patches."""

from typing import Any

from locust import runners
from locust.exception import RPCError, RPCSendError
from locust.rpc import zmqrpc
from locust.rpc.protocol import Message
from zmq import green
from zmq.error import ZMQError

from loadaudit.load.locust.seals import MASTER, MAX_BYTES, WORKER, Seals

MASTER_SILENCE_S = 10.0
"""After which a worker takes its master for dead, and ends: nobody else could stop its load."""


_locust_sockets: Any = zmqrpc
_locust_runners: Any = runners


class Socket:
    """One end of the channel, as Locust's runners want it."""

    def __init__(self, kind: int, host: str) -> None:
        self.socket: Any = green.Context().socket(kind)
        self.socket.setsockopt(green.MAXMSGSIZE, MAX_BYTES)
        self.socket.setsockopt(green.TCP_KEEPALIVE, 1)
        self.socket.setsockopt(green.TCP_KEEPALIVE_IDLE, 30)
        if ":" in host:
            self.socket.setsockopt(green.IPV6, 1)

    def close(self, linger: int | None = None) -> None:
        """Close it."""
        self.socket.close(linger=linger)


class Refusals:
    """Counts messages from somebody without the plan file."""

    count = 0


def install_master(key: str) -> type[Refusals]:
    """Let the master runner of this process talk sealed; return what it refuses."""
    seals = Seals(key, MASTER)

    class Server(Socket):
        """The master's socket."""

        def __init__(self, host: str, port: int) -> None:
            super().__init__(green.ROUTER, host)
            try:
                if port:
                    self.socket.bind(_address(host, port))
                    self.port = port
                else:
                    self.port = self.socket.bind_to_random_port(_address(host, None))
            except ZMQError as error:
                raise RPCError(f"Socket bind failure: {error}") from error

        def send_to_client(self, message: Any) -> None:
            """Send a message to the worker that it names."""
            try:
                self.socket.send_multipart([message.node_id.encode(), seals.seal(message.serialize())])
            except ZMQError as error:
                raise RPCSendError("ZMQ sent failure") from error

        def recv_from_client(self) -> tuple[str, Any]:
            """Return the next message of one of our workers, and its id."""
            while True:
                try:
                    frames = self.socket.recv_multipart()
                except ZMQError as error:
                    raise RPCError("ZMQ network broken") from error
                message = _opened(seals, frames[1]) if len(frames) == 2 else None
                if message is not None and str(message.node_id).encode() == frames[0]:
                    return message.node_id, message
                Refusals.count += 1

    _locust_sockets.Server = Server
    return Refusals


def install_worker(key: str) -> None:
    """Let the worker runner of this process talk sealed."""
    seals = Seals(key, WORKER)

    class Client(Socket):
        """A worker's socket."""

        def __init__(self, host: str, port: int, identity: str) -> None:
            super().__init__(green.DEALER, host)
            self.socket.setsockopt(green.IDENTITY, identity.encode())
            self.socket.connect(_address(host, port))

        def send(self, message: Any) -> None:
            """Send a message to the master."""
            try:
                self.socket.send(seals.seal(message.serialize()), green.NOBLOCK)
            except ZMQError as error:
                raise RPCSendError("ZMQ sent failure") from error

        def recv(self) -> Any:
            """Return the next message of the master."""
            while True:
                try:
                    message = _opened(seals, self.socket.recv())
                except ZMQError as error:
                    raise RPCError("ZMQ network broken") from error
                if message is not None:
                    return message

    _locust_sockets.Client = Client
    _locust_runners.MASTER_HEARTBEAT_TIMEOUT = MASTER_SILENCE_S


def _opened(seals: Seals, data: bytes) -> Any:
    content = seals.open(data)
    if content is None:
        return None
    try:
        return Message.unserialize(content)  # type: ignore[no-untyped-call]
    except Exception:  # whatever msgpack makes of it: it is sealed, so a version of Locust that we do not know
        return None


def _address(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"tcp://{shown}" if port is None else f"tcp://{shown}:{port}"
