"""Whole traces of a remote target as they come in: through the Redis behind a cache of this project."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.utils.module_loading import import_string

from loadaudit.load.envelopes import Opener, list_key
from loadaudit.load.receiver import TraceInbox
from loadaudit.load.wire import Decoder

LISTEN_S = 60
"""How long the list outlives a run that has died."""
POLL_INTERVAL_S = 0.02

_LISTENING = b"loadaudit listens"
_RETRY_S = 1.0
_AT_ONCE = 256
_LAST_WORDS_S = 5.0


def redis_alias() -> str:
    """Return the cache of django-redis through which traces go: `default` if it is one, else the first; or empty."""
    found = [alias for alias, entry in settings.CACHES.items() if is_django_redis(str(entry.get("BACKEND", "")))]
    return "default" if "default" in found else next(iter(found), "")


def is_django_redis(backend: str) -> bool:
    """Whether a cache back end is django_redis's or derived from it."""
    try:
        from django_redis.cache import RedisCache

        found = import_string(backend)
    except ImportError:
        return False
    return isinstance(found, type) and issubclass(found, RedisCache)


def redis_client(alias: str) -> Any:
    """Return the project's own client of a cache, which knows nothing of pickles."""
    from django_redis import get_redis_connection

    return get_redis_connection(alias)


class RedisTraces(TraceInbox):
    """Keeps the list of a run in Redis and empties it; a context manager. The list goes with the run.

    The list's first entry says that somebody listens: Redis removes lists that are empty.
    """

    def __init__(self, connect: Callable[[], Any], token_key: str, run_id: str) -> None:
        super().__init__()
        self._connect = connect
        self._key = list_key(run_id)
        self._opener = Opener(token_key, run_id)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="loadaudit-traces")
        self._client: Any = None
        self._failures = 0
        self._failure = ""

    def __enter__(self) -> Self:
        """Make the list. Raises whatever the client of Redis raises."""
        self._listen()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(_LAST_WORDS_S)
        if self.reachable and not self._thread.is_alive():
            # Else it goes by itself, LISTEN_S after it was last read.
            with contextlib.suppress(Exception):
                self._client.delete(self._key)

    def notes(self) -> list[str]:
        """Return what the run file should say about traces that did not come."""
        notes = super().notes()
        if self._failures:
            notes.append(
                f"The Redis of the traces failed {self._failures} times ({self._failure}); "
                "summaries stand in for the traces that were lost."
            )
        if self._opener.lost:
            notes.append(f"{self._opener.lost} batches of traces were lost on their way through Redis.")
        if self._opener.refused:
            notes.append(
                f"{self._opener.refused} entries of the traces' list in Redis were refused: forged, of another run, "
                "repeated, or too long."
            )
        return notes

    def _listen(self) -> None:
        self._client = self._connect()
        pipeline = self._client.pipeline()
        pipeline.delete(self._key)
        pipeline.rpush(self._key, _LISTENING)
        pipeline.expire(self._key, LISTEN_S)
        pipeline.execute()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                batches = self._fetched()
                self.reachable = True
            except Exception as error:  # whatever the client library raises: the run goes on with summaries
                self.reachable = False
                self._failures += 1
                self._failure = str(error) or type(error).__name__
                self._ended.wait(_RETRY_S)
                continue
            for batch in batches:
                self._take_in(batch)
            if len(batches) < _AT_ONCE:
                self._ended.wait(POLL_INTERVAL_S)

    def _fetched(self) -> Sequence[bytes]:
        pipeline = self._client.pipeline()
        pipeline.lrange(self._key, 0, _AT_ONCE)
        pipeline.ltrim(self._key, _AT_ONCE + 1, -1)
        # One transaction, so that nobody finds the list gone in between.
        pipeline.lpush(self._key, _LISTENING)
        pipeline.expire(self._key, LISTEN_S)
        found = pipeline.execute()[0]
        batches = [one.encode() if isinstance(one, str) else bytes(one) for one in found]
        return [one for one in batches if one != _LISTENING]

    def _take_in(self, batch: bytes) -> None:
        lines = self._opener.open(batch)
        decoder = Decoder()
        for line in (lines or b"").splitlines():
            self.receive(decoder, line)
