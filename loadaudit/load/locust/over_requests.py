"""The hook into requests, and so into Locust's HttpUser: where a session hands a single request to its adapter."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from loadaudit.load.locust.hops import Hop, Hops, Refused, current, exchange

_DIRECT = "_loadaudit_direct"


def install(hops: Hops) -> None:
    """Hook into every session of the process, those that a locustfile makes by itself included."""
    session: Any = requests.Session
    original = session.get_adapter

    def get_adapter(self: requests.Session, url: str) -> Any:
        return _Hooked(hops, self, original(self, url))

    session.get_adapter = get_adapter
    hops.note_connections(HTTPConnection, "_new_conn")


class _Hooked:
    """Stands before an adapter for one request. Redirects come here one by one."""

    def __init__(self, hops: Hops, session: requests.Session, adapter: Any) -> None:
        self._hops = hops
        self._session = session
        self._adapter = adapter

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send the request, or raise ConnectionError when it must not be sent."""
        method, url = request.method or "GET", request.url or ""
        if exchange.get() is None:
            # A session of the file's own; what Locust's clients send has been led where it should go.
            url = self._hops.led(url)
        try:
            hop = self._hops.begin(method, url, getattr(self._session, "user", None))
        except Refused as refusal:
            raise requests.ConnectionError(str(refusal), request=request) from None
        if hop is None:
            found: requests.Response = self._adapter.send(request, **options)
            return found
        token = current.set(hop)
        response: requests.Response | None = None
        body: bytes | None = None
        try:
            response = self._sent(request, hop, options)
            first_ns = self._hops.now_ns()
            if not options.get("stream"):
                # Here, where it ends one request of several, and not when the last of them has been answered.
                body = response.content
        except Exception as failure:
            self._hops.failed(hop, failure, answered=response is not None)
            if response is None or not response.is_redirect:
                raise
            # requests does not mind a redirect whose body is damaged.
            return response
        except BaseException:
            self._hops.cut_off(hop)
            raise
        finally:
            current.reset(token)
        self._hops.answered(hop, status=response.status_code, headers=response.headers, body=body, first_ns=first_ns)
        return response

    def _sent(self, request: requests.PreparedRequest, hop: Hop, options: dict[str, Any]) -> requests.Response:
        target = self._hops.spec.target
        # A copy, because what is sent on to another host after a redirect is made from the original.
        marked = request.copy()
        marked.url = hop.url
        marked.headers.update(self._hops.headers(hop))
        if target.authorization and "Authorization" not in marked.headers:
            marked.headers["Authorization"] = target.authorization
        adapter = self._adapter
        if target.connect_to:
            adapter = self._direct()
            marked.headers.setdefault("Host", self._hops.host)
            options = {**options, "proxies": {}}
        else:
            options = {**options, **self._way(options)}
        response: requests.Response = adapter.send(marked, **options)
        response.request = request
        return response

    def _way(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what leads through what stands in front of a remote target, where the file has no word of its own."""
        target = self._hops.spec.target
        found: dict[str, Any] = {}
        if target.ca_file and options.get("verify") is True:
            found["verify"] = target.ca_file
        if target.cert_file and not options.get("cert"):
            found["cert"] = (target.cert_file, target.key_file or target.cert_file)
        if target.proxy:
            found["proxies"] = {"http": target.proxy, "https": target.proxy}
        return found

    def _direct(self) -> HTTPAdapter:
        found: HTTPAdapter | None = vars(self._session).get(_DIRECT)
        if found is None:
            found = _ToServer(*self._hops.guard.address)
            setattr(self._session, _DIRECT, found)
        found.max_retries = getattr(self._adapter, "max_retries", found.max_retries)
        return found


class _ToServer(HTTPAdapter):
    """Connects to the embedded server, whatever host and scheme a URL names."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self._server = (host, port)

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """Return a connection to the server."""
        host, port = self._server
        return self.poolmanager.connection_from_host(host, port, scheme="http")

    get_connection = get_connection_with_tls_context
