"""What the operator is told to do."""

from dataclasses import replace
from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.advice import advice_on
from loadaudit.planning.preflight.forms_by_put import FORM_BY_PUT
from loadaudit.planning.preflight.judge import Trial, Try, unanswered
from loadaudit.records import BodyKind, Identity, Outcome, Parameter, Payload, PlannedPath, ServerException, Upload
from tests.analysis.factories import operation, sample, trace, use

FORM = Payload(kind=BodyKind.FORM, origin="form")


def advice(
    outcome: Outcome,
    said: str = "",
    method: str = "POST",
    status: int = 200,
    payload: Payload = FORM,
    parameters: tuple[Parameter, ...] = (),
    challenge: str = "",
    **facts: Any,
) -> str:
    """Return what is said of an answer with this text, or with these facts of its trace, to a form."""
    answer = Answer(status=status, text="", location="", trace=None, content_type="text/plain", content=said.encode())
    answer = replace(answer, challenge=challenge)
    one = Try(
        identity=Identity(role="staff", staff=True),
        path=PlannedPath(path="/nowhere/"),
        payload=payload,
        sample=sample(operation_id=f"{method} /nowhere/", status=status),
        trace=trace(**facts),
        outcome=outcome,
        answer=answer,
    )
    sent = operation(f"{method} /nowhere/", parameters=parameters)
    return advice_on(Trial(operation=sent, best=one, tries=1), one)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"outcome": Outcome.RATE_LIMITED, "status": 429}, "the run's own tries"),
        ({"outcome": Outcome.SERVER_ERROR, "status": 501}, "not implemented (501)"),
        ({"outcome": Outcome.SERVER_ERROR, "status": 502}, "no answer that will do (502)"),
        ({"outcome": Outcome.SERVER_ERROR, "status": 500}, "always"),
        ({"outcome": Outcome.CLIENT_ERROR, "status": 415, "said": '{"detail": "No."}'}, "a body of another type"),
        (
            {
                "outcome": Outcome.CLIENT_ERROR,
                "status": 415,
                "said": 'Unsupported media type "application/octet-stream" in request.',
            },
            "a body of another type",
        ),
        ({"outcome": Outcome.INVALID, "refusals": ("LoginForm: captcha (invalid)",)}, "no program answers"),
        ({"outcome": Outcome.INVALID, "method": "PUT"}, "nobody can make it succeed"),
        ({"outcome": Outcome.DENIED, "status": 401, "said": "Authorization header missing"}, "env:TOKEN"),
        ({"outcome": Outcome.DENIED, "status": 401, "said": "No credentials.", "challenge": "Token"}, "env:TOKEN"),
        (
            {
                "outcome": Outcome.DENIED,
                "status": 401,
                "said": "Token is invalid",
                "payload": Payload(kind=BodyKind.JSON, document='{"refresh": "x"}'),
            },
            "takes the refresh of its body for none of its own",
        ),
        (
            {
                "outcome": Outcome.DENIED,
                "status": 403,
                "said": "Stale token for given user.",
                "payload": Payload(kind=BodyKind.JSON, document='{"token": "x"}'),
            },
            "takes the token of its body for none of its own",
        ),
        ({"outcome": Outcome.CLIENT_ERROR, "status": 400, "said": "Invalid OTP."}, "takes no code but one"),
        ({"outcome": Outcome.CLIENT_ERROR, "status": 400, "said": "OTP column not found"}, "body() in a loadtests.py"),
        (
            {
                "outcome": Outcome.CLIENT_ERROR,
                "status": 400,
                "said": "The code is invalid or has expired.",
                "payload": Payload(kind=BodyKind.JSON, document='{"code": "1"}'),
            },
            "takes no code but one",
        ),
        (
            {
                "outcome": Outcome.CLIENT_ERROR,
                "status": 400,
                "said": "The token is invalid or has expired.",
                "payload": Payload(kind=BodyKind.JSON, document='{"token": "x"}'),
            },
            "takes no token but one that another request",
        ),
        ({"outcome": Outcome.NOT_FOUND, "status": 404, "said": "Embedding is not enabled."}, "switched off"),
        ({"outcome": Outcome.DENIED, "status": 403, "said": "Widget is disabled"}, "it read shop_order last"),
        ({"outcome": Outcome.SERVER_ERROR, "status": 503, "said": "The secret is not configured."}, "switched off"),
        ({"outcome": Outcome.CLIENT_ERROR, "status": 409, "said": "Conflict"}, "in a state that it refuses"),
        ({"outcome": Outcome.CLIENT_ERROR, "status": 410, "said": "Used"}, "in a state that it refuses"),
        ({"outcome": Outcome.CLIENT_ERROR, "status": 400, "said": "The poll is closed."}, "in a state that it refuses"),
        ({"outcome": Outcome.CLIENT_ERROR, "status": 400, "said": "Name already exists."}, "body() in a loadtests.py"),
        (
            {"outcome": Outcome.CLIENT_ERROR, "status": 415, "said": "Requests must use application/jose+json."},
            "takes bodies of application/jose+json, which the run makes none of",
        ),
        ({"outcome": Outcome.METHOD_NOT_ALLOWED, "status": 405}, "leave it out with EXCLUDE"),
        ({"outcome": Outcome.NOT_FOUND, "status": 404}, "the view finds no row of what the body names"),
        (
            {
                "outcome": Outcome.NOT_FOUND,
                "status": 404,
                "payload": Payload(kind=BodyKind.JSON, document='{"key": "x"}'),
            },
            "takes no key but one that another request",
        ),
        (
            {
                "outcome": Outcome.NOT_FOUND,
                "status": 404,
                "said": "No user exists with these details",
                "payload": Payload(kind=BodyKind.JSON, document='{"otp": "1"}'),
            },
            "finds no row of what the body names",
        ),
        ({"outcome": Outcome.SOFT_FAILURE}, "body() in a loadtests.py"),
        ({"outcome": Outcome.OTHER_VIEW}, "MIDDLEWARE"),
        ({"outcome": Outcome.SERVER_ERROR, "status": 500}, "fails with these values, or always"),
        (
            {
                "outcome": Outcome.DENIED,
                "status": 401,
                "said": '{"error": "invalid_client"}',
                "payload": Payload(kind=BodyKind.JSON, document='{"token": "x"}'),
            },
            "which client sends it",
        ),
        (
            {
                "outcome": Outcome.NOT_FOUND,
                "status": 404,
                "not_found": "raised by flags.decorators.check.<locals>.inner, line 3",
            },
            "flags.decorators.check, which stands in front of the view, says so",
        ),
        ({"outcome": Outcome.DENIED, "status": 403, "said": "PLAY.PUBSUB_AUDIENCE is not set."}, "switched off"),
        ({"outcome": Outcome.DENIED, "status": 403, "said": "user.name is not set."}, "every user of the run"),
        ({"outcome": Outcome.DENIED, "view_ran": False}, "MIDDLEWARE answers before the view"),
        ({"outcome": Outcome.DENIED, "status": 403, "said": "Insecure request"}, "over HTTPS alone"),
        ({"outcome": Outcome.CLIENT_ERROR, "status": 400, "said": "OAuth 2 MUST utilize https."}, "over HTTPS alone"),
    ],
)
def test_what_is_said_of_an_answer(given: dict[str, Any], told: str) -> None:
    """True, and something to do."""
    statements = (use('SELECT "a" FROM "shop_order"'),)
    assert told in advice(**given, statements=statements)


@pytest.mark.parametrize(
    ("kind", "message", "told"),
    [
        ("AttributeError", "'NoneType' object has no attribute 'sku'", "it read shop_order last"),
        ("ValueError", "The 'avatar' attribute has no file associated with it.", "upload one"),
        ("AttributeError", "'Settings' object has no attribute 'BUCKET_NAME'", "lacks the setting BUCKET_NAME"),
        ("ValueError", "SHOP_MODEL not found in settings", "lacks the setting SHOP_MODEL"),
        ("ValueError", "bad", "body() in a loadtests.py"),
        (
            "ImproperlyConfigured",
            "X requires either a definition of 'template_name' or",
            "its class has no template_name",
        ),
        ("IntegrityError", "NOT NULL constraint failed: a.b", "body() in a loadtests.py"),
        ("MultiValueDictKeyError", "'name'", "body() in a loadtests.py"),
    ],
)
def test_what_is_said_of_an_exception(kind: str, message: str, told: str) -> None:
    """What is missing is named where it is known."""
    raised = ServerException(type=kind, message=message, fingerprint="f")
    statements = (use('SELECT "a" FROM "shop_order"'),)
    assert told in advice(Outcome.SERVER_ERROR, status=500, exception=raised, statements=statements)


def test_a_form_that_finds_nothing_in_json_reads_no_put() -> None:
    """What was sent as JSON is called missing; what was not sent may be."""
    refusals = ("shop.forms.F: email (required)",)
    with_value, without = (
        Payload(kind=BodyKind.JSON, document=text, origin="form") for text in ('{"email": "a@example.com"}', "{}")
    )
    told = [advice(Outcome.INVALID, method="PUT", refusals=refusals, payload=one) for one in (with_value, without)]
    assert [FORM_BY_PUT in one for one in told] == [True, False]
    # So does a view that answers with a status of its own, for a file too.
    file = Upload(field="photo", filename="a.png", content_type="image/png", content="")
    sent = Payload(kind=BodyKind.MULTIPART, uploads=(file,))
    lacks = ("shop.forms.F: photo (required)",)
    assert FORM_BY_PUT in advice(Outcome.CLIENT_ERROR, method="PUT", refusals=lacks, payload=sent, status=400)


@pytest.mark.parametrize(
    ("code", "is_told"),
    [
        ("photo = request.FILES.get('photo')", True),
        ("photo = MultiPartParser(request.META, request, []).parse()[1].get('photo') or request.FILES", False),
        ("photo = request.GET.get('photo')", False),
    ],
)
def test_a_view_that_looks_for_a_file_of_a_put_by_itself(
    monkeypatch: pytest.MonkeyPatch, code: str, is_told: bool
) -> None:
    """No form has refused it, and what it says names what was sent."""
    made: dict[str, Any] = {}
    exec(f"def view(request):\n    {code}", made)
    monkeypatch.setattr("loadaudit.planning.preflight.forms_by_put.view_at", lambda path: made["view"])
    file = Upload(field="photo", filename="a.png", content_type="image/png", content="")
    sent = Payload(kind=BodyKind.MULTIPART, uploads=(file,))
    told = advice(Outcome.CLIENT_ERROR, '{"error": "photo is required"}', method="PUT", payload=sent, status=400)
    assert (told == FORM_BY_PUT) is is_told


def test_rows_of_a_provider_that_are_not_found() -> None:
    """Whoever has named rows is not told to name some."""
    read = operation("GET /rows/<int:pk>/", parameters=(Parameter(name="pk", converter="int"),))
    path = PlannedPath(path="/rows/1/", origin="row of shop.Row, provider at shop/loadtests.py:4")
    best = unanswered(read, Identity(role="user"), path, None, 1, "")
    best = replace(best, outcome=Outcome.NOT_FOUND, trace=trace(statements=(use('SELECT "a" FROM "shop_row"'),)))
    told = advice_on(Trial(operation=read, best=best, tries=1), best)
    assert told.startswith("the view finds none of what the provider at shop/loadtests.py:4 names as user")


def test_a_setting_may_hide_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A view that has looked for no row before it said 404 goes by what its code reads."""
    monkeypatch.setattr("loadaudit.planning.preflight.advice.switched_by", lambda path, method: ("WEBHOOKS = False",))
    assert "its code goes by WEBHOOKS = False" in advice(Outcome.NOT_FOUND, status=404, method="GET")
    monkeypatch.setattr("loadaudit.planning.preflight.advice.reads_session", lambda path: True)
    assert "goes by the session, which another request" in advice(Outcome.NOT_FOUND, status=404, method="GET")
    looked_up = use('SELECT "t"."id" FROM "t" WHERE "t"."id" = %s')
    assert "WEBHOOKS" not in advice(Outcome.NOT_FOUND, status=404, method="GET", statements=(looked_up,))


def test_an_empty_setting_names_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of a person who cannot know one either."""
    asked = operation("GET /sign-on/<provider>/", parameters=(Parameter(name="provider"),))
    one = Try(
        identity=Identity(role="staff", staff=True),
        path=PlannedPath(path="/nowhere/"),
        payload=None,
        sample=sample(operation_id=asked.id, status=404),
        trace=trace(),
        outcome=Outcome.NOT_FOUND,
        answer=None,
    )
    assert "provide()" in advice_on(Trial(operation=asked, best=one, tries=1), one)
    monkeypatch.setattr("loadaudit.planning.preflight.advice.lists_at", lambda path: ("PROVIDERS, which is empty",))
    assert "goes by PROVIDERS, which is empty" in advice_on(Trial(operation=asked, best=one, tries=1), one)


def test_what_a_refusal_looked_for_is_named() -> None:
    """Whoever reads it knows which row lets a user in."""
    statement = use('SELECT 1 FROM "projects_membership" WHERE "projects_membership"."user_id" = %s')
    assert "projects.Membership" in advice(Outcome.DENIED, status=403, statements=(statement,))


def test_a_state_that_code_compares_is_named_whatever_a_refusal_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no field that was sent is spoken of."""
    monkeypatch.setattr("loadaudit.planning.preflight.advice.state_told", lambda *_: ", and its code compares it")
    monkeypatch.setattr("loadaudit.planning.preflight.asked_states.state_told", lambda *_: ", and its code compares it")
    assert advice(Outcome.CLIENT_ERROR, status=400, said="It cannot become done.").endswith("its code compares it")
    payload = Payload(kind=BodyKind.JSON, document='{"name": "x"}')
    told = advice(Outcome.CLIENT_ERROR, status=400, said='{"name": ["Too short."]}', payload=payload)
    assert "its code compares it" not in told


def test_an_address_may_be_what_is_refused() -> None:
    """A body cannot mend it."""
    content = b'{"kind": ["Unknown reaction."]}'
    answer = Answer(status=400, text="", location="", trace=None, content_type="application/json", content=content)
    asked = operation("PUT /posts/<kind>/", parameters=(Parameter(name="kind"),))
    one = Try(
        identity=Identity(role="staff", staff=True),
        path=PlannedPath(path="/nowhere/"),
        payload=Payload(kind=BodyKind.JSON, document="{}"),
        sample=sample(operation_id=asked.id, status=400),
        trace=trace(),
        outcome=Outcome.CLIENT_ERROR,
        answer=answer,
    )
    assert "provide('kind', …)" in advice_on(Trial(operation=asked, best=one, tries=1), one)


def test_what_is_not_set_up_may_be_what_was_sent() -> None:
    """A value that the run has made up is no setting of the project."""
    said = "[la0001] is not configured in DATABASES."
    payload = Payload(kind=BodyKind.JSON, document='{"connection": "la0001"}', origin="source")
    assert "body() in a loadtests.py" in advice(Outcome.CLIENT_ERROR, said, status=422, payload=payload)
    assert "switched off" in advice(Outcome.CLIENT_ERROR, said, status=422)


def test_a_token_is_refused_whoever_sends_it() -> None:
    """Another user would have no better one."""
    one = Try(
        identity=Identity(role="anonymous"),
        path=PlannedPath(path="/nowhere/"),
        payload=Payload(kind=BodyKind.JSON, document='{"refresh": "x"}'),
        sample=sample(operation_id="POST /nowhere/", status=401),
        trace=trace(),
        outcome=Outcome.DENIED,
        answer=None,
    )
    assert "takes the refresh of its body" in advice_on(
        Trial(operation=operation("POST /nowhere/"), best=one, tries=1), one
    )


@pytest.mark.parametrize("form", [True, False])
def test_a_page_that_breaks_on_a_form_that_no_get_has(monkeypatch: pytest.MonkeyPatch, *, form: bool) -> None:
    """Rows would not help."""
    monkeypatch.setattr("loadaudit.planning.preflight.raised.reads_form", lambda path, method: form)
    message = "'NoneType' object has no attribute 'split'"
    raised = ServerException(type="builtins.AttributeError", message=message, fingerprint="")
    assert ("require_POST" in advice(Outcome.SERVER_ERROR, method="GET", status=500, exception=raised)) is form


def test_a_field_that_an_answer_names_says_more_than_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any page may look at the session; a form says itself what it does not take."""
    monkeypatch.setattr("loadaudit.planning.preflight.advice.reads_session", lambda path: True)
    sent = Payload(kind=BodyKind.JSON, document='{"email": "x"}', origin="form")
    said = [
        advice(Outcome.CLIENT_ERROR, f'{{"{name}": ["Enter a valid address."]}}', status=400, payload=sent)
        for name in ("email", "other")
    ]
    assert ["goes by the session" in one for one in said] == [False, True]


def test_a_write_without_a_body_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What its view reads from the query says nothing of it."""
    monkeypatch.setattr("loadaudit.planning.preflight.advice.query_names", lambda path: ("lang",))
    write = operation("DELETE /rows/<int:pk>/", parameters=(Parameter(name="pk", converter="int"),))
    refused = unanswered(write, Identity(role="user"), PlannedPath(path="/rows/1/"), None, 1, "timeout")
    trial = Trial(operation=write, best=replace(refused, outcome=Outcome.CLIENT_ERROR), tries=1)
    assert trial.best is not None
    assert "in a state that it refuses" in advice_on(trial, trial.best)


def test_a_read_of_a_row_that_is_refused() -> None:
    """It is the row's state, where the view reads nothing from the query."""
    read = operation("GET /rows/<int:pk>/file/", parameters=(Parameter(name="pk", converter="int"),))
    refused = unanswered(read, Identity(role="user"), PlannedPath(path="/rows/1/file/"), None, 1, "timeout")
    best = replace(refused, outcome=Outcome.CLIENT_ERROR)
    assert "in a state that it refuses" in advice_on(Trial(operation=read, best=best, tries=1), best)


def test_a_form_by_put_of_which_no_field_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A view may choose its form by the address; whatever was sent, it found nothing."""
    monkeypatch.setattr("loadaudit.planning.preflight.chances.puts_forms", lambda one, path: True)
    refused = ("shop.ItemForm: name (required)",)
    empty = Payload(kind=BodyKind.JSON, document="{}")
    assert advice(Outcome.INVALID, method="PUT", refusals=refused, payload=empty) == FORM_BY_PUT


def test_an_exception_that_names_a_setting() -> None:
    """Names in capitals that no setting has are something else."""
    raised = [
        ServerException(type="RuntimeError", message=f"No list is called as {name} says.", fingerprint="f")
        for name in ("LANGUAGE_CODE", "NO_SUCH_THING")
    ]
    told = [advice(Outcome.SERVER_ERROR, status=500, exception=one) for one in raised]
    assert ["names the setting LANGUAGE_CODE" in one for one in told] == [True, False]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("No URL to redirect to. Provide a success_url.", "its class has no success_url"),
        ("rq_scheduler not installed", "it needs rq_scheduler, which is not installed here"),
        ("Missing staticfiles manifest entry for 'base.css'", "manage.py collectstatic"),
        ("'markup' is not a registered tag library. Must be one of:\nadmin_list", "the template tags markup"),
        ("'account' is not a registered namespace", "names URLs of account"),
        ("No (valid) certificate configured.", "has not configured what it names"),
        ("View V must be called with either an object pk or a slug in the URLconf.", "its route has no parameter"),
    ],
)
def test_exceptions_whose_words_say_what_is_lacking(message: str, words: str) -> None:
    """Their classes say less."""
    raised = ServerException(type="django.core.exceptions.ImproperlyConfigured", message=message, fingerprint="f")
    assert words in advice(Outcome.SERVER_ERROR, status=500, exception=raised)


@pytest.mark.parametrize(
    ("kind", "message", "words"),
    [
        ("TypeError", "page() missing 1 required positional argument: 'pk'", "its route does not hand over"),
        ("TypeError", "total() missing 1 required positional argument: 'pk'", "the view fails with these values"),
        ("requests.exceptions.ConnectionError", "HTTPSConnectionPool(host='x')", "--allow-outgoing"),
        ("redis.exceptions.ConnectionError", "Error 111", "a service behind redis"),
        ("mails.ImapError", "IMAP: [Errno 111] Connection refused", "it connects to a service that does not answer"),
        ("TypeError", "page.total() got an unexpected keyword argument 'x'", "the view fails with these values"),
    ],
)
def test_calls_that_go_nowhere(kind: str, message: str, words: str) -> None:
    """Those of the view itself by the URLconf, and of other hosts and services by the view."""
    raised = ServerException(type=kind, message=message, fingerprint="f")
    assert words in advice(Outcome.SERVER_ERROR, status=500, exception=raised)


def test_an_action_that_does_not_take_what_its_route_names() -> None:
    """The route names the viewset, and the error the action."""
    message = "page.total() got an unexpected keyword argument 'pk'"
    raised = ServerException(type="TypeError", message=message, fingerprint="f")
    told = advice(Outcome.SERVER_ERROR, status=500, exception=raised, parameters=(Parameter(name="pk"),))
    assert "its route does not hand over" in told


def test_a_service_that_does_not_answer_is_named_with_its_setting(settings: Any) -> None:
    """Whatever a view breaks on behind it; what the fence has refused is no cause of another exception."""
    settings.CORE_URL = "http://localhost:8001"
    broken = ServerException(type="AttributeError", message="'NoneType' object has no attribute 'x'", fingerprint="f")
    told = advice(Outcome.SERVER_ERROR, status=500, outgoing=("no answer from localhost:8001",), exception=broken)
    assert told == "it asks localhost:8001 (CORE_URL), where nothing answers: start that service for the run"
    refused = ("refused api.example.com:443",)
    assert "--allow-outgoing api.example.com" in advice(Outcome.SERVER_ERROR, status=502, outgoing=refused)
    assert "outgoing" not in advice(Outcome.SERVER_ERROR, status=500, outgoing=refused, exception=broken)
    caught = [advice(Outcome.CLIENT_ERROR, one, status=400, outgoing=refused) for one in ("Max retries", "no code")]
    assert ["outgoing" in one for one in caught] == [True, False]


@pytest.mark.parametrize(
    ("kind", "message", "is_of_it"),
    [
        ("KeyError", "'total'", False),
        ("redis.exceptions.ConnectionError", "Error 111 connecting to localhost:6379. Connection refused.", False),
        ("django.db.utils.OperationalError", "connection to server at localhost failed: Connection refused", False),
        ("requests.exceptions.ConnectionError", "no route", True),
        ("elastic_transport.ConnectionError", "no route", True),
        ("ConnectionRefusedError", "[Errno 111]", True),
        ("shop.search.SearchError", "localhost:9200 is down", True),
        ("TypeError", "'NoneType' object is not subscriptable", True),
    ],
)
def test_a_service_that_is_down_beside_another_fault(kind: str, message: str, *, is_of_it: bool) -> None:
    """To start it would not help."""
    raised = ServerException(type=kind, message=message, fingerprint="f")
    down = ("no answer from localhost:9200",)
    told = advice(Outcome.SERVER_ERROR, status=500, outgoing=down, exception=raised)
    assert ("it asks localhost:9200, where nothing answers" in told) is is_of_it


def test_the_version_of_a_row_and_a_signature_come_from_a_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    """No body has them, and no user; where the code checks no signature, it is a key that is called so."""
    assert "If-Match" in advice(Outcome.CLIENT_ERROR, "Send the version", status=412)
    said = "signature does not match"
    assert "scenario" not in advice(Outcome.DENIED, said, status=401)
    monkeypatch.setattr("loadaudit.planning.preflight.of_headers.signed_by", lambda path: "its code checks a signature")
    assert advice(Outcome.DENIED, said, status=401) == "its code checks a signature"
    assert advice(Outcome.DENIED, "no", status=401) != "its code checks a signature"
