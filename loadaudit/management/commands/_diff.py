"""`loadaudit diff`: the inventory against what a run exercised, with the reason for each gap."""

import argparse
from collections.abc import Mapping
from typing import Any

from loadaudit.audit.runs import analyse_run
from loadaudit.conf import read_config
from loadaudit.errors import ExitCode
from loadaudit.management.commands._shared import Context, add_format_argument, add_run_argument
from loadaudit.reporting.json_report import analysis_document, write_json
from loadaudit.reporting.terminal import print_analysis


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_run_argument(parser)
    add_format_argument(parser, "table", "json")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Print the comparison; works without touching the project's database or URLconf."""
    config = read_config()
    _, analysis = analyse_run(config.runs_dir, options["run"], slow_ms=config.slow_ms)
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(analysis_document(analysis), stream)
        else:
            print_analysis(analysis, context.console(stream), missed_limit=None, infos=context.verbosity > 1)
    return ExitCode.PASSED
