"""What a request asks of the caches."""

from django.core.cache import caches

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
