"""Batches of traces on their way through a Redis that others use too: signed, numbered, and limited in length."""

import hashlib
import hmac
from collections import OrderedDict

from loadaudit.load.correlation import run_tag

MAX_BYTES = 256 * 1024
"""Of one batch; what is longer is neither sent nor opened."""

_LONGEST_HEAD = 160
_SENDERS = 1000


def list_key(run_id: str) -> str:
    """Return the key of the Redis list through which a run gets its traces."""
    return f"loadaudit:traces:{run_tag(run_id)}"


class Sealer:
    """Closes the batches of one sender for one run."""

    def __init__(self, key: str, run_id: str, sender: str) -> None:
        self.run_id = run_id
        self._key = key
        self._sender = sender
        self._sequence = 0

    def seal(self, lines: bytes) -> bytes:
        """Return the batch as `v1 <sender> <sequence> <HMAC-SHA256>`, a line feed, and the lines."""
        self._sequence += 1
        head = f"v1 {self._sender} {self._sequence}"
        return f"{head} {_signature(self._key, self.run_id, head, lines)}\n".encode() + lines


class Opener:
    """Opens the batches of one run: only those that somebody with the key has made for it, and each only once."""

    def __init__(self, key: str, run_id: str) -> None:
        self._key = key
        self._run_id = run_id
        self._last: OrderedDict[str, int] = OrderedDict()
        self.refused = 0
        """Batches that were forged, made for another run, opened before, or too long."""
        self.lost = 0
        """Batches that a sender has numbered and that did not come."""

    def open(self, batch: bytes) -> bytes | None:
        """Return the lines of a batch, or None when it is refused; nothing is parsed before the signature is right."""
        head, _, lines = batch.partition(b"\n")
        parts = head.split(b" ")
        if len(lines) > MAX_BYTES or len(head) > _LONGEST_HEAD or len(parts) != 4 or not head.isascii():
            self.refused += 1
            return None
        text = b" ".join(parts[:3]).decode()
        signature = _signature(self._key, self._run_id, text, lines)
        if not hmac.compare_digest(parts[3], signature.encode()) or not self._is_next(parts[1].decode(), int(parts[2])):
            self.refused += 1
            return None
        return lines

    def _is_next(self, sender: str, sequence: int) -> bool:
        """Whether a batch comes after those that were opened; a replayed one does not."""
        last = self._last.get(sender, 0)
        if sequence <= last:
            return False
        self.lost += sequence - last - 1
        self._last[sender] = sequence
        self._last.move_to_end(sender)
        if len(self._last) > _SENDERS:
            self._last.popitem(last=False)
        return True


def _signature(key: str, run_id: str, head: str, lines: bytes) -> str:
    message = f"loadaudit traces {run_id} {head}\n".encode() + lines
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
