"""What the clients of Locust raise when no response came, as the words that outcomes have for it."""

from collections.abc import Iterator

from loadaudit.records import Outcome

_WORDS = (
    # The order tells which of several causes is named: the most exact first.
    ("gaierror", Outcome.UNRESOLVED),
    ("NameResolutionError", Outcome.UNRESOLVED),
    ("SSLError", Outcome.TLS_FAILED),
    ("SSLCertVerificationError", Outcome.TLS_FAILED),
    ("ConnectionRefusedError", Outcome.REFUSED),
    # Some versions of urllib3 derive it from the time-out below.
    ("NewConnectionError", Outcome.REFUSED),
    ("ConnectTimeoutError", Outcome.CONNECT_TIMEOUT),
    ("ConnectTimeout", Outcome.CONNECT_TIMEOUT),
    ("BadStatusLine", Outcome.NOT_HTTP),
    ("HTTPParseError", Outcome.NOT_HTTP),
    ("LineTooLong", Outcome.HEADERS_TOO_LARGE),
    ("IncompleteRead", Outcome.INCOMPLETE),
    ("ReadTimeoutError", Outcome.FIRST_BYTE_TIMEOUT),
    ("ReadTimeout", Outcome.FIRST_BYTE_TIMEOUT),
    ("TimeoutError", Outcome.FIRST_BYTE_TIMEOUT),
    ("timeout", Outcome.FIRST_BYTE_TIMEOUT),
    ("RemoteDisconnected", Outcome.RESET),
    ("ConnectionResetError", Outcome.RESET),
    ("BrokenPipeError", Outcome.RESET),
    ("HTTPConnectionClosed", Outcome.RESET),
)
_DETAILED = frozenset({Outcome.TLS_FAILED, Outcome.BROKEN})
_DEPTH = 8


def error_of(failure: BaseException, *, answered: bool) -> str:
    """Return the error of a sample, as of `loadaudit.load.failures.error_of`; `answered`: headers had come."""
    names = [name for one in _causes(failure, _DEPTH) for name in _names(one)]
    word = next((word for name, word in _WORDS if name in names), Outcome.BROKEN)
    if answered:
        # What ends in the middle of a body has begun well.
        word = {Outcome.FIRST_BYTE_TIMEOUT: Outcome.TIMEOUT, Outcome.RESET: Outcome.INCOMPLETE}.get(word, word)
    return f"{word.value}: {str(failure)[:200]}" if word in _DETAILED else word.value


def _names(failure: BaseException) -> Iterator[str]:
    # RemoteDisconnected is a BadStatusLine, too; its own name tells more than those of its bases.
    if type(failure).__name__ == "RemoteDisconnected":
        yield "RemoteDisconnected"
        return
    yield from (one.__name__ for one in type(failure).__mro__)


def _causes(failure: BaseException, depth: int) -> Iterator[BaseException]:
    """Yield an exception and those that it wraps, in whichever way."""
    yield failure
    if depth:
        wrapped = (failure.__cause__, failure.__context__, getattr(failure, "reason", None), *failure.args)
        for one in wrapped:
            if isinstance(one, BaseException) and one is not failure:
                yield from _causes(one, depth - 1)
