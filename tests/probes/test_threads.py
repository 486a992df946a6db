"""How a request is followed through threads, pools and tasks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import Pool, ThreadPool
from typing import Any

import pytest

from loadaudit.probes.recorder import Recorder, current, recording
from loadaudit.probes.threads import ThreadCarrier
from tests.probes import middleware, views
from tests.probes.conftest import Site


@pytest.mark.parametrize("name", ["fresh_thread", "pooled_thread"])
def test_middleware_that_moves_the_chain_to_a_thread(site: Site, name: str) -> None:
    """The statements belong to their request all the same, and so does the view."""
    site.with_middleware(name)
    trace = site.trace("/repeated/")
    assert trace.sql_count == 7
    assert (trace.route, trace.view_ran) == ("/repeated/", True)


def test_a_pools_thread_does_not_keep_the_recorder(site: Site) -> None:
    """What the thread does afterwards belongs to nobody."""
    site.with_middleware("pooled_thread")
    site.trace("/repeated/")
    assert middleware.pool.submit(current).result() is None


def test_a_pool_made_within_a_request_starts_its_threads_clean(site: Site) -> None:
    """A thread that a pool starts during a request serves later ones, so it must not carry the first."""
    pool = ThreadPoolExecutor(max_workers=1)
    recorder = Recorder(1, 1)
    with recording(recorder):
        assert pool.submit(current).result() is recorder
    assert pool.submit(current).result() is None
    pool.shutdown()


def handed_over(pool: ThreadPool) -> list[Recorder | None]:
    """Return whom the calls of each method belong to, and what is iterated for them and called with their results."""
    told: list[Recorder | None] = []
    found = [
        pool.apply_async(current, callback=lambda _: told.append(current())).get(5),
        *pool.map(lambda _: current(), range(2)),
        *pool.starmap(lambda _: current(), [(1,)]),
        *pool.imap(lambda given: given, (current() for _ in range(1))),
        *pool.imap_unordered(lambda _: current(), range(2), chunksize=2),
    ]
    return [*found, *told]


@pytest.mark.parametrize("made_by", [None, Recorder(1, 1)], ids=["at import", "in a first request"])
def test_a_thread_pool_of_multiprocessing(site: Site, made_by: Recorder | None) -> None:
    """Each call belongs to who hands it over, wherever the pool was made."""
    with recording(made_by):
        pool = ThreadPool(2)
    with pool:
        first, second = Recorder(2, 2), Recorder(3, 3)
        for recorder in (first, second, None):
            with recording(recorder):
                assert handed_over(pool) == [recorder] * 8


def test_a_thread_pool_is_put_back_exactly() -> None:
    """What it inherits is no longer hidden, and process pools are never touched."""
    before, of_processes = dict(vars(ThreadPool)), dict(vars(Pool))
    carrier = ThreadCarrier()
    carrier.install()
    assert vars(ThreadPool) != before
    assert vars(Pool) == of_processes
    carrier.restore()
    assert vars(ThreadPool) == before


def test_threads_that_a_view_starts(site: Site) -> None:
    """Their statements are the request's."""
    assert site.trace("/threads/").sql_count == 2


def test_a_finished_thread_keeps_nothing_of_the_probe(site: Site) -> None:
    """Else a thread that the project keeps would keep the whole recorder."""
    site.trace("/threads/")
    assert all("run" not in vars(thread) for thread in views.seen["threads"])


def test_a_thread_that_outlives_its_request_records_no_more(site: Site) -> None:
    """Work that goes on after the response is no part of the trace."""
    recorder, go = Recorder(1, 1), threading.Event()
    seen: list[Recorder | None] = []

    def work() -> None:
        go.wait(5)
        seen.append(current())

    with recording(recorder):
        thread = threading.Thread(target=work)
        thread.start()
    recorder.closed = True
    go.set()
    thread.join()
    assert seen == [None]


def test_async_view_under_wsgi(site: Site) -> None:
    """Statements behind sync_to_async are the request's, in the loop that Django makes for the view."""
    trace = site.trace("/async/")
    assert (trace.sql_count, trace.view_ran) == (2, True)


async def _async_trace(site: Site, path: str) -> Any:
    response: Any = await site.async_get(path)
    if response.streaming:
        async for _ in response:
            pass
    (trace,) = site.traces
    return trace


def test_async_view_under_asgi(site: Site) -> None:
    """The same under ASGI."""
    trace = _run(_async_trace(site, "/async/"))
    assert (trace.sql_count, trace.view_ran, trace.route) == (2, True, "/async/")


def test_statements_awaited_together_count_once(site: Site) -> None:
    """All four are counted; the moments that they share are not added twice."""
    trace = _run(_async_trace(site, "/gathered/"))
    parts = trace.connect_ns + trace.database_ns + trace.python_ns + trace.waiting_ns
    assert (trace.sql_count, trace.connections_opened) == (4, 4)
    assert 0 < trace.database_ns <= trace.sql_ns
    assert parts <= trace.service_ns


def test_sync_view_under_asgi(site: Site) -> None:
    """A sync view runs in a thread of Django's, with its request's recorder."""
    assert _run(_async_trace(site, "/repeated/")).sql_count == 7


def test_async_stream_under_asgi(site: Site) -> None:
    """Statements between the chunks of an async stream are counted."""
    trace = _run(_async_trace(site, "/async-streaming/"))
    assert trace.sql_count == 3
    assert trace.cpu_ns >= 0


def _run(coroutine: Any) -> Any:
    from asgiref.sync import async_to_sync

    async def main() -> Any:
        return await coroutine

    return async_to_sync(main)()


def test_nested_test_client_belongs_to_the_outer_request(site: Site) -> None:
    """The statements are added up, and the view is still the one that was asked for."""
    trace = site.trace("/nested/")
    assert trace.sql_count == 8
    assert (trace.route, trace.view) == ("/nested/", "tests.probes.views.nested")


def test_requests_at_the_same_time_keep_apart(site: Site) -> None:
    """Threads of one worker serve several at once, each with the statements that it made itself."""
    barrier = threading.Barrier(3)
    paths = ("/orm/", "/raw/", "/repeated/")

    def ask(path: str) -> None:
        barrier.wait()
        site.get(path)

    threads = [threading.Thread(target=ask, args=(path,)) for path in paths]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {one.route: one.sql_count for one in site.traces} == {"/orm/": 3, "/raw/": 5, "/repeated/": 7}


def test_a_connection_that_persists_is_opened_once(site: Site) -> None:
    """The second request finds it, and its statements are its own."""
    first, second = site.trace("/raw/"), site.trace("/raw/")
    assert (first.connections_opened, second.connections_opened) == (1, 0)
    assert first.sql_count == second.sql_count == 5
