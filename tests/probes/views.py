"""Views as projects have them, for the probes to stand."""

import asyncio
import functools
import io
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import authenticate, logout
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.demo.accounts.models import User

seen: dict[str, Any] = {}
"""What a view leaves behind for its test."""


def ask(statement: str = "SELECT 1", using: str = "default") -> None:
    """Execute one raw statement."""
    with connections[using].cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()


def orm(request: HttpRequest) -> HttpResponse:
    """Ask the same question twice and another one once, through the ORM."""
    User.objects.filter(pk=1).first()
    User.objects.filter(pk=2).first()
    User.objects.count()
    return HttpResponse("ok")


def raw(request: HttpRequest) -> HttpResponse:
    """Execute and executemany on a raw cursor."""
    with connections["default"].cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE probe_rows (n integer)")
        cursor.executemany("INSERT INTO probe_rows VALUES (%s)", [(1,), (2,), (3,)])
        cursor.execute("UPDATE probe_rows SET n = 4 WHERE n > 1")
        cursor.execute("DELETE FROM probe_rows WHERE n = 9")
        cursor.execute("DROP TABLE probe_rows")
    return HttpResponse("ok")


def two_databases(request: HttpRequest) -> HttpResponse:
    """Ask two aliases the same."""
    ask()
    ask(using="second")
    return HttpResponse("ok")


def nothing(request: HttpRequest) -> HttpResponse:
    """Ask nothing."""
    return HttpResponse("ok")


def repeated(request: HttpRequest) -> HttpResponse:
    """Ask the same question seven times."""
    for _ in range(7):
        ask()
    return HttpResponse("ok")


def own_threads(request: HttpRequest) -> HttpResponse:
    """Ask from two threads of the view's own."""

    def work() -> None:
        ask()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen["threads"] = threads
    return HttpResponse("ok")


def leaking(request: HttpRequest) -> HttpResponse:
    """Ask from a thread that leaves its connection open."""

    def work() -> None:
        ask()
        own = connections["default"]
        own.inc_thread_sharing()
        seen["left"] = own

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return HttpResponse("ok")


async def asynchronous(request: HttpRequest) -> HttpResponse:
    """Ask from an async view."""
    await asyncio.sleep(0)
    await sync_to_async(ask)()
    await User.objects.acount()
    return HttpResponse("ok")


async def gathered(request: HttpRequest) -> HttpResponse:
    """Ask four times at once, each in a thread of its own."""
    asking = sync_to_async(ask_and_leave, thread_sensitive=False)
    await asyncio.gather(*(asking() for _ in range(4)))
    return HttpResponse("ok")


def ask_and_leave() -> None:
    """Execute a statement of some milliseconds on a connection that ends with it."""
    ask("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000) SELECT max(x) FROM c")
    connections.close_all()


async def awaited_user(request: HttpRequest) -> JsonResponse:
    """Say who asks."""
    user = await request.auser()
    return JsonResponse({"user": user.pk})


def streaming(request: HttpRequest) -> StreamingHttpResponse:
    """Ask before and while streaming."""
    ask()

    def lines() -> Iterator[str]:
        for number in range(3):
            ask("SELECT 2")
            yield f"{number}\n"

    return StreamingHttpResponse(lines())


async def async_streaming(request: HttpRequest) -> StreamingHttpResponse:
    """Ask while streaming from an async generator."""

    async def lines() -> AsyncIterator[str]:
        for number in range(3):
            await sync_to_async(ask)()
            yield f"{number}\n"

    return StreamingHttpResponse(lines())


def download(request: HttpRequest) -> FileResponse:
    """Send a file."""
    return FileResponse(io.BytesIO(b"content"), filename="file.bin")


def raising(request: HttpRequest, number: int) -> HttpResponse:
    """Raise with a value in the message and a secret in a local variable."""
    secret_local = "hunter2-in-a-local"
    if number:
        raise ValueError(f"number {number} is wrong")
    return HttpResponse(secret_local)


class Answering(APIView):
    """Make an answer of whatever is raised, as an EXCEPTION_HANDLER of a project's own does."""

    def get(self, request: HttpRequest, number: int) -> Response:
        """Raise."""
        raise ValueError(f"number {number} is wrong")

    def get_exception_handler(self) -> Any:
        """Return what answers."""
        return lambda error, context: Response({"detail": str(error)}, status=context["kwargs"]["number"])


class Unprintable(Exception):
    """An exception whose text cannot be read."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


def unprintable(request: HttpRequest) -> HttpResponse:
    """Raise an exception whose text cannot be read."""
    raise Unprintable


@csrf_protect
def protected(request: HttpRequest) -> HttpResponse:
    """Accept a form with a CSRF token only."""
    return HttpResponse("ok")


@csrf_exempt
def exempt(request: HttpRequest) -> HttpResponse:
    """Accept any form."""
    return HttpResponse("ok")


class ClassAttribute:
    """A callable object that is exempt from CSRF by an attribute of its class."""

    csrf_exempt = True

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok")


@method_decorator(csrf_exempt, name="dispatch")
class Based(View):
    """A class-based view."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Note what middleware would see of the view."""
        match = request.resolver_match
        seen["match"] = match
        return HttpResponse("ok")


partial = functools.partial(raising, number=0)


@login_required
def private(request: HttpRequest) -> HttpResponse:
    """Greet a user."""
    return HttpResponse("hello")


def forbidden(request: HttpRequest) -> HttpResponse:
    """Refuse everybody."""
    raise PermissionDenied


def lost(request: HttpRequest, word: str = "") -> HttpResponse:
    """Find nothing."""
    raise Http404(word)


def redirecting(request: HttpRequest) -> HttpResponse:
    """Go somewhere that is no login."""
    return HttpResponse(status=302, headers={"Location": "/nothing/?page=2"})


def session_written(request: HttpRequest) -> HttpResponse:
    """Begin a session."""
    request.session["anything"] = 1
    return HttpResponse("written")


async def session_awaited(request: HttpRequest) -> HttpResponse:
    """Begin a session and save it asynchronously."""
    await request.session.aset("anything", 1)
    await request.session.asave()
    request.session.modified = False
    return HttpResponse("written")


async def repeated_later(request: HttpRequest) -> HttpResponse:
    """Execute the same statement five times through Django's asynchronous methods."""
    for _ in range(5):
        await User.objects.acount()
    return HttpResponse("done")


def session_only(request: HttpRequest) -> HttpResponse:
    """Read the session but not the user."""
    request.session.get("anything")
    return HttpResponse("ok")


def leaving(request: HttpRequest) -> HttpResponse:
    """Log the user out."""
    logout(request)
    return HttpResponse("bye")


def to_the_login(request: HttpRequest) -> HttpResponse:
    """Sign up, log out or do nothing, as is asked for, and lead to the login page in the end."""
    if request.POST.get("do") == "write" or request.GET.get("do") == "confirm":
        User.objects.filter(pk=0).update(first_name="nobody")
    if request.GET.get("do") == "note":
        User.objects.create(email="note@example.com")
    if request.POST.get("do") == "fail":
        User.objects.filter(pk=0).update(first_name="nobody")
        authenticate(request, username="nobody", password="wrong")
    if request.POST.get("do") == "leave":
        logout(request)
    return HttpResponseRedirect("/accounts/login/" + request.POST.get("back", ""))


async def to_the_login_later(request: HttpRequest) -> HttpResponse:
    """Sign up and lead to the login page."""
    await User.objects.filter(pk=0).aupdate(first_name="nobody")
    return HttpResponseRedirect("/accounts/login/")


async def computing_later(request: HttpRequest) -> HttpResponse:
    """Compute for 20 ms and wait for as long."""
    end_ns = time.thread_time_ns() + 20_000_000
    while time.thread_time_ns() < end_ns:
        pass
    await asyncio.sleep(0.02)
    return HttpResponse("done")


class Refusal(PermissionDenied):
    """Of the project's own."""


async def refusing_later(request: HttpRequest) -> HttpResponse:
    """Refuse after waiting."""
    await asyncio.sleep(0)
    raise Refusal


def cached(request: HttpRequest) -> HttpResponse:
    """Ask the cache: a miss, a hit, a value that equals the default, two of three keys."""
    cache.get("missing")
    cache.set("there", 1)
    cache.get("there")
    cache.set("zero", None)
    cache.get("zero", None)
    cache.get_many(["there", "zero", "missing"])
    return HttpResponse("ok")


def cached_once(request: HttpRequest) -> HttpResponse:
    """Ask with get_or_set, twice."""
    cache.get_or_set("computed", lambda: 5)
    cache.get_or_set("computed", lambda: 6)
    return HttpResponse(str(cache.get("computed")))


def nested(request: HttpRequest) -> HttpResponseBase:
    """Ask another view through a test client."""
    ask()
    return Client().get("/repeated/")


def project_page(request: HttpRequest, number: int) -> HttpResponse:
    """Show a page behind a parameter."""
    return HttpResponse(f"{number}")
