"""`loadaudit import`: what a Locust that was started by hand has recorded becomes a run."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadaudit.audit.imported import import_samples
from loadaudit.audit.thresholds import is_failed
from loadaudit.errors import ExitCode
from loadaudit.management.commands._shared import Context, add_format_argument, progress
from loadaudit.reporting.json_report import analysis_document, write_json
from loadaudit.reporting.terminal import print_analysis

NAME = "import"
HELP = "Make a run of the samples files that a locustfile with `import loadaudit.contrib.locust` has written."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the files."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="All of one run, from every machine")
    parser.add_argument("--label", default="", metavar="NAME", help="Name the run; default: its id")
    add_format_argument(parser, "table", "json")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Make the run and print what came of it."""
    config = context.config()
    with progress(context) as observer:
        finished = import_samples(config, options["files"], options["label"], observer)
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(analysis_document(finished.analysis), stream)
        else:
            print_analysis(finished.analysis, context.console(stream), infos=context.verbosity > 1)
    context.say(f"Run file: {finished.path}")
    failed = is_failed(finished.analysis.criteria, declared_only=True, strict=False)
    return ExitCode.THRESHOLD_FAILED if failed else ExitCode.PASSED
