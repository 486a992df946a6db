"""The PycURL handle of one virtual user: what stays the same for all of its requests."""

from collections.abc import Callable

import pycurl

from loadaudit.load.job import Target, VirtualUser

_USER_AGENT = "loadaudit"


def new_handle(
    target: Target, user: VirtualUser, on_header: Callable[[bytes], object], on_body: Callable[[bytes], object]
) -> pycurl.Curl:
    """Return a handle for one target, with a connection and nothing else of its own."""
    curl = pycurl.Curl()
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.FOLLOWLOCATION, 0)
    curl.setopt(pycurl.CONNECTTIMEOUT_MS, round(target.connect_timeout_s * 1000))
    curl.setopt(pycurl.USERAGENT, _USER_AGENT)
    # Empty: all that libcurl can read.
    curl.setopt(pycurl.ACCEPT_ENCODING, "")
    version = pycurl.CURL_HTTP_VERSION_2TLS if target.http2 else pycurl.CURL_HTTP_VERSION_1_1
    curl.setopt(pycurl.HTTP_VERSION, version)
    curl.setopt(pycurl.HEADERFUNCTION, on_header)
    curl.setopt(pycurl.WRITEFUNCTION, on_body)
    # Empty: whatever the environment says, there is none.
    curl.setopt(pycurl.PROXY, target.proxy)
    if target.connect_to:
        curl.setopt(pycurl.CONNECT_TO, [f"::{target.connect_to}"])
    if target.ca_file:
        curl.setopt(pycurl.CAINFO, target.ca_file)
    if target.cert_file:
        curl.setopt(pycurl.SSLCERT, target.cert_file)
        curl.setopt(pycurl.SSLKEY, target.key_file or target.cert_file)
    if user.source_address:
        curl.setopt(pycurl.INTERFACE, f"host!{user.source_address}")
    return curl
