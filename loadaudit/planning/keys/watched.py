"""What code makes keyed sums of, and compares with what a request brought: seen by letting it check one."""

import base64
import hmac
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from types import ModuleType
from typing import Any

_COMPARE = hmac.compare_digest
_INIT, _UPDATE, _HEX, _ONCE = hmac.HMAC.__init__, hmac.HMAC.update, hmac.HMAC.hexdigest, hmac.digest
_NAMES = ("compare_digest", "secure_compare")
_SWITCHING = Lock()
AS_IT_IS = "as it is"


class Reached(BaseException):
    """What was brought is compared: nothing behind that is to run. No Exception, as views handle those."""


@dataclass(slots=True, kw_only=True)
class Keyed:
    """One keyed sum that was made."""

    key: bytes
    message: bytes
    algorithm: str


@dataclass(slots=True, kw_only=True)
class Watch:
    """What one call of the project's code did."""

    brought: tuple[str, ...] = ()
    """Texts that the request has brought, one of which is taken for the sum."""
    keyed: dict[int, Keyed] = field(default_factory=dict)
    compared: tuple[bytes, bytes] | None = None
    """What was brought, and what it should have been."""
    held: list[object] = field(default_factory=list)
    """So that no other object gets the number of one that was seen."""

    def see(self, one: object, other: object) -> None:
        """Note a comparison. Raises Reached where one side is what was brought."""
        sides = [_plain(one), _plain(other)]
        for given, expected in (sides, sides[::-1]):
            if any(form_in(given, one) for one in self.brought):
                self.compared = given, expected
                raise Reached


_WATCH: ContextVar[Watch | None] = ContextVar("loadaudit_watch", default=None)


class Text(str):
    """A text that tells with what it is compared; as long as nobody makes another one of it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        watch = _WATCH.get()
        if watch is not None and isinstance(other, str):
            watch.see(self, other)
        return str.__eq__(self, other) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __radd__(self, other: str) -> str:
        return Text(str.__add__(other, self))

    __hash__ = str.__hash__


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Watch what this thread's code does with keyed sums. What is replaced for it is put back."""
    with _SWITCHING:
        token, replaced = _WATCH.set(watch), list(_replaced())
        try:
            for owner, name, _, new in replaced:
                setattr(owner, name, new)
            yield
        finally:
            for owner, name, old, _ in replaced:
                setattr(owner, name, old)
            _WATCH.reset(token)


def _replaced() -> Iterator[tuple[Any, str, Any, Any]]:
    """Yield what is replaced: owner, name, what stands there, what takes its place.

    `from hmac import compare_digest` keeps the function itself in a module of the project's.
    """
    yield hmac.HMAC, "__init__", _INIT, _init
    yield hmac.HMAC, "update", _UPDATE, _update
    yield hmac.HMAC, "hexdigest", _HEX, _hexdigest
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType):
            own = vars(module)
            yield from ((module, name, _COMPARE, _compare) for name in _NAMES if own.get(name) is _COMPARE)
    yield hmac, "digest", _ONCE, _once


def _compare(one: Any, other: Any, /) -> bool:
    watch = _WATCH.get()
    if watch is not None:
        watch.see(one, other)
    return _COMPARE(one, other)


def _init(self: Any, key: Any, msg: Any = None, digestmod: Any = "") -> None:
    _INIT(self, key, msg, digestmod)
    watch = _WATCH.get()
    if watch is not None:
        watch.held.append(self)
        algorithm = str(self.name).removeprefix("hmac-")
        watch.keyed[id(self)] = Keyed(key=bytes(key), message=bytes(msg or b""), algorithm=algorithm)


def _update(self: Any, msg: Any) -> None:
    _UPDATE(self, msg)
    watch = _WATCH.get()
    if watch is not None and id(self) in watch.keyed:
        watch.keyed[id(self)].message += bytes(msg)


def _hexdigest(self: Any) -> str:
    text = _HEX(self)
    return Text(text) if _WATCH.get() is not None else text


def _once(key: Any, msg: Any, digest: Any) -> bytes:
    watch = _WATCH.get()
    if watch is not None:
        name = digest if isinstance(digest, str) else str(getattr(digest, "__name__", "")).removeprefix("openssl_")
        watch.held.append(held := object())
        watch.keyed[id(held)] = Keyed(key=bytes(key), message=bytes(msg), algorithm=name)
    return _ONCE(key, msg, digest)


def _plain(one: object) -> bytes:
    if isinstance(one, str):
        return str.encode(one, errors="replace")
    return bytes(one) if isinstance(one, (bytes, bytearray, memoryview)) else b""


def form_in(given: bytes, brought: str) -> str:
    """Return in which form a text that was brought is in what is compared: as it is or decoded; empty if it is not."""
    if brought.encode() in given:
        return AS_IT_IS
    decoded = {"hex": bytes.fromhex(brought), "base64": base64.b64decode(brought)}
    return next((name for name, raw in decoded.items() if raw == given), "")
