"""Notices an answer that goes on behind the length it has announced, before that is taken for the next answer."""

import re
import socket

import pycurl

_CLOSES = re.compile(rb"^(?:proxy-)?connection:[^\r\n]*\bclose\b", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"^content-length:", re.IGNORECASE | re.MULTILINE)


class Surplus:
    """Looks behind the answers on the connection of one handle.

    A look costs several system calls, so an operation gets one with its first answer, and again once a connection
    has been lost behind it, as it is behind a surplus.
    """

    def __init__(self, curl: pycurl.Curl) -> None:
        # Else one that must not be used again would stay behind the one that takes its place.
        curl.setopt(pycurl.MAXCONNECTS, 1)
        self._curl = curl
        self._fine: set[str] = set()
        self._before = ""
        self._fresh = False

    def found(self, operation_id: str, headers: bytes, *, has_body: bool) -> bool:
        """Return whether more has come than was announced; then the next request gets a new connection.

        Behind a request that has a body nothing is looked for: a server may answer before it has read the whole of
        it, after which libcurl closes, and what a server then makes of the rest is no part of the answer.
        """
        curl = self._curl
        if self._fresh:
            self._fresh = False
            curl.setopt(pycurl.FRESH_CONNECT, 0)
        if curl.getinfo(pycurl.NUM_CONNECTS) > 0:
            self._fine.discard(self._before)
        self._before = operation_id
        if has_body or operation_id in self._fine:
            return False
        if _has_more(curl, headers):
            self._fresh = True
            curl.setopt(pycurl.FRESH_CONNECT, 1)
            return True
        self._fine.add(operation_id)
        return False


def _has_more(curl: pycurl.Curl, headers: bytes) -> bool:
    if curl.getinfo(pycurl.INFO_HTTP_VERSION) != pycurl.CURL_HTTP_VERSION_1_1:
        return False
    connection = curl.getinfo(pycurl.ACTIVESOCKET)
    if connection < 0:
        # What came in one piece with the answer libcurl has seen itself; it closes then, and tells nobody.
        return bool(_LENGTH.search(headers)) and not _CLOSES.search(headers)
    # Under TLS there may be records that are no part of an answer.
    return not curl.getinfo(pycurl.APPCONNECT_TIME_T) and _is_readable(connection)


def _is_readable(connection: int) -> bool:
    """Return whether bytes wait in a socket that does not block; its end is none."""
    look = socket.socket(fileno=connection)
    try:
        return bool(look.recv(1, socket.MSG_PEEK))
    except OSError:
        return False
    finally:
        # It stays libcurl's.
        look.detach()
