"""`loadaudit runs`: the runs of the runs folder."""

import argparse
from collections.abc import Mapping
from typing import Any

from loadaudit.audit.runs import summaries
from loadaudit.conf import read_config
from loadaudit.errors import ExitCode
from loadaudit.management.commands._shared import Context, add_format_argument
from loadaudit.reporting.json_report import runs_document, write_json
from loadaudit.reporting.runs_table import print_runs

NAME = "runs"
HELP = "List the runs: label, time, size, users, requests, coverage."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_format_argument(parser, "table", "json")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Print the list."""
    found = list(summaries(read_config().runs_dir))
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(runs_document(found), stream)
        else:
            print_runs(found, context.console(stream))
    return ExitCode.PASSED
