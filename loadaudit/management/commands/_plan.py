"""`loadaudit plan`: what a run would send, with which values, and what it leaves out."""

import argparse
from collections.abc import Mapping
from typing import Any

from loadaudit.audit.stages import make_plan, planning_identities, take_inventory
from loadaudit.errors import ExitCode
from loadaudit.management.commands._shared import (
    Context,
    add_format_argument,
    add_load_arguments,
    add_selection_arguments,
    run_options_of,
)
from loadaudit.reporting.json_report import plan_document, write_json
from loadaudit.reporting.plan_table import print_plan

NAME = "plan"
HELP = "Show what a run would send, as whom and with which values, and what it leaves out and why. Sends nothing."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_selection_arguments(parser)
    add_load_arguments(parser)
    add_format_argument(parser, "table", "json")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Print the plan."""
    config = context.config()
    run_options = run_options_of(options)
    inventory = take_inventory(config, run_options.selection)
    plan = make_plan(config, inventory, planning_identities(config, run_options), run_options)
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(plan_document(plan), stream)
        else:
            print_plan(plan, context.console(stream))
    return ExitCode.PASSED
