"""Signs what master and workers tell each other, so that nobody without the plan file is listened to."""

import hashlib
import hmac

MAX_BYTES = 1024 * 1024
"""Of one message; a longer one is not even received."""

MASTER, WORKER = b"master", b"worker"
_DIGEST_BYTES = 32


class Seals:
    """Seals the messages of one side and opens those of the other."""

    def __init__(self, key: str, side: bytes) -> None:
        self._key = bytes.fromhex(key)
        self._side = side
        self._other = WORKER if side == MASTER else MASTER

    def seal(self, content: bytes) -> bytes:
        """Return the message with its HMAC-SHA256 before it."""
        return self._signature(self._side, content) + content

    def open(self, message: bytes) -> bytes | None:
        """Return the content, or None when it is not of the other side; nothing is parsed before."""
        signature, content = message[:_DIGEST_BYTES], message[_DIGEST_BYTES:]
        if len(message) > MAX_BYTES or not hmac.compare_digest(signature, self._signature(self._other, content)):
            return None
        return content

    def _signature(self, side: bytes, content: bytes) -> bytes:
        # The side, so that a message cannot be sent back to whom it came from.
        return hmac.new(self._key, side + b"\n" + content, hashlib.sha256).digest()
