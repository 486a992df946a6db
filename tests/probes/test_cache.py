"""What a request asks of the caches."""

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache

from loadaudit.probes.cache import CacheProbe
from loadaudit.probes.recorder import Recorder, SpanKind, recording
from tests.probes.conftest import Site


def test_cache_gets_and_hits(site: Site) -> None:
    """get and get_many count keys; a cached None is a hit, although it equals the default."""
    caches["default"].clear()
    trace = site.trace("/cached/")
    assert (trace.cache_gets, trace.cache_hits) == (6, 4)


def test_get_or_set_counts_once(site: Site) -> None:
    """The value that Django reads back after a miss is no question of the request's."""
    caches["default"].clear()
    trace = site.trace("/cached-once/")
    assert (trace.cache_gets, trace.cache_hits) == (3, 2)
    assert site.get("/cached-once/").content == b"5"


def test_what_is_written_counts_and_all_is_timed() -> None:
    """set, add and set_many count keys; a call that others are made of is one span."""
    probe, recorder = CacheProbe(), Recorder(1, 1)
    probe.install()
    try:
        with recording(recorder):
            caches["default"].set("a", 1)
            caches["default"].add("b", 1)
            caches["default"].set_many({"c": 1, "d": 2})
            caches["default"].delete("a")
    finally:
        probe.restore()
    assert recorder.cache_sets == 4
    assert {kind for kind, _, _ in recorder.spans} == {SpanKind.CACHE}


def test_methods_that_only_some_caches_have_are_timed() -> None:
    """`decr` of Django and what a kind of cache adds are cache time, and plain again afterwards."""

    class Counting(LocMemCache):
        def ttl(self, key: str) -> int:
            return 7

    probe, recorder, cache = CacheProbe(), Recorder(1, 1), Counting("counting", {})
    probe.install()
    try:
        probe._observe(cache)
        cache.set("left", 3)
        with recording(recorder):
            assert cache.decr("left") == 2
            assert cache.ttl("left") == 7
        assert {kind for kind, *_ in recorder.spans} == {SpanKind.CACHE}
        assert len(recorder.spans) >= 2
    finally:
        probe.restore()
    assert "ttl" not in vars(cache)
