"""The demo project without flaws: what it answers, to whom, and what its seed makes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from tests.demo.accounts.models import User
from tests.demo.batch.models import BatchJob
from tests.demo.budgets.models import BudgetItem
from tests.demo.catalog.models import PriceRecord
from tests.demo.projects.models import Project
from tests.seeded import SMALL, seed_small

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as TestResponse

QUERIES_MOST = 12
REPEATS_MOST = 2
# The admin asks every table that refers to a user before it deletes one.
QUERIES_MOST_OF = {"/admin/accounts/user/<path:object_id>/delete/": 20}
# A page of allauth, which looks for the addresses of its user in several places.
REPEATS_MOST_OF = {"/accounts/reauthenticate/code/": 3}
VALUES = {
    "topic": "budgets",
    "app_label": "projects",
    "object_id": "1",
    "content_type_id": "1",
    "format": "json",
    "uidb36": "1",
    "key": "no-such-key",
    "url": "no-such-page",
}
UNNAMED = "exports/archive/([0-9]{4})/([0-9]{1,2})/"


@pytest.fixture(autouse=True)
def seeded(db: None, settings: Any) -> None:
    """A small seed of the demo."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    seed_small()


def client_of(name: str, **options: Any) -> Client:
    """Return a client that is logged in as owner, viewer or staff."""
    client = Client(raise_request_exception=False, **options)
    user = User.objects.get(email=f"{name}@example.com")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post_json(client: Client, url: str, data: dict[str, Any]) -> TestResponse:
    """Send a JSON body."""
    return client.post(url, json.dumps(data), content_type="application/json")


def routes(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    """Yield every route of the URLconf, written from the root."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from routes(entry, route)


def url_of(route: str) -> str:
    """Fill a route with values that exist in the small seed."""
    job = BatchJob.objects.filter(owner__email="owner@example.com").order_by("pk").first()
    values = VALUES | {"job_id": str(job.pk if job else "")}
    url = re.sub(r"[\^$]", "", route).replace(UNNAMED, "exports/archive/2026/1/")
    url = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", url).replace(r"\.", ".").replace("/?", "/")
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values.get(match[1], "1"), url)


@pytest.mark.parametrize("name", ["owner", "viewer", "staff"])
def test_no_get_fails_or_asks_too_often(name: str) -> None:
    """No route answers a GET with a 5xx, with more than a dozen queries or with one query over and over."""
    bad = []
    for route in sorted(set(routes())):
        client = client_of(name)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url_of(route))
            b"".join(response) if response.streaming else response.content
        shapes = Counter(re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries.captured_queries)
        repeats = max(shapes.values(), default=0)
        most = QUERIES_MOST_OF.get(route, QUERIES_MOST)
        if response.status_code >= 500 or len(queries) > most or repeats > REPEATS_MOST_OF.get(route, REPEATS_MOST):
            bad.append((route, response.status_code, len(queries), repeats))
    assert bad == []


def test_owner_reads_every_page_without_parameters() -> None:
    """Each page without parameters that is neither staff's nor a write answers the owner with 200."""
    client = client_of("owner")
    refused = []
    for route in sorted(set(routes())):
        if "<" in route or route.startswith(("/admin/", "/accounts/", "/api/ninja/", "/monitoring/")):
            continue
        status = client.get(url_of(route)).status_code
        if status not in {200, 405}:
            refused.append((route, status))
    assert refused == []


def test_login_form_needs_token_and_password() -> None:
    """The e-mail login works through the form with its CSRF token, and only with the right password."""
    client = Client(enforce_csrf_checks=True)
    form = {"login": "owner@example.com", "password": "demo-pass-1234"}
    assert client.post("/accounts/login/", form).status_code == 403
    client.get("/accounts/login/")
    form["csrfmiddlewaretoken"] = client.cookies["csrftoken"].value
    assert client.post("/accounts/login/", form | {"password": "wrong"}).status_code == 200
    assert client.get("/dashboard/").status_code == 302
    assert client.post("/accounts/login/", form).headers["Location"] == "/dashboard/"
    assert client.get("/dashboard/").status_code == 200


def test_rows_of_others_are_not_found() -> None:
    """A project is a 404 for strangers, readable but not writable for its viewer."""
    foreign = Project.objects.exclude(owner__email="owner@example.com").latest("pk").pk
    assert client_of("owner").get(f"/projects/{foreign}/").status_code == 404
    assert client_of("staff").get(f"/projects/{foreign}/").status_code == 200
    viewer = client_of("viewer")
    assert viewer.get("/projects/1/").status_code == 200
    assert post_json(viewer, "/projects/1/spend/", {"amount": 1}).status_code == 403


def test_staff_pages_need_staff() -> None:
    """The monitoring dashboard sends others to the admin's login."""
    assert client_of("owner").get("/monitoring/").headers["Location"].startswith("/admin/login/")
    assert client_of("staff").get("/monitoring/").status_code == 200


def test_save_with_an_old_version_conflicts() -> None:
    """The second of two saves that are based on one version is a 409 and writes nothing."""
    client = client_of("owner")
    rows = [{"code": "B0001", "quantity": 7}, {"code": "NEW", "description": "added"}]
    first = post_json(client, "/projects/1/budget/save/", {"version": 1, "rows": rows})
    assert first.json() == {"ok": True, "version": 2, "written": 2}
    second = post_json(client, "/projects/1/budget/save/", {"version": 1, "rows": [{"code": "LATE"}]})
    assert second.status_code == 409
    assert not BudgetItem.objects.filter(code="LATE").exists()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("upsert", {"rows": [{"code": "B0001", "quantity": 2}, {"code": "X1"}]}),
        ("bulk-save", {"items": [{"id": 1, "quantity": 2}]}),
        ("reorder", {"order": [3, 2, 1]}),
        ("assign", {"item_ids": [1, 2], "user_id": 2}),
        ("reset", {}),
    ],
)
def test_budget_write_answers_with_the_rows_written(path: str, body: dict[str, Any]) -> None:
    """Each budget write takes its body and says how many rows it wrote."""
    response = post_json(client_of("owner"), f"/projects/1/budget/{path}/", body)
    assert response.status_code == 200
    assert response.json()["written"] >= 1


def test_wrong_body_is_a_400_that_names_the_field() -> None:
    """A body without its rows is refused with a reason."""
    response = post_json(client_of("owner"), "/projects/1/budget/upsert/", {"rows": 3})
    assert response.status_code == 400
    assert response.json()["error"] == "rows: expected a list of objects"


def test_batch_export_from_init_to_download() -> None:
    """A job can be downloaded once all its pages are there and it is finalized."""
    client = client_of("owner")
    job = post_json(client, "/batch/export/init/", {"title": "t", "pages": 1}).json()["job_id"]
    assert client.get(f"/batch/export/download/{job}/").status_code == 409
    assert post_json(client, "/batch/export/finalize/", {"job_id": job}).status_code == 409
    page = {"job_id": job, "page": 1, "rows": [{"code": "B1", "amount": 5}]}
    assert post_json(client, "/batch/export/upload-pages/", page).json()["pages_stored"] == 1
    assert post_json(client, "/batch/export/finalize/", {"job_id": job}).status_code == 200
    assert client.get(f"/batch/export/download/{job}/").content == b"code,amount\r\nB1,5"


def test_copies_bring_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deep copy has the rows of the original."""
    monkeypatch.setattr("tests.demo.projects.actions.think", lambda _seconds: None)
    client = client_of("owner")
    copied = client.post("/projects/1/copy/").json()["id"]
    assert BudgetItem.objects.filter(project=copied).count() == SMALL["items"]
    many = post_json(client, "/projects/batch-copy/", {"project_ids": [1, 2]})
    assert len(many.json()["ids"]) == 2


def snapshot() -> list[Any]:
    """Return what the seed made, without the hashes and times that Django sets."""
    return [
        list(User.objects.order_by("pk").values_list("pk", "email", "role", "password")),
        list(Project.objects.order_by("pk").values_list("pk", "owner", "name", "area_m2", "planned", "spent")),
        list(BudgetItem.objects.order_by("pk").values_list("pk", "project", "code", "quantity", "unit_price")),
        list(BatchJob.objects.order_by("pk").values_list("pk", "result")),
        list(PriceRecord.objects.order_by("pk").values_list("pk", "material", "price", "recorded_on")),
    ]


def test_seed_is_deterministic_and_idempotent() -> None:
    """Seeding again gives the same rows with the same ids, also after writes."""
    before = snapshot()
    Project.objects.filter(pk=1).delete()
    call_command("seed_demo", verbosity=0, **SMALL)
    assert snapshot() == before


def test_seed_leaves_a_filled_database_alone_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """`--if-empty` changes nothing where there are projects."""
    Project.objects.filter(pk=1).update(name="mine")
    call_command("seed_demo", if_empty=True)
    assert Project.objects.get(pk=1).name == "mine"
    assert "nothing changed" in capsys.readouterr().out
