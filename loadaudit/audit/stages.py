"""The stages before the load, each callable alone: inventory and plan."""

import os
from collections.abc import Sequence
from dataclasses import replace

from loadaudit.audit.options import RunOptions, Selection
from loadaudit.audit.scenarios import declared_scenarios
from loadaudit.conf import Config
from loadaudit.errors import LoadauditError, UsageError, named
from loadaudit.inventory.build import build_inventory
from loadaudit.inventory.filters import Filters, checked, select
from loadaudit.inventory.urlconf.opening import read_urlconfs
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.attributed import members_to_make
from loadaudit.planning.build import PlanOptions, build_plan, identity_for, needs_of, with_rows_chosen
from loadaudit.planning.identities import Credential, configured_credentials, main_identity
from loadaudit.planning.logins.server_side import refusal
from loadaudit.planning.logins.ways import sent_by_logins, ways_of
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.people import expected_identities
from loadaudit.planning.preflight.settle import OWN_LOGIN
from loadaudit.planning.project.discovery import load_modules
from loadaudit.planning.project.registry import REGISTRY, Scenario, without_effect
from loadaudit.planning.project.views_named import unknown_views_sent
from loadaudit.planning.recorded.store import read as read_recorded
from loadaudit.planning.recorded.store import traffic
from loadaudit.planning.recorded.unused import notes_on_unused
from loadaudit.planning.rows_kept import rows_kept
from loadaudit.planning.shape import shaped
from loadaudit.records import Identity, Inventory, Lane, Operation, Plan, PlannedPath, PlannedScenario


def take_inventory(config: Config, selection: Selection) -> Inventory:
    """Return the whole inventory of the project. Raises UsageError when a URLconf cannot be imported."""
    urlconfs = read_urlconfs(selection.urlconfs)
    return build_inventory(
        config,
        urlconf=urlconfs[0].module if urlconfs else None,
        host=urlconfs[0].host if urlconfs else "",
        others=urlconfs[1:],
        include_admin=selection.include_admin,
    )


def settled(inventory: Inventory, selection: Selection) -> Selection:
    """Return the selection as the whole inventory writes it, whatever the case and the commas it was asked with.

    Raises UsageError for a filter that names nothing, which is nearly always a typing error.
    """
    return replace(selection, filters=checked(selection.filters, inventory.operations))


def selected(inventory: Inventory, selection: Selection) -> Inventory:
    """Return the whole inventory with the operations that the selection leaves. Raises UsageError as `settled`."""
    filters = settled(inventory, selection).filters
    return replace(inventory, operations=select(inventory.operations, filters))


def make_plan(config: Config, inventory: Inventory, identities: Sequence[Identity], options: RunOptions) -> Plan:
    """Return what a run of the whole inventory would send, as these identities.

    Raises UsageError when a loadtests module of the project cannot be imported.
    """
    load_modules()
    chosen = selected(inventory, options.selection)
    index = RouteIndex.from_urlconf(None)
    of_plan = plan_options(config, options, chosen)
    with rows_kept():
        plan = build_plan(inventory, identities, index, of_plan)
        unused = _unused(config, inventory, identities, of_plan)
    plan = with_rows_chosen(plan, options.hot_rows)
    if options.preflight and identities:
        plan = _with_own_logins(plan, config, inventory.operations, main_identity(identities).role)
    scenarios, notes = declared_scenarios(identities)
    wanted, others = wanted_scenarios(scenarios, options)
    # The server's own configuration file may say another number.
    unknown = options.target or options.server_config
    plan = replace(
        plan,
        shape=options.shape,
        max_duration_s=options.longest_s,
        workers=0 if unknown else min(options.workers, os.cpu_count() or 1),
        threads=0 if unknown else options.threads,
        notes=(
            *plan.notes,
            *without_effect(REGISTRY, inventory.operations),
            *unknown_views_sent(REGISTRY),
            *unused,
            *notes,
            *others,
        ),
        scenarios=tuple(
            PlannedScenario(name=one.name, role=one.role, weight=one.weight, place=one.place) for one in wanted
        ),
    )
    return with_shape(config, options, plan, inventory.operations)


def _unused(
    config: Config, inventory: Inventory, identities: Sequence[Identity], options: PlanOptions
) -> tuple[str, ...]:
    """Return notes on recorded requests that are not sent."""

    def needs(operation: Operation) -> Needs:
        identity = identity_for(operation, identities)
        return needs_of(main_identity(identities) if isinstance(identity, str) else identity, options)

    operations = {one.id: one for one in inventory.operations}
    by_logins = sent_by_logins(config, inventory.operations) if options.recorded else ()
    return tuple(notes_on_unused(options.recorded, operations, by_logins, needs))


def _with_own_logins(plan: Plan, config: Config, operations: Sequence[Operation], role: str) -> Plan:
    """Return the plan with what takes passwords outside of the load: only the logins of the run send that."""
    logins = sent_by_logins(config, operations)
    own = [
        replace(one, role=role, lane=Lane.ALONE, payload=None, paths=_as_own_login(one.paths[:1]))
        for one in plan.requests
        if one.operation_id in logins
    ]
    others = tuple(one for one in plan.requests if one.operation_id not in logins)
    return replace(plan, requests=others, alone=(*plan.alone, *own))


def _as_own_login(paths: Sequence[PlannedPath]) -> tuple[PlannedPath, ...]:
    return tuple(replace(one, origin=OWN_LOGIN) for one in paths)


def wanted_scenarios(scenarios: Sequence[Scenario], options: RunOptions) -> tuple[Sequence[Scenario], tuple[str, ...]]:
    """Return those of the project's scenarios that a run with these options sends, and what has to be said of it."""
    if scenarios and (options.selection.filters != Filters() or not options.writes):
        why = "only some operations were asked for" if options.writes else "they may write, and this run may not"
        what = (
            "one scenario of the project is"
            if len(scenarios) == 1
            else f"{len(scenarios)} scenarios of the project are"
        )
        return (), (f"{what.capitalize()} left out, because {why}.",)
    return scenarios, ()


def with_shape(config: Config, options: RunOptions, plan: Plan, operations: Sequence[Operation]) -> Plan:
    """Return the plan with its lanes, limits and weights, and a note when its time is too short for them."""
    return shaped(
        plan,
        operations,
        traffic(config.runs_dir),
        preflight=options.preflight,
        limits=config.limits,
        timeout_s=options.timeouts.total_s,
        first_byte_timeout_s=options.timeouts.first_byte_s,
    )


def plan_options(config: Config, options: RunOptions, chosen: Inventory) -> PlanOptions:
    """Return what the operator asked of the plan; `chosen` has the operations that the filters leave."""
    return PlanOptions(
        users=options.users,
        duration_s=options.load_s,
        think_time_s=options.think_time_s,
        seed=options.seed,
        exclude=config.exclude,
        recorded=read_recorded(config.runs_dir),
        selected=frozenset(operation.id for operation in chosen.operations),
        writes=options.writes,
        destructive=options.destructive,
        disposable=options.isolate and not options.target and not options.anonymous,
    )


def planning_identities(config: Config, inventory: Inventory, options: RunOptions) -> tuple[Identity, ...]:
    """Return whom a run would act as: nobody, the users of the settings, or those it would take in a clone.

    Raises UsageError when the project's users cannot be read.
    """
    if options.anonymous:
        return ()
    try:
        if config.users:
            return tuple(one.identity for one in configured_credentials(config, look_up=True))
        # Where nobody can log in with a password, a run makes sessions.
        found = expected_identities()
        if found and options.isolate and not options.target:
            found = (*found, *members_to_make(inventory.operations, found))
        ways = ways_of(config, inventory.operations, None, isolated=options.isolate)
        able = tuple(one for one in found if ways.lets_in(Credential(identity=one, password="")))
        return able or (found if not refusal() else ())
    except LoadauditError:
        # Such as of a loadtests module: it says itself what is wrong, and it is not the users.
        raise
    except Exception as error:  # the project's own user manager may raise anything
        raise UsageError(
            f"The users of the project cannot be read: {named(error)}",
            hint="Are all migrations applied? python manage.py migrate. Or plan without a login: --anonymous.",
        ) from error
