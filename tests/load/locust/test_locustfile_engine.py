"""A locustfile runs unchanged under Locust, and each of its requests is marked, guarded and recorded."""

import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from loadaudit.errors import UsageError
from loadaudit.load.correlation import TOKEN_HEADER, TRACE_HEADER, number_of
from loadaudit.load.engine import Event, Finished, SamplesArrived, WorkerLost
from loadaudit.load.job import Target
from loadaudit.load.locust.engine import LocustfileEngine, check_installed
from loadaudit.load.locust.spec import Spec, write_spec
from loadaudit.records import Sample, ToolVerdict
from tests.load.builders import Answering, Handler, Seen, serving
from tests.processes import wait_until

TAG = "00000000000000ab"

STYLES = """
import requests
from locust import FastHttpUser, HttpUser, LoadTestShape, SequentialTaskSet, constant, events, tag, task

class Website(HttpUser):
    fixed_count = 1
    wait_time = constant(0.05)
    host = "https://staging.example.org"

    def on_start(self):
        self.client.get("/login/")

    @task
    class Steps(SequentialTaskSet):
        @task
        def redirected(self):
            self.client.get("/old/?page=1", name="hidden")

        @task
        def accepted(self):
            with self.client.post("/forbidden/", {"a": 1}, catch_response=True) as response:
                self.client.get("/inside/")
                response.success()

        @task
        def disliked(self):
            with self.client.get("/fine/", catch_response=True) as response:
                response.failure("not what I wanted")

        @task
        def not_followed(self):
            self.client.get("/old/", allow_redirects=False, name="not followed")

        @task
        def elsewhere(self):
            self.client.get("http://elsewhere.invalid/secret")

        @task
        def own_host(self):
            self.client.get("https://staging.example.org/own/")

        @task
        def leads_away(self):
            self.client.get("/away/")

        @task
        def own_library(self):
            requests.get(f"{self.client.base_url}/raw/")

        @task
        def own_measurement(self):
            events.request.fire(request_type="ws", name="socket", response_time=1, response_length=1, exception=None,
                                context={})

class Fast(FastHttpUser):
    fixed_count = 1
    wait_time = constant(0.05)

    @task
    def redirected(self):
        self.client.get("/old/", name="fast hidden")

    @task
    def refused(self):
        self.client.get("http://elsewhere.invalid/fast")

    @task
    def accepted(self):
        with self.client.post("/forbidden/", data="a=1", name="fast accepted", catch_response=True) as response:
            response.success()

    @task
    def raises(self):
        raise RuntimeError("a task of its own")

    @task
    def streamed(self):
        self.client.get("/fast-stream/", stream=True)

class Stepwise(LoadTestShape):
    def tick(self):
        return (2, 10) if self.get_run_time() < 2.5 else None
"""


def redirect(to: str) -> Handler:
    """Return a handler that redirects."""
    return lambda request: request.answer(302, headers=[("Location", to)])


def forbidden(request: Answering) -> None:
    """Read the body, so that the connection can be used again, and refuse it."""
    request.rfile.read(int(request.headers["Content-Length"]))
    request.answer(403)


HANDLERS: dict[str, Handler] = {
    "/old/?page=1": redirect("/new/"),
    "/old/": redirect("/new/"),
    "/new/": lambda request: request.answer(body=b"hello", headers=[("Content-Type", "text/html")]),
    "/forbidden/": forbidden,
    "/away/": redirect("http://elsewhere.invalid/login"),
}


@dataclass(slots=True, kw_only=True)
class Recorded:
    """What came of one locustfile."""

    samples: list[Sample] = field(default_factory=list)
    verdicts: list[ToolVerdict] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    rest: list[Event] = field(default_factory=list)
    hello: Any = None

    def of(self, path: str) -> list[Sample]:
        """Return the samples of a path."""
        return [one for one in self.samples if one.path == path]

    def named(self, name: str) -> ToolVerdict:
        """Return the first verdict on a name of Locust's statistics."""
        return next(one for one in self.verdicts if one.name == name)


def engine_for(
    folder: Path, text: str, base_url: str, recorded: Recorded, *options: str, **changes: Any
) -> LocustfileEngine:
    """Return an engine for a locustfile with this text."""
    locustfile = folder / "locustfile.py"
    locustfile.write_text(text)
    spool = folder / "spool"
    spool.mkdir()
    settings: dict[str, Any] = {"writes": True, "target": Target(base_url=base_url), **changes}
    spec = Spec(token="v1.run.1.signature", tag=TAG, epoch_ns=0, folder=str(spool), **settings)
    return LocustfileEngine(
        [str(locustfile), *options],
        write_spec(spec, spool / "spec.json"),
        spool,
        operation_of=lambda method, path: f"{method} {path.partition('?')[0]}",
        keep=recorded.verdicts.extend,
        say=recorded.said.append,
    )


def driven(engine: LocustfileEngine, recorded: Recorded) -> Recorded:
    """Drive an engine to its end."""
    with engine:
        engine.begin()
        recorded.hello = engine.hello
        for event in engine.events():
            if isinstance(event, SamplesArrived):
                recorded.samples += event.samples
            elif isinstance(event, (WorkerLost, Finished)):
                recorded.rest.append(event)
        recorded.notes = engine.notes()
    return recorded


@pytest.fixture(scope="module")
def styles(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """What came of a locustfile with users of every kind and a shape of its own."""
    recorded = Recorded()
    with serving(HANDLERS) as site:
        driven(engine_for(tmp_path_factory.mktemp("styles"), STYLES, site.base_url, recorded), recorded)
        recorded.seen = list(site.seen)
    return recorded


def test_shape_decides_when_it_ends(styles: Recorded) -> None:
    """A shape class runs as it would without loadaudit, and its end is that of the load."""
    assert styles.rest == [Finished(reason="workers ended")]
    assert styles.hello["shape"] == "Stepwise"
    assert not any("have no impact" in line for line in styles.said)


def test_every_request_of_the_target_is_marked_and_recorded(styles: Recorded) -> None:
    """Each request that the server saw has a token and a number, and each number but those cut off has a sample."""
    assert all(one.headers[TOKEN_HEADER.lower()] == "v1.run.1.signature" for one in styles.seen)
    numbers = [number_of(one.headers[TRACE_HEADER], TAG) for one in styles.seen]
    assert len(set(numbers)) == len(numbers)
    recorded = {one.number for one in styles.samples}
    assert recorded <= set(numbers)
    assert len(recorded) >= len(numbers) - 2


@pytest.mark.parametrize("name", ["hidden", "fast hidden"])
def test_each_redirect_is_a_request_of_its_own(styles: Recorded, name: str) -> None:
    """Of HttpUser and FastHttpUser both hops are recorded, also where `name=` hides the address."""
    verdict = styles.named(name)
    hops = [next(one for one in styles.samples if one.number == number) for number in verdict.numbers]
    assert [one.status for one in hops] == [302, 200]
    assert [one.path.partition("?")[0] for one in hops] == ["/old/", "/new/"]
    assert hops[0].location.endswith("/new/")
    assert hops[1].body_bytes == 5
    assert hops[0].start_ns < hops[0].start_ns + hops[0].response_ns <= hops[1].start_ns


def test_operation_is_found_by_the_address(styles: Recorded) -> None:
    """The parent's resolver is asked with method and path."""
    assert {one.operation_id for one in styles.of("/old/?page=1")} == {"GET /old/"}
    assert {one.operation_id for one in styles.of("/forbidden/")} == {"POST /forbidden/"}


def test_locusts_own_word_is_kept(styles: Recorded) -> None:
    """catch_response decides for Locust, whatever was sent meanwhile; ours is another matter."""
    accepted, disliked = styles.named("/forbidden/"), styles.named("/fine/")
    assert accepted.failure == ""
    assert [one.status for one in styles.samples if one.number in accepted.numbers] == [403]
    assert disliked.failure == "not what I wanted"
    assert styles.named("/inside/").numbers != accepted.numbers


def test_catch_response_of_fasthttp_finds_its_request(styles: Recorded) -> None:
    """FastHttpUser hands the file a copy of the response; the word on it is still that on the request."""
    accepted = styles.named("fast accepted")
    assert accepted.failure == ""
    assert [one.status for one in styles.samples if one.number in accepted.numbers] == [403]


def test_what_users_raise_is_told(styles: Recorded) -> None:
    """An exception in a task or in on_start ends no run, and is in the report."""
    assert any("a user Fast raised RuntimeError: a task of its own" in one for one in styles.notes)


def test_redirects_that_are_not_followed_stay_one_request(styles: Recorded) -> None:
    """`allow_redirects=False` sends one request."""
    assert len(styles.named("not followed").numbers) == 1


def test_other_hosts_are_refused_and_listed(styles: Recorded) -> None:
    """Neither a request nor a redirect leaves for another host, and the report says so."""
    assert any("GET http://elsewhere.invalid: another host than the target" in one for one in styles.notes)
    assert "secret" not in "".join(styles.notes)
    away = styles.of("/away/")
    assert away
    assert {one.status for one in away} == {302}
    verdict = next(one for one in styles.verdicts if one.number == away[0].number)
    assert "elsewhere.invalid" in verdict.failure


def test_the_files_own_host_stands_for_the_target(styles: Recorded) -> None:
    """Absolute addresses on the host that a user class names are sent to the target."""
    assert {one.status for one in styles.of("/own/")} == {200}
    assert styles.hello["stand_ins"] == ["https://staging.example.org"]


def test_plain_requests_are_seen_too(styles: Recorded) -> None:
    """A session that the file makes by itself is guarded and recorded like those of Locust."""
    raw = styles.of("/raw/")
    assert raw
    assert {one.role for one in raw} == {"Website"}


def test_users_have_numbers_and_the_names_of_their_classes(styles: Recorded) -> None:
    """Each user of Locust is a virtual user; its class says in which role."""
    assert {one.role for one in styles.samples} == {"Website", "Fast"}
    assert len({one.vu for one in styles.samples}) == 2
    assert sum(one.new_connection for one in styles.of("/login/")) == 1


def test_clients_that_are_not_looked_into_are_counted(styles: Recorded) -> None:
    """What a file measures by itself cannot be judged, and is not passed over in silence."""
    assert any("ws: measured by a client that is not looked into" in one for one in styles.notes)


def test_streams_are_left_to_their_reader(styles: Recorded) -> None:
    """With `stream=True` the body is the caller's."""
    assert styles.of("/fast-stream/")


def test_missing_locust_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Locust nothing begins, and the error says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'loadaudit\[locust\]'"):
        check_installed()


ONE_USER = """
from locust import HttpUser, constant, task

class Website(HttpUser):
    wait_time = constant(0.02)

    @task
    def page(self):
        self.client.get("/page/")
        self.client.post("/change/", {"a": 1})
"""


def test_writes_are_refused_where_they_were_not_allowed(tmp_path: Path) -> None:
    """Unsafe methods never reach the target; Locust counts them as failures."""
    recorded = Recorded()
    with serving({}) as site:
        driven(engine_for(tmp_path, ONE_USER, site.base_url, recorded, "-t", "2s", "-u", "1", writes=False), recorded)
        assert {one.method for one in site.seen} == {"GET"}
    assert any("POST /change/: changes data, and this run may not (--writes" in one for one in recorded.notes)
    assert any("/change/" in line and "changes data" in line for line in recorded.said)


TWO_HOSTS = """
import http.client
import os
import socket
import urllib.error
import urllib.request
from locust import FastHttpUser, HttpUser, constant, task

OTHER = os.environ["OTHER_HOST"]

class Slow(HttpUser):
    fixed_count = 1
    wait_time = constant(0.05)

    @task
    def opened(self):
        self.client.get(f"{OTHER}/direct/")
        self.client.get("/to-other/")
        self.client.get("/page/")

    @task
    def past_the_clients(self):
        for url in (self.client.base_url, "http://127.0.0.1:9"):
            try:
                urllib.request.urlopen(url + "/urllib/", data=b"a=1")
            except OSError:
                pass

class Fast(FastHttpUser):
    fixed_count = 1
    wait_time = constant(0.05)

    @task
    def opened(self):
        self.client.get(f"{OTHER}/direct/")
        self.client.get("/to-other/")
        self.client.get("/page/")
"""


def test_marks_never_reach_another_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that was opened gets its requests without token and trace; other sockets are refused where they write."""
    recorded = Recorded()
    with serving({}) as other, serving({"/to-other/": redirect(f"{other.base_url}/redirected/")}) as site:
        monkeypatch.setenv("OTHER_HOST", other.base_url)
        allowed = (f"127.0.0.1:{other.port}",)
        options = ("-t", "3s", "-u", "2", "-r", "2")
        engine = engine_for(tmp_path, TWO_HOSTS, site.base_url, recorded, *options, writes=False, allowed=allowed)
        driven(engine, recorded)
        assert {one.path for one in other.seen} == {"/direct/", "/redirected/"}
        agents = {one.headers.get("user-agent", "").partition("/")[0] for one in other.seen}
        assert len(agents) == 2
        marks = {TOKEN_HEADER.lower(), TRACE_HEADER.lower()}
        assert not any(marks & one.headers.keys() for one in other.seen)
        assert all(marks <= one.headers.keys() for one in site.seen)
        assert {one.path for one in site.seen} == {"/to-other/", "/page/"}
    assert any("connection to 127.0.0.1:9" in one for one in recorded.notes)
    assert any(f"connection to 127.0.0.1:{site.port}: past the clients" in one for one in recorded.notes)


def broken(text: str, tmp_path: Path, *options: str) -> str:
    """Return what is said about a locustfile that cannot begin."""
    with (
        engine_for(tmp_path, text, "http://127.0.0.1:1", Recorded(), *options) as engine,
        pytest.raises(UsageError) as it,
    ):
        engine.begin()
    return str(it.value)


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("raise RuntimeError('no such thing')", (), "RuntimeError: no such thing"),
        ("import locust", (), "No User class found"),
        (ONE_USER, ("--no-such-option",), "--no-such-option"),
    ],
)
def test_what_cannot_begin_says_why(text: str, options: Sequence[str], expected: str, tmp_path: Path) -> None:
    """A locustfile that fails when it is imported, one without users and a wrong option are bad input."""
    assert expected in broken(text, tmp_path, *options)


def started(tmp_path: Path, base_url: str, recorded: Recorded) -> tuple[LocustfileEngine, Iterator[Event]]:
    """Start a load without an end and wait until samples come."""
    engine = engine_for(tmp_path, ONE_USER, base_url, recorded, "-t", "60s")
    engine.begin()
    events = engine.events()
    while not isinstance(next(events), SamplesArrived):
        continue
    return engine, events


def test_stop_ends_locust_in_order(tmp_path: Path) -> None:
    """Locust prints its statistics and ends; nothing is called lost."""
    recorded = Recorded()
    with serving({}) as site:
        engine, events = started(tmp_path, site.base_url, recorded)
        with engine:
            engine.stop()
            rest = list(events)
    assert rest[-1] == Finished(reason="stopped")
    assert not any(isinstance(one, WorkerLost) for one in rest)
    assert any("Aggregated" in line for line in recorded.said)


def test_killed_locust_is_lost(tmp_path: Path) -> None:
    """What it had written is kept, and its death is told."""
    with serving({}) as site:
        engine, events = started(tmp_path, site.base_url, Recorded())
        with engine:
            assert engine._process is not None
            psutil.Process(engine._process.pid).send_signal(signal.SIGKILL)
            rest = list(events)
    assert [one.detail for one in rest if isinstance(one, WorkerLost) and "SIGKILL" in one.detail]
    assert isinstance(rest[-1], Finished)


def test_locust_ends_when_its_parent_does(tmp_path: Path) -> None:
    """The pipe that only the command holds open ends with it."""
    with serving({}) as site:
        engine, events = started(tmp_path, site.base_url, Recorded())
        with engine:
            assert engine._process is not None
            assert engine._process.stdin is not None
            process = psutil.Process(engine._process.pid)
            engine._process.stdin.close()
            assert wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, within_s=10)
            list(events)


def test_processes_share_the_load(tmp_path: Path) -> None:
    """`--processes` forks Locust; every process tells its samples, with numbers of its own."""
    recorded = Recorded()
    with serving({}) as site:
        driven(
            engine_for(
                tmp_path, ONE_USER, site.base_url, recorded, "--processes", "2", "-u", "4", "-r", "4", "-t", "2s"
            ),
            recorded,
        )
    assert recorded.rest == [Finished(reason="workers ended")]
    assert len({one.vu >> 20 for one in recorded.samples}) == 2
    assert Counter(one.number for one in recorded.samples).most_common(1)[0][1] == 1
