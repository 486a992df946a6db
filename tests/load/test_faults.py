"""What targets do wrong, on real sockets: nothing hangs, each fault has its own word, and the user goes on."""

import contextlib
import itertools
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from loadaudit.analysis.outcomes import classify
from loadaudit.load.cookies import MOST_COOKIES
from loadaudit.load.engine import Engine, SamplesArrived
from loadaudit.load.job import Job
from loadaudit.load.script import MOST_REDIRECTS
from loadaudit.load.transport import Transport
from loadaudit.records import BodyKind, Outcome, Pair, Payload, Sample
from tests.audit.papers import make_papers
from tests.load.builders import Handler, job, planned, serving, user
from tests.load.test_script import scripted
from tests.processes import free_port, wait_until

Talk = Callable[[socket.socket], None]
"""What the server does with one connection, once a request has come in."""

TIMEOUT_S = 0.3
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def talking(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on a raw socket: each connection gets one talk and is closed."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if context is None:
                connection.recv(65_536)
                talk(connection)
                return
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65_536)
                talk(secure)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # Closing alone does not wake a thread that waits for a connection.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def fetch(base_url: str, *, timeout_s: float = TIMEOUT_S, first_byte_timeout_s: float | None = None) -> Sample:
    """Send one request and return its sample; whatever happens, it takes little longer than its limit."""
    made = job(base_url)
    with contextlib.closing(Transport(made, made.users[0])) as transport:
        begun_s = time.monotonic()
        one = planned(timeout_s=timeout_s, first_byte_timeout_s=first_byte_timeout_s)
        sample, _ = transport.send(one, "/page/")
        assert time.monotonic() - begun_s < timeout_s + 2
    return sample


def outcome_of(sample: Sample) -> Outcome:
    """Return what the analysis makes of a sample."""
    return classify(sample, None, expected_user_id="", traces_expected=False)


def keeping(*answers: Sequence[bytes]) -> Talk:
    """Send one answer after the other, each in its parts, whichever connection the requests come on."""
    left = iter(answers)

    def talk(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for parts in left:
            for number, part in enumerate(parts):
                time.sleep(0.02 * bool(number))
                connection.sendall(part)
            if not connection.recv(65_536):
                return

    return talk


def drip(head: bytes, each: bytes) -> Talk:
    """Send something, then a little again and again, without an end."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(each)
            time.sleep(0.02)

    return talk


def test_port_that_nobody_listens_on() -> None:
    """The server is not there."""
    assert outcome_of(fetch(f"http://127.0.0.1:{free_port()}")) is Outcome.REFUSED


def test_connection_reset_in_the_middle() -> None:
    """A worker that was killed while it answered."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        time.sleep(0.05)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with talking(talk) as url:
        sample = fetch(url)
    assert (outcome_of(sample), sample.status) == (Outcome.RESET, 0)


def test_connection_closed_without_an_answer() -> None:
    """Not one byte: nothing was answered, so nothing is claimed."""
    with talking(lambda connection: None) as url:
        assert outcome_of(fetch(url)) is Outcome.RESET


def test_answer_that_never_begins() -> None:
    """The whole time was waited for the first byte."""
    with talking(lambda connection: time.sleep(1)) as url:
        sample = fetch(url)
    assert outcome_of(sample) is Outcome.FIRST_BYTE_TIMEOUT
    assert sample.response_ns >= TIMEOUT_S * 1e9


def test_answer_that_begins_too_late() -> None:
    """Its own limit ends the request long before that of the whole answer; libcurl looks once a second."""
    with talking(lambda connection: time.sleep(3)) as url:
        sample = fetch(url, timeout_s=20.0, first_byte_timeout_s=0.2)
    assert outcome_of(sample) is Outcome.FIRST_BYTE_TIMEOUT
    assert sample.response_ns < 2.5e9


def test_first_byte_in_time_is_enough_for_its_limit() -> None:
    """A slow body is measured by the other one."""
    with talking(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n", b"x")) as url:
        sample = fetch(url, timeout_s=5.0, first_byte_timeout_s=1.0)
    assert (sample.status, sample.body_bytes) == (200, 60)


def test_connection_that_is_never_made() -> None:
    """A listener whose queue is full drops what asks to connect, as a host that is gone does."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        with contextlib.ExitStack() as stack:
            for _ in range(3):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(listener.getsockname())
            sample = fetch(f"http://127.0.0.1:{listener.getsockname()[1]}")
    assert outcome_of(sample) is Outcome.CONNECT_TIMEOUT
    assert (sample.first_byte_ns, sample.sent_bytes) == (0, 0)


def test_headers_that_drip() -> None:
    """One byte now and then keeps no request alive beyond its limit."""
    with talking(drip(b"HTTP/1.1 200 OK\r\nX-A: ", b"x")) as url:
        assert outcome_of(fetch(url)) is Outcome.TIMEOUT


def test_body_that_drips() -> None:
    """The answer began; that is told apart."""
    with talking(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x")) as url:
        sample = fetch(url)
    assert (outcome_of(sample), sample.status) == (Outcome.TIMEOUT, 0)
    assert 0 < sample.body_bytes < 1000


def test_body_without_an_end() -> None:
    """It is measured as long as the request may take, and not kept."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")

    with talking(talk) as url:
        made = job(url)
        with contextlib.closing(Transport(made, made.users[0])) as transport:
            sample, _ = transport.send(planned(timeout_s=TIMEOUT_S), "/page/")
            kept_bytes = len(transport.received()[1])
    assert outcome_of(sample) is Outcome.TIMEOUT
    assert sample.body_bytes > kept_bytes
    assert kept_bytes < 200_000


def test_body_shorter_than_announced() -> None:
    """A status alone is no answer."""
    with talking(lambda one: one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")) as url:
        assert outcome_of(fetch(url)) is Outcome.INCOMPLETE


LONGER = (
    (OK + b"more",),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"okmore"),
    (OK + b"HTTP/1.1 500 Bad\r\nContent-Length: 0\r\n\r\n",),
)


@pytest.mark.parametrize("parts", LONGER, ids=("at once", "behind its head", "like another answer"))
def test_body_longer_than_announced(parts: Sequence[bytes]) -> None:
    """What is too much is named where it came, and not taken for the next answer."""
    with talking(keeping(parts, (OK,), (OK,), (OK,))) as url:
        made = job(url)
        with contextlib.closing(Transport(made, made.users[0])) as transport:
            samples = [transport.send(planned(), "/page/")[0] for _ in range(3)]
    assert [outcome_of(one) for one in samples] == [Outcome.OVERLONG, Outcome.OK, Outcome.OK]
    assert [(one.status, one.new_connection) for one in samples[1:]] == [(200, True), (200, False)]


def test_body_longer_than_announced_later() -> None:
    """A surplus of some answers only is named once it has cost a connection."""
    with talking(keeping((OK,), *[(OK + b"more",)] * 3)) as url:
        made = job(url)
        with contextlib.closing(Transport(made, made.users[0])) as transport:
            samples = [transport.send(planned(), "/page/")[0] for _ in range(4)]
    assert [outcome_of(one) for one in samples[2:]] == [Outcome.OVERLONG] * 2


def test_connection_that_ends_as_announced() -> None:
    """A server that says that it closes has sent no surplus."""
    closing = OK.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    with talking(keeping((closing,), (closing,))) as url:
        made = job(url)
        with contextlib.closing(Transport(made, made.users[0])) as transport:
            assert outcome_of(transport.send(planned(), "/page/")[0]) is Outcome.OK


def test_answer_before_the_body_was_read() -> None:
    """A server that does not care for a body has answered well, whatever it makes of the rest."""
    body = Payload(kind=BodyKind.FORM, pairs=(Pair(name="text", value="x" * 3_000_000),))

    def talk(connection: socket.socket) -> None:
        connection.sendall(OK)
        time.sleep(0.02)
        connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")
        while connection.recv(1_000_000):
            pass

    with talking(talk) as url:
        made = job(url)
        with contextlib.closing(Transport(made, made.users[0])) as transport:
            sample, _ = transport.send(planned("POST /page/", payload=body), "/page/")
    assert outcome_of(sample) is Outcome.OK


def test_length_that_is_no_number() -> None:
    """What cannot be read is not HTTP."""
    with talking(lambda one: one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nok")) as url:
        assert outcome_of(fetch(url)) is Outcome.NOT_HTTP


def test_garbage_instead_of_http() -> None:
    """Another service on the port."""
    with talking(lambda one: one.sendall(os.urandom(64) + b"\r\n\r\n")) as url:
        assert outcome_of(fetch(url)) is Outcome.NOT_HTTP


def test_huge_headers() -> None:
    """They end where a client stops to read, whatever comes after."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: " % n + b"x" * 1000 + b"\r\n" for n in range(500)))

    with talking(talk) as url:
        assert outcome_of(fetch(url, timeout_s=2.0)) is Outcome.HEADERS_TOO_LARGE


def test_a_thousand_cookies() -> None:
    """As a browser does, a user keeps the newest ones, and sends what servers read."""

    def fifty(first: int) -> Handler:
        headers = [("Set-Cookie", f"cookie{n}={'v' * 20}; Path=/") for n in range(first, first + 50)]
        return lambda request: request.answer(headers=headers)

    paths = [f"/{n}/" for n in range(20)]
    with serving({path: fifty(50 * n) for n, path in enumerate(paths)}) as site:
        made = job(site.base_url)
        with contextlib.closing(Transport(made, made.users[0])) as transport:
            samples = [transport.send(planned(), path)[0] for path in (*paths, "/page/")]
    assert {outcome_of(one) for one in samples} == {Outcome.OK}
    sent = site.seen[-1].headers["cookie"].split("; ")
    assert len(sent) == MOST_COOKIES
    assert sent[-1].startswith("cookie999=")


def test_redirect_to_itself() -> None:
    """Each answer is a sample of its own; that it leads nowhere is its outcome."""
    loop: Handler = lambda request: request.answer(302, headers=[("Location", "/page/")])  # noqa: E731
    with serving({"/page/": loop}) as site:
        sample = fetch(site.base_url)
        assert len(site.seen) == 1
    assert (outcome_of(sample), sample.status) == (Outcome.REDIRECT_LOOP, 302)


def test_redirects_in_a_circle_end_a_scenario() -> None:
    """A scenario follows redirects, but not for ever; each hop is recorded."""
    handlers: dict[str, Handler] = {
        "/a/": lambda request: request.answer(302, headers=[("Location", "/b/")]),
        "/b/": lambda request: request.answer(302, headers=[("Location", "/a/")]),
    }
    with scripted(handlers) as (one, samples, _), pytest.raises(Exception, match="redirected 10 times"):
        one.get("/a/")
    assert len(samples) == MOST_REDIRECTS + 1
    assert [outcome_of(sample) for sample in samples[-2:]] == [Outcome.OK, Outcome.REDIRECT_LOOP]


def test_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    """libcurl's reason stands behind the word."""
    papers = make_papers(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(papers.server, papers.server_key)
    with talking(lambda one: one.sendall(OK), context) as url:
        sample = fetch(url, timeout_s=2.0)
    assert outcome_of(sample) is Outcome.TLS_FAILED
    assert "certificate" in sample.error


def test_name_without_an_address() -> None:
    """RFC 6761 keeps `invalid` free for this."""
    assert outcome_of(fetch("http://nowhere.invalid", timeout_s=10.0)) is Outcome.UNRESOLVED


SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *args): pass
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def answers(port: int) -> bool:
    """Say whether somebody listens."""
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


@contextmanager
def server_process(port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A server in a process of its own, answering."""
    with subprocess.Popen([sys.executable, "-c", SERVER, str(port)]) as process:
        try:
            assert wait_until(lambda: answers(port))
            yield process
        finally:
            process.kill()


def loaded(made: Job, tmp_path: Path) -> Generator[Sample, None, None]:
    """Yield the samples of a load as they come in."""
    with Engine(made, log_path=tmp_path / "workers.log") as engine:
        engine.start()
        for event in engine.events():
            if isinstance(event, SamplesArrived):
                yield from event.samples


def test_server_killed_and_restarted(tmp_path: Path) -> None:
    """The users go on: what failed meanwhile has its word, and behind it the answers come again."""
    port = free_port()
    made = job(f"http://127.0.0.1:{port}", users=(user(0), user(1)), think_time_s=0.02)
    samples = loaded(made, tmp_path)
    outcomes: list[Outcome] = []
    with contextlib.closing(samples):
        with server_process(port) as process:
            outcomes += [outcome_of(one) for one in itertools.islice(samples, 5)]
            process.send_signal(signal.SIGKILL)
            process.wait()
            for one in samples:
                outcomes.append(outcome_of(one))
                if outcomes[-1] is Outcome.REFUSED:
                    break
        with server_process(port):
            for one in samples:
                outcomes.append(outcome_of(one))
                if outcomes[-1] is Outcome.OK and outcomes[-2] is not Outcome.OK:
                    break
    assert set(outcomes[:5]) == {Outcome.OK}
    assert set(outcomes) <= {Outcome.OK, Outcome.REFUSED, Outcome.RESET}
