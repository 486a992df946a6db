"""Where statements come from that coroutines have executed in threads."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import pytest
from asgiref.sync import SyncToAsync, async_to_sync, sync_to_async

from loadaudit.probes.call_sites import CallSiteProbe, call_site
from loadaudit.probes.recorder import Recorder, recording
from loadaudit.records import Trace
from tests.probes.conftest import Site


def _async_trace(site: Site, path: str) -> Trace:
    async def ask() -> None:
        site.traces.clear()
        await site.async_get(path)

    async_to_sync(ask)()
    (trace,) = site.traces
    return trace


def _site_of(trace: Trace) -> str:
    (use,) = [one for one in trace.statements if one.count >= 5]
    return use.call_site


def test_the_coroutine_that_waits_is_named(site: Site) -> None:
    """Under WSGI and ASGI; the thread itself knows asgiref's and Django's code only."""
    for ask in (site.trace, functools.partial(_async_trace, site)):
        found = _site_of(ask("/repeated-later/"))
        assert found.startswith("tests/probes/views.py:")
        assert found.endswith(" in repeated_later")


@pytest.mark.parametrize("name", ["fresh_thread", "passing"])
def test_a_middleware_that_lends_its_thread_is_not_named(site: Site, name: str) -> None:
    """Synchronous work of the view runs on its stack, because its thread has nothing else to do."""
    site.with_middleware(name)
    assert _site_of(_async_trace(site, "/repeated-later/")).endswith(" in repeated_later")


def test_who_calls_a_coroutine_without_code_of_the_project() -> None:
    """Where only libraries wait, whoever called them is named."""
    probe = CallSiteProbe()
    probe.install()
    try:
        with recording(Recorder(1, in_flight=1)):
            found = async_to_sync(sync_to_async(call_site))()
    finally:
        probe.restore()
    assert "test_who_calls_a_coroutine" in found


def test_what_was_patched_is_restored() -> None:
    """Twice does nothing, and a coroutine may be made before there is a loop."""
    original, probe = SyncToAsync.__call__, CallSiteProbe()
    probe.install()
    probe.install()
    made: Any = sync_to_async(len)("abc")
    assert asyncio.run(made) == 3
    probe.restore()
    probe.restore()
    assert SyncToAsync.__call__ is original
