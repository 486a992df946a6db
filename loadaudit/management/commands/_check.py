"""`loadaudit check`: success criteria of a run, for CI."""

import argparse
from collections.abc import Mapping
from typing import Any

from loadaudit.audit.comparing import checked_against, regressions
from loadaudit.audit.runs import analyse_run
from loadaudit.audit.thresholds import is_failed
from loadaudit.conf import read_config
from loadaudit.errors import ExitCode, UsageError
from loadaudit.management.commands._compare import name_worse, say_conditions
from loadaudit.management.commands._shared import (
    Context,
    add_format_argument,
    add_run_argument,
    add_threshold_arguments,
)
from loadaudit.reporting.comparison_words import worse_text
from loadaudit.reporting.json_report import criteria_document, write_json
from loadaudit.reporting.junit import write_junit
from loadaudit.reporting.terminal import print_criteria


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_run_argument(parser)
    add_threshold_arguments(parser)
    parser.add_argument(
        "--against", default="", metavar="RUN", help="Also fail by what got worse since this run (label, id or file)"
    )
    parser.add_argument(
        "--fail-on-coverage-drop",
        action="store_true",
        help="With --against: also by operations that were covered and, sent again, are not",
    )
    add_format_argument(parser, "table", "json", "junit")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Print limit, measured value and verdict; works without touching the project's database or URLconf."""
    if options["fail_on_coverage_drop"] and not options["against"]:
        raise UsageError("--fail-on-coverage-drop needs a run to compare with.", hint="Add --against RUN.")
    config = read_config()
    strict = options["strict"]
    thresholds = (*config.thresholds, *options["thresholds"])
    folder, reference, slow_ms = config.runs_dir, options["run"], config.slow_ms
    comparison, worse = None, None
    if options["against"]:
        analysis, comparison = checked_against(
            folder, reference, options["against"], slow_ms=slow_ms, thresholds=thresholds
        )
        named = regressions(comparison, worse=True, uncovered=options["fail_on_coverage_drop"])
        worse = {one: worse_text(comparison, one) for one in named}
    else:
        _, analysis = analyse_run(folder, reference, slow_ms=slow_ms, thresholds=thresholds)
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(criteria_document(analysis, worse), stream)
        elif options["format"] == "junit":
            write_junit(analysis, stream, strict=strict, worse=worse)
        else:
            print_criteria(analysis, context.console(stream))
    failed = is_failed(analysis.criteria, declared_only=False, strict=strict)
    if comparison is not None:
        say_conditions(context, comparison)
        failed |= name_worse(context, comparison, worse=True, uncovered=options["fail_on_coverage_drop"])
    return ExitCode.THRESHOLD_FAILED if failed else ExitCode.PASSED
