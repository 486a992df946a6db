"""Health checks: is the process up, can it take traffic, are database and cache there."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Say whether the site can take traffic."""
    return _answer(_database_answers() and _cache_answers())


@never_cache
@require_safe
def database(request: HttpRequest) -> JsonResponse:
    """Say whether the database answers."""
    return _answer(_database_answers())


@never_cache
@require_safe
def cache_check(request: HttpRequest) -> JsonResponse:
    """Say whether the cache answers."""
    return _answer(_cache_answers())


def _answer(healthy: bool) -> JsonResponse:
    return JsonResponse({"status": "ok" if healthy else "failing"}, status=200 if healthy else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def _cache_answers() -> bool:
    try:
        cache.get("health")
    except OSError:
        # redis-py's ConnectionError is no OSError, but django-redis is not imported unless it is used.
        return False
    return True
