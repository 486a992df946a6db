"""`loadaudit inventory`: list the operations of the project, keep the list, and show what changed since."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from loadaudit.audit.saved import read_saved, saved_document
from loadaudit.audit.stages import selected, take_inventory
from loadaudit.errors import ExitCode, UsageError
from loadaudit.inventory.changes import Changes, changes_between
from loadaudit.management.commands._shared import (
    Context,
    add_fact_arguments,
    add_format_argument,
    add_selection_arguments,
    selection_of,
)
from loadaudit.records import Inventory
from loadaudit.reporting.inventory_changes import (
    changes_document,
    print_changes,
    write_changes_csv,
    write_changes_markdown,
)
from loadaudit.reporting.inventory_files import write_csv, write_markdown
from loadaudit.reporting.inventory_table import print_inventory
from loadaudit.reporting.json_report import inventory_document, write_json

NAME = "inventory"
HELP = "List every operation (HTTP method + route) of the project, with where each fact comes from."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_selection_arguments(parser)
    add_fact_arguments(parser)
    add_format_argument(parser, "table", "json", "csv", "markdown")
    parser.add_argument("--long", action="store_true", help="In the table, all facts of each operation")
    parser.add_argument("--save", metavar="FILE", default="", help="Keep the inventory in a file, as JSON")
    parser.add_argument("--against", metavar="FILE", default="", help="Show only what changed since FILE was saved")
    parser.add_argument("--fail-on-change", action="store_true", help="With --against: exit code 1 on any change")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Print the inventory, or what changed in it."""
    if options["fail_on_change"] and not options["against"]:
        raise UsageError(
            "--fail-on-change compares with a saved inventory, and none is named.",
            hint="Save one with --save FILE, later name it with --against FILE.",
        )
    selection = selection_of(options)
    inventory = selected(take_inventory(context.config(), selection), selection)
    before = read_saved(Path(options["against"]), selection) if options["against"] else None
    changes = changes_between(before, inventory) if before is not None else None
    with context.output(options["output"]) as stream:
        if changes is not None:
            _write_changes(context, changes, options["format"], stream)
        elif not options["save"] or options["output"]:
            _write(context, inventory, options, stream)
    if options["save"]:
        with context.output(options["save"]) as stream:
            write_json(saved_document(inventory, selection), stream)
        context.say(f"{len(inventory.operations)} operations saved in {options['save']}")
    return ExitCode.THRESHOLD_FAILED if changes and options["fail_on_change"] else ExitCode.PASSED


def _write(context: Context, inventory: Inventory, options: Mapping[str, Any], stream: TextIO) -> None:
    if options["format"] == "json":
        write_json(inventory_document(inventory), stream)
    elif options["format"] == "csv":
        write_csv(inventory, stream)
    elif options["format"] == "markdown":
        write_markdown(inventory, stream)
    else:
        print_inventory(inventory, context.console(stream), long=options["long"])


def _write_changes(context: Context, changes: Changes, form: str, stream: TextIO) -> None:
    if form == "json":
        write_json(changes_document(changes), stream)
    elif form == "csv":
        write_changes_csv(changes, stream)
    elif form == "markdown":
        write_changes_markdown(changes, stream)
    else:
        print_changes(changes, context.console(stream))
