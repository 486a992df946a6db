"""The CPU of coroutines, taken of each step."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from loadaudit.probes.coroutines import timed
from loadaudit.probes.recorder import Recorder
from loadaudit.records import Trace
from tests.probes.conftest import Site

MS = 1_000_000


def compute(cpu_ns: int) -> None:
    """Use that much CPU of this thread."""
    end_ns = time.thread_time_ns() + cpu_ns
    while time.thread_time_ns() < end_ns:
        pass


async def steps(recorder: Recorder) -> str:
    """Compute, wait, compute within another one that is timed."""
    compute(5 * MS)
    await asyncio.sleep(0.02)
    await timed(recorder, asyncio.sleep(0))
    compute(5 * MS)
    return "done"


def test_computing_counts_and_waiting_does_not() -> None:
    """Nor what is nested twice, nor what others compute in the meantime."""

    async def main() -> None:
        recorder = Recorder(1, 1, is_async=True)

        async def other() -> None:
            for _ in range(3):
                compute(4 * MS)
                await asyncio.sleep(0)

        result, _ = await asyncio.gather(timed(recorder, steps(recorder)), other())
        assert result == "done"
        assert 10 * MS <= recorder.carried_cpu_ns < 20 * MS
        assert not recorder.stepping

    asyncio.run(main())


def test_exceptions_and_cancellation_pass_through() -> None:
    """In both directions, and what waits is closed."""

    async def main() -> None:
        recorder = Recorder(1, 1, is_async=True)
        seen: list[str] = []

        async def hurt() -> None:
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise

        task = asyncio.ensure_future(_await(timed(recorder, hurt())))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == ["cancelled"]

        async def fail() -> None:
            await asyncio.sleep(0)
            raise ValueError("of its own")

        with pytest.raises(ValueError, match="of its own"):
            await timed(recorder, fail())

    asyncio.run(main())


async def _await(one: Any) -> Any:
    return await one


def _async_trace(site: Site, path: str) -> Trace:
    async def ask() -> None:
        site.traces.clear()
        response: Any = await site.async_get(path)
        if response.streaming:
            async for _ in response:
                pass

    async_to_sync(ask)()
    (trace,) = site.traces
    return trace


@pytest.mark.parametrize("middleware", [(), ("passing",)])
def test_an_async_view_is_split(site: Site, middleware: tuple[str, ...]) -> None:
    """Computing and waiting, also where a synchronous middleware stands before it."""
    site.with_middleware(*middleware)
    trace = _async_trace(site, "/computing-later/")
    assert trace.python_ns >= 20 * MS
    assert trace.waiting_ns >= 20 * MS
    assert trace.python_ns + trace.waiting_ns <= trace.service_ns


def test_refusals_and_writes_of_async_views_are_seen(site: Site) -> None:
    """As of others: they come while the view is awaited, and not when it is called."""
    refused = _async_trace(site, "/refusing-later/")
    assert (refused.status, refused.refusals) == (403, ("raised tests.probes.views.Refusal",))
    assert not site.trace_of_post("/to-the-login-later/", {}).denied
