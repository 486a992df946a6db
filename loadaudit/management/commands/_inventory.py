"""`loadaudit inventory`: list the operations of the project, keep the list, and show what changed since."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from loadaudit.audit.options import Selection
from loadaudit.audit.saved import Saved, loadaudit_version, read_saved, saved_document
from loadaudit.audit.stages import selected, settled, take_inventory
from loadaudit.errors import ExitCode, UsageError
from loadaudit.inventory.changes import Changes, changes_between
from loadaudit.management.commands._load_options import add_fact_arguments, add_selection_arguments, selection_of
from loadaudit.management.commands._project import config_around_holes
from loadaudit.management.commands._shared import Context, add_format_argument
from loadaudit.management.commands._streams import check_writable
from loadaudit.records import Inventory
from loadaudit.reporting.inventory_changes import print_changes, write_changes_csv, write_changes_markdown
from loadaudit.reporting.inventory_files import write_csv, write_markdown
from loadaudit.reporting.inventory_json import changes_document, inventory_document
from loadaudit.reporting.inventory_table import print_inventory
from loadaudit.reporting.inventory_words import total_text
from loadaudit.reporting.json_report import write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_selection_arguments(parser)
    add_fact_arguments(parser)
    add_format_argument(parser, "table", "json", "csv", "markdown")
    parser.add_argument("--long", action="store_true", help="In the table, all facts of each operation (as -v 2)")
    parser.add_argument(
        "--save", metavar="FILE", default="", help="Keep the inventory in a file for --against; prints no table"
    )
    parser.add_argument("--against", metavar="FILE", default="", help="Show only what changed since FILE was saved")
    parser.add_argument("--fail-on-change", action="store_true", help="With --against: exit code 1 on any change")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Print the inventory, or what changed in it."""
    _check(options)
    whole = take_inventory(config_around_holes(context), selection_of(options))
    selection = settled(whole, selection_of(options))
    inventory = selected(whole, selection)
    before = read_saved(Path(options["against"]), inventory, selection) if options["against"] else None
    changes = changes_between(before.inventory, inventory) if before else None
    if options["save"]:
        _save(context, inventory, selection, options["save"])
    with context.output(options["output"]) as stream:
        if before and changes is not None:
            _write_changes(context, changes, tuple(_notes(before, inventory)), options["format"], stream)
        elif not options["save"] or options["output"] or options["format"] != "table":
            _write(context, inventory, options, stream)
    return ExitCode.THRESHOLD_FAILED if changes and options["fail_on_change"] else ExitCode.PASSED


def _check(options: Mapping[str, Any]) -> None:
    if options["fail_on_change"] and not options["against"]:
        raise UsageError(
            "--fail-on-change compares with a saved inventory, and none is named.",
            hint="Save one with --save FILE, later name it with --against FILE.",
        )
    if options["save"]:
        check_writable(options["save"])
        if options["output"] and Path(options["save"]).absolute() == Path(options["output"]).absolute():
            raise UsageError(
                f"--save and --output both name {options['save']}.",
                hint="What --save keeps is no report; give them two files.",
            )


def _save(context: Context, inventory: Inventory, selection: Selection, path: str) -> None:
    with context.output(path) as stream:
        write_json(saved_document(inventory, selection), stream)
    context.say(f"Saved: {total_text(inventory.operations)} in {path}")


def _notes(before: Saved, inventory: Inventory) -> Iterator[str]:
    """Yield why an operation may look changed although the project did not change it."""
    now, unknown = loadaudit_version(), "(unknown)"
    if before.loadaudit != now:
        yield f"Saved by loadaudit {before.loadaudit or unknown}, compared by {now or unknown}, which may know more."
    broken = [one.route for one in inventory.problems if one.code == "import_error"]
    if broken:
        yield f"Includes that cannot be imported, so that their operations seem removed: {', '.join(broken)}"


def _write(context: Context, inventory: Inventory, options: Mapping[str, Any], stream: TextIO) -> None:
    if options["format"] == "json":
        write_json(inventory_document(inventory), stream)
    elif options["format"] == "csv":
        write_csv(inventory, stream)
    elif options["format"] == "markdown":
        write_markdown(inventory, stream)
    else:
        print_inventory(inventory, context.console(stream), long=options["long"] or context.verbosity > 1)


def _write_changes(context: Context, changes: Changes, notes: tuple[str, ...], form: str, stream: TextIO) -> None:
    if form == "json":
        write_json(changes_document(changes, notes), stream)
    elif form == "csv":
        write_changes_csv(changes, stream)
    elif form == "markdown":
        write_changes_markdown(changes, stream, notes)
    else:
        print_changes(changes, context.console(stream), notes)
