"""URLconf → Inventory: the stages of this package in order."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import models
from django.urls import get_resolver

from loadaudit.conf import ADMIN, GROUPS, Config
from loadaudit.errors import UsageError
from loadaudit.inventory.access.demands import Site, access_of, read_site
from loadaudit.inventory.bodies.wanted import body_of
from loadaudit.inventory.categories import Subject, category_of
from loadaudit.inventory.groups import Groups
from loadaudit.inventory.methods.answered import Methods, methods_of
from loadaudit.inventory.parameters.selected import parameters_of
from loadaudit.inventory.problems import problems_of
from loadaudit.inventory.risk import kind_of, risk_of
from loadaudit.inventory.source.identity import Identity, app_of, identity_of
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function, unwrap
from loadaudit.inventory.urlconf.failures import where_raised
from loadaudit.inventory.urlconf.routes import RoutedEndpoint, RouteTable, read_routes
from loadaudit.inventory.urlconf.walk import Walk, walk
from loadaudit.records import Evidence, Inventory, LeftOut, Operation, Problem

ADMIN_OPTION = "--include-admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What is known of a URLconf's callable, read once however many routes lead to it."""

    unwrapped: Unwrapped
    identity: Identity
    methods: Methods


@dataclass(slots=True)
class _Builder:
    """Builds operations; views are cached by the identity of their callable."""

    config: Config
    site: Site
    groups: Groups
    views: dict[int, _View] = field(default_factory=dict)

    def view(self, one: RoutedEndpoint) -> _View:
        callback = one.endpoint.callback
        known = self.views.get(id(callback))
        if known is None:
            unwrapped = unwrap(callback)
            known = self.views[id(callback)] = _View(
                unwrapped=unwrapped, identity=identity_of(unwrapped), methods=methods_of(unwrapped)
            )
        return known

    def group_of(self, one: RoutedEndpoint) -> str | None:
        return self.groups.of(one.endpoint, self.view(one).identity.module)

    def operations(self, one: RoutedEndpoint) -> Iterator[Operation]:
        view = self.view(one)
        for method, evidence in view.methods.answered:
            yield self._operation(one, view, method, evidence)

    def _operation(self, one: RoutedEndpoint, view: _View, method: str, evidence: Evidence) -> Operation:
        identity, endpoint = view.identity, one.endpoint
        app = _app(one, view)
        id_ = f"{method} {one.route}"
        subject = Subject(
            id=id_,
            method=method,
            route=one.route,
            name=endpoint.name,
            view=identity.name,
            is_admin=self.group_of(one) == ADMIN,
            is_api=_is_api(view.unwrapped),
        )
        category, category_evidence = category_of(subject, self.config.categories)
        uses_logout = _uses_logout(view.unwrapped, method, evidence)
        risk, risk_evidence = risk_of(
            method, evidence, one.route, endpoint.name, identity.name, uses_logout=uses_logout
        )
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
            file=identity.file,
            line=identity.line,
            parameters=parameters_of(view.unwrapped, method, one.slots, one.route, app),
            access=access_of(view.unwrapped, endpoint.callback, method, self.site),
            category=category,
            category_evidence=category_evidence,
            risk=risk,
            risk_evidence=risk_evidence,
            kind=kind_of(method),
            body=body_of(view.unwrapped, method),
            catch_all=one.catch_all,
        )


def _uses_logout(view: Unwrapped, method: str, evidence: Evidence) -> bool:
    """Whether a method's own code names `logout`; a function that tells methods apart may do so for another one."""
    handler = getattr(view.view_class, method.lower(), None) if view.view_class is not None else view.target
    function = plain_function(handler)
    if function is None or (view.view_class is None and evidence is not Evidence.ASSUMED):
        return False
    return "logout" in mentioned(function.__code__)


def build_inventory(
    config: Config, *, urlconf: str | None = None, include_admin: bool = False, never_empty: bool = True
) -> Inventory:
    """Return every operation of `urlconf` (default: ROOT_URLCONF), without running a view or a query.

    Groups such as the admin are left out unless `include_admin` or the settings include them, or unless
    `never_empty` and there is nothing else. Raises UsageError that names file and line when the URLconf cannot
    be imported.
    """
    walked = walk_or_explain(urlconf)
    with _collector_paused():
        return _inventory(config, walked, include=GROUPS if include_admin else config.include, never_empty=never_empty)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the cyclic garbage collector from going over all of Django each time some thousand records were made.

    Half of the time for 10,000 routes went into that; records and syntax trees hold no cycles.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _inventory(config: Config, walked: Walk, *, include: Sequence[str], never_empty: bool) -> Inventory:
    table = read_routes(walked.endpoints)
    builder = _Builder(config=config, site=read_site(), groups=Groups(walked.endpoints))
    grouped = [(one, group) for one in table.reachable if (group := builder.group_of(one)) is not None]
    foreign = {id(one) for one, _ in grouped}
    own = [one for one in table.reachable if id(one) not in foreign]
    notes = list(_notes_of_silence(builder, own))
    if never_empty and grouped and not any(builder.view(one).methods.answered for one in own):
        names = dict.fromkeys(group for _, group in grouped)
        include = (*include, *names)
        notes.append(f"The project has no routes of its own yet, so this inventory includes: {', '.join(names)}.")
    left_out = [(one, group) for one, group in grouped if group not in include]
    missing = {id(one) for one, _ in left_out}
    return Inventory(
        operations=tuple(
            operation for one in table.reachable if id(one) not in missing for operation in builder.operations(one)
        ),
        problems=_problems(walked, table, builder, own),
        left_out=_left_out(builder, left_out),
        included=tuple(group for group in GROUPS if group in include),
        notes=tuple(notes),
    )


def walk_or_explain(urlconf: str | None) -> Walk:
    """Walk the URLconf; whatever its import raises becomes a UsageError with file, line and cause."""
    name = urlconf or getattr(settings, "ROOT_URLCONF", None)
    if not name:
        raise UsageError(
            "There is no URLconf: settings.ROOT_URLCONF is not set.",
            hint="Set ROOT_URLCONF to the module that holds urlpatterns.",
        )
    try:
        _ = get_resolver(urlconf).url_patterns
        return walk(urlconf)
    except Exception as error:
        file, line = where_raised(error)
        place = f" ({file}:{line})" if file else ""
        raise UsageError(
            f"The URLconf {name!r} cannot be imported: {type(error).__name__}: {error}{place}",
            hint=f"Correct it and try again: python -c 'import {name}' shows the whole traceback."
            if isinstance(name, str)
            else "Correct it and try again.",
        ) from error


def _app(one: RoutedEndpoint, view: _View) -> str:
    model = getattr(getattr(view.unwrapped.target, "__self__", None), "model", None)
    if isinstance(model, type) and issubclass(model, models.Model):
        return model._meta.app_label
    # A view of Django's own, such as TemplateView, belongs to whoever lists it.
    module = view.identity.module
    return app_of(one.endpoint.module if module.startswith("django.views.") else module)


def _is_api(view: Unwrapped) -> bool:
    return view.path_view is not None or hasattr(view.view_class, "permission_classes")


def _left_out(builder: _Builder, grouped: Sequence[tuple[RoutedEndpoint, str]]) -> tuple[LeftOut, ...]:
    ids: dict[str, list[str]] = {}
    for one, group in grouped:
        ids.setdefault(group, []).extend(f"{method} {one.route}" for method, _ in builder.view(one).methods.answered)
    return tuple(
        LeftOut(group=group, operation_count=len(found), option=ADMIN_OPTION, operations=tuple(found))
        for group, found in ids.items()
    )


def _notes_of_silence(builder: _Builder, kept: Sequence[RoutedEndpoint]) -> Iterator[str]:
    for one in kept:
        if not builder.view(one).methods.answered:
            yield f"{one.route} answers no method but HEAD and OPTIONS ({builder.view(one).identity.name})."


def _problems(
    walked: Walk, table: RouteTable, builder: _Builder, kept: Sequence[RoutedEndpoint]
) -> tuple[Problem, ...]:
    unreadable = [(one, builder.view(one).identity) for one in kept if not builder.view(one).methods.readable]
    return (*walked.problems, *problems_of(table, unreadable, lambda one: builder.view(one).identity.name))
