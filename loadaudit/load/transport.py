"""One virtual user's HTTP: a PycURL handle of its own with its own connection and cookies."""

import time
from collections.abc import Sequence
from io import BytesIO
from urllib.parse import urlsplit

import pycurl

from loadaudit.load import bodies
from loadaudit.load.cookies import CookieStore
from loadaudit.load.correlation import SUMMARY_HEADER, TOKEN_HEADER, TRACE_HEADER, sample_number, traceparent
from loadaudit.load.csrf import SAFE_METHODS, csrf_headers, csrf_token_of, with_csrf_field, with_origin
from loadaudit.load.failures import error_of
from loadaudit.load.handle import new_handle
from loadaudit.load.job import Job, VirtualUser
from loadaudit.load.meter import BodyMeter
from loadaudit.load.payloads import encode, streamed, unique
from loadaudit.load.sessions import Session
from loadaudit.load.sharing import shares_of
from loadaudit.load.signing import Signatures
from loadaudit.load.surplus import Surplus
from loadaudit.load.versions import asks_for_version, with_version
from loadaudit.load.words import Turns
from loadaudit.records import ALONE_BIT, Outcome, Payload, PlannedRequest, Sample

_ACCEPT = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"
_PROTOCOLS = {
    pycurl.CURL_HTTP_VERSION_1_0: "1.0",
    pycurl.CURL_HTTP_VERSION_1_1: "1.1",
    pycurl.CURL_HTTP_VERSION_2_0: "2",
}
_SUMMARY_LINE = SUMMARY_HEADER.lower().encode() + b":"


class Transport:
    """Sends the requests of one virtual user, one after the other; not thread-safe.

    Redirects are not followed: each hop is a request for an operation of its own. Of a body only its size, its
    fingerprint and the beginning are kept, so that a large download costs no memory. The handle keeps its options
    from request to request, so only what changes is set again.
    """

    def __init__(self, job: Job, user: VirtualUser, *, keep_bodies: bool = False, beside: bool = False) -> None:
        """Go on with the user's session. `keep_bodies` keeps the whole of each answer for `received`.

        Requests sent `beside` the load have numbers of the control plane, so that they are no samples of it.
        """
        self._job = job
        self._user = user
        self._cookies = CookieStore(prefix=job.target.script_prefix)
        self._csrf_token = ""
        self._sequence = 0
        self._bits = ALONE_BIT if beside else 0
        self._turns = Turns(shares_of(user, job))
        self._signatures = Signatures(job.signatures)
        self._headers = BytesIO()
        self._body = BodyMeter(keep_all=keep_bodies)
        self._own_headers: tuple[str, ...] = ()
        self._lines: tuple[str, ...] = ()
        """Header lines that go with every request of the session."""
        self.renew(user.session)
        self._curl = new_handle(job.target, user, self._headers.write, self._body.write)
        self._surplus = Surplus(self._curl)
        self._method = ""
        self._own_bodies: dict[str, tuple[PlannedRequest | None, dict[str, Payload]]] = {}
        self._timeouts: tuple[float, float | None] = (0.0, None)
        self._cookie_line = ""
        self._begun_ns = 0
        self._warm_up_ns = 0 if beside else round(job.shape.warm_up_s * 1e9)
        self._protocol = ""

    def close(self) -> None:
        """Release the connection."""
        self._curl.close()

    def session(self) -> Session:
        """Return the session as the answers so far have left it."""
        return Session(cookies=self._cookies.all(), headers=self._own_headers, csrf_token=self._csrf_token)

    def renew(self, session: Session) -> None:
        """Forget the session and go on with another."""
        self._cookies.replace(session.cookies)
        self._own_headers = session.headers
        self._csrf_token = session.csrf_token
        authorization = self._job.target.authorization
        # A user's own key stands in the same header, and only one of both can.
        has_own = any(line.lower().startswith("authorization:") for line in session.headers)
        entry = [f"Authorization: {authorization}"] if authorization and not has_own else []
        own = {line.partition(":")[0].lower() for line in session.headers}
        entry += [line for line in self._job.target.lines if line.partition(":")[0].lower() not in own]
        self._lines = (f"Accept: {_ACCEPT}", f"{TOKEN_HEADER}: {self._job.token}", *entry, *session.headers)

    @property
    def netloc(self) -> str:
        """Host and port of the target as its deployment presents itself."""
        return urlsplit(self._job.target.base_url).netloc

    def received(self) -> tuple[bytes, bytes]:
        """Return header lines and body of the last answer; of the body only the beginning without `keep_bodies`."""
        return self._headers.getvalue(), self._body.kept()

    def send(
        self, planned: PlannedRequest, path: str, due_ns: int | None = None, *, warm_up: bool = False
    ) -> tuple[Sample, str]:
        """Send one request and return its sample and the raw Server-Timing header (empty without `summaries`).

        `due_ns` is when it should have begun, on the clock of `job.epoch_ns`; None: now. A failed request is a
        sample with an error.
        """
        self._sequence += 1
        number = self._bits | sample_number(self._user.index, self._sequence)
        # All addresses of one request are asked for in the same way.
        own = planned.paths[0].headers
        self._limit(planned)
        if asks_for_version(own):
            own = with_version(own, self._version_of(path))
        try:
            self._prepare(planned, path, number, own)
        except OSError as missing:
            # A file to upload is gone since the plan was made; the others of this user are still to be sent.
            return self._unanswered(planned, path, due_ns, time.monotonic_ns(), _unsent(missing)), ""
        self._begun_ns = time.monotonic_ns()
        start_ns = self._begun_ns - self._job.epoch_ns
        error = self._perform()
        headers = self._headers.getvalue()
        has_body = self._payload(planned, path) is not None
        if not error and self._surplus.found(planned.operation_id, headers, has_body=has_body):
            error = Outcome.OVERLONG.value
        self._cookies.receive_headers(headers)
        if self._job.target.csrf_in_session:
            self._csrf_token = csrf_token_of(self._body.beginning()) or self._csrf_token
        sample = self._sample(planned, path, number, start_ns, start_ns if due_ns is None else due_ns, error, warm_up)
        summary = _header_value(headers, _SUMMARY_LINE) if self._job.target.summaries else ""
        return sample, summary

    def given_up(self, planned: PlannedRequest, path: str, due_ns: int | None, begun_ns: int) -> Sample:
        """Return the sample of the request under way, to whose end nobody waits; safe to call from another thread.

        `begun_ns` is on the monotonic clock itself.
        """
        error = (Outcome.TIMEOUT if self._headers.tell() else Outcome.FIRST_BYTE_TIMEOUT).value
        return self._unanswered(planned, path, due_ns, begun_ns, error)

    def _unanswered(self, planned: PlannedRequest, path: str, due_ns: int | None, begun_ns: int, error: str) -> Sample:
        start_ns = begun_ns - self._job.epoch_ns
        due_ns = start_ns if due_ns is None else due_ns
        waited_ns = time.monotonic_ns() - begun_ns
        return Sample(
            number=self._bits | sample_number(self._user.index, self._sequence),
            operation_id=planned.operation_id,
            path=path,
            role=self._user.role,
            vu=self._user.index,
            intended_start_ns=due_ns,
            start_ns=start_ns,
            first_byte_ns=0,
            response_ns=waited_ns,
            latency_ns=waited_ns + start_ns - due_ns,
            status=0,
            error=error,
            lane=planned.lane,
            warm_up=due_ns < self._warm_up_ns,
        )

    def _version_of(self, path: str) -> str:
        """Return the ETag of what is at a path now; the request for it has no token, so that it is nobody's sample."""
        self._begin(path)
        self._set_safe_method("GET")
        self._curl.setopt(pycurl.HTTPHEADER, _without(self._lines, [TOKEN_HEADER]))
        self._set_cookies(path)
        # What waits for the first byte counts from here, too.
        self._begun_ns = time.monotonic_ns()
        error = self._perform()
        return "" if error else _header_value(self._headers.getvalue(), b"etag:")

    def _begin(self, path: str) -> None:
        self._headers.seek(0)
        self._headers.truncate()
        self._body.reset()
        self._curl.setopt(pycurl.URL, self._job.target.base_url + path)

    def _prepare(self, planned: PlannedRequest, path: str, number: int, own: Sequence[str]) -> None:
        curl = self._curl
        self._begin(path)
        trace = traceparent(self._job.tag, number, sampled=self._job.target.apm_sampled)
        lines = [*(_without(self._lines, own) if own else self._lines), f"{TRACE_HEADER}: {trace}"]
        content = b""
        if planned.method in SAFE_METHODS:
            self._set_safe_method(planned.method)
        else:
            of_body, content = self._set_body(planned, path, number)
            lines += _without(of_body, own) if own else of_body
        if own:
            marked = [unique(one, number) for one in with_origin(own, self._job.target)]
            lines += self._signatures.signed(marked, path, content, time.time())
        curl.setopt(pycurl.HTTPHEADER, lines)
        self._set_cookies(path)

    def _set_cookies(self, path: str) -> None:
        curl = self._curl
        cookies = self._cookies.header(path)
        if cookies != self._cookie_line:
            self._cookie_line = cookies
            if cookies:
                curl.setopt(pycurl.COOKIE, cookies)
            else:
                curl.unsetopt(pycurl.COOKIE)

    def _limit(self, planned: PlannedRequest) -> None:
        timeouts = (planned.timeout_s, planned.first_byte_timeout_s)
        if timeouts != self._timeouts:
            self._timeouts = timeouts
            self._set_timeouts(*timeouts)

    def _set_timeouts(self, total_s: float, first_byte_s: float | None) -> None:
        self._curl.setopt(pycurl.TIMEOUT_MS, round(total_s * 1000))
        if first_byte_s is None:
            self._curl.setopt(pycurl.NOPROGRESS, 1)
            return

        def watch(*_: int) -> int:
            late = time.monotonic_ns() - self._begun_ns > first_byte_s * 1e9
            return int(late and not self._headers.tell())

        # libcurl has no such limit of its own; it asks this whenever something moves, and once a second.
        self._curl.setopt(pycurl.XFERINFOFUNCTION, watch)
        self._curl.setopt(pycurl.NOPROGRESS, 0)

    def _set_safe_method(self, method: str) -> None:
        if method == self._method:
            return
        self._method = method
        curl = self._curl
        curl.setopt(pycurl.HTTPGET, 1)
        # Only so does libcurl not wait for a body.
        curl.setopt(pycurl.NOBODY, int(method == "HEAD"))
        if method in ("GET", "HEAD"):
            curl.unsetopt(pycurl.CUSTOMREQUEST)
        else:
            curl.setopt(pycurl.CUSTOMREQUEST, method)

    def _set_body(self, planned: PlannedRequest, path: str, number: int) -> tuple[Sequence[str], bytes]:
        """Set method and body; return the header lines that go with them, and the body unless it is streamed."""
        curl = self._curl
        csrf = csrf_headers(self._job.target, self._cookies, path, self._csrf_token)
        payload = with_csrf_field(self._payload(planned, path), csrf[self._job.target.csrf_header])
        lines = [f"{name}: {value}" for name, value in csrf.items()]
        self._method = planned.method
        curl.setopt(pycurl.CUSTOMREQUEST, planned.method)
        on_disk = streamed(payload, number, self._turns) if payload is not None else None
        if on_disk is not None:
            content_type, stream = on_disk
            curl.setopt(pycurl.UPLOAD, 1)
            curl.setopt(pycurl.READFUNCTION, stream.read)
            curl.setopt(pycurl.SEEKFUNCTION, stream.seek)
            curl.setopt(pycurl.INFILESIZE_LARGE, stream.length)
            return [*lines, f"Content-Type: {content_type}", "Expect:"], b""
        body = encode(payload, number, self._turns) if payload is not None else None
        curl.setopt(pycurl.POST, 1)
        content = body.content if body is not None else b""
        curl.setopt(pycurl.POSTFIELDS, content)
        if body is not None and body.disposition:
            lines.append(f"Content-Disposition: {body.disposition}")
        # libcurl would call an empty body a form, and wait for a word of the server before a large one.
        return [*lines, f"Content-Type:{f' {body.content_type}' if body is not None else ''}", "Expect:"], content

    def _payload(self, planned: PlannedRequest, path: str) -> Payload | None:
        """Return the body for an address. Those of many addresses are looked up, as it is done for each request."""
        known, own = self._own_bodies.get(planned.operation_id, (None, {}))
        if known is not planned:
            own = {one.path: one.payload for one in planned.paths if one.payload is not None}
            self._own_bodies[planned.operation_id] = (planned, own)
        return own.get(path, planned.payload)

    def _perform(self) -> str:
        curl = self._curl
        try:
            curl.perform()
        except pycurl.error as failure:
            code, text = (*failure.args, "", "")[:2]
            # Where no connection came about, libcurl fills in the times of what never was.
            connected = curl.getinfo(pycurl.REQUEST_SIZE) > 0
            answered = connected and curl.getinfo(pycurl.STARTTRANSFER_TIME_T) > 0
            return error_of(code, str(text), connected=connected, answered=answered)
        return ""

    def _sample(
        self,
        planned: PlannedRequest,
        path: str,
        number: int,
        start_ns: int,
        due_ns: int,
        error: str,
        warm_up: bool,
    ) -> Sample:
        getinfo, body = self._curl.getinfo, self._body
        # After a timeout in the middle of a body the status is known but the response is not complete.
        status = 0 if error else getinfo(pycurl.RESPONSE_CODE)
        new_connection = getinfo(pycurl.NUM_CONNECTS) > 0
        made = new_connection or error
        sent_bytes = getinfo(pycurl.REQUEST_SIZE)
        if made:
            self._protocol = "" if error else _PROTOCOLS.get(getinfo(pycurl.INFO_HTTP_VERSION), "")
        response_ns = getinfo(pycurl.TOTAL_TIME_T) * 1000
        handed_over = not body.size and bodies.is_handed_over(self._headers.getvalue())
        mark, body_hash = ("", 0) if error or handed_over else body.seen(getinfo(pycurl.CONTENT_TYPE) or "")
        return Sample(
            number=number,
            operation_id=planned.operation_id,
            path=path,
            role=self._user.role,
            vu=self._user.index,
            intended_start_ns=due_ns,
            start_ns=start_ns,
            first_byte_ns=getinfo(pycurl.STARTTRANSFER_TIME_T) * 1000 if sent_bytes else 0,
            response_ns=response_ns,
            latency_ns=response_ns + start_ns - due_ns,
            status=status,
            error=error,
            dns_ns=getinfo(pycurl.NAMELOOKUP_TIME_T) * 1000 if made else 0,
            connect_ns=getinfo(pycurl.CONNECT_TIME_T) * 1000 if made else 0,
            tls_ns=getinfo(pycurl.APPCONNECT_TIME_T) * 1000 if made else 0,
            sent_bytes=sent_bytes + getinfo(pycurl.SIZE_UPLOAD_T),
            received_bytes=getinfo(pycurl.HEADER_SIZE) + getinfo(pycurl.SIZE_DOWNLOAD_T),
            body_bytes=body.size,
            body_hash=body_hash,
            body_mark=mark,
            location=(getinfo(pycurl.REDIRECT_URL) or "") if 300 <= status < 400 else "",
            new_connection=new_connection,
            protocol=self._protocol,
            lane=planned.lane,
            warm_up=warm_up or due_ns < self._warm_up_ns,
        )


def _without(lines: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return header lines without those of which others have the name."""
    names = {one.partition(":")[0].lower() for one in others}
    return [one for one in lines if one.partition(":")[0].lower() not in names]


def _unsent(error: OSError) -> str:
    return f"{Outcome.BROKEN.value}: {error.filename}: {error.strerror}"


def _header_value(headers: bytes, lower_name: bytes) -> str:
    """Return the values of every header line with that name, joined as RFC 9110 section 5.3 allows."""
    values = [
        line[len(lower_name) :].decode("latin-1").strip()
        for line in headers.split(b"\r\n")
        if line[: len(lower_name)].lower() == lower_name
    ]
    return ", ".join(values)
