"""What the clients of Locust raise becomes the word that an outcome has for it."""

import http.client
import socket
import ssl

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError

from loadaudit.load.locust.failures import error_of


def wrapped(cause: Exception) -> Exception:
    """Return an exception as requests wraps that of a lower layer."""
    return requests.ConnectionError(MaxRetryError(None, "/", cause))  # type: ignore[arg-type]


def refused() -> Exception:
    """Return what urllib3 raises for a closed port."""
    error = NewConnectionError(None, "Connection refused")  # type: ignore[arg-type]
    error.__cause__ = ConnectionRefusedError(111, "Connection refused")
    return error


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (wrapped(refused()), "refused"),
        (ConnectionRefusedError(111, "refused"), "refused"),
        (requests.ConnectionError(socket.gaierror(-2, "unknown")), "unresolved"),
        (requests.exceptions.ConnectTimeout(), "connect_timeout"),
        (requests.ReadTimeout(ReadTimeoutError(None, "/", "slow")), "first_byte_timeout"),  # type: ignore[arg-type]
        (requests.ConnectionError(ProtocolError("aborted", http.client.RemoteDisconnected("x"))), "reset"),
        (requests.ConnectionError(ProtocolError("aborted", http.client.BadStatusLine("x"))), "not_http"),
        (TimeoutError("timed out"), "first_byte_timeout"),
        (ConnectionResetError(104, "reset"), "reset"),
        (wrapped(ssl.SSLError(1, "bad certificate")), "tls_failed: "),
        (ValueError("odd"), "broken: odd"),
    ],
)
def test_failure_has_its_word(failure: Exception, word: str) -> None:
    """The cause counts, however many exceptions are wrapped around it."""
    assert error_of(failure, answered=False).startswith(word)


def test_what_breaks_in_the_body_has_begun() -> None:
    """A reset or a timeout behind the head of an answer is another outcome than one before it."""
    assert error_of(ConnectionResetError(104, "reset"), answered=True) == "incomplete"
    assert error_of(TimeoutError(), answered=True) == "timeout"
