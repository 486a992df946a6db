"""The demo's own middleware: each passes the request through unless its flaw is switched on."""

import threading
import time
from collections import deque
from collections.abc import Callable

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponseBase

from tests.demo import flaws
from tests.demo.budgets.models import NumberSequence
from tests.demo.work import burn_cpu

GetResponse = Callable[[HttpRequest], HttpResponseBase]

BEACON_PATH = "/monitoring/metric/"
LEGACY_PREFIX = "/monitoring/legacy/"
LEAKED_LIMIT = 20
LEAKED_LIMIT_EVERYWHERE = 40
BUSY_S = 0.2

leaked: deque[BaseDatabaseWrapper] = deque()
_leaked_lock = threading.Lock()


def beacon_without_cookies(get_response: GetResponse) -> GetResponse:
    """Drop the cookies of the beacon's route, as an edge cache in front of it would."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path == BEACON_PATH and flaws.active("beacon_csrf"):
            request.COOKIES = {}
        return get_response(request)

    return middleware


def busy_site(get_response: GetResponse) -> GetResponse:
    """Compute, or hold a shared row's lock, in every request: the two site-wide flaws."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if flaws.active("cpu_starvation_everywhere"):
            burn_cpu(BUSY_S)
        if flaws.active("row_lock_everywhere"):
            with transaction.atomic():
                NumberSequence.objects.select_for_update().get(name="request")
                time.sleep(BUSY_S)
        return get_response(request)

    return middleware


def request_thread(get_response: GetResponse) -> GetResponse:
    """Run the rest of the request in a fresh thread, whose database connections nobody closes."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        everywhere = flaws.active("thread_middleware_everywhere")
        legacy = request.path.startswith(LEGACY_PREFIX) and flaws.active("thread_middleware")
        if not (everywhere or legacy):
            return get_response(request)
        limit = LEAKED_LIMIT_EVERYWHERE if everywhere else LEAKED_LIMIT
        return _in_fresh_thread(get_response, request, limit)

    return middleware


def _in_fresh_thread(get_response: GetResponse, request: HttpRequest, limit: int) -> HttpResponseBase:
    responses: list[HttpResponseBase] = []

    def run() -> None:
        try:
            responses.append(get_response(request))
        finally:
            _leak(limit)

    thread = threading.Thread(target=run, name="legacy-request")
    thread.start()
    thread.join()
    return responses[0]


def _leak(limit: int) -> None:
    """Keep this thread's open connections referenced for ever, but at most `limit` of them per process."""
    with _leaked_lock:
        for connection in connections.all(initialized_only=True):
            if connection.connection is not None:
                connection.inc_thread_sharing()
                leaked.append(connection)
        while len(leaked) > limit:
            leaked.popleft().close()
