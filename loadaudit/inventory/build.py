"""URLconf → Inventory: the stages of this package in order."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from loadaudit.conf import GROUPS, Config
from loadaudit.inventory.access.demands import read_site
from loadaudit.inventory.bodies.quiet import WithoutDatabase
from loadaudit.inventory.groups import Groups
from loadaudit.inventory.halves import in_halves
from loadaudit.inventory.operations import Builder, FoundOfRoute
from loadaudit.inventory.problems import Unread, problems_of
from loadaudit.inventory.urlconf.opening import Opened, Urlconf, opened
from loadaudit.inventory.urlconf.routes import RoutedEndpoint, RouteTable, read_routes
from loadaudit.inventory.views import Views
from loadaudit.records import Inventory, LeftOut, Problem

ADMIN_OPTION = "--include-admin"

_HOLES = "Django answers no request at all until the includes that cannot be imported are corrected."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One URLconf with its routes and what builds their operations."""

    opened: Opened
    table: RouteTable
    builder: Builder


def build_inventory(
    config: Config,
    *,
    urlconf: str | None = None,
    host: str = "",
    others: Sequence[Urlconf] = (),
    include_admin: bool = False,
    never_empty: bool = True,
) -> Inventory:
    """Return every operation of `urlconf` (default: ROOT_URLCONF) and `others`, without running a view or a query.

    `host` is what `urlconf` answers on, where that is known; it is noted in its operations.
    Groups such as the admin are left out unless `include_admin` or the settings include them, or unless
    `never_empty` and there is nothing else. An include that cannot be imported is a problem; the rest is listed.
    Raises UsageError that names file and line when a URLconf itself cannot be imported.
    """
    with _collector_paused(), opened(urlconf, others, host) as urlconfs:
        return _inventory(
            config, urlconfs, include=GROUPS if include_admin else config.include, never_empty=never_empty
        )


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
            if not gc.get_freeze_count():
                # Everything becomes old at once, so that the collector does not look for garbage among the new records.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _inventory(config: Config, urlconfs: Sequence[Opened], *, include: Sequence[str], never_empty: bool) -> Inventory:
    views, site = Views(), read_site()
    sides = [
        _Side(
            opened=one,
            table=read_routes(one.walked.endpoints, one.mark),
            builder=Builder(
                config=config,
                site=site,
                groups=Groups(one.walked.endpoints),
                views=views,
                urlconf="" if one.is_main else one.urlconf.module,
                host=one.urlconf.host,
            ),
        )
        for one in urlconfs
    ]
    routes = [(side.builder, one) for side in sides for one in side.table.reachable]
    groups = {id(one): group for builder, one in routes if (group := builder.group_of(one)) is not None}
    own = [one for _, one in routes if id(one) not in groups]
    notes = []
    if never_empty and groups and not any(views.of(one).methods_of(one).answered for one in own):
        names = tuple(dict.fromkeys(groups.values()))
        include = (*include, *names)
        notes.append(f"The project has no routes of its own yet, so this inventory includes: {', '.join(names)}.")
    left_out = {key: group for key, group in groups.items() if group not in include}
    built = [(builder, one) for builder, one in routes if id(one) not in left_out]

    def work(position: int) -> FoundOfRoute:
        builder, one = built[position]
        return builder.found(one, groups.get(id(one)))

    # Once for all: blocking the database anew for each question of each view would cost as much as some of them.
    with WithoutDatabase():
        results = in_halves(work, len(built))
    found = {id(one): result for (_, one), result in zip(built, results, strict=True)}
    operations = tuple(operation for builder, one in built for operation in builder.operations(one, found[id(one)]))
    notes += _notes(sides, views, [one for one in own if not found[id(one)].operations])
    return Inventory(
        operations=operations,
        problems=tuple(problem for side in sides for problem in _problems(side, views, own, found)),
        left_out=_left_out(views, [(one, left_out[id(one)]) for _, one in routes if id(one) in left_out]),
        included=tuple(group for group in GROUPS if group in include),
        notes=tuple(notes),
    )


def _left_out(views: Views, grouped: Sequence[tuple[RoutedEndpoint, str]]) -> tuple[LeftOut, ...]:
    ids: dict[str, list[str]] = {}
    for one, group in grouped:
        ids.setdefault(group, []).extend(
            f"{method} {one.route}" for method, _ in views.of(one).methods_of(one).answered
        )
    return tuple(
        LeftOut(group=group, operation_count=len(found), option=ADMIN_OPTION, operations=tuple(found))
        for group, found in ids.items()
    )


def _notes(sides: Sequence[_Side], views: Views, silent: Sequence[RoutedEndpoint]) -> Iterator[str]:
    if any(side.opened.walked.has_holes for side in sides):
        yield _HOLES
    for one in silent:
        view = views.of(one)
        says = "404 whatever it is asked" if view.methods_of(one).never_finds else "no method but HEAD and OPTIONS"
        yield f"{one.route} answers {says} ({view.identity.name})."


def _problems(
    side: _Side, views: Views, own: Sequence[RoutedEndpoint], found: Mapping[int, FoundOfRoute]
) -> tuple[Problem, ...]:
    here = {id(one) for one in side.table.reachable}
    unreadable = [(one, views.of(one).identity) for one in own if id(one) in here and not found[id(one)].is_readable]
    failed = {
        id(one.endpoint.callback): Unread(route=one.route, who=view.identity, failures=view.failures)
        for one in side.table.reachable
        if (view := views.of(one)).failures
    }
    told = problems_of(side.table, unreadable, failed.values(), lambda one: views.of(one).identity.name)
    return (*side.opened.walked.problems, *told)
