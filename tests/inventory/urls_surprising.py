"""One route whose view has attributes that no view of its kind has."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views import View


class Surprising(View):
    """Chooses for each request what others declare."""

    permission_classes: ClassVar[Any] = [object()]

    @property
    def authentication_classes(self) -> list[type]:
        """Choose for each request."""
        return []

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer."""
        return HttpResponse()


urlpatterns = [path("x/<int:pk>/", Surprising.as_view())]
