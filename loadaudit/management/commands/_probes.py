"""`loadaudit probes`: what a run from here would observe, and what each probe needs for that."""

import argparse
from collections.abc import Mapping
from typing import Any

from loadaudit.audit.probe_list import probe_list
from loadaudit.conf import read_config
from loadaudit.errors import ExitCode
from loadaudit.management.commands._shared import Context, add_format_argument
from loadaudit.reporting.json_report import write_json
from loadaudit.reporting.probes_table import print_probes, probes_document


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_format_argument(parser, "table", "json")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Try those beside the requests once, and print all."""
    statuses = probe_list(read_config())
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(probes_document(statuses), stream)
        else:
            print_probes(statuses, context.console(stream))
    return ExitCode.PASSED
