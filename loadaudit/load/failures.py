"""What libcurl says when no response came, as the words that outcomes have for it."""

import pycurl

from loadaudit.records import Outcome

_WORDS = {
    pycurl.E_COULDNT_RESOLVE_HOST: Outcome.UNRESOLVED,
    pycurl.E_COULDNT_RESOLVE_PROXY: Outcome.UNRESOLVED,
    pycurl.E_COULDNT_CONNECT: Outcome.REFUSED,
    pycurl.E_SSL_CONNECT_ERROR: Outcome.TLS_FAILED,
    pycurl.E_PEER_FAILED_VERIFICATION: Outcome.TLS_FAILED,
    pycurl.E_SSL_CERTPROBLEM: Outcome.TLS_FAILED,
    pycurl.E_SSL_CIPHER: Outcome.TLS_FAILED,
    pycurl.E_SSL_CACERT_BADFILE: Outcome.TLS_FAILED,
    pycurl.E_SSL_ISSUER_ERROR: Outcome.TLS_FAILED,
    pycurl.E_PARTIAL_FILE: Outcome.INCOMPLETE,
    pycurl.E_GOT_NOTHING: Outcome.RESET,
    pycurl.E_SEND_ERROR: Outcome.RESET,
    pycurl.E_RECV_ERROR: Outcome.RESET,
    # HTTP/0.9, which is what any bytes look like, is not allowed; the other is a header that makes no sense.
    pycurl.E_UNSUPPORTED_PROTOCOL: Outcome.NOT_HTTP,
    pycurl.E_FTP_WEIRD_SERVER_REPLY: Outcome.NOT_HTTP,
}

_DETAILED = frozenset({Outcome.TLS_FAILED, Outcome.BROKEN})


def error_of(code: int, text: str, *, connected: bool, answered: bool) -> str:
    """Return the error of a sample: an outcome's word, with libcurl's own text where the word says too little.

    `connected` and `answered` say how far the request came, which is what tells timeouts apart.
    """
    if code == pycurl.E_OPERATION_TIMEDOUT:
        if not connected:
            return Outcome.CONNECT_TIMEOUT.value
        return (Outcome.TIMEOUT if answered else Outcome.FIRST_BYTE_TIMEOUT).value
    if code == pycurl.E_ABORTED_BY_CALLBACK:
        # The only callback that aborts is the one that looks for the first byte.
        return Outcome.FIRST_BYTE_TIMEOUT.value
    if "too large response headers" in text.lower():
        # The code is that of a lost connection.
        return Outcome.HEADERS_TOO_LARGE.value
    word = _WORDS.get(code, Outcome.BROKEN)
    return f"{word.value}: {text or code}" if word in _DETAILED else word.value
