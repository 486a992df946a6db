"""One endpoint → its operations: what each stage found about a view, put together method by method."""

import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from django.db import models

from loadaudit.conf import ADMIN, Config
from loadaudit.inventory.access.demands import Site, access_of
from loadaudit.inventory.access.permissions import functions_of_path_view
from loadaudit.inventory.bodies.wanted import body_of
from loadaudit.inventory.categories import Subject, category_of
from loadaudit.inventory.groups import Groups
from loadaudit.inventory.methods.answered import Methods, methods_of
from loadaudit.inventory.methods.given import Given, given_by
from loadaudit.inventory.parameters.selected import parameters_of, plain_parameter
from loadaudit.inventory.query.asked import NO_QUERY, query_of
from loadaudit.inventory.risk import declared_risk, kind_of, risk_of
from loadaudit.inventory.source.assigned import with_assigned_actions
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.handlers import handler_of
from loadaudit.inventory.source.identity import Identity, app_of, evidence_of, identity_of
from loadaudit.inventory.source.routed import with_routed_class
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function, unwrap
from loadaudit.inventory.source.ways import names_on_the_way, names_with_helpers, own_ways
from loadaudit.inventory.urlconf.routes import RoutedEndpoint
from loadaudit.records import Access, Body, Evidence, Operation, Risk

_Fact = TypeVar("_Fact")

_UNREAD_METHODS = Methods(answered=(("GET", Evidence.ASSUMED),))

_SAVING = frozenset({"save", "asave", "delete", "adelete", "perform_create", "perform_update", "perform_destroy"})


@dataclass(slots=True, kw_only=True)
class View:
    """What is known of a URLconf's callable, read once however many routes lead to it."""

    unwrapped: Unwrapped
    identity: Identity
    evidence: Evidence
    """Of the identity."""
    failures: dict[str, str] = field(default_factory=dict)
    """Facts that could not be read → the error."""
    _methods: dict[Given | None, Methods] = field(default_factory=dict)

    def methods_of(self, one: RoutedEndpoint) -> Methods:
        """Return the methods behind one route, read at the first question: with what else is read of the source.

        Routes share them, unless the view refuses methods by what its route hands to it.
        """
        shared = self._given(None)
        if not shared.deciding:
            return shared
        return self._given(self.read("methods", lambda: given_by(one, self.unwrapped, shared.deciding), lambda: None))

    def _given(self, given: Given | None) -> Methods:
        found = self._methods.get(given)
        if found is None:
            found = self.read("methods", lambda: methods_of(self.unwrapped, given), lambda: _UNREAD_METHODS)
            self._methods[given] = found
        return found

    def read(self, fact: str, reader: Callable[[], _Fact], default: Callable[[], _Fact]) -> _Fact:
        """Return what the reader finds, or the default: one view beyond the reader must not cost the inventory."""
        try:
            return reader()
        except Exception as error:
            self.failures.setdefault(fact, f"{type(error).__name__}: {error}")
            return default()


@dataclass(slots=True)
class Views:
    """The views of all URLconfs by the identity of their callables, which the endpoints keep alive."""

    known: dict[int, View] = field(default_factory=dict)

    def of(self, one: RoutedEndpoint) -> View:
        """Return the view behind an endpoint."""
        callback = one.endpoint.callback
        known = self.known.get(id(callback))
        if known is None:
            unwrapped = with_routed_class(with_assigned_actions(unwrap(callback)))
            known = self.known[id(callback)] = View(
                unwrapped=unwrapped, identity=identity_of(unwrapped), evidence=evidence_of(callback, unwrapped)
            )
        return known


@dataclass(slots=True, kw_only=True)
class Builder:
    """Builds the operations of one URLconf."""

    config: Config
    site: Site
    groups: Groups
    views: Views
    urlconf: str = ""
    """Module of a URLconf beside the main one."""
    host: str = ""

    def group_of(self, one: RoutedEndpoint) -> str | None:
        """Return the group that the endpoint belongs to, or None for the project's own."""
        return self.groups.of(one.endpoint, self.views.of(one).identity.module)

    def operations(self, one: RoutedEndpoint, group: str | None) -> Iterator[Operation]:
        """Yield the operations of one endpoint, which belongs to `group`."""
        view = self.views.of(one)
        app = _app(one, view)
        for method, evidence in view.methods_of(one).answered:
            yield self._operation(one, view, app, group, method, evidence)

    def _operation(
        self, one: RoutedEndpoint, view: View, app: str, group: str | None, method: str, evidence: Evidence
    ) -> Operation:
        identity, endpoint = view.identity, one.endpoint
        id_ = f"{method} {one.route}"
        subject = Subject(
            id=id_,
            method=method,
            route=one.reading,
            name=endpoint.name,
            view=identity.name,
            is_admin=group == ADMIN,
            is_api=_is_api(view.unwrapped),
        )
        category, category_evidence = category_of(subject, self.config.categories)
        names = _own_names(view.unwrapped, method, evidence)
        view_class = view.unwrapped.view_class
        saves = view_class is not None and _saves(view_class, _handler_name(view.unwrapped, method))
        query, query_evidence = view.read("query", lambda: query_of(view.unwrapped, method), lambda: NO_QUERY)
        kind, kind_evidence = kind_of(method, names, saves=saves)
        risk, risk_evidence = self._risk(id_, method, evidence, one, identity.name, names)
        return Operation(
            id=id_,
            method=method,
            method_evidence=evidence,
            route=one.route,
            pattern=one.raw,
            name=endpoint.name,
            namespaces=endpoint.namespaces,
            app=app,
            view=identity.name,
            view_evidence=view.evidence,
            file=identity.file,
            line=identity.line,
            parameters=view.read(
                "parameters",
                lambda: parameters_of(view.unwrapped, method, one.slots, one.reading, app),
                lambda: tuple(plain_parameter(slot) for slot in one.slots),
            ),
            access=view.read("access", lambda: access_of(view.unwrapped, endpoint.callback, method, self.site), Access),
            category=category,
            category_evidence=category_evidence,
            risk=risk,
            risk_evidence=risk_evidence,
            kind=kind,
            kind_evidence=kind_evidence,
            body=view.read("body", lambda: body_of(view.unwrapped, method, one.reading, self.config.openapi), Body),
            query=query,
            query_evidence=query_evidence,
            catch_all=one.catch_all,
            urlconf=self.urlconf,
            host=self.host,
        )

    def _risk(
        self, id_: str, method: str, evidence: Evidence, one: RoutedEndpoint, view: str, names: frozenset[str] | None
    ) -> tuple[Risk, Evidence]:
        declared = declared_risk(id_, self.config.risks)
        if declared is not None:
            return declared, Evidence.DECLARED
        return risk_of(method, evidence, one.reading, one.endpoint.name, view, names=names)


def _own_names(view: Unwrapped, method: str, evidence: Evidence) -> frozenset[str] | None:
    """Return the names that a method's code and its helpers use; None for what methods share, and where none is read.

    Of the frameworks' own methods only the handler counts: what they name beside it is no deed of the view.
    """
    if view.view_class is not None:
        handler = handler_of(view.view_class, method.lower(), view.actions, view.initkwargs)
        layers = layers_of_method(handler)
        return _names_of_method(view.view_class, _handler_name(view, method), layers[-1]) if layers else None
    if view.path_view is not None:
        functions = functions_of_path_view(view.path_view, method)
        return frozenset[str]().union(*map(names_with_helpers, functions)) if functions else None
    function = plain_function(view.target)
    if function is None or evidence is Evidence.INFERRED:
        # A function that tells methods apart may name `logout` for another one.
        return None
    return names_with_helpers(function)


@lru_cache(maxsize=16384)
def _names_of_method(view_class: type, name: str, handler: types.FunctionType) -> frozenset[str]:
    return mentioned(handler.__code__).union(*map(names_with_helpers, own_ways(view_class, name)))


def _handler_name(view: Unwrapped, method: str) -> str:
    return (view.actions or {}).get(method.lower(), method.lower())


@lru_cache(maxsize=16384)
def _saves(view_class: type, name: str) -> bool:
    """Whether a framework's method saves what the handler is given: `form_valid`, `perform_create`."""
    return not _SAVING.isdisjoint(names_on_the_way(view_class, name))


def _app(one: RoutedEndpoint, view: View) -> str:
    model = getattr(getattr(view.unwrapped.target, "__self__", None), "model", None)
    if isinstance(model, type) and issubclass(model, models.Model):
        return model._meta.app_label
    # A view of Django's own, such as TemplateView, belongs to whoever lists it.
    module = view.identity.module
    return app_of(one.endpoint.module if module.startswith("django.views.") else module)


def _is_api(view: Unwrapped) -> bool:
    """Whether a view is one of an API framework's, and answers with more than pages."""
    if view.path_view is not None:
        return True
    renderers = view.initkwargs.get("renderer_classes", getattr(view.view_class, "renderer_classes", None))
    if isinstance(renderers, (list, tuple)) and renderers:
        return any(getattr(one, "media_type", None) != "text/html" for one in renderers)
    return hasattr(view.view_class, "permission_classes")
