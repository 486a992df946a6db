"""Views behind a router that picks one for each request."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views import View

from loadaudit.inventory.methods.answered import methods_of
from loadaudit.inventory.source.routed import with_routed_class
from loadaudit.inventory.source.unwrap import unwrap


class Lock(View):
    """Locks by POST alone."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Lock."""
        return HttpResponse()


class Own(Lock):
    """Another view of the same name."""


class ViewSet:
    """Holds its views by name."""

    lock_view_class = Lock
    edit_view_class = Lock


class OtherViewSet(ViewSet):
    """Has one view of its own."""

    edit_view_class = Own


class Registry:
    """Finds the viewset of a request when there is one."""

    def __init__(self) -> None:
        self.by_class: dict[type, ViewSet] = {int: ViewSet(), str: OtherViewSet()}

    def as_view(self, view_name: str) -> Callable[..., Any]:
        """Return what picks the viewset."""

        def get_viewset(kwargs: dict[str, Any]) -> ViewSet:
            return self.by_class[kwargs["kind"]]

        def router(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            view_class = getattr(get_viewset(kwargs), f"{view_name}_view_class")
            return view_class.as_view()(request)  # type: ignore[no-any-return]

        return router


def test_a_router_leads_to_the_class_that_all_viewsets_share() -> None:
    """Its methods are inferred: what is registered later may answer others."""
    view = with_routed_class(unwrap(Registry().as_view("lock")))
    assert view.view_class is Lock
    assert [(method, evidence.value) for method, evidence in methods_of(view).answered] == [("POST", "inferred")]


def test_a_router_to_different_classes_stays_what_it_is() -> None:
    """Which of them answers is known for a request only."""
    assert with_routed_class(unwrap(Registry().as_view("edit"))).view_class is None
    assert with_routed_class(unwrap(Registry().as_view("nothing"))).view_class is None
