"""Where addresses come from, in which order."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning import uploads
from loadaudit.planning.control import Answer
from loadaudit.planning.harvest import Harvest
from loadaudit.planning.neighbours import ORIGIN
from loadaudit.planning.preflight.candidates import OF_THE_NEWEST, Candidates
from loadaudit.planning.project.registry import REGISTRY
from loadaudit.planning.rows_before import OF_THE_RUN, RowsBefore
from loadaudit.planning.values import CHOICE
from loadaudit.records import BodyField, Evidence, Identity, Kind, Parameter, PlannedPath, Risk
from loadaudit.scenarios import provide
from tests.analysis.factories import operation
from tests.demo.catalog.models import PriceRecord
from tests.planning.preflight.conftest import InProcess
from tests.seeded import seed_small

ROUTE = "/projects/<int:project_id>/"
PRICE = Parameter(name="project_id", converter="int", model="catalog.PriceRecord", model_field="pk")


@pytest.fixture
def candidates(settings: Any, db: None) -> Candidates:
    """Nobody's addresses for a route of prices, of which there are more than an operation needs."""
    settings.ROOT_URLCONF = "tests.planning.extra.urls"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    seed_small()
    assert PriceRecord.objects.count() > 20
    index = RouteIndex.from_urlconf(None)
    return Candidates(
        identity=Identity(role="anonymous"),
        client=InProcess(),
        index=index,
        harvest=Harvest(index=index, host="testserver"),
        methods={},
        today=date(2026, 3, 1),
    )


def test_the_newest_rows_are_tried_as_well(candidates: Candidates) -> None:
    """Old rows may be closed to everybody; what the run itself has made may not."""
    found, _ = candidates.paths(operation(f"GET {ROUTE}", parameters=(PRICE,)))
    newest = [one.path for one in found if one.origin.endswith(OF_THE_NEWEST)]
    last = PriceRecord.objects.order_by("-pk").first()
    assert newest[0] == f"/projects/{last.pk if last else 0}/"
    assert found[0].origin == "row of catalog.PriceRecord"


def test_a_write_begins_where_the_page_of_the_row_works(candidates: Candidates) -> None:
    """Each row costs it many bodies; while the first one's page works, all stays as it is."""
    write = operation(f"POST {ROUTE}", parameters=(PRICE,), kind=Kind.WRITE)
    found, _ = candidates.paths(write)
    candidates.harvest.worked(found[2].path, "GET")
    assert candidates.paths(write)[0][:2] == [found[2], found[0]]
    assert candidates.paths(operation(f"GET {ROUTE}", parameters=(PRICE,)))[0][0].path == found[0].path
    candidates.harvest.worked(found[0].path, "GET")
    assert candidates.paths(write)[0] == found


def test_a_write_goes_where_its_page_works_and_with_the_key_of_the_link_to_it(candidates: Candidates) -> None:
    """Of an address of which nothing is known, and of a query that the write reads as well."""
    write = operation(f"POST {ROUTE}", parameters=(Parameter(name="project_id"),), kind=Kind.WRITE)
    candidates.on_clone = True
    candidates.harvest.worked("/projects/1/", "GET", made_up=True)
    assert [one.path for one in candidates.paths(write)[0]][:1] == ["/projects/1/"]
    candidates.harvest.queries[ROUTE] = {frozenset({name}): f"/projects/1/?{name}=x" for name in ("key", "page")}
    found, _ = candidates.paths(replace(write, query=(BodyField(name="key"),)))
    assert [one.path for one in found][:2] == ["/projects/1/", "/projects/1/?key=x"]
    assert "/projects/1/?page=x" not in {one.path for one in found}


def test_a_write_without_a_page_begins_at_the_row_that_other_routes_work_with(candidates: Candidates) -> None:
    """The page of another route tells as much of a row."""
    write = operation(f"POST {ROUTE}", parameters=(PRICE,), kind=Kind.WRITE)
    found, _ = candidates.paths(write)
    number = int(found[2].path.split("/")[2])
    candidates.harvest.neighbours.note("/projects/<int:project_id>/prices/", {"project_id": number}, worked=True)
    assert candidates.paths(write)[0][:2] == [found[2], found[0]]


@pytest.mark.parametrize("evidence", [Evidence.ASSUMED, Evidence.INFERRED])
def test_values_of_other_addresses_where_a_model_is_only_assumed(candidates: Candidates, evidence: Evidence) -> None:
    """A name may mean an entry of a registry, as the project's own links have it, and not a row."""
    read = operation(f"GET {ROUTE}", parameters=(replace(PRICE, evidence=evidence),))
    candidates.harvest.neighbours.note("/projects/<int:project_id>/map/", {"project_id": 9_999_999})
    found, _ = candidates.paths(read)
    assert ("/projects/9999999/" in [one.path for one in found]) is (evidence is Evidence.ASSUMED)


def test_a_name_that_is_registered_is_known(candidates: Candidates, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where another address has shown it, of which nobody knows whether it is right."""
    read = operation(f"GET {ROUTE}", parameters=(Parameter(name="project_id", converter="int"),))
    candidates.harvest.neighbours.note("/projects/<int:project_id>/map/", {"project_id": 7})
    candidates.harvest.neighbours.note("/projects/<int:project_id>/map/", {"project_id": 8})
    named = PlannedPath(path="/projects/7/", origin=CHOICE)
    monkeypatch.setattr("loadaudit.planning.preflight.candidates.paths_registered", lambda *_: (named,))
    found, _ = candidates.paths(read)
    assert [(one.path, one.origin) for one in found[:2]] == [("/projects/7/", CHOICE), ("/projects/8/", ORIGIN)]


def test_nothing_stands_in_for_a_provider_that_fails(candidates: Candidates) -> None:
    """What the project says of its values is repaired or taken back, and not passed over for a link."""
    candidates.harvest.paths[ROUTE] = {"/projects/1/": None}
    try:
        provide("project_id", [])
        found, reason = candidates.paths(operation(f"GET {ROUTE}", parameters=(PRICE,)))
    finally:
        REGISTRY.clear()
    assert found == []
    assert "yields no value" in reason


@pytest.mark.parametrize(("risk", "others"), [(Risk.DESTRUCTIVE, False), (Risk.MUTATING, True)])
def test_what_destroys_goes_to_nothing_but_what_a_provider_names(
    candidates: Candidates, risk: Risk, others: bool
) -> None:
    """A provider says there which rows may be lost; elsewhere what is known beside them may work where they do not."""
    number = PriceRecord.objects.order_by("pk")[3].pk
    candidates.harvest.paths[ROUTE] = {"/projects/1/": None}
    candidates.linked[ROUTE] = (PlannedPath(path="/projects/2/", origin="made by the project"),)
    deletes = operation(f"POST {ROUTE}", parameters=(PRICE,), kind=Kind.WRITE, risk=risk)
    try:
        provide("project_id", [number])
        found, _ = candidates.paths(deletes)
        meeting = candidates.paths_meeting(deletes, None, f"/projects/{number}/", of_state=True)
    finally:
        REGISTRY.clear()
    assert f"/projects/{number}/" in [one.path for one in found]
    assert (len(found) > 1) is others
    assert meeting == []


def test_the_origin_says_that_the_run_made_the_row(candidates: Candidates) -> None:
    """Whoever reads a report knows that these are no rows of the project's own."""
    since = replace(candidates, before=RowsBefore(keys={"catalog.PriceRecord": frozenset()}))
    found, _ = since.paths(operation(f"GET {ROUTE}", parameters=(PRICE,)))
    assert found[0].origin == f"row of catalog.PriceRecord{OF_THE_RUN}"
    assert any(one.origin == f"row of catalog.PriceRecord{OF_THE_RUN}{OF_THE_NEWEST}" for one in found)


def test_files_that_rows_name_have_addresses(candidates: Candidates, monkeypatch: pytest.MonkeyPatch) -> None:
    """A view that serves uploads answers any address, and no page need lead to one."""
    addresses = ["/elsewhere/a.png", "/files/photos/a.png/"]
    monkeypatch.setattr(uploads, "addresses_of_files", lambda: iter(addresses))
    monkeypatch.setattr(uploads, "_named", lambda: iter([(None, "photos/b.png")]))
    named = Parameter(name="name", converter="path")
    served = replace(operation("GET /files/<path:name>/", parameters=(named,)), catch_all=True)
    found, _ = candidates.paths(served)
    assert [(one.path, one.origin) for one in found[:2]] == [
        ("/files/photos/a.png/", "file that a row names"),
        ("/files/photos/b.png/", "file that a row names"),
    ]


def test_pages_above_what_was_written_are_looked_at_again() -> None:
    """A row that has changed is written back as it is now, as where a version counts."""
    index = RouteIndex.from_urlconf(None)
    made = Candidates(
        identity=Identity(role="anonymous"),
        client=InProcess(),
        index=index,
        harvest=Harvest(index=index, host="testserver"),
        methods={},
        today=date(2026, 3, 1),
    )
    pages = ("/rows/", "/rows/1/", "/rows/12/", "/other/")
    made._pages.update(dict.fromkeys(pages))
    made.forget_pages("/rows/1/publish/")
    assert list(made._pages) == ["/rows/12/", "/other/"]
    made.forget_pages()
    assert not made._pages


def test_the_form_for_a_row_stands_on_its_page_as_that_for_another_does(
    candidates: Candidates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row is sent what its own page shows, where the write has no page of its own."""
    note = "/projects/{}/items/{}/notes/n/"

    def page(path: str) -> Answer:
        text = f"<form method=post action={note.format(*path.split('/')[2:5:2])}><input name=kind value={path}></form>"
        return Answer(status=200, text=text, location="", trace=None, content_type="text/html", content=text.encode())

    monkeypatch.setattr(candidates.client, "send", lambda method, path, *_, **__: page(path))
    candidates.page("/projects/1/items/2/")
    write = operation(f"POST {note.format('<int:project_id>', '<int:item_id>').replace('n/', '<slug:note>/')}")
    for path in ("/projects/1/items/2/", "/projects/1/items/3/"):
        sent = next(candidates.payloads(write, f"{path}notes/n/"))
        assert sent is not None
        assert [one.value for one in sent.pairs] == [path]
