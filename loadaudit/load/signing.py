"""Header lines that prove who sends a request: a keyed sum of its body, made when the body is (RFC 2104: HMAC)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

SUM = "__loadaudit_sum:{}__"
"""Stands in a line for the sum of the signature with that number."""

_MARK = re.compile(r"__loadaudit_sum:(\d+)__")
_MOMENT = re.compile(r"__loadaudit_now:(\w+)__")

MOMENTS: Mapping[str, Callable[[float], str]] = {
    "s": lambda now_s: str(int(now_s)),
    "ms": lambda now_s: str(int(now_s * 1000)),
    "iso": lambda now_s: f"{datetime.fromtimestamp(now_s, UTC):%Y-%m-%dT%H:%M:%S}Z",
}
"""How a moment is written."""

HASHES = ("sha256", "sha512", "sha1", "md5")

ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "hex": lambda digest: digest.hex().encode(),
    "HEX": lambda digest: digest.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64url": base64.urlsafe_b64encode,
    "base64url, no padding": lambda digest: base64.urlsafe_b64encode(digest).rstrip(b"="),
}


def is_signed(text: str) -> bool:
    """Whether a text has the mark of a signature, or of the moment for which one holds."""
    return _MARK.search(text) is not None or _MOMENT.search(text) is not None


def moment(form: str) -> str:
    """Return the mark for the moment at which a request is sent."""
    return f"__loadaudit_now:{form}__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How a request is signed. It has the key, and so is in memory and in a job alone, in no plan and no run file."""

    number: int
    """That of the marks which stand for it."""
    path: str
    """Of the address that the key belongs to; others of the same number have keys of their own."""
    key: str = field(repr=False)
    """Base64."""
    algorithm: str
    parts: tuple[str, ...]
    """Of what is signed: `=text` as it is, `now:s`, `header:X-Nonce`, `path`, `address` with its query, `body`,
    `sha256 of body`."""
    encoding: str


class Signatures:
    """Those that a run has found, for whatever it sends beside the load and in it."""

    def __init__(self, known: Sequence[Signature] = ()) -> None:
        self._known: dict[int, dict[str, Signature]] = {}
        for one in known:
            self.add(one)

    def add(self, one: Signature) -> None:
        """Keep a signature."""
        self._known.setdefault(one.number, {})[one.path] = one

    def all(self) -> tuple[Signature, ...]:
        """Return all of them."""
        return tuple(each for own in self._known.values() for each in own.values())

    def signed(self, lines: Sequence[str], path: str, body: bytes, now_s: float) -> tuple[str, ...]:
        """Return the lines with moments and sums in the place of their marks, for a request to a path."""
        text = "\n".join(lines)
        if "__loadaudit_" not in text or not (_MARK.search(text) or _MOMENT.search(text)):
            return tuple(lines)
        lines = [_MOMENT.sub(lambda match: MOMENTS[match[1]](now_s), one) for one in lines]
        headers = dict(one.split(": ", 1) for one in lines if ": " in one)

        def sum_of(match: re.Match[str]) -> str:
            own = self._known.get(int(match[1]), {})
            known = own.get(path.partition("?")[0]) or next(iter(own.values()), None)
            return _sum(known, headers, path, body, now_s) if known is not None else ""

        return tuple(_MARK.sub(sum_of, one) for one in lines)


def _sum(one: Signature, headers: Mapping[str, str], path: str, body: bytes, now_s: float) -> str:
    message = b"".join(_part(each, headers, path, body, now_s) for each in one.parts)
    digest = hmac.digest(base64.b64decode(one.key), message, one.algorithm)
    return ENCODINGS[one.encoding](digest).decode()


def _part(part: str, headers: Mapping[str, str], path: str, body: bytes, now_s: float) -> bytes:
    kind, _, rest = part.partition(":")
    if part.startswith("="):
        return part[1:].encode("latin-1")
    if kind == "now":
        return MOMENTS[rest](now_s).encode()
    if kind == "header":
        return headers.get(rest, "").encode()
    if part in ("path", "address"):
        return (path.partition("?")[0] if part == "path" else path).encode()
    hashed, _, of_body = part.partition(" of ")
    return hashlib.new(hashed, body, usedforsecurity=False).hexdigest().encode() if of_body else body


KNOWN = Signatures()
"""Of a run, which has a process of its own."""
