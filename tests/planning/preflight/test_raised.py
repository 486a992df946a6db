"""What a view's exception and the services behind it say about the project."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.raised import of_exception, of_service, read_last
from loadaudit.records import Identity, Outcome, Parameter, PlannedPath, ServerException
from tests.analysis.factories import operation, sample, trace, use
from tests.demo.accounts.models import User


def _failed(**facts: Any) -> Try:
    return Try(
        identity=Identity(role="staff", staff=True),
        path=PlannedPath(path="/nowhere/"),
        payload=None,
        sample=sample(operation_id="GET /nowhere/", status=500),
        trace=trace(**facts),
        outcome=Outcome.SERVER_ERROR,
        answer=None,
    )


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("localhost:80", "it asks localhost:80 (SEARCH_URL), where"),
        ("localhost:8001", "it asks localhost:8001 (CORE), where"),
        ("localhost:800", "it asks localhost:800, where"),
        ("localhost:5432", "it asks localhost:5432, where"),
        ("localhost:25", "it asks localhost:25, where"),
    ],
)
def test_settings_that_name_a_service(settings: Any, place: str, named: str) -> None:
    """Each once, and none that names hosts of something else; one that cannot be read breaks nothing."""
    settings.SECRET_KEY = ""
    settings.ALLOWED_HOSTS = ["localhost", "localhost:80"]
    settings.EMAIL_URL = "smtp://localhost:25"
    settings.CACHES = {"default": {"LOCATION": "redis://localhost:5432"}}
    settings.CORE = {"hosts": ["localhost:8001"]}
    settings.SEARCH_URL = "http://localhost/search"
    settings.GREETING = "This is no localhost."
    assert named in of_service(_failed(outgoing=(f"no answer from {place}",)))


@pytest.mark.parametrize(
    ("message", "lacks"),
    [
        ("no such table: shop_order", True),
        ("no such column: shop_order.paid", True),
        ('relation "shop_order" does not exist LINE 1: SELECT', True),
        ('column "paid" of relation "shop_order" does not exist', True),
        ("no such column: paid", False),
    ],
)
def test_a_model_without_its_table(message: str, *, lacks: bool) -> None:
    """SQL of the view's own may be wrong by itself."""
    raised = ServerException(type="django.db.utils.OperationalError", message=message, fingerprint="f")
    told = of_exception(operation("GET /nowhere/"), _failed(exception=raised))
    assert told.startswith("the database lacks") is lacks


def _of_a_row(request: HttpRequest, **_: int) -> HttpResponse:
    return HttpResponse(json.loads(str(request.user)))


def _of_the_body(request: HttpRequest) -> HttpResponse:
    return HttpResponse(json.loads(request.body))


urlpatterns = [path("row/", _of_a_row), path("row/<int:pk>/", _of_a_row), path("body/", _of_the_body)]


@pytest.mark.parametrize(
    ("address", "told"),
    [("/row/", "it takes for JSON what a row has in it"), ("/body/", "the view reads JSON where the")],
)
def test_whose_text_is_no_json(settings: Any, address: str, told: str) -> None:
    """The body is only to blame where the code of the view asks for it."""
    settings.ROOT_URLCONF = __name__
    raised = ServerException(type="json.decoder.JSONDecodeError", message="Expecting value", fingerprint="f")
    failed = _failed(exception=raised)
    failed = replace(failed, path=PlannedPath(path=address))
    assert of_exception(operation(f"GET {address}"), failed).startswith(told)


@pytest.mark.django_db
def test_the_row_of_an_address_whose_text_is_no_json(settings: Any) -> None:
    """By its model and key."""
    settings.ROOT_URLCONF = __name__
    user = User.objects.create(username="one")
    row = Parameter(name="pk", converter="int", model="accounts.User", model_field="pk")
    raised = ServerException(type="json.decoder.JSONDecodeError", message="Expecting value", fingerprint="f")
    failed = replace(_failed(exception=raised), path=PlannedPath(path=f"/row/{user.pk}/"))
    told = of_exception(operation("GET /row/<int:pk>/", parameters=(row,)), failed)
    assert told.startswith(f"it takes for JSON what the row {user.pk} of accounts.User has in it")


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ("loadaudit refused the Redis command CONFIG: an isolated run may touch its own keys only", "CONFIG"),
        ("user_script:1: loadaudit refused DEBUG in a script: an isolated run may touch", "DEBUG"),
    ],
)
def test_what_the_fence_kept_from_redis(message: str, command: str) -> None:
    """It is no fault of the project's."""
    raised = ServerException(type="redis.exceptions.ResponseError", message=message, fingerprint="f")
    told = of_exception(operation("GET /nowhere/"), _failed(exception=raised))
    assert told.startswith(f"the isolated run lets no {command} through to Redis")


def test_what_the_fence_refused_to_a_library_of_any_name() -> None:
    """Its words come through, whatever the class of the exception is."""
    said = (
        "[Errno 111] loadaudit refused the connection to api.example.com:443, because this run is isolated. "
        "Allow it with --allow-outgoing api.example.com"
    )
    raised = ServerException(type="httpx9.ConnectError", message=said, fingerprint="f")
    told = of_exception(operation("GET /nowhere/"), _failed(exception=raised))
    assert told.endswith("--allow-outgoing api.example.com opens it")


def test_a_base_view_without_a_page() -> None:
    raised = ServerException(
        type="AttributeError", message="'Upload' object has no attribute 'render_to_response'", fingerprint="f"
    )
    assert "has no page" in of_exception(operation("GET /nowhere/"), _failed(exception=raised))


@pytest.mark.parametrize(
    ("message", "needed"),
    [
        ("This module is not installed", ""),
        ("The requested tool which is not installed", ""),
        ("The 'ffmpeg' tool is not installed", "it needs ffmpeg,"),
        ("Pillow is not installed.", "it needs Pillow,"),
        ("It requires the 'segno' package. Install it with: pip install forms[qr]", "it needs forms[qr],"),
    ],
)
def test_only_a_name_is_needed(message: str, needed: str) -> None:
    """A word of the sentence names nothing to install."""
    raised = ServerException(type="RuntimeError", message=message, fingerprint="f")
    told = of_exception(operation("GET /nowhere/"), _failed(exception=raised))
    assert needed in told if needed else "it needs" not in told


def test_an_empty_setting_may_be_named(settings: Any) -> None:
    """Django refuses to hand it out."""
    settings.SECRET_KEY = ""
    raised = ServerException(type="RuntimeError", message="SECRET_KEY is too short", fingerprint="f")
    assert "the setting SECRET_KEY" in of_exception(operation("GET /nowhere/"), _failed(exception=raised))


def test_what_a_user_may_is_not_what_a_view_lacks() -> None:
    """Django reads permissions behind the row that the view wanted."""
    read = (use('SELECT 1 FROM "projects_project"'), use('SELECT 1 FROM "auth_permission"'))
    failed = _failed(statements=read)
    assert read_last(failed) == " (it read projects_project last)"
    # A middleware has read that, and the view nothing.
    assert failed.trace is not None
    assert read_last(replace(failed, trace=replace(failed.trace, before_view=(0,)))) == ""


@pytest.mark.parametrize(
    ("use_of_cache", "told"),
    [
        ({"cache_gets": 2, "cache_hits": 1}, "it broke after it had found nothing in a cache"),
        ({"cache_gets": 2, "cache_hits": 1, "cache_sets": 1}, "the view itself fails"),
        ({"cache_gets": 1, "cache_hits": 1}, "the view itself fails"),
    ],
)
def test_what_nobody_has_put_into_a_cache(use_of_cache: dict[str, int], told: str) -> None:
    """A view that stores what it misses does not depend on other code."""
    failed = _failed(exception=ServerException(type="AssertionError", message="", fingerprint="f"))
    assert failed.trace is not None
    failed = replace(failed, trace=replace(failed.trace, **use_of_cache))  # type: ignore[arg-type]
    assert of_exception(operation("GET /results/"), failed).startswith(told)
