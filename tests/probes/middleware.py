"""Middleware as projects have it, for the probes to stand."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.contrib.sessions.models import Session
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

pool = ThreadPoolExecutor(max_workers=1)


def passing(get_response: GetResponse) -> GetResponse:
    """Do nothing, synchronously."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    return middleware


def asking(get_response: GetResponse) -> GetResponse:
    """Look into a table before the view does."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        Session.objects.exists()
        return get_response(request)

    return middleware


def fresh_thread(get_response: GetResponse) -> GetResponse:
    """Run the rest of the chain in a new thread."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        responses: list[HttpResponseBase] = []

        def run() -> None:
            responses.append(get_response(request))
            connections.close_all()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        return responses[0]

    return middleware


def pooled_thread(get_response: GetResponse) -> GetResponse:
    """Run the rest of the chain in a thread that serves many requests."""

    def run(request: HttpRequest) -> HttpResponseBase:
        try:
            return get_response(request)
        finally:
            connections.close_all()

    return lambda request: pool.submit(run, request).result()


def turn_away(get_response: GetResponse) -> GetResponse:
    """Refuse in `process_view`, when the view is known already."""

    class TurnAway:
        def __init__(self) -> None:
            self.async_mode = False

        def __call__(self, request: HttpRequest) -> HttpResponseBase:
            return get_response(request)

        def process_view(self, request: HttpRequest, *_: object) -> HttpResponse:
            return HttpResponse("no", status=403)

    return TurnAway()


def timing(get_response: GetResponse) -> GetResponse:
    """Answer with a Server-Timing header of the project's own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["Server-Timing"] = "db;dur=1.0"
        return response

    return middleware


def malformed_redirect(get_response: GetResponse) -> GetResponse:
    """Answer with a Location that no parser accepts."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = HttpResponse(status=302)
        response.headers["Location"] = "http://[broken/"
        return response

    return middleware
