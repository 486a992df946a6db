"""What servers say about a body that they did not take."""

import json
from dataclasses import replace
from typing import Any

import pytest

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.complaint import Complaint, as_asked
from loadaudit.planning.preflight.corrections import complaints, is_about_the_path, of_files, rows_not_found
from loadaudit.planning.preflight.plain_words import empty_columns, repetitions
from loadaudit.planning.preflight.said import said_of
from loadaudit.records import BodyField, ServerException
from tests.analysis.factories import trace


def answer(document: Any, status: int = 400, **facts: Any) -> Answer:
    """Return a JSON answer with a trace."""
    return Answer(
        status=status,
        text="",
        location="",
        trace=trace(1, **facts),
        content_type="application/json",
        content=json.dumps(document).encode(),
    )


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"name": ["This field is required."]}, [Complaint(field="name", missing=True)]),
        ({"name": ["This field may not be blank."]}, [Complaint(field="name", missing=True)]),
        ({"kind": ['"x" is not a valid choice.']}, [Complaint(field="kind", choice=True)]),
        ({"owner": ['Invalid pk "1" - object does not exist.']}, [Complaint(field="owner", choice=True)]),
        ({"errors": {"name": ["required"]}}, [Complaint(field="name", missing=True)]),
        ({"error": "name is required"}, [Complaint(field="name", missing=True)]),
        ({"detail": "site query parameter is required"}, [Complaint(field="site", missing=True)]),
        ({"error": "Missing parameter 'page_size'"}, [Complaint(field="page_size", missing=True)]),
        ({"message": "missing url param filename"}, [Complaint(field="filename", missing=True)]),
        ({"message": "missing url"}, [Complaint(field="url", missing=True)]),
        ({"purpose": ["Unknown purpose."]}, [Complaint(field="purpose", choice=True)]),
        ({"ids": ["No valid rows."]}, [Complaint(field="ids", choice=True)]),
        (
            {"detail": [{"loc": ["body", "payload", "name"], "msg": "Field required", "type": "missing"}]},
            [Complaint(field="name", missing=True)],
        ),
        (
            {"errors": {"name": [{"message": "This field is required.", "code": "required"}]}},
            [Complaint(field="name", missing=True)],
        ),
        ({"detail": "Authentication credentials were not provided."}, []),
        ({"type": "error", "detail": "model name must be provided"}, [Complaint(field="model_name", missing=True)]),
        ({"title": ["This field is required."]}, [Complaint(field="title", missing=True)]),
        ({"title": ["Give it one."]}, [Complaint(field="title", said="Give it one.")]),
        ({"title": "Bad request.", "detail": "No."}, []),
        (
            {"place": ["Selected place is invalid."]},
            [Complaint(field="place", choice=True, said="Selected place is invalid.")],
        ),
        ({"reason": "Unavailable", "id": "4711", "level": "error"}, []),
        ({"detail": "A user without email cannot be told"}, [Complaint(field="email", missing=True)]),
        ("no", []),
        ([1, None], []),
    ],
)
def test_json_errors(document: Any, expected: list[Complaint]) -> None:
    assert complaints(answer(document)) == expected


@pytest.mark.parametrize(
    ("said", "sent", "expected"),
    [
        ("Pass exactly one course_id.", {}, [Complaint(field="course_id", missing=True)]),
        ("Unknown from_email_type: x", {"from_email_type": "x"}, [Complaint(field="from_email_type", choice=True)]),
        ("Das Attribut 'darkmode' darf nicht fehlen!", {}, [Complaint(field="darkmode", missing=True)]),
        ("data_invalid", {}, []),
        ("kind_of must be one of: email, web_app", {}, [Complaint(field="kind_of", value="email")]),
        ("state must be one of: 'open', 'shut'", {"state": "x"}, [Complaint(field="state", value="open")]),
        ("User not found.", {"user_id": 1, "name": "a"}, [Complaint(field="user_id", choice=True)]),
        ("Page not found.", {"page": 1}, []),
        ("isbn is taken", {"isbn": "1", "name": "a"}, [Complaint(field="isbn")]),
        ("Missing or untrusted __origin query parameter.", {}, []),
        ("Unknown policy. Allowed here: a, b", {"policy": "x", "a": "y"}, [Complaint(field="policy", value="a")]),
        (
            "Enter the phone number in international form, starting with +",
            {"kind": "phone", "value": "la xxLAxx", "label": "la xxLAxx"},
            [Complaint(field="value", value="+4930__loadaudit_number__")],
        ),
        (
            "Membership with this User and Team already exists.",
            {"user_id": 1, "team": 2, "name": "a"},
            [Complaint(field="user_id", choice=True), Complaint(field="team", choice=True)],
        ),
        (
            "The fields team, name must make a unique set.",
            {"team": 2, "name": "a"},
            [Complaint(field="team", choice=True), Complaint(field="name", choice=True)],
        ),
        (
            "The date must be in the future.",
            {"at": "2999-03-01T10:00:00Z", "name": "a"},
            [Complaint(field="at", value="2999-03-08T10:00:00Z")],
        ),
        (
            "The following fields are required for DELIVERY orders: ['street', 'town', 'kind']",
            {"kind": "DELIVERY"},
            [Complaint(field="street", missing=True), Complaint(field="town", missing=True)],
        ),
        (
            "Missing required parameters: street and town",
            {"kind": "DELIVERY"},
            [Complaint(field="street", missing=True), Complaint(field="town", missing=True)],
        ),
    ],
)
def test_what_plain_words_mean(said: str, sent: dict[str, Any], expected: list[Complaint]) -> None:
    """Names as programs write them, rows that are there already, and dates on the wrong side of today."""
    assert complaints(answer({"error": said}), sent) == expected


def test_errors_of_pydantic_within_a_text() -> None:
    """They name types and choices."""
    errors = [
        {"type": "list_type", "loc": ["ids"], "msg": "Input should be a valid list"},
        {"type": "literal_error", "loc": ["kind"], "msg": "…", "ctx": {"expected": "'quiz' or 'lesson'"}},
        {"type": "value_error", "loc": ["day"], "msg": "Value error, ISO string too short"},
        {"type": "extra_forbidden", "loc": ["Lesson"], "msg": "Extra inputs are not permitted"},
    ]
    assert complaints(answer({"error": json.dumps(errors)}), {"ids": 1, "kind": "x", "day": "la", "Lesson": 1}) == [
        Complaint(field="ids", wants="array"),
        Complaint(field="kind", choice=True, value="quiz"),
        Complaint(field="day", wants="date-time"),
        Complaint(field="Lesson", unwanted=True),
    ]


def test_a_file_that_is_only_called_wrong_is_followed_by_others() -> None:
    """Each variant is of another kind."""
    refused = answer({"error": "Invalid file type"})
    assert [one.wants for n in (1, 2) for one in of_files(refused, ["f"], n)] == ["png", "pdf"]


def test_a_failure_may_have_the_status_of_a_success() -> None:
    """What it says of other things than what was sent is no complaint."""
    document = {"success": False, "date": "no valid date", "html": "<p>no</p>", "errors": {"name": ["required"]}}
    found = {one.field: one.missing for one in complaints(answer(document, status=200), {"date": "x"})}
    assert found == {"date": False, "name": True}


def test_the_state_that_an_answer_names_is_taken_when_it_was_sent() -> None:
    document = {"error": "conflict", "version": 7, "count": 3}
    assert complaints(answer(document, status=409), {"version": 1}) == [Complaint(field="version", value=7)]


def test_what_an_error_repeats_is_no_value_to_send() -> None:
    """Only which of several objects it is about."""
    said = {"errors": [{"id": 1, "errors": {"id": ["Object with ID 1 does not exist"]}}]}
    (found,) = complaints(answer(said), {"id": 1})
    assert (found.field, found.choice, found.value) == ("id", True, None)


def test_a_text_about_a_value_asks_for_another_one() -> None:
    document = {"ok": False, "error": "job_id: the job is done"}
    assert complaints(answer(document), {"job_id": 1}) == [Complaint(field="job_id", choice=True)]
    assert complaints(answer(document), {}) == []


def test_what_was_sent_and_is_missing_all_the_same() -> None:
    """The view reads it from the query; an empty value it may not have taken for one."""
    told = answer({"error": "next is required"})
    assert complaints(told, {"next": "/"}) == [Complaint(field="next", missing=True, in_query=True)]
    assert complaints(told, {"next": ""}) == [Complaint(field="next", choice=True)]


def test_refusals_of_forms() -> None:
    found = complaints(
        answer({}, 200, refusals=("shop.forms.F: a-name (required), kind (invalid_choice), __all__ (x)",))
    )
    assert found == [Complaint(field="a-name", missing=True), Complaint(field="kind", choice=True)]


def test_a_missing_key_in_the_servers_traceback() -> None:
    error = ServerException(
        type="django.utils.datastructures.MultiValueDictKeyError", message="'page'", fingerprint="x"
    )
    assert complaints(answer({}, 500, exception=error)) == [Complaint(field="page", missing=True)]
    other = ServerException(type="ValueError", message="'page'", fingerprint="x")
    assert complaints(answer({}, 500, exception=other)) == []


def test_a_value_that_finds_several_rows() -> None:
    """Which one that is of those that were sent is not told."""
    error = ServerException(type="shop.models.Book.MultipleObjectsReturned", message="it returned 2!", fingerprint="x")
    found = complaints(answer({}, 500, exception=error), {"isbn": "1", "reader": "2"})
    assert found == [Complaint(field="isbn", choice=True), Complaint(field="reader", choice=True)]


def test_an_error_in_plain_text_is_read() -> None:
    """`HttpResponseBadRequest("…")` calls its text HTML; a page of errors says nothing."""
    told = replace(answer({}), content_type="text/html; charset=utf-8", content=b"Parameter 'start' is required")
    assert complaints(told) == [Complaint(field="start", missing=True)]
    two = replace(told, content=b"Start and end parameters are required")
    assert [one.field for one in complaints(two)] == ["start", "end"]
    page = replace(told, content=b"<h1>Bad Request</h1>Parameter 'start' is required")
    assert complaints(page) == []


def test_an_error_that_names_kinds_of_files_wants_one_of_them() -> None:
    """Of those that it names the first that there is a small one of; an error about something else says nothing."""
    wanted = list(of_files(answer({"error": "File was not avif, csv or sqlite."}), ["file"]))
    assert wanted == [Complaint(field="file", choice=True, wants="csv")]
    field = BodyField(name="file", type="file")
    assert as_asked(field, {"file": "csv"}, wanted).choices == ("csv",)
    assert list(of_files(answer({"error": "too large"}), ["file"])) == []


def test_the_kind_that_was_sent_is_the_one_that_is_refused() -> None:
    refused = answer({"file": ["File type not supported: txt"]})
    assert [one.wants for n in (1, 2, 3) for one in of_files(refused, ["file"], n, {"txt"})] == ["png", "pdf", "csv"]
    other = answer({"file": ["No txt, only csv."]})
    assert [one.wants for one in of_files(other, ["file"], 1, {"txt"})] == ["csv"]


def test_a_form_that_refuses_a_file_in_json_wants_another_kind() -> None:
    """The status is that of a success, and its field may be called like a kind."""
    words = {"error": {"image": ["Supported formats are jpeg, gif."]}}
    refused = answer(words, status=200, refusals=("app.ImageForm: image (invalid)",))
    assert [one.wants for one in of_files(refused, ["image"])] == ["jpeg"]
    assert list(of_files(answer(words, status=200), ["image"])) == []


def test_the_page_of_a_form_tells_the_kind_that_it_wants() -> None:
    """Where an input of the page is a text like any other, and the class of the form is not known."""
    page = '<ul class="errorlist" id="id_begin_error"><li>Enter a valid time.</li></ul><input name="begin">'
    refused = answer(page, status=200, refusals=("shop.views.add.<locals>.F: begin (invalid), size (invalid_choice)",))
    refused = replace(refused, content=page.encode(), content_type="text/html")
    found = complaints(refused, {"begin": "2026-11-30", "size": "x"})
    assert [(one.field, one.wants) for one in found] == [("begin", "time"), ("size", "")]


def test_a_time_is_written_as_the_program_reads_it() -> None:
    """Python names the format that it did not find."""
    error = ServerException(
        type="ValueError", message="time data 'NOON' does not match format '%H:%M:%S.%fZ'", fingerprint="x"
    )
    found = complaints(answer({}, 500, exception=error), {"start": "NOON", "id": 1})
    assert found == [Complaint(field="start", value="10:00:00.000000Z")]


def test_json_that_says_it_is_text() -> None:
    """Its keys are no fields that it quotes."""
    one = replace(answer({"detail": "The type is wrong."}), content_type="text/plain")
    assert complaints(one, {"detail": "a"}) == complaints(answer({"detail": "The type is wrong."}), {"detail": "a"})


def test_codes_of_an_error_are_no_names() -> None:
    """What ninja says of a value in the address neither asks for a key nor says more than a refusal."""
    document = {
        "code": "validation_error",
        "detail": [{"type": "uuid_parsing", "loc": ["path", "role_id"], "msg": "no"}],
    }
    assert complaints(answer(document, 422), {"name": "a"}) == []
    assert is_about_the_path(answer(document, 422))
    assert not is_about_the_path(answer({"detail": [{"loc": ["body", "path"]}]}, 422))


def test_the_address_of_a_kind_of_error_is_no_value() -> None:
    """Problem details (RFC 9457) begin with it."""
    said = {"type": "https://docs.example/problems/invalid", "title": "Not valid", "status": 400, "instance": "/a/b"}
    said |= {"errors": {"non_field_errors": ["Unknown email or wrong password."]}}
    assert all(one.value is None for one in complaints(answer(said), {"email": "a@b.c", "password": "x"}))


def test_codes_beside_a_sentence_are_no_names() -> None:
    """A key of the error with one word, or none, is about the error; a list of texts is about a field."""
    document = {"localizable": "error.400.bad", "error": "That is no good idea.", "language": "", "age": ["No number."]}
    assert complaints(answer(document), {"name": "a"}) == [Complaint(field="age")]
    assert complaints(answer({"name": "bad", "error": "That is no good idea."}), {"name": "a"}) == [
        Complaint(field="name")
    ]


def test_a_field_that_repeats_another_changes_with_it() -> None:
    """A confirmation is no longer one otherwise."""
    found = [Complaint(field="name", value="la")]
    assert repetitions(found, {"name": "x", "confirm_name": "x", "note": "x"}) == [
        Complaint(field="confirm_name", value="la")
    ]
    assert repetitions(found, {"name": "x", "confirm_name": "y"}) == []


def test_words_describe_the_value() -> None:
    """Of a field in a document, and of one that a sentence names."""
    told = complaints(answer({"number": ["It must have exactly 4 digits."]}), {"number": "la"})
    assert told == [Complaint(field="number", value="1111")]
    told = complaints(answer({"error": "stars must be between 1 and 5"}), {"stars": "9", "note": "la"})
    assert told == [Complaint(field="stars", value=1)]


def test_a_key_may_tell_that_it_is_an_error() -> None:
    """Unless a field is called so itself."""
    told = {"title_error": "Choose another one."}
    assert complaints(answer(told), {"title": "la"}) == [Complaint(field="title", choice=False)]
    (own,) = complaints(answer(told), {"title": "la", "title_error": "x"})
    assert own.field == "title_error"


def test_texts_that_are_alike_differ_once_one_of_them_is_repeated() -> None:
    """Only then it is known which one a view has looked for."""
    alike = f"loadaudit {UNIQUE_TEXT}"
    found = complaints(answer({"error": "User with email loadaudit 00000b does not exist."}), {"to": alike, "b": alike})
    assert found == [Complaint(field="b", value=f"{alike}b")]
    found = complaints(
        answer({"error": "User with email loadaudit 00000b does not exist."}), {"to": alike, "b": f"{alike}b"}
    )
    assert found == [Complaint(field="to", choice=True)]
    found = complaints(
        answer({"error": "User with email loadaudit 00000bb does not exist."}), {"to": alike, "b": f"{alike}b"}
    )
    assert found == [Complaint(field="b", choice=True)]


def test_a_short_value_is_known_between_quotes() -> None:
    """The only kind that it can be is named beside it."""
    raised = ServerException(
        type="ValidationError", message="\u201c1\u201d is not a valid UUID.", traceback="", fingerprint=""
    )
    assert complaints(answer({}, 500, exception=raised), {"product": "1", "page": "12"}) == [
        Complaint(field="product", choice=True, wants="uuid")
    ]


def test_what_an_exception_says_of_the_value_that_it_repeats() -> None:
    """Its words describe what does."""
    raised = ServerException(type="ValueError", message="loadaudit 00001v is not a valid domain name", fingerprint="")
    told = complaints(answer({}, 500, exception=raised), {"server": f"loadaudit {UNIQUE_TEXT}", "port": 1})
    assert [(one.field, one.value) for one in told] == [("server", f"la-{UNIQUE_TEXT}.example.com")]


def test_a_query_is_told_what_it_wants() -> None:
    told = {"detail": [{"type": "uuid_parsing", "loc": ["query", "product"], "msg": "no"}]}
    assert complaints(answer(told, 422), {"product": "1"}) == [Complaint(field="product", in_query=True, wants="uuid")]


@pytest.mark.parametrize(
    ("kind", "wants"),
    [
        ("zipfile.BadZipFile", "zip"),
        ("tarfile.ReadError", "gz"),
        ("PIL.UnidentifiedImageError", "png"),
        ("UnicodeDecodeError", "csv"),
    ],
)
def test_how_a_file_could_not_be_opened_tells_its_kind(kind: str, wants: str) -> None:
    """Views that unpack what is uploaded fail for what is no archive."""
    error = ServerException(type=kind, message="", fingerprint="x")
    assert [one.wants for one in of_files(answer({}, 500, exception=error), ["f"])] == [wants]
    other = ServerException(type="builtins.KeyError", message="", fingerprint="x")
    assert list(of_files(answer({}, 500, exception=other), ["f"])) == []


@pytest.mark.parametrize(
    "said",
    [
        "NOT NULL constraint failed: shop_order.buyer_id",
        'null value in column "buyer_id" of relation "shop_order" violates not-null constraint',
        "(1048, \"Column 'buyer_id' cannot be null\")",
    ],
)
def test_a_column_that_a_database_wants(said: str) -> None:
    """Under the column's name, or that of what it points to; what the body has no name for comes from elsewhere."""
    assert empty_columns(said, ["buyer", "note"]) == ["buyer"]
    assert empty_columns(said, ["buyer_id"]) == ["buyer_id"]
    assert empty_columns(said, ["note"]) == empty_columns("no", ["note"]) == []


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, [Complaint(field="id", missing=True)]),
        # It went where the view does not look.
        ({"id": 1}, [Complaint(field="id", missing=True, in_query=True)]),
        ({"id": ""}, [Complaint(field="id", choice=True)]),
    ],
)
def test_words_of_a_404_name_what_was_not_sent(sent: dict[str, Any], expected: list[Complaint]) -> None:
    found = answer(None, 404, not_found='No POST argument with this key: "id".')
    assert rows_not_found(replace(found, content_type="text/html", content=b"<h1>Not Found</h1>"), sent) == expected


def test_a_value_that_a_404_names_becomes_one_of_those_that_it_wants() -> None:
    said = 'Problem with argument "value": it can not be a boolean: on; must be in 0/1/false/true'
    expected = [Complaint(field="value", choice=True, value="0")]
    assert rows_not_found(answer({"detail": said}, 404), {"value": "on", "id": 1}) == expected


def test_code_that_raised_a_404_is_none_of_its_words() -> None:
    found = answer(None, 404, not_found="raised by shop.views.missing_key, line 3")
    assert rows_not_found(replace(found, content_type="text/html", content=b""), {"missing_key": "a"}) == []


def test_the_only_value_is_what_a_view_wants_a_list_of() -> None:
    """As Python says it of a number."""
    broken = ServerException(type="TypeError", message="'int' object is not iterable", fingerprint="1")
    found = complaints(answer("", 500, exception=broken), {"ids": 7})
    assert found == [Complaint(field="ids", wants="array")]


def test_what_json_escapes_is_read_as_people_do() -> None:
    """And in the language that it is in."""
    assert said_of(answer({"error": "El monto debe ser mayor que 5. Está mal."})).startswith('{"error": "El monto must')
    assert complaints(answer({"error": "El monto debe ser mayor que 5, como está."}), {"monto": "1"}) == [
        Complaint(field="monto", value=6)
    ]


def test_a_sentence_that_tells_what_kind_a_value_is() -> None:
    """Of the field that it names."""
    found = complaints(answer({"error": {"message": "filter must be valid JSON"}}), {"filter": "la", "q": "b"})
    assert found == [Complaint(field="filter", wants="json")]


def test_an_error_of_json_rpc_repeats_what_was_asked() -> None:
    """Its code tells that the method is wrong, and its words the rest."""
    sent = {"jsonrpc": "2.0", "id": "1", "method": "la"}
    unknown = {"jsonrpc": "2.0", "id": "1", "error": {"code": -32601, "message": "Nothing"}}
    assert complaints(answer(unknown, 200), sent) == [Complaint(field="method", choice=True)]
    lacking = {"jsonrpc": "2.0", "id": "1", "error": {"code": -32602, "message": "owner is required"}}
    assert complaints(answer(lacking, 200), sent) == [Complaint(field="owner", missing=True)]
