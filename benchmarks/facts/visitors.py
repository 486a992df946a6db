"""Nobody, a plain user, staff and a superuser, and what each of them is answered."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.test import Client

from benchmarks.methods import rows
from benchmarks.methods.probing import Handler, TooSlow, rolled_back, time_limit

_MARK = "X-Benchmark-Csrf"
_TOKEN_WORDS = (b"CSRF Failed", b"CSRF check Failed", b"CSRF token")
_LOGIN_WORDS = ("login", "signin", "sign-in", "reauthenticate", "logged-out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one user got."""

    status: int = 0
    """0: no answer in time."""
    location: str = ""
    token_missed: bool = False
    """The answer says that the CSRF token is missing."""
    reached_view: bool = False
    """False where a middleware answered, by a redirect to HTTPS or another host say."""

    @property
    def is_login_page(self) -> bool:
        """Whether it sends the user to a login page."""
        path = self.location.partition("?")[0].lower()
        is_named = path.startswith(_login_path()) or any(word in path for word in _LOGIN_WORDS)
        return 300 <= self.status < 400 and (is_named or "next=" in self.location)

    @property
    def denied(self) -> bool:
        """Whether it turns the user away for who he is."""
        return self.status in (401, 403) or self.is_login_page

    def admitted_as(self, other: "Answer") -> bool:
        """Whether the user got into the view just as another one did."""
        same = self.status == other.status and self.location == other.location
        return same and (self.status < 400 or self.status in (400, 415, 422)) and bool(self.status)


def _login_path() -> str:
    with contextlib.suppress(Exception):
        return str(resolve_url(settings.LOGIN_URL)).lower()
    return "/accounts/login/"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer what the middleware refuses, with a mark."""
    return HttpResponse(status=403, headers={_MARK: "1"})


class Visitor:
    """Somebody who sends requests; `forced` is the user also where no session is looked at, as in DRF's own client."""

    def __init__(self, user: Any = None, *, forced: bool = False, with_token_checks: bool = False) -> None:
        self._client = Client(raise_request_exception=False)
        self._handler = Handler(enforce_csrf_checks=with_token_checks)
        self._client.handler = self._handler
        if user is not None:
            self._handler.user = user if forced else None
            with contextlib.suppress(Exception):
                self._client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        self._cookies = self._client.cookies.output(header="", sep=";")

    def send(self, method: str, path: str) -> Answer:
        """Return the answer to a request without a body; whatever it changed is undone."""
        self._client.cookies = SimpleCookie(self._cookies)
        self._handler.reached_view = False
        kind = "application/x-www-form-urlencoded"
        try:
            with rolled_back(), time_limit():
                response: Any = self._client.generic(method, path, b"", content_type=kind, secure=True)
        except TooSlow:
            return Answer()
        except Exception as error:
            print(f"{method} {path}: {type(error).__name__}: {error}")
            return Answer(status=500, reached_view=self._handler.reached_view)
        finally:
            self._client.exc_info = None
        text = b"" if response.streaming else bytes(response.content)
        return Answer(
            status=response.status_code,
            location=response.get("Location", ""),
            token_missed=_MARK in response
            or (response.status_code == 403 and any(one in text for one in _TOKEN_WORDS)),
            reached_view=self._handler.reached_view or _MARK in response,
        )


def user(name: str, *, is_staff: bool = False, permissions: Iterable[str] = (), groups: Iterable[str] = ()) -> Any:
    """Return a new active user with just these permissions and groups."""
    model = get_user_model()
    flags = {"is_active": True, "is_superuser": False, "is_staff": is_staff}
    given: dict[str, Any] = {one: value for one, value in flags.items() if hasattr(model, one)}
    for field in model._meta.concrete_fields:
        if field.name in (model.USERNAME_FIELD, "username"):
            given[field.name] = f"{name}@example.com" if field.name == "email" else name
        elif field.name == "email":
            given[field.name] = f"{name}@example.com"
    made: Any = rows.make(model, **given)
    for one in permissions:
        app, _, code = one.partition(".")
        with contextlib.suppress(Permission.DoesNotExist, AttributeError):
            made.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=code))
    for one in groups:
        with contextlib.suppress(AttributeError):
            made.groups.add(Group.objects.get_or_create(name=one)[0])
    return made
