"""One virtual user's requests against a real HTTP server."""

import gzip
import hmac
import socket
import struct
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from loadaudit.load.cookies import Cookie
from loadaudit.load.correlation import number_of, sample_number, summary_of
from loadaudit.load.job import Job
from loadaudit.load.meter import fingerprint
from loadaudit.load.payloads import UNIQUE_NUMBER
from loadaudit.load.sessions import Session
from loadaudit.load.signing import SUM, Signature
from loadaudit.load.transport import Transport
from loadaudit.load.versions import CURRENT
from loadaudit.records import BodyKind, Pair, Payload, PlannedPath, Sample, Upload
from tests.load.builders import Answering, job, planned, serving, trace, user
from tests.processes import free_port

CHUNK = b"x" * 65_536


@contextmanager
def transport(made: Job) -> Iterator[Transport]:
    """A transport for the job's only user."""
    opened = Transport(made, made.users[0])
    try:
        yield opened
    finally:
        opened.close()


def fetch(made: Job, *operation_ids: str, timeout_s: float = 5.0) -> list[Sample]:
    """Send the operations one after the other as one user and return their samples."""
    with transport(made) as opened:
        requests = [planned(one, timeout_s=timeout_s) for one in operation_ids]
        return [opened.send(one, one.paths[0].path)[0] for one in requests]


def page(request: Answering) -> None:
    """Answer with a small page."""
    request.answer(body=b"<h1>Page</h1>", headers=[("Content-Type", "text/html")])


def test_sample_says_what_was_sent() -> None:
    """Operation, path, role, user and number are those of the plan."""
    with serving({}) as site:
        (sample,) = fetch(job(site.base_url, users=(user(4, role="staff"),)), "GET /page/")
    assert (sample.operation_id, sample.path, sample.role, sample.vu) == ("GET /page/", "/page/", "staff", 4)
    assert sample.number == sample_number(4, 1)


def test_sample_says_what_came_back() -> None:
    """Status, size and checksum are those of the response."""
    with serving({"/page/": page}) as site:
        (sample,) = fetch(job(site.base_url), "GET /page/")
    assert (sample.status, sample.error, sample.body_bytes) == (200, "", 13)
    assert sample.body_hash == zlib.crc32(b"<h>Page</h>")


def test_sample_says_how_the_time_was_spent() -> None:
    """Each part of a request on a new connection includes the ones before; a kept connection costs none."""
    with serving({"/page/": page}) as site:
        first, second = fetch(job(site.base_url), "GET /page/", "GET /page/")
    assert 0 < first.dns_ns <= first.connect_ns <= first.first_byte_ns <= first.response_ns
    assert (second.dns_ns, second.connect_ns, second.tls_ns) == (0, 0, 0)
    assert (first.protocol, first.tls_ns) == ("1.1", 0)


def test_sample_says_what_went_over_the_wire() -> None:
    """Both directions, heads included."""
    with serving({"/page/": page}) as site:
        sample, upload = fetch(job(site.base_url), "GET /page/", "POST /page/")
    assert sample.sent_bytes > len("GET /page/ HTTP/1.1")
    assert sample.received_bytes > sample.body_bytes == 13
    assert upload.sent_bytes > sample.sent_bytes


def test_times_are_relative_to_the_start_of_the_load() -> None:
    """The first byte comes after the start and before the end."""
    with serving({"/page/": page}) as site:
        before_ns = time.monotonic_ns()
        (sample,) = fetch(job(site.base_url, epoch_ns=before_ns), "GET /page/")
        elapsed_ns = time.monotonic_ns() - before_ns
    assert 0 < sample.first_byte_ns <= sample.latency_ns
    assert 0 <= sample.start_ns <= sample.start_ns + sample.latency_ns <= elapsed_ns


def test_intended_start_is_kept() -> None:
    """The open model measures from it."""
    with serving({}) as site, transport(job(site.base_url)) as opened:
        sample, _ = opened.send(planned(), "/page/", 12_345)
    assert sample.intended_start_ns == 12_345


@pytest.mark.parametrize(("tags", "named"), [(['"1"', '"2"'], ['"1"', '"2"']), ([], ["*", "*"])])
def test_a_write_names_the_version_that_its_address_has_now(tags: list[str], named: list[str]) -> None:
    """The GET before it is nobody's sample, and leaves no trace."""
    waiting = iter(tags)

    def versioned(request: Answering) -> None:
        tag = next(waiting, None) if request.command == "GET" else None
        request.answer(headers=[("ETag", tag)] if tag else [])

    path = PlannedPath(path="/page/", origin="", headers=(f"If-Match: {CURRENT}",))
    with serving({"/page/": versioned}) as site, transport(job(site.base_url)) as opened:
        request = replace(planned("POST /page/"), paths=(path,))
        numbers = [opened.send(request, path.path)[0].number for _ in named]
    assert [one.headers.get("if-match") for one in site.seen if one.method == "POST"] == named
    assert numbers == [sample_number(0, 1), sample_number(0, 2)]
    assert not [one for one in site.seen if one.method == "GET" and "loadaudit-token" in one.headers]


def test_a_version_is_waited_for_no_longer_than_the_request_itself() -> None:
    """What comes too late is any version."""
    over = threading.Event()

    def slow(request: Answering) -> None:
        if request.command == "GET":
            over.wait(5)
        request.answer(headers=[("ETag", '"1"')])

    path = PlannedPath(path="/page/", origin="", headers=(f"If-Match: {CURRENT}",))
    with serving({"/page/": slow}) as site, transport(job(site.base_url)) as opened:
        opened.send(replace(planned("POST /page/"), paths=(path,), timeout_s=0.3), path.path)
        over.set()
    assert [one.headers.get("if-match") for one in site.seen if one.method == "POST"] == ["*"]


def test_request_carries_token_and_trace_header() -> None:
    """They are what joins the sample with its trace."""
    with serving({}) as site:
        made = job(site.base_url)
        (sample,) = fetch(made, "GET /page/")
    headers = site.seen[0].headers
    assert headers["loadaudit-token"] == made.token
    assert number_of(headers["traceparent"]) == sample.number


def test_requests_are_sampled_by_an_apm_where_that_is_wanted() -> None:
    """As the target is described; not unless asked."""
    with serving({}) as site:
        made = job(site.base_url)
        fetch(made, "GET /page/")
        fetch(replace(made, target=replace(made.target, apm_sampled=True)), "GET /page/")
    assert [one.headers["traceparent"][-3:] for one in site.seen] == ["-00", "-01"]


def test_headers_of_an_address_take_the_place_of_the_usual_ones() -> None:
    """Marks in them become what no other request has."""
    lines = ("Accept: application/json; version=2", f"Idempotency-Key: {UNIQUE_NUMBER}")
    asked = replace(planned(), paths=(PlannedPath(path="/page/", headers=lines),))
    with serving({}) as site, transport(job(site.base_url)) as opened:
        for _ in range(2):
            opened.send(asked, "/page/")
    first, second = (one.headers for one in site.seen)
    assert first["accept"] == "application/json; version=2"
    assert first["idempotency-key"].isdigit()
    assert first["idempotency-key"] != second["idempotency-key"]


def test_an_address_gets_its_own_body() -> None:
    """All others get that of the request; another plan of the operation is looked at anew. Signed is what goes."""
    body = Payload(kind=BodyKind.JSON, document='"all"')
    own = replace(body, document='"own"')
    lines = (f"X-Signature: sha256={SUM.format(1)}",)
    paths = (PlannedPath(path="/1/", headers=lines), PlannedPath(path="/2/", payload=own))
    asked = replace(planned("POST /<pk>/", payload=body), paths=paths)
    received: list[bytes] = []
    key = Signature(number=1, path="", key="a2V5", algorithm="sha1", parts=("body", "=|", "path"), encoding="hex")

    def take(request: Answering) -> None:
        received.append(request.rfile.read(int(request.headers["Content-Length"])))
        signed = hmac.digest(b"key", received[-1] + b"|" + request.path.encode(), "sha1").hex()
        request.answer(200 if request.headers["X-Signature"] == f"sha256={signed}" else 403)

    made = replace(job(""), signatures=(key,))
    with (
        serving({"/1/": take, "/2/": take}) as site,
        transport(replace(made, target=job(site.base_url).target)) as opened,
    ):
        for one in (asked, replace(asked, paths=paths[:1])):
            assert [opened.send(one, each)[0].status for each in ("/1/", "/2/")] == [200, 200]
    assert received == [b'"all"', b'"own"', b'"all"', b'"all"']


def test_every_request_has_a_number_of_its_own() -> None:
    """The sequence counts up."""
    with serving({}) as site:
        samples = fetch(job(site.base_url), "GET /a/", "GET /b/", "GET /a/")
    assert [number_of(one.headers["traceparent"]) for one in site.seen] == [one.number for one in samples]
    assert len({one.number for one in samples}) == 3


def test_method_of_the_operation_is_sent() -> None:
    """A DELETE is a DELETE."""
    with serving({}) as site:
        fetch(job(site.base_url), "DELETE /row/1/")
    assert (site.seen[0].method, site.seen[0].path) == ("DELETE", "/row/1/")


def test_host_header_is_the_deployments_although_loopback_is_connected_to() -> None:
    """ALLOWED_HOSTS and the Sites row see the name that they know."""
    with serving({}) as site:
        target = {"connect_to": f"127.0.0.1:{site.port}"}
        (sample,) = fetch(job("http://staging.example.org", target=target), "GET /page/")
    assert sample.status == 200
    assert site.seen[0].headers["host"] == "staging.example.org"


def test_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would be measured instead of the target."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with serving({}) as site:
        (sample,) = fetch(job(site.base_url), "GET /page/")
    assert sample.status == 200


def test_source_address_is_the_users_own() -> None:
    """Rate limits by address then see as many clients as there are users."""
    addresses = []

    def note(request: Answering) -> None:
        addresses.append(request.client_address[0])
        page(request)

    with serving({"/page/": note}) as site:
        fetch(job(site.base_url, users=(user(source_address="127.1.2.3"),)), "GET /page/")
    assert addresses == ["127.1.2.3"]


def test_session_of_the_login_is_sent() -> None:
    """The cookies that the control plane got are the user's."""
    with serving({}) as site:
        session = Session(cookies=(Cookie(name="sessionid", value="s"),))
        fetch(job(site.base_url, users=(user(session=session),)), "GET /page/")
    assert site.seen[0].headers["cookie"] == "sessionid=s"


def test_request_without_cookies_has_no_cookie_header() -> None:
    """An anonymous user stays one."""
    with serving({}) as site:
        fetch(job(site.base_url), "GET /page/")
    assert "cookie" not in site.seen[0].headers


def test_secure_cookie_is_kept_over_http() -> None:
    """libcurl's own engine would lose it on loopback."""
    headers = [("Set-Cookie", "__Host-sessionid=s; Secure; Path=/"), ("Set-Cookie", "csrftoken=c; Secure")]
    with serving({"/login/": lambda request: request.answer(headers=headers)}) as site:
        fetch(job(site.base_url), "GET /login/", "GET /page/")
    assert site.seen[1].headers["cookie"] == "__Host-sessionid=s; csrftoken=c"


def test_deleted_cookie_is_sent_no_more() -> None:
    """After a logout the header is gone, not empty."""
    deletion = [("Set-Cookie", "sessionid=; Max-Age=0; Path=/")]
    users = (user(session=Session(cookies=(Cookie(name="sessionid", value="s"),))),)
    with serving({"/logout/": lambda request: request.answer(headers=deletion)}) as site:
        fetch(job(site.base_url, users=users), "GET /logout/", "GET /page/")
    assert "cookie" in site.seen[0].headers
    assert "cookie" not in site.seen[1].headers


def test_redirect_is_not_followed() -> None:
    """The login page behind it would look like a success."""
    moved = [("Location", "/login/?next=/page/")]
    with serving({"/page/": lambda request: request.answer(302, headers=moved)}) as site:
        (sample,) = fetch(job(site.base_url), "GET /page/")
    assert [one.path for one in site.seen] == ["/page/"]
    assert sample.status == 302
    assert sample.location == f"{site.base_url}/login/?next=/page/"


def test_location_of_a_response_that_is_no_redirect_is_left_out() -> None:
    """A 201 names the new row, which is not where the client is sent."""
    created = [("Location", "/row/7/")]
    with serving({"/row/": lambda request: request.answer(201, headers=created)}) as site:
        (sample,) = fetch(job(site.base_url), "POST /row/")
    assert (sample.status, sample.location) == (201, "")


@pytest.mark.parametrize("status", [204, 304, 400, 403, 404, 405, 429, 500, 503])
def test_every_status_is_a_sample_without_an_error(status: int) -> None:
    """A response came; what it means is decided later."""
    with serving({"/page/": lambda request: request.answer(status)}) as site:
        (sample,) = fetch(job(site.base_url), "GET /page/")
    assert (sample.status, sample.error) == (status, "")


def test_connection_is_kept() -> None:
    """Only the first request pays for a connection, as in a browser."""
    with serving({}) as site:
        samples = fetch(job(site.base_url), "GET /a/", "GET /b/", "GET /c/")
    assert [one.new_connection for one in samples] == [True, False, False]


def test_connection_that_the_server_closes_is_made_anew() -> None:
    """The sample says so, because it explains a part of its latency."""

    def close(request: Answering) -> None:
        request.answer(headers=[("Connection", "close")])

    with serving({"/a/": close}) as site:
        samples = fetch(job(site.base_url), "GET /a/", "GET /b/")
    assert [one.new_connection for one in samples] == [True, True]


def test_slow_answer_is_a_timeout() -> None:
    """The request's own limit ends it, and no status is claimed."""

    def wait(request: Answering) -> None:
        site.released.wait(10)

    with serving({"/slow/": wait}) as site:
        (sample,) = fetch(job(site.base_url), "GET /slow/", timeout_s=0.2)
    assert (sample.status, sample.error) == (0, "first_byte_timeout")
    assert 200_000_000 <= sample.latency_ns < 5_000_000_000


def test_body_that_does_not_end_in_time_is_a_timeout() -> None:
    """A status alone is not a response."""

    def stall(request: Answering) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"half")
        site.released.wait(10)

    with serving({"/stall/": stall}) as site:
        (sample,) = fetch(job(site.base_url), "GET /stall/", timeout_s=0.2)
    assert (sample.status, sample.error, sample.body_bytes) == (0, "timeout", 4)


def test_closed_port_is_refused() -> None:
    """Nobody listens: the server is gone."""
    (sample,) = fetch(job(f"http://127.0.0.1:{free_port()}"), "GET /page/")
    assert (sample.status, sample.error, sample.body_bytes) == (0, "refused", 0)


def test_reset_connection_is_named() -> None:
    """A worker killed in the middle of a request looks like this."""

    def reset(request: Answering) -> None:
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.connection.close()
        request.close_connection = True

    with serving({"/page/": reset}) as site:
        (sample,) = fetch(job(site.base_url), "GET /page/")
    assert (sample.status, sample.error) == (0, "reset")


def test_body_cut_off_is_incomplete() -> None:
    """Fewer bytes than announced are no response."""

    def cut(request: Answering) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"half")
        request.close_connection = True

    with serving({"/page/": cut}) as site:
        (sample,) = fetch(job(site.base_url), "GET /page/")
    assert (sample.status, sample.error) == (0, "incomplete")


def test_user_goes_on_after_a_failure() -> None:
    """The next request has a connection and a body of its own."""

    def hang_up(request: Answering) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nold")
        request.close_connection = True

    with serving({"/bad/": hang_up, "/page/": page}) as site:
        _, sample = fetch(job(site.base_url), "GET /bad/", "GET /page/")
    assert (sample.status, sample.error, sample.body_bytes) == (200, "", 13)


def test_impossible_address_is_broken_and_no_error() -> None:
    """A path that no URL can have must not end the virtual user."""
    (sample,) = fetch(job("http://127.0.0.1:1"), "GET /a b/")
    assert sample.error.startswith("broken: ")


def test_compressed_body_is_measured_as_its_content() -> None:
    """Two encodings of one page have one size and one checksum."""
    content = b'{"ok": false}' + b" " * 5_000
    headers = [("Content-Encoding", "gzip"), ("Content-Type", "application/json")]
    with serving({"/page/": lambda request: request.answer(body=gzip.compress(content), headers=headers)}) as site:
        (sample,) = fetch(job(site.base_url), "GET /page/")
    assert "gzip" in site.seen[0].headers["accept-encoding"]
    assert (sample.body_bytes, sample.body_hash) == (len(content), fingerprint(content))
    assert sample.received_bytes < 1_000 < sample.body_bytes
    assert sample.body_mark == "soft_failure"


def test_large_body_is_measured_without_being_kept() -> None:
    """A download of 16 MiB costs less than 2 MiB of memory."""

    def download(request: Answering) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(256 * len(CHUNK)))
        request.end_headers()
        for _ in range(256):
            request.wfile.write(CHUNK)

    with serving({"/file/": download}) as site:
        tracemalloc.start()
        try:
            (sample,) = fetch(job(site.base_url), "GET /file/")
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert sample.body_bytes == 16 * 1024 * 1024
    assert sample.body_hash == zlib.crc32(CHUNK * 256)
    assert peak_bytes < 2 * 1024 * 1024


def test_login_page_is_marked() -> None:
    """A 200 with a password field is suspicious to begin with."""

    def login(request: Answering) -> None:
        request.answer(body=b"<input type=password>", headers=[("Content-Type", "text/html; charset=utf-8")])

    with serving({"/page/": login}) as site:
        (sample,) = fetch(job(site.base_url), "GET /page/")
    assert sample.body_mark == "login_page"


@pytest.mark.parametrize("summaries", [True, False])
def test_summary_is_handed_over_when_asked_for(summaries: bool) -> None:
    """The embedded server's traces come over its socket, so there the header is not looked at."""
    ours = summary_of(trace())
    headers = [("Server-Timing", "db;dur=3"), ("server-timing", ours)]
    with serving({"/page/": lambda request: request.answer(headers=headers)}) as site:
        made = job(site.base_url, target={"summaries": summaries})
        with transport(made) as opened:
            _, summary = opened.send(planned(), "/page/")
    assert summary == (f"db;dur=3, {ours}" if summaries else "")


def test_a_proxy_is_asked_for_the_target() -> None:
    """With the whole address, as HTTP has it; the environment's own proxy never is."""
    with serving({}) as proxy:
        fetch(job("http://staging.example.org", target={"proxy": proxy.base_url}), "GET /page/")
    assert proxy.seen[0].path == "http://staging.example.org/page/"


@pytest.mark.parametrize(("own", "sent"), [((), "Basic abc"), (("authorization: Token of-a-user",), "Token of-a-user")])
def test_the_password_in_front_goes_along_unless_the_user_has_a_key(own: tuple[str, ...], sent: str) -> None:
    """HTTP has room for one of both."""
    with serving({}) as site:
        users = (user(session=Session(cookies=(), headers=own)),)
        fetch(job(site.base_url, users=users, target={"authorization": "Basic abc"}), "GET /page/")
    assert site.seen[0].headers["authorization"] == sent


def test_upload_whose_file_is_gone_is_a_failed_request(tmp_path: Path) -> None:
    """It is named, nothing is sent, and the user goes on."""
    upload = Upload(field="document", filename="gone.bin", content_type="a/b", path=str(tmp_path / "gone.bin"))
    payload = Payload(kind=BodyKind.MULTIPART, pairs=(), uploads=(upload,))
    with serving({}) as site, transport(job(site.base_url)) as opened:
        sample, _ = opened.send(planned("POST /upload/", payload=payload), "/upload/")
        again, _ = opened.send(planned(), "/page/")
        assert len(site.seen) == 1
    assert (sample.status, again.status) == (0, 200)
    assert sample.error == f"broken: {tmp_path / 'gone.bin'}: No such file or directory"


def test_upload_is_streamed_from_disk(tmp_path: Path) -> None:
    """A file of 32 MiB costs less than 2 MiB of memory; fields and name arrive with it."""
    file = tmp_path / "large.bin"
    with file.open("wb") as stream:
        stream.truncate(32 * 1024 * 1024)
    upload = Upload(field="document", filename="large.bin", content_type="application/x-large", path=str(file))
    payload = Payload(kind=BodyKind.MULTIPART, pairs=(Pair(name="title", value="Large"),), uploads=(upload,))
    received: dict[str, object] = {}

    def take(request: Answering) -> None:
        left = int(request.headers["Content-Length"])
        received.update(length=left, beginning=request.rfile.read(500))
        left -= 500
        while left:
            left -= len(request.rfile.read(min(left, len(CHUNK))))
        request.answer(201)

    with serving({"/upload/": take}) as site:
        made = job(site.base_url)
        with transport(made) as opened:
            tracemalloc.start()
            try:
                sample, _ = opened.send(planned("POST /upload/", payload=payload), "/upload/")
                own_bytes = sum(
                    one.size
                    for one in tracemalloc.take_snapshot().statistics("filename")
                    if "loadaudit" in one.traceback[0].filename
                )
            finally:
                tracemalloc.stop()
            again, _ = opened.send(planned(), "/page/")
    assert (sample.status, again.status) == (201, 200)
    assert sample.sent_bytes >= 32 * 1024 * 1024
    assert own_bytes < 2 * 1024 * 1024
    beginning = received["beginning"]
    assert isinstance(beginning, bytes)
    assert b'name="title"' in beginning
    assert b'filename="large.bin"' in beginning
    assert b"application/x-large" in beginning


def test_head_is_answered_without_a_body() -> None:
    """The length that it announces is that of a body that does not come."""

    def head(request: Answering) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "5000")
        request.end_headers()

    with serving({"/page/": head}) as site:
        sample, after = fetch(job(site.base_url), "HEAD /page/", "GET /other/")
    assert (sample.status, sample.error, sample.body_bytes) == (200, "", 0)
    assert (after.status, site.seen[1].method) == (200, "GET")
