"""The demo's error pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import bad_request as default_bad_request


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a wrong JSON body with a JSON error that says what was expected."""
    if request.content_type in {"application/json", "multipart/form-data"}:
        return JsonResponse({"ok": False, "error": str(exception)}, status=400)
    return default_bad_request(request, exception)
