"""`loadaudit compare`: what got better or worse between runs, with how sure that is."""

import argparse
from collections.abc import Mapping
from typing import Any

from loadaudit.analysis.comparison.result import Comparison
from loadaudit.audit.comparing import compare_runs, regressions
from loadaudit.conf import Config, read_config
from loadaudit.errors import ExitCode
from loadaudit.management.commands._shared import Context, add_format_argument
from loadaudit.reporting.comparison_json import comparison_document
from loadaudit.reporting.comparison_markdown import write_comparison_markdown
from loadaudit.reporting.comparison_table import print_comparison
from loadaudit.reporting.json_report import write_json

_NAMED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("first", metavar="RUN", help="Label, id or file of the run to compare with")
    parser.add_argument("others", nargs="+", metavar="RUN", help="Of the others, in the order they were made")
    parser.add_argument("--fail-on-regression", action="store_true", help="Exit code 1 when an operation got worse")
    parser.add_argument(
        "--fail-on-coverage-drop",
        action="store_true",
        help="Exit code 1 when an operation that was covered was sent again without a proven success",
    )
    add_format_argument(parser, "table", "markdown", "json")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Print the comparison; works without touching the project's database or URLconf."""
    config = read_config()
    series = compare_runs(config.runs_dir, [options["first"], *options["others"]], slow_ms=config.slow_ms)
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(comparison_document(series), stream)
        elif options["format"] == "markdown":
            write_comparison_markdown(series, stream)
        else:
            print_comparison(series, context.console(stream))
    failed = _name_worse(context, series.whole, options, worse=options["fail_on_regression"])
    return ExitCode.THRESHOLD_FAILED if failed else ExitCode.PASSED


def got_worse(context: Context, config: Config, references: tuple[str, str], options: Mapping[str, Any]) -> bool:
    """Compare two runs, name on standard error what got worse from the first to the second, and say whether any did."""
    series = compare_runs(config.runs_dir, references, slow_ms=config.slow_ms)
    return _name_worse(context, series.whole, options, worse=True)


def _name_worse(context: Context, comparison: Comparison, options: Mapping[str, Any], *, worse: bool) -> bool:
    found = regressions(comparison, worse=worse, uncovered=options["fail_on_coverage_drop"])
    if found:
        context.say(f"Worse than before: {', '.join(found[:_NAMED])}{' …' if len(found) > _NAMED else ''}")
    return bool(found)
