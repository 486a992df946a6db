"""What a hand-written scenario can do, against a real HTTP server."""

import random
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from loadaudit.load.responses import Headers, Response, ScenarioError
from loadaudit.load.script import OutOfTime, ScriptUser, Stopped
from loadaudit.load.transport import Transport
from loadaudit.records import Sample
from tests.load.builders import Answering, Handler, job, serving


def address(view: str, kwargs: Mapping[str, object]) -> str:
    """Return a path as a resolver would."""
    if view == "unknown":
        raise LookupError("Reverse for 'unknown' not found.")
    return view.format(**kwargs)


@contextmanager
def scripted(handlers: dict[str, Handler]) -> Iterator[tuple[ScriptUser, list[Sample], Any]]:
    """A user, what it recorded, and the site."""
    samples: list[Sample] = []
    with serving(handlers) as site:
        made = job(site.base_url)
        transport = Transport(made, made.users[0], keep_bodies=True)
        yield (
            ScriptUser(
                role="owner",
                username="anna",
                transport=transport,
                epoch_ns=0,
                address=address,
                operation_of=lambda method, path: f"{method} {path.partition('?')[0]}",
                record=lambda sample, summary: samples.append(sample),
                stop=threading.Event(),
                random=random.Random(0),
            ),
            samples,
            site,
        )
        transport.close()


def test_requests_that_have_no_arrival_of_the_rate_wait_for_one() -> None:
    """Until its time is over, which is all that ends a loop, or the load is."""
    with scripted({"/document/": document}) as (user, samples, _):
        due_s = iter([0.0, 0.05, 9.0, None])
        user.next_due_s, user.allowed = lambda: next(due_s), 1
        begun_s = time.monotonic()
        user.deadline_s = begun_s + 0.3
        for _ in range(3):
            user.get("/document/")
        assert (user.claimed, len(samples)) == (2, 3)
        assert time.monotonic() - begun_s >= 0.05
        with pytest.raises(OutOfTime):
            user.get("/document/")
        assert (user.claimed, len(samples)) == (2, 3)
        user.deadline_s = float("inf")
        user.stop.set()
        with pytest.raises(Stopped):
            user.get("/document/")


def document(request: Answering) -> None:
    """Answer with JSON and a cookie."""
    headers = [("Content-Type", "application/json"), ("Set-Cookie", "seen=1; Path=/"), ("X-A", "1"), ("X-A", "2")]
    request.answer(201, b'{"id": 5, "name": "gr\xc3\xb6\xc3\x9fe"}', headers)


def elsewhere(request: Answering) -> None:
    """Redirect to the document."""
    request.answer(302, headers=[("Location", "/document/?x=1")])


def outside(request: Answering) -> None:
    """Redirect to another host."""
    request.answer(302, headers=[("Location", "https://example.com/")])


def test_an_answer_reads_as_one_of_requests() -> None:
    with scripted({"/document/": document}) as (user, samples, _):
        answer = user.get("/document/")
    assert (answer.status_code, answer.ok, answer.json()["name"]) == (201, True, "größe")
    assert "größe" in answer.text
    assert answer.headers["content-type"] == answer.headers.get("Content-Type") == "application/json"
    assert answer.headers["X-a"] == "1, 2"
    assert answer.cookies == {"seen": "1"}
    assert answer.elapsed.total_seconds() > 0
    assert [(one.operation_id, one.status) for one in samples] == [("GET /document/", 201)]


def test_threads_of_a_scenario_send_one_after_the_other() -> None:
    """As one session does; each gets the answer to its own request."""
    with scripted({"/document/": document, "/outside/": outside}) as (user, samples, _):
        views = ["/document/", "/outside/"] * 20
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda view: user.get(view, follow=False), views))
        assert [one.status_code for one in answers] == [201, 302] * 20
        assert all(one.json()["id"] == 5 for one in answers[::2])
        assert len(samples) == user.sent == len(views)


def test_parameters_query_and_headers() -> None:
    with scripted({}) as (user, _, site):
        user.get("/item/{pk}/", {"pk": 5}, params={"q": ["a", "b"]}, headers={"X-Tenant": "north"})
        user.get("/item/")
    first, second = site.seen
    assert first.path == "/item/5/?q=a&q=b"
    assert first.headers["x-tenant"] == "north"
    assert "x-tenant" not in second.headers


@pytest.mark.parametrize(
    ("options", "content_type"),
    [
        ({"json": {"a": 1}}, "application/json"),
        ({"data": {"a": [1, 2]}}, "application/x-www-form-urlencoded"),
        ({"data": [("a", 1), ("a", 2)]}, "application/x-www-form-urlencoded"),
        ({"files": {"plan": [("a.csv", b"a", "text/csv"), b"b"]}}, "multipart/form-data"),
        ({"data": {"a": 1}, "files": {"plan": ("plan.csv", b"a,b", "text/csv")}}, "multipart/form-data"),
        ({"data": b"signed"}, "application/octet-stream"),
        ({"data": "signed", "headers": {"content-type": "text/plain"}}, "text/plain"),
    ],
)
def test_bodies(options: dict[str, Any], content_type: str) -> None:
    with scripted({}) as (user, _, site):
        user.post("/item/", **options)
    assert site.seen[0].headers["content-type"].startswith(content_type)


def test_bytes_that_are_no_text_go_into_a_file() -> None:
    with scripted({}) as (user, _, _site), pytest.raises(TypeError, match="files= does"):
        user.post("/item/", data=b"\xff")


def test_each_hop_is_a_request_of_its_own() -> None:
    with scripted({"/old/": elsewhere, "/document/?x=1": document}) as (user, samples, _site):
        answer = user.post("/old/", json={})
    assert [one.operation_id for one in samples] == ["POST /old/", "GET /document/"]
    assert (answer.url, [one.status_code for one in answer.history]) == ("/document/?x=1", [302])


def test_a_redirect_to_another_host_is_the_answer() -> None:
    with scripted({"/out/": outside}) as (user, samples, _):
        assert user.get("/out/").is_redirect
    assert len(samples) == 1


@pytest.mark.parametrize("options", [{"expect": "200"}, {"kwargs": [1]}])
def test_what_is_no_request(options: dict[str, Any]) -> None:
    """It says what is wanted, and sends nothing."""
    with scripted({}) as (user, _, site), pytest.raises(TypeError, match=r"found .*(200|\[1\])"):
        user.get("/item/", **options)
    assert not site.seen


def test_what_was_expected() -> None:
    with scripted({"/document/": document}) as (user, samples, _):
        assert user.get("/document/", expect=(200, 201)).ok
        with pytest.raises(ScenarioError, match="GET /document/ answered 201, expected 200"):
            user.get("/document/", expect=200)
    assert len(samples) == 2


def test_no_json_says_what_came() -> None:
    with scripted({}) as (user, _, _site), pytest.raises(ScenarioError, match="/page/ answered 200 and no JSON"):
        user.get("/page/").json()


def test_polling_ends_with_success_or_time() -> None:
    counts: list[int] = []

    def until(answer: Response) -> bool:
        counts.append(answer.status_code)
        return len(counts) == 3

    with scripted({}) as (user, _, _site):
        user.poll("/status/", until=until, every_s=0.01)
        with pytest.raises(ScenarioError, match=r"within 0\.05 s"):
            user.poll("/status/", until=lambda answer: False, every_s=0.02, within_s=0.05)
    assert len(counts) == 3


def test_time_and_the_end_of_the_load() -> None:
    """Both pass the scenario's own handlers."""
    with scripted({}) as (user, samples, _):
        user.deadline_s = time.monotonic() - 1
        with pytest.raises(OutOfTime):
            user.get("/page/")
        user.deadline_s = float("inf")
        user.stop.set()
        with pytest.raises(Stopped):
            user.get("/page/")
        with pytest.raises(Stopped):
            user.pause(10)
    assert samples == []
    assert not issubclass(Stopped, Exception)
    assert not issubclass(OutOfTime, Exception)


def test_no_answer_is_recorded_and_ends_the_time_through() -> None:
    with scripted({}) as (user, samples, _site):
        user.transport._job = job("http://127.0.0.1:1")
        with pytest.raises(ScenarioError, match="no answer: refused"):
            user.get("/page/")
    assert [one.status for one in samples] == [0]


def test_headers_take_any_case() -> None:
    headers = Headers({"content-type": "text/html"})
    assert "Content-TYPE" in headers
    assert headers.get("x", "none") == "none"
