"""The demo's planted defects: the manifest, and the effect of each that needs no concurrency."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from tests.demo import flaws, middleware
from tests.demo.monitoring import views as monitoring_views
from tests.demo.projects.models import Project
from tests.seeded import SMALL, seed_small
from tests.test_demo import client_of, post_json, routes

SwitchOn = Callable[..., None]


@pytest.fixture
def seeded(db: None, settings: Any) -> None:
    """A small seed of the demo."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    seed_small()


@pytest.fixture(autouse=True)
def switch_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[SwitchOn]:
    """A function that switches on the named flaws and no others; all are off before it is called."""

    def switch(*names: str) -> None:
        monkeypatch.setattr(flaws, "_active", frozenset(names))

    switch()
    cache.clear()
    yield switch
    cache.clear()


def test_manifest_names_are_unique() -> None:
    """No flaw is declared twice."""
    assert len(flaws.BY_NAME) == len(flaws.FLAWS)


def test_manifest_operations_exist() -> None:
    """Each operation of the manifest is a route of the URLconf, letter for letter."""
    known = set(routes())
    named = [operation.split(" ", 1) for flaw in flaws.FLAWS for operation in flaw.operations]
    assert [route for _, route in named if route not in known] == []
    assert {method for method, _ in named} == {"GET", "POST"}


def test_manifest_gives_each_operation_to_one_flaw() -> None:
    """A finding about an operation can have one planted cause only."""
    operations = [operation for flaw in flaws.FLAWS for operation in flaw.operations]
    assert len(operations) == len(set(operations))


def test_all_leaves_the_exclusive_flaws_out() -> None:
    """`all` is every flaw that leaves the rest of the site alone."""
    assert flaws.parse("all") == {flaw.name for flaw in flaws.FLAWS if not flaw.exclusive}


@pytest.mark.parametrize("text", ["", "none", " "])
def test_no_flaw_by_default(text: str) -> None:
    """Nothing and `none` give the clean site."""
    assert flaws.parse(text) == frozenset()


def test_unknown_flaw_is_refused_with_the_known_ones() -> None:
    """A misspelt name is an error that names the nearest flaw and lists all."""
    with pytest.raises(ImproperlyConfigured, match=r"'n_plus_on'.*Did you mean 'n_plus_one'.*lost_update"):
        flaws.parse("n_plus_on,lost_update")


def test_flaws_of_the_other_database_stay_off() -> None:
    """SQLite has no row locks: what needs them is not switched on there."""
    assert "row_lock" not in flaws.possible(flaws.parse("all"), flaws.SQLITE)
    assert "row_lock" in flaws.possible(flaws.parse("all"), flaws.POSTGRESQL)


@pytest.mark.usefixtures("seeded")
def test_n_plus_one(switch_on: SwitchOn) -> None:
    """The project list asks for each row separately."""
    assert _queries("/projects/") < 8
    switch_on("n_plus_one")
    assert _queries("/projects/") >= 30


def _queries(url: str) -> int:
    client = client_of("owner")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.usefixtures("seeded")
def test_slow_query_scans_the_whole_table(switch_on: SwitchOn) -> None:
    """The price search reads the price table through its index, with the flaw from end to end for each row."""
    assert "price_by_material" in _search_plan()
    switch_on("slow_query")
    assert "SCAN U0" in _search_plan()


def _search_plan() -> str:
    client = client_of("owner")
    with CaptureQueriesContext(connection) as queries:
        client.get("/catalog/prices/search/")
    (sql,) = [query["sql"] for query in queries.captured_queries if "catalog_pricerecord" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " ".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.usefixtures("seeded")
def test_unbounded_list(switch_on: SwitchOn) -> None:
    """The item list returns fifty rows, with the flaw all of them."""
    client = client_of("owner")
    everything = 32 * SMALL["items"]
    assert len(client.get("/api/items/").json()["results"]) == 50
    switch_on("unbounded_list")
    assert len(client.get("/api/items/").json()["results"]) == everything


@pytest.mark.usefixtures("seeded")
def test_cached_page(switch_on: SwitchOn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The market index is slow on a miss and fast on a hit, without the flaw never slow."""
    waits: list[float] = []
    monkeypatch.setattr("tests.demo.catalog.views.think", waits.append)
    client = client_of("owner")
    client.get("/reports/market-index/")
    assert waits == []
    switch_on("cached_page")
    client.get("/reports/market-index/")
    client.get("/reports/market-index/")
    assert waits == [0.8]


@pytest.mark.usefixtures("seeded")
def test_cpu_export(switch_on: SwitchOn) -> None:
    """The portfolio export computes for about half a second."""
    assert _cpu_s("/exports/portfolio/") < 0.2
    switch_on("cpu_export")
    assert _cpu_s("/exports/portfolio/") >= 0.4


def _cpu_s(url: str) -> float:
    client = client_of("owner")
    started = time.thread_time()
    assert client.get(url).status_code == 200
    return time.thread_time() - started


@pytest.mark.usefixtures("seeded")
def test_some_rows_500(switch_on: SwitchOn) -> None:
    """The cost page fails for the projects without an area, and for no other."""
    client = client_of("owner")
    pages = [f"/projects/{project.pk}/cost-per-area/" for project in Project.objects.filter(owner__pk=1)[:12]]
    assert {client.get(page).status_code for page in pages} == {200}
    switch_on("some_rows_500")
    failed = [page for page in pages if client.get(page).status_code == 500]
    assert 3 <= len(failed) <= 6


@pytest.mark.usefixtures("seeded")
def test_soft_failure(switch_on: SwitchOn) -> None:
    """The exchange rates are a 200 either way."""
    client = client_of("owner")
    assert client.get("/api/exchange-rates/").json()["ok"] is True
    switch_on("soft_failure")
    response = client.get("/api/exchange-rates/")
    assert response.status_code == 200
    assert response.json()["ok"] is False


@pytest.mark.usefixtures("seeded")
def test_beacon_csrf(switch_on: SwitchOn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The beacon takes a figure from anybody, with the flaw from nobody, not even with a valid token."""
    client = client_of("owner", enforce_csrf_checks=True)
    client.get("/projects/new/")
    client.defaults["HTTP_X_CSRFTOKEN"] = client.cookies["csrftoken"].value
    figure = {"name": "lcp", "value": 1}
    assert post_json(client, "/monitoring/metric/", figure).status_code == 204
    switch_on("beacon_csrf")
    # The module decides at import whether the view is exempt, as the forgotten line of a real project does.
    monkeypatch.setattr(monitoring_views.client_metric, "csrf_exempt", False)
    assert post_json(client, "/monitoring/metric/", figure).status_code == 403


@pytest.mark.usefixtures("seeded")
def test_staff_redirect(switch_on: SwitchOn) -> None:
    """The status page is for everybody, with the flaw for staff."""
    assert client_of("owner").get("/monitoring/status/").status_code == 200
    switch_on("staff_redirect")
    refused = client_of("owner").get("/monitoring/status/")
    assert refused.headers["Location"] == "/admin/login/?next=/monitoring/status/"
    assert client_of("staff").get("/monitoring/status/").status_code == 200


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("flawed", [False, True])
def test_lost_update(switch_on: SwitchOn, monkeypatch: pytest.MonkeyPatch, flawed: bool) -> None:
    """An expense that is booked during another one's pause is lost with the flaw, and only then."""
    client = client_of("owner")
    if flawed:
        switch_on("lost_update")

    def book_meanwhile(_seconds: float) -> None:
        Project.objects.filter(pk=1).update(expense_count=10)

    monkeypatch.setattr("tests.demo.projects.actions.time.sleep", book_meanwhile)
    post_json(client, "/projects/1/spend/", {"amount": "5.00"})
    assert Project.objects.get(pk=1).expense_count == 1


def _in_which_thread(request: HttpRequest) -> HttpResponse:
    return HttpResponse(threading.current_thread().name)


@pytest.mark.parametrize(
    ("names", "path", "fresh"),
    [
        ((), "/monitoring/legacy/queue/", False),
        (("thread_middleware",), "/monitoring/legacy/queue/", True),
        (("thread_middleware",), "/projects/", False),
        (("thread_middleware_everywhere",), "/projects/", True),
    ],
)
def test_thread_middleware(switch_on: SwitchOn, names: tuple[str, ...], path: str, fresh: bool) -> None:
    """Requests run in a fresh thread below the legacy prefix, with the exclusive flaw everywhere."""
    switch_on(*names)
    handler = middleware.request_thread(_in_which_thread)
    response = handler(RequestFactory().get(path))
    assert isinstance(response, HttpResponse)
    assert (response.content == b"legacy-request") is fresh


@pytest.mark.django_db(transaction=True)
def test_thread_middleware_leaks_a_bounded_number_of_connections(
    switch_on: SwitchOn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each request leaves one open connection behind, until the limit closes the oldest."""

    def view(request: HttpRequest) -> HttpResponse:
        connection.settings_dict["NAME"] = str(tmp_path / "leak.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return HttpResponse()

    monkeypatch.setattr(middleware, "LEAKED_LIMIT", 3)
    switch_on("thread_middleware")
    handler = middleware.request_thread(view)
    try:
        for _ in range(5):
            handler(RequestFactory().get("/monitoring/legacy/queue/"))
        assert len(middleware.leaked) == 3
        assert all(leak.connection is not None for leak in middleware.leaked)
    finally:
        while middleware.leaked:
            leak = middleware.leaked.popleft()
            leak.connection.close()


def test_busy_site_computes(switch_on: SwitchOn) -> None:
    """The exclusive CPU flaw costs every request 0.2 s of CPU."""
    switch_on("cpu_starvation_everywhere")
    started = time.thread_time()
    middleware.busy_site(_in_which_thread)(RequestFactory().get("/"))
    assert time.thread_time() - started >= 0.2
