"""Pages that ask the same thing again, write, wait and fail."""

import sys
import time

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST


def _asked(sql: str, *values: int) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


@require_GET
def notes(request: HttpRequest) -> HttpResponse:
    """List the notes, asking four times for the first, and once more while the page is rendered."""
    cache.get("nothing")
    found = _asked("SELECT text FROM note ORDER BY id")
    for _ in range(4):
        _asked("SELECT text FROM note WHERE id = %s", 1)
    return render(request, "notes.html", {"notes": found, "late": lambda: _asked("SELECT COUNT(*) FROM note")})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Write a note."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO note (text) VALUES (%s)", ["new"])
    return HttpResponse("added")


@require_GET
def slow(request: HttpRequest) -> HttpResponse:
    """Take longer than anybody waits."""
    sys.stderr.write("waiting\n")
    time.sleep(60)
    return HttpResponse("late")


@require_GET
def broken(request: HttpRequest) -> HttpResponse:
    """Fail."""
    raise RuntimeError("no such luck")


urlpatterns = [
    path("notes/", notes, name="note-list"),
    path("notes/add/", add),
    path("slow/", slow),
    path("broken/", broken),
]
