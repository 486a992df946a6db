"""One endpoint → its operations: what each stage found about a view, put together method by method."""

import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from django.db import models
from django.views.generic import RedirectView

from loadaudit.conf import ADMIN, Config
from loadaudit.inventory.access.demands import Site, access_of
from loadaudit.inventory.access.ninja import functions_of_path_view
from loadaudit.inventory.bodies.openapi import documented_parameters, has_document
from loadaudit.inventory.bodies.wanted import body_of
from loadaudit.inventory.categories import Subject, category_of, declared_category
from loadaudit.inventory.groups import Groups
from loadaudit.inventory.methods.given import Given
from loadaudit.inventory.parameters.declared import renderers_of
from loadaudit.inventory.parameters.selected import (
    NOTHING_HANDED,
    handed_over,
    parameters_of,
    plain_parameter,
)
from loadaudit.inventory.parameters.typed import with_documented
from loadaudit.inventory.query.asked import NO_QUERY, query_of
from loadaudit.inventory.risk import declared_risk, kind_of, risk_of
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.handlers import handler_of
from loadaudit.inventory.source.identity import app_of, identity_for
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.twins import methods_owner
from loadaudit.inventory.source.unwrap import Unwrapped, attribute_of, plain_function
from loadaudit.inventory.source.ways import names_on_the_way, names_with_helpers, own_ways
from loadaudit.inventory.telling import telling
from loadaudit.inventory.urlconf.routes import RoutedEndpoint, Slot
from loadaudit.inventory.views import View, Views
from loadaudit.records import Access, Body, BodyField, Evidence, Kind, Operation, Parameter, Risk

_SAVING = frozenset({"save", "asave", "delete", "adelete", "perform_create", "perform_update", "perform_destroy"})
_UNREAD_ACCESS, _UNREAD_BODY = Access(), Body()
_PAGES = frozenset({"render", "render_to_response", "TemplateResponse", "SimpleTemplateResponse"})
"""Names of what makes a page of a template."""


class Found(NamedTuple):
    """What was found of one operation beside its route: a tuple, because a second process may hand it over."""

    method: str
    method_evidence: Evidence
    parameters: tuple[Parameter, ...]
    access: Access
    category: str
    category_evidence: Evidence
    risk: Risk
    risk_evidence: Evidence
    kind: Kind
    kind_evidence: Evidence
    body: Body
    query: tuple[BodyField, ...]
    query_evidence: Evidence


class FoundOfRoute(NamedTuple):
    """What was found of one route, and of its view on the way."""

    operations: tuple[Found, ...]
    is_readable: bool
    """Its methods could be read."""
    failures: dict[str, str]
    """Facts of its view that could not be read → the error."""


class _Asked(NamedTuple):
    """All that the facts of a route depend on beside its view: routes of one view that agree in it share them."""

    given: Given | None
    app: str
    is_admin: bool
    slots: tuple[Slot, ...]
    reading: str
    """As far as facts depend on it, and so is the name."""
    name: str
    documented: str
    """The route under which a document of the project's API may describe it; empty where there is none."""


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
    is_documented: bool = field(init=False)
    """There is a document of the project's API."""
    shared: Callable[[View, _Asked], FoundOfRoute] = field(init=False)
    """Returns the facts of a route that hands nothing over but its parameters."""

    def __post_init__(self) -> None:
        """Look for a document once, and remember the facts that were found last for the routes to come."""
        self.is_documented = has_document(self.config.openapi)
        self.shared = lru_cache(maxsize=1024)(self._read)

    def group_of(self, one: RoutedEndpoint) -> str | None:
        """Return the group that the endpoint belongs to, or None for the project's own."""
        return self.groups.of(one.endpoint, self.views.of(one).identity.module)

    def found(self, one: RoutedEndpoint, group: str | None) -> FoundOfRoute:
        """Return all facts of one endpoint, which belongs to `group`."""
        view = self.views.of(one)
        reading, name = telling(one.reading, one.endpoint.name)
        asked = _Asked(
            given=view.given_to(one),
            app=_app(one, view),
            is_admin=group == ADMIN,
            slots=one.slots,
            reading=reading,
            name=name,
            documented=one.reading if self.is_documented else "",
        )
        # What a route hands over may be anything, and equal without being the same.
        is_alone = bool(view.unwrapped.keywords or one.endpoint.default_args)
        found = self._read(view, asked, one) if is_alone else self.shared(view, asked)
        return self._by_rules(one, found) if self.config.categories or self.config.risks else found

    def _read(self, view: View, asked: _Asked, one: RoutedEndpoint | None = None) -> FoundOfRoute:
        """Return the facts of `one`, or those that all routes share which hand nothing over but their parameters."""
        methods = view.methods(asked.given)
        alone = len(methods.answered) == 1 or _does_the_same(view.unwrapped)
        is_api = view.read("framework", False, _is_api, view.unwrapped)
        operations = []
        for method, evidence in methods.answered:
            found = view.read("code", None, self._found, view, asked, one, method, evidence, alone, is_api)
            operations.append(found if found is not None else self._assumed(view, asked, method, evidence))
        return FoundOfRoute(tuple(_without_vain_get(view.unwrapped, operations)), methods.readable, view.failures)

    def _assumed(self, view: View, asked: _Asked, method: str, evidence: Evidence) -> Found:
        """Return what route and method alone tell of an operation, where its code cannot be looked at."""
        who = view.identity.name
        subject = Subject(
            method=method, route=asked.reading, name=asked.name, view=who, is_admin=asked.is_admin, is_api=False
        )
        category, category_evidence = category_of(subject)
        kind, kind_evidence = kind_of(method, None, saves=False)
        risk, risk_evidence = risk_of(method, evidence, asked.reading, asked.name, who, names=None, alone=False)
        return Found(
            method=method,
            method_evidence=evidence,
            parameters=tuple(plain_parameter(slot) for slot in asked.slots),
            access=_UNREAD_ACCESS,
            category=category,
            category_evidence=category_evidence,
            risk=risk,
            risk_evidence=risk_evidence,
            kind=kind,
            kind_evidence=kind_evidence,
            body=_UNREAD_BODY,
            query=NO_QUERY[0],
            query_evidence=NO_QUERY[1],
        )

    def operations(self, one: RoutedEndpoint, found: FoundOfRoute) -> Iterator[Operation]:
        """Yield the operations of one endpoint, of which this was found, perhaps by another process."""
        view, endpoint = self.views.of(one), one.endpoint
        for fact, error in found.failures.items():
            view.failures.setdefault(fact, error)
        app = _app(one, view)
        for facts in found.operations:
            identity = identity_for(view.unwrapped, view.identity, facts.method)
            yield Operation(
                id=f"{facts.method} {one.route}",
                method=facts.method,
                method_evidence=facts.method_evidence,
                route=one.route,
                pattern=one.raw,
                name=endpoint.name,
                namespaces=endpoint.namespaces,
                app=app,
                view=identity.name,
                view_evidence=view.evidence,
                file=identity.file,
                line=identity.line,
                parameters=facts.parameters,
                access=facts.access,
                category=facts.category,
                category_evidence=facts.category_evidence,
                risk=facts.risk,
                risk_evidence=facts.risk_evidence,
                kind=facts.kind,
                kind_evidence=facts.kind_evidence,
                body=facts.body,
                query=facts.query,
                query_evidence=facts.query_evidence,
                catch_all=one.catch_all,
                urlconf=self.urlconf,
                host=self.host,
                other_names=one.other_names,
            )

    def _found(
        self,
        view: View,
        asked: _Asked,
        one: RoutedEndpoint | None,
        method: str,
        evidence: Evidence,
        alone: bool,
        is_api: bool,
    ) -> Found:
        unwrapped = view.unwrapped
        handed = {**unwrapped.keywords, **one.endpoint.default_args} if one is not None else {}
        identity = identity_for(unwrapped, view.identity, method)
        subject = Subject(
            method=method,
            route=asked.reading,
            name=asked.name,
            view=identity.name,
            is_admin=asked.is_admin,
            is_api=is_api,
        )
        category, category_evidence = category_of(subject)
        names = _own_names(unwrapped, method, evidence, alone=alone)
        made = unwrapped.view_class
        saves = made is not None and _saves(methods_owner(made), unwrapped.handler_name(method))
        query, query_evidence = view.read("query", NO_QUERY, query_of, unwrapped, method)
        kind, kind_evidence = kind_of(method, names, saves=saves)
        risk, risk_evidence = risk_of(
            method, evidence, asked.reading, asked.name, identity.name, names=names, alone=alone
        )
        parameters = view.read("parameters", None, self._parameters, unwrapped, asked, one, method)
        return Found(
            method=method,
            method_evidence=evidence,
            parameters=tuple(map(plain_parameter, asked.slots)) if parameters is None else parameters,
            access=view.read("access", _UNREAD_ACCESS, access_of, unwrapped, view.callback, method, self.site),
            category=category,
            category_evidence=category_evidence,
            risk=risk,
            risk_evidence=risk_evidence,
            kind=kind,
            kind_evidence=kind_evidence,
            body=view.read(
                "body", _UNREAD_BODY, body_of, unwrapped, method, asked.documented, self.config.openapi, handed
            ),
            query=query,
            query_evidence=query_evidence,
        )

    def _parameters(
        self, view: Unwrapped, asked: _Asked, one: RoutedEndpoint | None, method: str
    ) -> tuple[Parameter, ...]:
        handed = NOTHING_HANDED if one is None else handed_over(one, view)
        found = parameters_of(view, method, asked.slots, asked.reading, asked.app, handed)
        if not (found and asked.documented):
            return found
        return with_documented(found, documented_parameters(self.config.openapi, asked.documented, method))

    def _by_rules(self, one: RoutedEndpoint, found: FoundOfRoute) -> FoundOfRoute:
        """Return the facts with the category and the risk that rules of the settings give to the route's operations."""
        operations = []
        for facts in found.operations:
            id_ = f"{facts.method} {one.route}"
            category, risk = declared_category(id_, self.config.categories), declared_risk(id_, self.config.risks)
            if category is not None:
                facts = facts._replace(category=category, category_evidence=Evidence.DECLARED)
            if risk is not None:
                facts = facts._replace(risk=risk, risk_evidence=Evidence.DECLARED)
            operations.append(facts)
        return found._replace(operations=tuple(operations))


def _without_vain_get(view: Unwrapped, operations: list[Found]) -> list[Found]:
    """Return the operations without the GET of a function that only ever turns it away.

    It tells no methods apart, and refuses whoever sends no form or no JSON with some key, which no GET does. Where it
    makes a page, a refusal may be the page with the form.
    """
    if view.view_class is not None or view.path_view is not None:
        return operations
    body = next((one.body for one in operations if one.method == "POST"), None)
    if body is None or body.source != "source" or not any(one.required for one in body.fields):
        return operations
    function = plain_function(view.target)
    if function is None or not _PAGES.isdisjoint(names_with_helpers(function)):
        return operations
    return [
        one for one in operations if one.method != "GET" or one.method_evidence is not Evidence.ASSUMED or one.query
    ]


def _own_names(view: Unwrapped, method: str, evidence: Evidence, *, alone: bool) -> frozenset[str] | None:
    """Return the names that a method's code and its helpers use; None for what methods share, and where none is read.

    What answers one method `alone`, or all in one way, shares nothing.
    Of the frameworks' own methods only the handler counts: what they name beside it is no deed of the view.
    """
    if view.view_class is not None:
        handler = handler_of(view.view_class, method.lower(), view.actions, view.initkwargs)
        layers = layers_of_method(handler)
        owner = methods_owner(view.view_class)
        return _names_of_method(owner, view.handler_name(method), layers[-1]) if layers else None
    if view.path_view is not None:
        functions = functions_of_path_view(view.path_view, method)
        return frozenset[str]().union(*map(names_with_helpers, functions)) if functions else None
    function = plain_function(view.target)
    if function is None or (evidence is Evidence.INFERRED and not alone):
        # A function that tells methods apart may name `logout` for another one.
        return None
    return names_with_helpers(function)


@lru_cache(maxsize=1024)
def _names_of_method(view_class: type, name: str, handler: types.FunctionType) -> frozenset[str]:
    return mentioned(handler.__code__).union(*map(names_with_helpers, own_ways(view_class, name)))


def _does_the_same(view: Unwrapped) -> bool:
    """Whether every method of a view does what its GET does, as Django's RedirectView has it."""
    view_class = view.view_class
    return view_class is not None and issubclass(view_class, RedirectView) and view_class.post is RedirectView.post


@lru_cache(maxsize=1024)
def _saves(view_class: type, name: str) -> bool:
    """Whether a framework's method saves what the handler is given: `form_valid`, `perform_create`."""
    return not _SAVING.isdisjoint(names_on_the_way(view_class, name))


def _app(one: RoutedEndpoint, view: View) -> str:
    model = attribute_of(attribute_of(view.unwrapped.target, "__self__"), "model")
    if isinstance(model, type) and issubclass(model, models.Model):
        return model._meta.app_label
    # A view of Django's own, such as TemplateView, belongs to whoever lists it.
    module = view.identity.module
    return app_of(one.endpoint.module if module.startswith("django.views.") else module)


def _is_api(view: Unwrapped) -> bool:
    """Whether a view is one of an API framework's, and answers with more than pages."""
    if view.path_view is not None:
        return True
    if renderers := renderers_of(view):
        return any(attribute_of(one, "media_type") != "text/html" for one in renderers)
    return attribute_of(view.view_class, "permission_classes") is not None
