"""The preflight alone: a smoke test of the whole site that leaves no run file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from loadaudit.audit.counting import counted
from loadaudit.audit.entered import entered
from loadaudit.audit.interrupts import Interrupts
from loadaudit.audit.logins import check_identities
from loadaudit.audit.options import Observer, RunOptions
from loadaudit.audit.preflight import rehearsal
from loadaudit.audit.run import place_of
from loadaudit.audit.stages import make_plan, take_inventory
from loadaudit.conf import Config
from loadaudit.planning.chance import without_chance
from loadaudit.planning.preflight.trial import TIME_OVER
from loadaudit.records import Inventory, Plan
from loadaudit.runfile import folder as runs_folder
from loadaudit.runfile.addresses import Addresses


def rehearse(config: Config, options: RunOptions, observer: Observer) -> Plan:
    """Try what a run would send, what destroys something last, and return the plan with what came of it.

    Raises UsageError or UnsafeError before anything was sent, and AbortedError when nobody could log in.
    """
    with Interrupts() as interrupts:
        observer.phase("Reading the URLconf")
        inventory = take_inventory(config, options.selection)
        runs_folder.prepare(config.runs_dir)
        began = datetime.now(UTC)
        run_id = runs_folder.new_run_id(began.timestamp())
        with place_of(config, options, run_id, observer) as place:
            observer.phase("Planning")
            known = place.messages
            place = entered(place, inventory, config)
            absent = tuple(one for one in place.messages if one not in known)
            plan = before = make_plan(config, inventory, tuple(one.identity for one in place.credentials), options)
            with rehearsal(config, options, inventory, place, observer) as rehearsed:
                check_identities(place.credentials, rehearsed.failures)
                interrupts.loading = True
                plan, _ = rehearsed.before_load(plan, lambda: interrupts.asked)
                if not interrupts.asked:
                    plan, _ = rehearsed.behind_load(plan, lambda: interrupts.asked)
                made = rehearsed.rows_made()
    # Who could not take part explains what is turned away.
    stopped = ("Interrupted: what had not been tried yet is listed as not working.",) if interrupts.asked else ()
    notes = (*stopped, *plan.notes, *absent, *made)
    plan = replace(plan, notes=notes, measured=(*plan.measured, *_left_behind(plan)))
    return shown(without_chance(plan, before, began, rehearsed.passwords), inventory)


def shown(plan: Plan, inventory: Inventory) -> Plan:
    """Return a plan without the secrets in its addresses and bodies, for whoever reads it."""
    addresses = Addresses()
    addresses.know(inventory.operations)
    return addresses.plan(plan)


def _left_behind(plan: Plan) -> Iterator[str]:
    """Yield that the plan is not whole, where its time was over: another preflight may come further."""
    late = sum(one.reason == TIME_OVER for one in plan.exclusions)
    if late:
        yield (
            f"The preflight's time was over before the turn of {counted(late, 'operation')}: with fewer, or more "
            "time on this machine, the plan is another one."
        )
