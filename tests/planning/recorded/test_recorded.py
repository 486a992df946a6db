"""Bodies learnt from tests: what is kept of them, and what a run makes of them."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.test.testcases import LiveServerThread
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from rest_framework.test import APIClient, RequestsClient

from loadaudit.errors import UsageError
from loadaudit.load.payloads import encode
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.recorded.hook import listening
from loadaudit.planning.recorded.persons import Persons
from loadaudit.planning.recorded.rebinding import recorded_payloads, recorded_queries
from loadaudit.planning.recorded.redaction import MADE, row_mark, without_secrets
from loadaudit.planning.recorded.store import FILE, Recorded, append, collect, kind_of_upload, read, traffic
from loadaudit.records import Body, BodyField, BodyKind, Pair, Payload, Upload
from loadaudit.runfile.codec import to_plain
from tests.analysis.factories import operation


def answer(request: HttpRequest, **_: object) -> HttpResponse:
    """Read what came, as views do, and refuse what asks for it."""
    wrong = b"refuse" in request.body
    return HttpResponse(request.body, status=400 if wrong else 200)


def upload(request: HttpRequest) -> HttpResponse:
    """Read a form with a file."""
    return HttpResponse(b"".join(one.read() for one in request.FILES.getlist("plan")))


urlpatterns = [
    path("orders/<int:pk>/", csrf_exempt(answer)),
    path("orders/", csrf_exempt(answer)),
    path("upload/", csrf_exempt(upload)),
    path("mine/", login_required(answer)),
    path("paid/", RedirectView.as_view(url="/sign-up/?then=/paid/")),
    path("old/", RedirectView.as_view(url="/orders/?then=/upload/")),
]
ORDERS = "POST /orders/"


@pytest.fixture
def heard(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Listen on the routes of this module; the folder of the runs."""
    settings.ROOT_URLCONF = __name__
    folder = tmp_path / "lines"
    folder.mkdir()
    with listening(folder):
        yield folder


def stored(folder: Path) -> dict[str, tuple[Recorded, ...]]:
    """Merge and read."""
    runs = folder.parent
    collect(folder, runs)
    return read(runs)


class TestListening:
    """The hook in the test client."""

    def test_json_forms_and_files(self, heard: Path) -> None:
        """Each as its kind, by operation, with the test that sent it; views get what they would have got."""
        client = Client()
        assert client.post("/orders/", {"a": 1, "b": ["x"]}, content_type="application/json").content
        assert (
            client.put("/orders/7/", "a=1&a=2", content_type="application/x-www-form-urlencoded").content == b"a=1&a=2"
        )
        assert client.post("/upload/", {"n": 1, "plan": SimpleUploadedFile("p.csv", b"a,b")}).content == b"a,b"
        found = stored(heard)
        (order,), (change,), (plan,) = found[ORDERS], found["PUT /orders/<int:pk>/"], found["POST /upload/"]
        assert (order.kind, order.values) == (BodyKind.JSON, {"a": 1, "b": ["x"]})
        assert order.source.endswith("test_recorded.py in test_json_forms_and_files")
        assert (change.kind, change.values) == (BodyKind.FORM, [["a", "1"], ["a", "2"]])
        assert (plan.kind, plan.uploads[0].filename) == (BodyKind.MULTIPART, ".csv")
        assert plan.uploads[0].content == ""

    def test_raw_bodies(self, heard: Path) -> None:
        """As a file in a form is: a small table is kept without persons, and sent in the type's own name."""
        assert Client().post("/orders/", "name;pay\nAda;1", content_type="text/csv; charset=utf-8").content
        ((raw,),) = stored(heard).values()
        assert (raw.kind, raw.values, raw.uploads[0].content_type) == (BodyKind.OTHER, [], "text/csv")
        needs = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))
        (payload,) = recorded_payloads(operation(ORDERS), [raw], needs)
        sent = encode(payload, 1)
        assert (sent.content_type, sent.disposition) == ("text/csv", "")
        assert re.fullmatch(rb"name;pay\n(?!Ada)\S.*;1\n", sent.content)

    @pytest.mark.parametrize(
        ("file", "kept", "sent"),
        [
            (("p.csv", b"email,sku\na@b.org,A-1\n"), ('"email", "sku"', '"A-1"'), rb"email,sku\n\S+@\S+,A-1\n"),
            (
                ("p.json", b'{"rows": [{"password": "x9", "n": 2}]}'),
                ("rows", '"n": 2'),
                rb'\{"rows": \[\{"password": "[^"]+", "n": 2\}\]\}',
            ),
            (("p.csv", b"a@b.org,A-1\nc@d.org,A-2\n"), (), rb"name,value\n.*\n"),
            (("p.csv", b"Alice Miller,Berlin,hunterpass\nBob Stone,Paris,sesame\n"), (), rb"name,value\n.*\n"),
            (
                ("p.csv", b"E-Mail,Code,First Name,PIN code\na@b.org,A-1,Alice,4711\n"),
                ('"A-1"',),
                rb"E-Mail,Code,First Name,PIN code\n\S+@\S+,A-1,(?!Alice).+,(?!4711).+\n",
            ),
            (("p.json", b'["Alice Miller", "hunterpass"]'), (), rb"\{.*\}|\[.*\]"),
            (("p.csv", b"a,b\n" + b"x" * 20_000), (), rb"name,value\n.*\n"),
            (("p.txt", b"a,b\n1,2\n"), (), rb"loadaudit\n"),
        ],
    )
    def test_contents_of_files(self, heard: Path, file: tuple[str, bytes], kept: tuple[str, ...], sent: bytes) -> None:
        """Small tables with a head and JSON are sent again without what is somebody's; others are made."""
        kind = {"csv": "text/csv", "json": "application/json"}.get(file[0].rpartition(".")[2], "text/plain")
        Client().post("/upload/", {"plan": SimpleUploadedFile(*file, content_type=kind)})
        ((entry,),) = stored(heard).values()
        assert all(one in entry.contents[0] for one in kept)
        assert bool(entry.contents[0]) is bool(kept)
        assert re.search("b[.]org|Alice|4711", entry.contents[0]) is None
        needs = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))
        (payload,) = recorded_payloads(operation("POST /upload/"), [entry], needs)
        (made,) = payload.uploads
        assert re.fullmatch(sent, b64decode(made.content))

    def test_the_client_of_rest_framework(self, heard: Path) -> None:
        APIClient().post("/orders/", {"a": 1}, format="json")
        assert stored(heard)[ORDERS][0].values == {"a": 1}

    def test_what_calls_the_application_itself(self, heard: Path) -> None:
        """As a live server's browser and RequestsClient do; a large body goes past unread."""
        client = RequestsClient()
        assert client.post("http://testserver/orders/?n=1", json={"a": 1}).json() == {"a": 1}
        large = {"a": "x" * 300_000}
        assert client.post("http://testserver/orders/", json=large).json() == large
        (order,) = stored(heard)[ORDERS]
        assert (order.values, order.query) == ({"a": 1}, (Pair(name="n", value="1"),))

    def test_a_live_server(self, heard: Path) -> None:
        """The test waits in another thread than the one that answers."""
        server = LiveServerThread("127.0.0.1", StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        try:
            address = f"http://127.0.0.1:{server.port}/orders/"
            assert requests.post(address, data={"a": "1"}, timeout=10).content == b"a=1"
        finally:
            server.terminate()
        (order,) = stored(heard)[ORDERS]
        assert (order.kind, order.values) == (BodyKind.FORM, [["a", "1"]])
        assert order.source.endswith("in test_a_live_server")

    def test_the_asynchronous_client(self, heard: Path) -> None:
        """Its views get what they would have got, too."""

        async def test_order() -> bytes:
            client = AsyncClient()
            await client.get("/orders/?page=2")
            response = await client.post("/orders/", {"a": 1}, content_type="application/json")
            return bytes(response.content)

        assert async_to_sync(test_order)() == b'{"a": 1}'
        found = stored(heard)
        assert found[ORDERS][0].values == {"a": 1}
        assert found[ORDERS][0].source.endswith("in test_order")
        assert found["GET /orders/"][0].query == (Pair(name="page", value="2"),)

    def test_query_strings_of_reads(self, heard: Path) -> None:
        """Each set of names once, without what is secret; a plain read is only counted."""
        client = Client()
        for query in ("?page=2&token=abc", "?page=3&token=def", "?q=a", ""):
            client.get(f"/orders/{query}")
        kept = stored(heard)["GET /orders/"]
        assert [one.query for one in kept] == [
            (Pair(name="page", value="2"), Pair(name="token", value=MADE)),
            (Pair(name="q", value="a"),),
        ]
        assert traffic(heard.parent) == {"GET /orders/": 4}

    def test_what_was_refused_is_not_kept(self, heard: Path) -> None:
        client = Client()
        client.post("/orders/", {"a": "refuse"}, content_type="application/json")
        client.post("/nowhere/", {"a": 1}, content_type="application/json")
        assert stored(heard) == {}
        assert traffic(heard.parent) == {}

    def test_who_is_sent_to_log_in_has_used_nothing(self, heard: Path, settings: Any) -> None:
        settings.LOGIN_URL = "/in/"
        client = Client()
        for address in ("/mine/", "/paid/", "/old/"):
            client.post(address, {"a": 1})
            client.get(address)
        stored(heard)
        assert traffic(heard.parent) == {"GET /old/": 1, "POST /old/": 1}

    def test_a_test_with_routes_of_its_own_says_nothing(self, heard: Path, settings: Any) -> None:
        settings.ROOT_URLCONF = "tests.planning.extra.urls"
        Client().post("/plain/", {"a": 1}, content_type="application/json")
        assert stored(heard) == {}

    def test_names_of_persons_are_known_from_one_request_to_the_next(self, heard: Path) -> None:
        client = Client()
        client.post("/orders/", {"last_name": "Blau"}, content_type="application/json")
        client.post("/upload/", {"note": "Dear Ms Blau, it rains", "plan": SimpleUploadedFile("p.csv", b"a,b")})
        found = stored(heard)
        assert found["POST /upload/"][0].values == [["note", f"Dear Ms {MADE}, it rains"]]

    def test_the_client_is_itself_again(self, tmp_path: Path) -> None:
        before = Client.request, AsyncClient.request, WSGIHandler.__call__
        with pytest.raises(ZeroDivisionError), listening(tmp_path):
            raise ZeroDivisionError
        assert (Client.request, AsyncClient.request, WSGIHandler.__call__) == before


class TestStore:
    """The file beside the runs."""

    def test_secrets_and_personal_values_are_taken_out(self) -> None:
        """By the name of the key, also in lists and forms, and addresses wherever they stand."""
        body = {
            "password": "x",
            "user": {"email": "anna@example.org", "first_name": "Anna", "active": True},
            "note": "mail anna@example.org",
            "tokens": ["a", "b"],
            "title": "kept",
            "api_key": "",
        }
        assert without_secrets(body) == {
            "password": MADE,
            "user": {"email": MADE, "first_name": MADE, "active": True},
            "note": MADE,
            "tokens": [MADE, MADE],
            "title": "kept",
            "api_key": "",
        }

    def test_each_shape_is_kept_once_the_usual_first(self, tmp_path: Path) -> None:
        for values in ({"a": 1}, {"a": 1, "b": 2}, {"a": 3, "b": 4}):
            append(tmp_path, Recorded(operation_id=ORDERS, kind=BodyKind.JSON, values=values))
        assert collect(tmp_path, tmp_path) == (3, 1)
        assert [one.values for one in read(tmp_path)[ORDERS]] == [{"a": 1, "b": 2}, {"a": 1}]

    def test_a_form_that_was_taken_goes_before_those_that_came_back(self, tmp_path: Path) -> None:
        """Tests send wrong forms, too, and more of them; the page that shows them again has status 200."""
        for name, status in (("", 200), ("b", 200), ("right", 302)):
            values = [["name", name]] if name != "b" else [["name", name], ["more", "c"]]
            append(tmp_path, Recorded(operation_id=ORDERS, kind=BodyKind.FORM, values=values, status=status))
        collect(tmp_path, tmp_path)
        assert read(tmp_path)[ORDERS][0].values == [["name", "right"]]

    def test_what_was_not_recorded_again_is_kept(self, tmp_path: Path) -> None:
        for number, name in enumerate((ORDERS, "POST /upload/")):
            folder = tmp_path / str(number)
            folder.mkdir()
            append(folder, Recorded(operation_id=name, kind=BodyKind.JSON, values={}))
            collect(folder, tmp_path)
        assert set(read(tmp_path)) == {ORDERS, "POST /upload/"}

    def test_a_name_that_is_learned_later_is_taken_out_as_well(self, tmp_path: Path) -> None:
        """Also one that another process has learned; the last of one that was killed may be half a name."""
        early = {"text": "Dear Lilo Blau, it rains"}
        query = (Pair(name="q", value="by Lilo Blau"),)
        append(tmp_path, Recorded(operation_id=ORDERS, kind=BodyKind.JSON, values=early, query=query))
        Persons(tmp_path).learn_sent({"first_name": "Lilo", "last_name": "Blau"})
        (tmp_path / "1.names").write_bytes(b"rains\n\xff")
        collect(tmp_path, tmp_path)
        (one,) = read(tmp_path)[ORDERS]
        assert one.values == {"text": f"Dear {MADE} {MADE}, it {MADE}"}
        assert one.query == (Pair(name="q", value=f"by {MADE} {MADE}"),)

    def test_the_line_of_a_killed_process_is_left_out(self, tmp_path: Path) -> None:
        append(tmp_path, Recorded(operation_id=ORDERS, kind=BodyKind.JSON, values={}))
        (tmp_path / "1.jsonl").write_text('{"operation_id": "POST /x/", "kin')
        assert collect(tmp_path, tmp_path) == (1, 1)

    def test_only_the_owner_may_read_it(self, tmp_path: Path) -> None:
        append(tmp_path, Recorded(operation_id=ORDERS, kind=BodyKind.JSON, values={}))
        collect(tmp_path, tmp_path)
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("text", ["{", '{"version": 9, "operations": {}}', "[]"])
    def test_a_damaged_file_is_an_error_that_helps(self, tmp_path: Path, text: str) -> None:
        (tmp_path / FILE).write_text(text)
        with pytest.raises(UsageError, match="record again"):
            read(tmp_path)

    def test_what_an_older_version_stored_is_cleaned(self, tmp_path: Path) -> None:
        """It kept files as they were, and what only its shape gives away."""
        file = Upload(field="plan", filename="salary-alice.csv", content_type="text/csv", content="YWxpY2U=")
        form = Recorded(operation_id=ORDERS, kind=BodyKind.MULTIPART, values=[["pw", "x"]], uploads=(file,))
        document = {"version": 2, "operations": {ORDERS: to_plain([form])}, "traffic": {}}
        (tmp_path / FILE).write_text(json.dumps(document))
        (found,) = read(tmp_path)[ORDERS]
        assert found.values == [["pw", MADE]]
        assert found.uploads == (kind_of_upload("plan", ".csv", "text/csv"),)

    def test_nothing_recorded_is_no_error(self, tmp_path: Path) -> None:
        assert read(tmp_path) == {}
        assert collect(tmp_path, tmp_path) == (0, 0)
        assert not (tmp_path / FILE).exists()


class TestRebinding:
    """Rows of the tests become rows of the run."""

    @staticmethod
    def made(
        values: Any,
        *fields: BodyField,
        kind: BodyKind = BodyKind.JSON,
        rows: tuple[Any, ...] = (41,),
        others: tuple[Any, ...] = (),
    ) -> list[Payload]:
        """Return what is sent of one recorded body."""
        order = operation(ORDERS, body=Body(kind=kind, fields=fields))
        needs = Needs(
            rows=lambda model, name: list(rows), others=lambda model, name: [*(others or rows)], today=date(2026, 3, 1)
        )
        return list(recorded_payloads(order, [Recorded(operation_id=ORDERS, kind=kind, values=values)], needs))

    def test_keys_become_rows_of_the_run(self) -> None:
        """By the facts of the body, and by the name where only one model has it."""
        owner = BodyField(name="owner", type="integer", model="accounts.User", model_field="pk")
        (made,) = self.made({"owner": 1, "project_id": 2, "nowhere_id": 3, "title": "kept"}, owner)
        assert json.loads(made.document) == {"owner": 41, "project_id": 41, "nowhere_id": 3, "title": "kept"}

    def test_rows_in_rows(self) -> None:
        (made,) = self.made({"lines": [{"project_id": 2, "n": 1}, {"project_id": 3, "n": 2}]})
        assert json.loads(made.document)["lines"] == [{"project_id": 41, "n": 1}, {"project_id": 41, "n": 2}]

    def test_what_was_taken_out_or_is_unique_is_made(self) -> None:
        (made,) = self.made({"email": MADE, "code": "A-1"}, BodyField(name="code", unique=True))
        document = json.loads(made.document)
        assert document["email"].endswith("@example.com")
        assert document["code"] != "A-1"

    def test_what_was_taken_out_by_its_shape_is_made_in_kind(self) -> None:
        body = {
            "who": "anna@example.org",
            "number": "4111-1111-1111-1111",
            "otp": 123456,
            "ssn": "078-05-1120",
            "hook": "https://bob:pw@example.org/x?token=abc",
        }
        (made,) = self.made(without_secrets(body))
        document = json.loads(made.document)
        assert document["who"].endswith("@example.com")
        assert document["number"] == "4111-1111-1111-1111"
        assert (document["otp"], document["ssn"]) == (123456, "123-56-8912")
        assert document["hook"] == "https://example.org/x?token=abc123"

    def test_what_was_taken_out_keeps_its_form(self) -> None:
        """With the check digits that it had; a field that has a row or choices of its own goes before it."""
        body = {"card_number": "AB123456", "iban": "GB82 WEST 1234 5698 7654 32", "full_name": "Ada King Lovelace"}
        body |= {"phone": "+49 221 9988776", "call": "+1 202-555-0188", "pin": "12345678", "password": "Abc 12345"}
        kept = without_secrets(body)
        assert not any(value in json.dumps(kept) for value in body.values())
        (made,) = self.made(kept, BodyField(name="card_number", type="string", max_length=8, unique=True))
        first, second = (json.loads(encode(made, number).content) for number in (5, 6))
        assert re.fullmatch(r"[A-Z]{2}\d{6}", first["card_number"])
        assert first["card_number"] != second["card_number"]
        assert re.fullmatch(r"GB\d\d [A-Z]{4} \d{4} \d{4} \d{4} \d\d", first["iban"])
        assert re.fullmatch(r"[A-Z][a-z]{2} [A-Z][a-z]{3} [A-Z][a-z]{7}", first["full_name"])
        assert re.fullmatch(r"\+49 221 \d{7}", first["phone"])
        assert re.fullmatch(r"\+1 202-\d{3}-\d{4}", first["call"])
        choice = BodyField(name="card_number", type="string", choices=("a",))
        (made,) = self.made({"card_number": kept["card_number"]}, choice)
        assert json.loads(made.document) == {"card_number": "a"}

    def test_several_rows_stay_several(self) -> None:
        one = row_mark("projects.Project", "pk", is_number=True)
        (made,) = self.made({"order": [one, one], "other": one}, rows=(41, 42))
        assert json.loads(made.document) == {"order": [41, 42], "other": 41}
        (made,) = self.made({"order": [one, one]}, rows=(41,))
        assert json.loads(made.document) == {"order": [41]}, "none twice"
        (made,) = self.made({"order": [one, one]}, rows=(41,), others=(41, 43))
        assert json.loads(made.document) == {"order": [41, 43]}, "somebody else's behind the user's own"

    def test_a_file_is_made_like_the_one_that_was_sent(self) -> None:
        plan = kind_of_upload("plan", "salary-alice.CSV", "text/csv")
        entry = Recorded(operation_id=ORDERS, kind=BodyKind.MULTIPART, values=[], uploads=(plan,))
        needs = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))
        (payload,) = recorded_payloads(operation(ORDERS), [entry], needs)
        (made,) = payload.uploads
        assert (made.field, made.content_type) == ("plan", "text/csv")
        assert made.filename.endswith(".csv")
        assert made.content

    def test_without_a_row_it_is_left_out(self) -> None:
        assert self.made({"project_id": 2}, rows=()) == []

    def test_a_form_keeps_its_names(self) -> None:
        (made,) = self.made([["a", "1"], ["a", "2"], ["project_id", "9"]], kind=BodyKind.FORM)
        assert made.pairs == (Pair(name="a", value="1"), Pair(name="a", value="2"), Pair(name="project_id", value="41"))

    @pytest.mark.parametrize(
        ("query", "made"),
        [
            ("project_id", "project_id=41"),
            ("project", "project=41"),
            ("page", "page=7"),
        ],
    )
    def test_rows_in_query_strings(self, query: str, made: str) -> None:
        """There a model's own name stands for its row, too."""
        needs = Needs(rows=lambda model, name: [41], today=date(2026, 3, 1))
        pair = Pair(name=query, value="7")
        entry = Recorded(operation_id="GET /orders/", kind=BodyKind.NONE, values=None, query=(pair,))
        assert list(recorded_queries([entry], needs)) == [made]

    def test_query_without_a_row_is_left_out(self) -> None:
        needs = Needs(rows=lambda model, name: [], today=date(2026, 3, 1))
        pair = Pair(name="project_id", value="7")
        entry = Recorded(operation_id="GET /orders/", kind=BodyKind.NONE, values=None, query=(pair,))
        assert list(recorded_queries([entry], needs)) == []
