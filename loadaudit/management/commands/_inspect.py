"""`loadaudit inspect`: one request under the debug toolbar's panels, and where its time and its statements went."""

import argparse
from collections.abc import Mapping
from typing import Any, TextIO

from loadaudit.audit.inspection.asked import InspectOptions
from loadaudit.audit.inspection.inspect import Inspected, inspect
from loadaudit.errors import ExitCode, UsageError
from loadaudit.management.commands._load_options import add_outgoing_argument
from loadaudit.management.commands._progress import progress
from loadaudit.management.commands._project import checked_config
from loadaudit.management.commands._shared import Context, add_format_argument
from loadaudit.reporting.html.inspection import write_inspection
from loadaudit.reporting.inspection_page import inspection_page
from loadaudit.reporting.inspection_table import print_inspection
from loadaudit.reporting.json_report import inspection_document, write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "operation",
        metavar="OPERATION",
        help="An id or its beginning, an address ('GET /shop/3/'), or the name of a view or URL",
    )
    parser.add_argument("--user", default="", metavar="NAME", help="As this user or role, or as: anonymous")
    parser.add_argument("--slowest", action="store_true", help="The slowest request of it that the last run recorded")
    parser.add_argument("--run", default="", metavar="RUN", help="With --slowest: of this run instead of the last")
    parser.add_argument(
        "--repeat",
        action="store_true",
        help="The request of the last inspection once more, and what changed since; the first time it is sent twice",
    )
    parser.add_argument("--include-admin", action="store_true", help="Include the admin and debugging tools")
    add_outgoing_argument(parser)
    parser.add_argument("--no-isolate", action="store_true", help="On the database itself, not a clone; reads only")
    parser.add_argument("--writes", action="store_true", help="With --no-isolate: what writes, too")
    parser.add_argument("--destructive", action="store_true", help="With --no-isolate: what deletes and resets, too")
    add_format_argument(parser, "table", "html", "json")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Inspect, and print what was found."""
    asked = _options(options)
    config = checked_config(context)
    with progress(context) as observer:
        found = inspect(config, asked, observer)
    notes = found.notes if context.verbosity > 1 else ()
    page = inspection_page(found.inspection, found.before, notes)
    with context.output(options["output"]) as stream:
        if options["format"] == "html":
            write_inspection(page, stream)
        elif options["format"] == "json":
            _write_json(found, stream)
        else:
            print_inspection(page, context.console(stream))
    if options["output"]:
        context.say(f"Written: {options['output']}")
    return ExitCode.PASSED


def _options(options: Mapping[str, Any]) -> InspectOptions:
    isolated = not options["no_isolate"]
    if isolated and (options["writes"] or options["destructive"]):
        raise UsageError(
            "On a clone everything may be sent; --writes and --destructive go with --no-isolate.", hint="Leave it out."
        )
    if options["run"] and not options["slowest"]:
        raise UsageError("--run names the run whose slowest request is sent.", hint="Add --slowest, or leave it out.")
    return InspectOptions(
        operation=options["operation"],
        user=options["user"],
        slowest=options["slowest"],
        run=options["run"],
        repeat=options["repeat"],
        include_admin=options["include_admin"],
        isolate=isolated,
        writes=isolated or options["writes"] or options["destructive"],
        destructive=isolated or options["destructive"],
        allow_outgoing=tuple(options["allow_outgoing"]),
    )


def _write_json(found: Inspected, stream: TextIO) -> None:
    write_json(inspection_document(found.inspection, found.before), stream)
