"""What stands in front of a remote target, as options of FastHttpUser's connections."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from loadaudit.load.job import Target

_PROXY_PORT = 80


def with_way(target: Target, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a geventhttpclient HTTPClient with the target's certificates and proxy.

    What the options say already stays as it is.
    """
    tls: dict[str, Any] = {}
    if target.ca_file:
        tls["ca_certs"] = target.ca_file
    if target.cert_file:
        tls |= {"certfile": target.cert_file, "keyfile": target.key_file or target.cert_file}
    found = dict(options)
    if tls:
        found["ssl_options"] = {**tls, **(options.get("ssl_options") or {})}
    if target.proxy and not options.get("proxy_host"):
        proxy = urlsplit(target.proxy)
        found |= {"proxy_host": proxy.hostname, "proxy_port": proxy.port or _PROXY_PORT}
        if proxy.username is not None:
            found |= {"proxy_user": unquote(proxy.username), "proxy_password": unquote(proxy.password or "")}
    return found
