"""Which requests are recorded, and that a response stays what it was."""

import asyncio
import functools
import sys
import time
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import PermissionDenied
from django.core.handlers.exception import convert_exception_to_response
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import RequestFactory

from loadaudit.load.correlation import read_summary
from loadaudit.probes.middleware import probe_middleware
from tests.probes.conftest import KEY, Site, headers, token


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        token("another key"),
        token(run_id="another-run"),
        token(life_s=-1),
        token()[:-1] + ("0" if token()[-1] != "0" else "1"),
        f"v1.run.{'9' * 5000}.00",
    ],
    ids=["empty", "malformed", "forged", "other run", "expired", "changed", "endless"],
)
def test_requests_without_a_valid_token_pass_untouched(site: Site, text: str) -> None:
    """Nobody outside can turn the probes on, and nobody gets an error for trying."""
    response = site.client.get("/orm/", headers=headers(text=text))
    assert response.status_code == 200
    assert site.traces == []
    assert "Server-Timing" not in response.headers


def test_a_token_expires_while_the_server_runs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that was accepted once is not accepted for ever."""
    text = token(life_s=60)
    site.client.get("/nothing/", headers=headers(text=text))
    now = time.time()
    monkeypatch.setattr("loadaudit.probes.middleware.time.time", lambda: now + 120)
    site.client.get("/nothing/", headers=headers(text=text))
    assert len(site.traces) == 1


def test_a_token_without_a_number_is_not_recorded(site: Site) -> None:
    """A trace that no sample can be joined with would prove nothing."""
    site.client.get("/nothing/", headers={"Loadaudit-Token": token()})
    assert site.traces == []


def test_the_summary_says_what_the_trace_says(site: Site) -> None:
    """A remote target answers with it, because no sink reaches the run from there."""
    response = site.get("/orm/")
    (trace,) = site.traces
    summary = read_summary(response.headers["Server-Timing"], number=1, method="GET", status=200)
    assert summary is not None
    for name in ("route", "view", "view_ran", "user_id", "sql_count", "sql_ns", "cpu_ns", "worker"):
        assert getattr(summary, name) == getattr(trace, name), name


def test_an_existing_server_timing_is_kept(site: Site) -> None:
    """The project's own entries come first."""
    site.with_middleware("timing")
    assert site.get("/nothing/").headers["Server-Timing"].startswith("db;dur=1.0, loadaudit;dur=")


def test_a_stream_is_open_until_its_last_chunk(site: Site) -> None:
    """What the stream does belongs to the request, so its trace comes when the stream ends."""
    response = site.get("/streaming/")
    assert site.traces == []
    assert b"".join(response) == b"0\n1\n2\n"
    assert [trace.sql_count for trace in site.traces] == [4]


def test_a_stream_that_nobody_reads_is_closed(site: Site) -> None:
    """A client that goes away before the first chunk leaves a trace and no request in flight."""
    site.get("/streaming/").close()
    site.get("/streaming/").close()
    assert [trace.sql_count for trace in site.traces] == [1, 1]
    assert [trace.in_flight for trace in site.traces] == [1, 1]


def test_a_stream_that_is_left_halfway_is_closed(site: Site) -> None:
    """A client that goes away after the first chunk leaves one trace, with the statements until then."""
    middleware = probe_middleware(_stream_of_ten)
    response = middleware(_request())
    chunks = iter(response)
    next(chunks)
    response.close()
    assert len(site.traces) == 1


def _stream_of_ten(request: HttpRequest) -> Any:
    from django.http import StreamingHttpResponse

    return StreamingHttpResponse(f"{number}\n" for number in range(10))


def _request() -> HttpRequest:
    return RequestFactory().get("/", headers=headers())


def test_a_file_stays_a_file(site: Site) -> None:
    """The server may send it by itself (sendfile), as it does without the probe."""
    response = probe_middleware(_file)(_request())
    assert response.file_to_stream is not None
    assert site.traces == []
    response.close()
    assert len(site.traces) == 1


def _file(request: HttpRequest) -> FileResponse:
    import io

    return FileResponse(io.BytesIO(b"content"))


def test_requests_in_flight_count_this_one(site: Site) -> None:
    """Alone in the worker is 1; requests that have ended are no longer in flight."""
    assert [site.trace("/nothing/").in_flight for _ in range(2)] == [1, 1]


def test_an_exception_that_propagates_ends_the_request(site: Site) -> None:
    """With DEBUG_PROPAGATE_EXCEPTIONS no response comes back; the trace does, without a status."""
    site.settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    for _ in range(2):
        with pytest.raises(ValueError, match="number 3"):
            site.get("/raising/3/")
    assert [(trace.status, trace.in_flight) for trace in site.traces] == [(0, 1), (0, 1)]
    assert site.traces[0].exception is not None


def test_a_cancelled_async_request_ends(site: Site) -> None:
    """Under ASGI a client that goes away cancels the task."""

    async def endless(request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(60)
        return HttpResponse()

    async def main() -> None:
        task = asyncio.ensure_future(probe_middleware(endless)(_request()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async_to_sync(main)()
    assert [trace.status for trace in site.traces] == [0]


def test_a_probe_that_fails_leaves_the_response_alone(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """A Location that cannot be parsed is the project's own affair."""
    site.with_middleware("malformed_redirect")
    response = site.get("/nothing/")
    assert (response.status_code, response.headers["Location"]) == (302, "http://[broken/")
    assert len(site.traces) == 1
    assert "could not describe /nothing/" in caplog.text


def test_the_key_binds_the_run(site: Site) -> None:
    """The probe of the fixture accepts its own run, else the refusals above would prove nothing."""
    site.client.get("/nothing/", headers=headers(text=token(KEY)))
    assert len(site.traces) == 1


@pytest.mark.parametrize("wrapped", [False, True], ids=["by Django alone", "by an APM, too"])
def test_what_others_put_around_the_next_middleware_is_kept(site: Site, wrapped: bool) -> None:
    """A request without a token goes past one of two conversions of exceptions, and past nothing else."""
    callers: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        callers.append(sys._getframe(1).f_code.co_name)
        return HttpResponse()

    chain = convert_exception_to_response(view)

    @functools.wraps(chain)
    def timed(request: HttpRequest) -> Any:
        callers.append("timed")
        return chain(request)

    probe_middleware(timed if wrapped else chain)(RequestFactory().get("/"))
    assert callers == (["timed", "inner"] if wrapped else ["observed"])


def test_an_exception_behind_the_probe_becomes_the_same_response(site: Site) -> None:
    """A request without a token that a middleware refuses is answered as without the probe."""

    def refused(request: HttpRequest) -> HttpResponse:
        raise PermissionDenied

    chain = convert_exception_to_response(probe_middleware(convert_exception_to_response(refused)))
    assert chain(RequestFactory().get("/")).status_code == 403  # type: ignore[union-attr]
