"""`loadaudit plan`: what a run would send, with which values, and what it leaves out."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from loadaudit.audit.rehearse import rehearse, shown
from loadaudit.audit.stages import make_plan, plan_options, planning_identities, selected, take_inventory
from loadaudit.errors import ExitCode, UsageError
from loadaudit.management.commands._load_options import (
    add_load_arguments,
    add_selection_arguments,
    run_options_of,
    selection_of,
)
from loadaudit.management.commands._progress import progress
from loadaudit.management.commands._project import checked_config
from loadaudit.management.commands._shared import Context, add_format_argument, first_of
from loadaudit.planning.build import NEEDS_DESTRUCTIVE, NEEDS_WRITES, held_back, identity_for
from loadaudit.planning.entrance import public_url
from loadaudit.planning.identities import main_identity
from loadaudit.planning.preflight.chances import NOT_KNOWN
from loadaudit.planning.safety import check_target
from loadaudit.records import Identity, Kind, Operation, Outcome, Plan, Risk
from loadaudit.reporting.json_report import plan_document, write_json
from loadaudit.reporting.plan_table import Changes, print_changes, print_plan
from loadaudit.reporting.stubs import stubs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_selection_arguments(parser)
    add_load_arguments(parser)
    parser.add_argument(
        "--preflight",
        action="store_true",
        help="Try each operation alone, on a clone of the database, and show what works; without it nothing is sent",
    )
    parser.add_argument(
        "--fail-on-errors",
        action="store_true",
        help="With --preflight: exit code 1 when an operation raised or answered with a server error",
    )
    parser.add_argument(
        "--stubs",
        action="store_true",
        help="Print code for a loadtests.py instead: what a person has to say about operations that are left out",
    )
    add_format_argument(parser, "table", "json")


def _thought_out(context: Context, options: Mapping[str, Any]) -> Plan:
    config, run_options = checked_config(context), run_options_of(options)
    inventory = take_inventory(config, run_options.selection)
    people = planning_identities(config, inventory, run_options)
    plan = shown(make_plan(config, inventory, people, run_options), inventory)
    others = [one for one in people if one.role not in {each.role for each in plan.identities}]
    if not (others and run_options.preflight):
        return plan
    names = ", ".join(f"{one.role} ({one.username})" if one.username else one.role for one in others)
    return replace(
        plan, notes=(*plan.notes, f"The preflight also sends what is denied to one of those above as: {names}.")
    )


def _rehearsed(context: Context, options: Mapping[str, Any]) -> Plan:
    with progress(context) as observer:
        return rehearse(checked_config(context), run_options_of(options), observer)


def _stubs(context: Context, options: Mapping[str, Any], plan: Plan) -> str:
    config, run_options = checked_config(context), run_options_of(options)
    inventory = take_inventory(config, run_options.selection)
    asked = plan_options(config, run_options, selected(inventory, run_options.selection))
    people = planning_identities(config, inventory, run_options)
    # What the operator left out on purpose needs no word more.
    operations = {one.id: one for one in inventory.operations if not held_back(one, asked)}
    roles = _roles([operations[one.operation_id] for one in plan.exclusions if one.operation_id in operations], people)
    text = stubs({one.operation_id: one for one in plan.exclusions}, operations, roles)
    if text and not options["preflight"]:
        context.say("A run may find these out by itself: plan --preflight --stubs prints only what is left.")
    return text or "# Nothing is left out that a loadtests.py could help with.\n"


def _roles(operations: Iterable[Operation], people: Sequence[Identity]) -> dict[str, str]:
    """Return the roles that operations ask for, by id, where the ordinary user has not got them."""
    found: dict[str, str] = {}
    for one in operations:
        who = identity_for(one, people)
        role = who.role if isinstance(who, Identity) else "staff" if one.access.is_raised else ""
        found[one.id] = "" if role == main_identity(people).role else role
    return found


def _changes(context: Context, options: Mapping[str, Any], plan: Plan) -> Changes | None:
    """Return what the plan would change, with what it leaves out only for want of an option; None for a clone."""
    if not (options["target"] or options["no_isolate"]):
        return None
    inventory = take_inventory(checked_config(context), selection_of(options))
    writes = {one.id: one for one in inventory.operations if one.kind is Kind.WRITE or one.risk is Risk.DESTRUCTIVE}
    sent = {one.operation_id for one in (*plan.requests, *plan.alone)}
    unasked = (NEEDS_WRITES, NEEDS_DESTRUCTIVE)
    held_back = {one.operation_id for one in plan.exclusions if one.reason in unasked}
    return Changes(
        where=public_url(options["target"]) or "the project's own database (--no-isolate)",
        sent=tuple(one for id_, one in writes.items() if id_ in sent),
        held_back=tuple(one for id_, one in writes.items() if id_ in held_back),
    )


def _name_errors(context: Context, plan: Plan) -> bool:
    """Name on standard error what ended in a server error when sent alone, and say whether anything did.

    Not what is left out because nobody knows whether what it was sent is right.
    """
    left_out, unknown = {one.operation_id for one in plan.exclusions}, tuple(NOT_KNOWN)
    failed = [one for one in plan.tried if one.outcome is Outcome.SERVER_ERROR]
    found = [
        one.operation_id
        for one in failed
        if not (one.operation_id in left_out and one.value_origin.startswith(unknown))
    ]
    if found:
        context.say(f"Server errors: {first_of(found)}")
    return bool(found)


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Print the plan."""
    if options["fail_on_errors"] and not options["preflight"]:
        raise UsageError(
            "--fail-on-errors is about what the preflight finds, and none is asked for.", hint="Add --preflight."
        )
    if options["target"]:
        check_target(options["target"], checked_config(context))
    plan = _rehearsed(context, options) if options["preflight"] else _thought_out(context, options)
    # A plan holds values of rows and bodies.
    with context.output(options["output"], private=not options["stubs"]) as stream:
        if options["stubs"]:
            stream.write(_stubs(context, options, plan))
        elif options["format"] == "json":
            write_json(plan_document(plan, _changes(context, options, plan)), stream)
        else:
            console = context.console(stream)
            print_plan(plan, console, before_preflight=not options["preflight"])
            changes = _changes(context, options, plan)
            if changes is not None:
                print_changes(changes, console)
    failed = options["fail_on_errors"] and _name_errors(context, plan)
    return ExitCode.THRESHOLD_FAILED if failed else ExitCode.PASSED
