"""Refuses connections that leave the run's own machine and services, and notes them with the request that tried."""

import errno
import os
import shlex
import socket
import sys
import types
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from loadaudit.probes.fence.folders import check_deletion
from loadaudit.probes.fence.hosts import Hosts
from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.recorder import note_outgoing


class OutgoingRefusedError(ConnectionRefusedError):
    """A connection that the fence refused; projects handle it as they handle a service that is down."""


class NetworkFence:
    """Watches sockets by Python's audit events, which also see connections made by libraries written in Python."""

    def __init__(self, hosts: Hosts) -> None:
        self.hosts = hosts
        self.unattributed: set[str] = set()
        """What was held back outside of any request, such as while the project started."""
        self._patches = Patches()

    def install(self) -> None:
        """Begin to refuse; a second call does nothing."""
        if self in _active:
            return
        _add_hook()
        self._patches.put(socket, "getaddrinfo", self._learning(socket.getaddrinfo))
        _active.append(self)

    def restore(self) -> None:
        """Refuse nothing any more; the audit hook itself cannot be removed and does nothing from then on."""
        if self in _active:
            _active.remove(self)
        self._patches.undo()

    def check_name(self, host: str, port: int) -> None:
        """Raise OutgoingRefusedError when a name may not be looked up."""
        if not self.hosts.may_resolve(host, port):
            self._refuse(host, port)

    def check_address(self, host: str, port: int) -> None:
        """Raise OutgoingRefusedError when an address may not be reached."""
        if not self.hosts.may_connect(host, port):
            self._refuse(host, port)

    def note(self, text: str) -> None:
        """Record something that the current request did."""
        if not note_outgoing(text):
            self.unattributed.add(text)

    def _refuse(self, host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        place = f"{shown}:{port}" if port else shown
        self.note(f"refused {place}")
        raise OutgoingRefusedError(
            errno.ECONNREFUSED,
            f"loadaudit refused the connection to {place}, because this run is isolated. "
            f"Allow it with --allow-outgoing {place if port and self.hosts.is_here(host) else host}",
        )

    def _learning(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return `getaddrinfo` that remembers the addresses of names that may be reached."""

        def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
            found = original(host, *args, **kwargs)
            self.hosts.learn(_name(host), {entry[4][0] for entry in found if entry[0] in _INTERNET})
            return found

        return getaddrinfo


_INTERNET = (socket.AF_INET, socket.AF_INET6)
_SHELLS = ("sh", "bash", "dash", "zsh")
_active: list[NetworkFence] = []
_hooked: list[bool] = []


def _add_hook() -> None:
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_hook)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    """Called for every audit event of the process, so it leaves at once with those that are none of its business."""
    if not _active:
        return
    handler = _HANDLERS.get(event)
    if handler is not None:
        handler(_active[-1], args)


def _on_connect(fence: NetworkFence, args: tuple[Any, ...]) -> None:
    sock, address = args
    if address is not None and getattr(sock, "family", None) in _INTERNET and isinstance(address, tuple):
        fence.check_address(_name(address[0]), _port(address[1]))


def _on_look_up(fence: NetworkFence, args: tuple[Any, ...]) -> None:
    if args[0] is not None:
        fence.check_name(_name(args[0]), _port(args[1]) if len(args) > 1 else 0)


def _on_program(fence: NetworkFence, args: tuple[Any, ...]) -> None:
    executable, words = args[0], args[1]
    listed = [os.fsdecode(one) for one in words] if isinstance(words, (list, tuple)) else [os.fsdecode(words)]
    name = PurePath(os.fsdecode(executable or listed[0])).name
    if name in _SHELLS and listed[1:2] == ["-c"] and len(listed) > 2:
        name = _first_word(listed[2])
    fence.note(f"started: {name}")


def _on_spawn(fence: NetworkFence, args: tuple[Any, ...]) -> None:
    caller: types.FrameType | None = sys._getframe()
    while caller is not None and caller.f_globals.get("__name__") == __name__:
        caller = caller.f_back
    # From Python 3.13 on subprocess starts most programs this way, and has told of them already.
    if caller is None or caller.f_globals.get("__name__") != "subprocess":
        _on_program(fence, args)


def _on_system(fence: NetworkFence, args: tuple[Any, ...]) -> None:
    fence.note(f"started: {_first_word(os.fsdecode(args[0]))}")


def _on_deletion(fence: NetworkFence, args: tuple[Any, ...]) -> None:
    # With the descriptor of a folder a path is relative to that.
    if len(args) < 2 or args[1] is None:
        check_deletion(args[0], fence.note)


def _first_word(command: str) -> str:
    """Return the program of a shell's command line, without the arguments, in which there may be secrets."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    return PurePath(words[0]).name if words else "sh"


def _name(host: Any) -> str:
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("latin-1")
    return str(host or "").lower().rstrip(".")


def _port(port: Any) -> int:
    if isinstance(port, int):
        return port
    text = port.decode("latin-1") if isinstance(port, bytes) else str(port or "")
    return int(text) if text.isdigit() else _WELL_KNOWN.get(text, 0)


_WELL_KNOWN = {"http": 80, "https": 443, "smtp": 25}

_HANDLERS: dict[str, Callable[[NetworkFence, tuple[Any, ...]], None]] = {
    "socket.connect": _on_connect,
    "socket.sendto": _on_connect,
    "socket.sendmsg": _on_connect,
    "socket.getaddrinfo": _on_look_up,
    "socket.gethostbyname": _on_look_up,
    "subprocess.Popen": _on_program,
    "os.posix_spawn": _on_spawn,
    "os.exec": _on_program,
    "os.system": _on_system,
    "shutil.rmtree": _on_deletion,
}
