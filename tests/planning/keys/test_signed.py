"""A view shows how it wants its requests signed when it is let check one; the key goes nowhere but into the job."""

import asyncio
import base64
import hashlib
import hmac
import inspect
import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from hmac import compare_digest as same
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path
from django.utils.crypto import constant_time_compare
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loadaudit.load.payloads import encode
from loadaudit.load.signing import Signatures
from loadaudit.planning.keys import signed, watched
from loadaudit.planning.keys.signed import Signing
from loadaudit.planning.resolving import match_at
from loadaudit.records import BodyKind, Payload

BODY = Payload(kind=BodyKind.JSON, document='{"event": "xxLAxx"}')
SECRET = b"a secret of the project"
compare_digest = hmac.compare_digest


def checked(expected: Any, given: Any) -> HttpResponse:
    """Answer by whether both are the same."""
    return HttpResponse(status=200 if hmac.compare_digest(expected, given) else 403)


def sha256(message: bytes, key: bytes = SECRET) -> str:
    """Return a keyed sum."""
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def with_prefix(request: HttpRequest) -> HttpResponse:
    """Take the header apart, as hooks of a forge are checked."""
    if "HTTP_X_HUB_SIGNATURE_256" not in request.META:
        return HttpResponse(status=403)
    name, given = request.META["HTTP_X_HUB_SIGNATURE_256"].split("=", 1)
    return checked(sha256(request.body), given) if name == "sha256" else HttpResponse(status=501)


def of_payments(request: HttpRequest) -> HttpResponse:
    """Moment and sum stand in one header."""
    parts = dict(one.split("=", 1) for one in request.headers.get("Pay-Signature", "").split(",") if "=" in one)
    if abs(time.time() - int(parts["t"])) > 300:
        raise ValueError("too old")
    return checked(sha256(b"%s.%s" % (parts["t"].encode(), request.body)), parts["v1"])


def of_chat(request: HttpRequest) -> HttpResponse:
    """The moment stands in a header of its own, and the comparison is Django's."""
    stamp = request.headers.get("X-Chat-Timestamp")
    if not stamp or abs(time.time() - int(stamp)) > 300:
        return HttpResponse("stale", status=403)
    key = os.environ["LOADAUDIT_TEST_CHAT_SECRET"].encode()
    expected = "v0=" + sha256(f"v0:{stamp}:".encode() + request.body, key)
    return HttpResponse(status=200 if constant_time_compare(expected, request.headers["X-Chat-Signature"]) else 403)


def in_bytes(request: HttpRequest) -> HttpResponse:
    """What the header has is decoded, and the keyed sum is made in one go and compared by a name of its own."""
    given = base64.b64decode(request.headers["X-Shop-Hmac"])
    return HttpResponse(status=200 if compare_digest(hmac.digest(SECRET, request.body, "sha256"), given) else 403)


def written_as_base64(request: HttpRequest) -> HttpResponse:
    """Of several lines, made one after the other, with what each request has of its own."""
    made = hmac.new(SECRET, digestmod="sha512")
    made.update("\n".join([str(request.method), request.path, request.headers["X-Nonce"], ""]).encode())
    made.update(hashlib.sha256(request.body).hexdigest().encode())
    return checked(base64.b64encode(made.digest()), request.headers["Authorization-Sum"].encode())


def by_equality(request: HttpRequest) -> HttpResponse:
    """Compared by nothing but `==`."""
    return HttpResponse(status=200 if "sha256=" + sha256(request.body) == request.headers["X-Plain-Sum"] else 403)


def of_a_row(request: HttpRequest, name: str) -> HttpResponse:
    """Each address has a key of its own."""
    key = Group.objects.get(name=name).name.encode()
    return checked(sha256(request.body, key), request.headers.get("X-Row-Signature", ""))


class Signed(BasePermission):
    """Lets in who has signed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Compare the sum."""
        given = request.headers.get("X-Api-Signature")
        return bool(given) and hmac.compare_digest(sha256(request.body), str(given))


class Deliveries(APIView):
    """Asks a permission."""

    authentication_classes = ()
    permission_classes = (Signed,)

    def post(self, request: Request) -> Response:
        """Take it."""
        return Response()


def of_the_method(request: HttpRequest) -> HttpResponse:
    """What is asked is signed, too."""
    message = f"{request.method} {request.path}".encode() + request.body
    return checked(sha256(message), request.headers.get("X-Method-Signature", ""))


async def waited_for(request: HttpRequest) -> HttpResponse:
    """Checked before anything is waited for."""
    return checked(sha256(request.body), request.headers.get("X-Async-Signature", ""))


def of_the_values(request: HttpRequest) -> HttpResponse:
    """What is signed are the body's values, in an order of its own."""
    return checked(sha256(request.body[::-1]), request.headers.get("X-Odd-Signature", ""))


def by_a_token(request: HttpRequest) -> HttpResponse:
    """Nothing is signed."""
    return HttpResponse(status=200 if same(request.headers.get("X-Hook-Token", ""), project.SECRET_KEY) else 403)


VIEWS: tuple[Callable[..., Any], ...] = (
    with_prefix,
    of_payments,
    of_chat,
    in_bytes,
    written_as_base64,
    by_equality,
    Deliveries.as_view(),
    of_the_values,
    by_a_token,
)
urlpatterns = [
    *(path(f"{number}/", one) for number, one in enumerate(VIEWS)),
    path("rows/<str:name>/", of_a_row),
    path("method/", of_the_method),
    path("waited/", waited_for),
]


def status_at(address: str, lines: tuple[str, ...], signatures: Signatures, number: int, method: str = "POST") -> int:
    """Return what a view answers to a request with such lines."""
    content = encode(BODY, number).content if method != "GET" else b""
    headers = dict(one.split(": ", 1) for one in signatures.signed(lines, address, content, time.time()))
    request = RequestFactory().generic(method, address, content, content_type="application/json", headers=headers)
    match = match_at(address)
    answer = match.func(request, *match.args, **match.kwargs)
    if inspect.iscoroutine(answer):
        answer = asyncio.run(answer)
    return int(answer.status_code)


@pytest.mark.django_db
def test_each_request_is_signed_as_its_view_checks_it(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is replaced to see how is put back; a token, and what nobody can tell, stay as they are."""
    settings.ROOT_URLCONF = __name__
    monkeypatch.setenv("LOADAUDIT_TEST_CHAT_SECRET", "a secret of the environment")
    before = (hmac.compare_digest, hmac.digest, hmac.HMAC.__init__, hmac.HMAC.hexdigest, compare_digest, same)
    signatures = Signatures()
    signing = Signing(fence=nullcontext, base_url="http://testserver", known=signatures)
    for number, view in enumerate(VIEWS):
        address = f"/{number}/"
        lines = signing.lines_for(view, "POST", [address], BODY)
        if view in (of_the_values, by_a_token):
            assert not lines
            continue
        assert [status_at(address, lines, signatures, one) for one in (5, 6)] == [200, 200], lines
        assert not any("secret" in one for one in lines)
    assert (hmac.compare_digest, hmac.digest, *before[2:]) == before
    assert (hmac.HMAC.__init__, hmac.HMAC.hexdigest) == before[2:4]
    assert hmac.HMAC.update is watched._UPDATE
    assert "secret" not in repr(signatures.all())


@pytest.mark.django_db
def test_rows_have_keys_of_their_own(settings: Any) -> None:
    """Those of the first addresses are found together, others when they are refused; all have the same marks."""
    settings.ROOT_URLCONF = __name__
    for name in "abc":
        Group.objects.create(name=name)
    signatures = Signatures()
    signing = Signing(fence=nullcontext, base_url="http://testserver", known=signatures)
    lines = signing.lines_for(of_a_row, "POST", ["/rows/a/", "/rows/b/", "/rows/none/"], BODY)
    assert signing.lines_for(of_a_row, "POST", ["/rows/c/"], BODY) == lines
    assert [status_at(f"/rows/{name}/", lines, signatures, 1) for name in "abc"] == [200] * 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "address", "methods"),
    [(of_the_method, "/method/", ("POST", "GET", "PUT")), (waited_for, "/waited/", ("PUT",))],
)
def test_each_method_is_signed_for_itself(settings: Any, view: Any, address: str, methods: tuple[str, ...]) -> None:
    """One may have a body and the other none; a view may be asynchronous."""
    settings.ROOT_URLCONF = __name__
    signatures = Signatures()
    signing = Signing(fence=nullcontext, base_url="http://testserver", known=signatures)
    lines = {one: signing.lines_for(view, one, [address], None if one == "GET" else BODY) for one in methods}
    assert [status_at(address, lines[one], signatures, 1, one) for one in methods] == [200] * len(methods)


def test_whatever_a_view_writes_to_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two aliases of one database one does it, and where there is no default there is nothing to take back."""
    names = {"default": ("dummy", ""), "one": ("sqlite3", "a"), "replica": ("sqlite3", "a"), "two": ("sqlite3", "b")}
    known = {
        alias: SimpleNamespace(settings_dict={"ENGINE": f"x.{engine}", "NAME": name, "HOST": "", "PORT": ""})
        for alias, (engine, name) in names.items()
    }
    monkeypatch.setattr(signed, "connections", known)
    assert [*signed._databases()] == ["one", "two"]
