"""`loadaudit inventory`: list the operations of the project."""

import argparse
from collections.abc import Mapping
from typing import Any

from loadaudit.audit.stages import selected, take_inventory
from loadaudit.errors import ExitCode
from loadaudit.management.commands._shared import (
    Context,
    add_fact_arguments,
    add_format_argument,
    add_selection_arguments,
    selection_of,
)
from loadaudit.reporting.inventory_table import print_inventory, write_csv, write_markdown
from loadaudit.reporting.json_report import inventory_document, write_json

NAME = "inventory"
HELP = "List every operation (HTTP method + route) of the project, with where each fact comes from."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_selection_arguments(parser)
    add_fact_arguments(parser)
    add_format_argument(parser, "table", "json", "csv", "markdown")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Print the inventory."""
    selection = selection_of(options)
    inventory = selected(take_inventory(context.config(), selection), selection)
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(inventory_document(inventory), stream)
        elif options["format"] == "csv":
            write_csv(inventory, stream)
        elif options["format"] == "markdown":
            write_markdown(inventory, stream)
        else:
            print_inventory(inventory, context.console(stream))
    return ExitCode.PASSED
