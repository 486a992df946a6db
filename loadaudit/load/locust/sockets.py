"""Refuses connections that an audited Locust process makes past its HTTP clients: other libraries, bare sockets."""

import errno
import socket
import sys
from collections.abc import Callable, Iterable
from typing import Any

from loadaudit.load.locust.guard import OTHER_HOST, Guard

PAST_CLIENTS = "past the clients that are looked into, and this run may not write (--writes, or LOADAUDIT_WRITES=1)"

_INTERNET = (socket.AF_INET, socket.AF_INET6)


class SocketGuard:
    """Looks at every connection by Python's audit events, which come whichever library opens it.

    A connection to the target is let through where it carries a request that was looked at, or may carry any.
    """

    def __init__(
        self, guard: Guard, *, within_request: Callable[[], bool], refused: Callable[[str, str], None], proxy: str = ""
    ) -> None:
        self._guard = guard
        self._within_request = within_request
        self._refused = refused
        self._proxy = proxy
        self._look_up = _unpatched_look_up()
        self._target: set[str] = set()
        self._opened: dict[str, set[str]] = {}

    def install(self) -> None:
        """Begin to refuse; an audit hook cannot be removed."""
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if event != "socket.connect":
            return
        sock, address = args
        if getattr(sock, "family", None) not in _INTERNET or not isinstance(address, tuple):
            return
        if getattr(sock, "type", socket.SOCK_STREAM) != socket.SOCK_STREAM:
            # A name is looked up over UDP.
            return
        host, port = str(address[0]).lower(), int(address[1])
        if not self.may_connect(host, port):
            shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            self._refused(shown, PAST_CLIENTS if self._is_target(host, port) else OTHER_HOST)
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"loadaudit refused the connection to {shown}")

    def may_connect(self, host: str, port: int) -> bool:
        """Whether an address may be connected to at this moment."""
        if self._is_target(host, port):
            return self._guard.writes or self._within_request()
        return (self._within_request() and bool(self._proxy)) or self._is_opened(host, port)

    def _is_target(self, host: str, port: int) -> bool:
        name, target_port = self._guard.address
        if port != target_port:
            return False
        if host not in self._target:
            self._target |= {name, *self._addresses(name, port)}
        return host in self._target

    def _is_opened(self, host: str, port: int) -> bool:
        if self._guard.may_reach(host, port):
            return True
        for one in self._guard.allowed:
            if one.allows(one.host, port) and "*" not in one.host:
                known = self._opened.setdefault(one.host, set())
                if host not in known:
                    known.update(self._addresses(one.host, port))
                if host in known:
                    return True
        return False

    def _addresses(self, name: str, port: int) -> Iterable[str]:
        try:
            return {str(entry[4][0]).lower() for entry in self._look_up(name, port)}
        except OSError:
            return ()


def _unpatched_look_up() -> Callable[..., Any]:
    """Return the look-up of names that blocks: one in an audit hook must not switch to another greenlet."""
    monkey = sys.modules.get("gevent.monkey")
    found: Callable[..., Any] = monkey.get_original("socket", "getaddrinfo") if monkey else socket.getaddrinfo
    return found
