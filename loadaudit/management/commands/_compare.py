"""`loadaudit compare`: what got better or worse between runs, with how sure that is."""

import argparse
from collections.abc import Mapping
from typing import Any

from loadaudit.analysis.comparison.result import Comparison
from loadaudit.audit.comparing import compare_runs, regressions
from loadaudit.conf import read_config
from loadaudit.errors import ExitCode, UsageError
from loadaudit.management.commands._shared import Context, add_format_argument, first_of
from loadaudit.reporting.comparison_json import comparison_document
from loadaudit.reporting.comparison_markdown import write_comparison_markdown
from loadaudit.reporting.comparison_table import print_comparison
from loadaudit.reporting.comparison_words import condition_rows
from loadaudit.reporting.html.comparison import write_comparison_html
from loadaudit.reporting.json_report import write_json

COVERAGE_DROP_HELP = "Exit code 1 when an operation that was covered was sent again without a proven success"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "runs", nargs="*", metavar="RUN", help="Label, id or file of each run, in the order they were made"
    )
    parser.add_argument(
        "--baseline",
        default="",
        metavar="RUN",
        help="Compare with this run, by default the latest one, and exit with 1 when an operation got worse",
    )
    parser.add_argument("--fail-on-regression", action="store_true", help="Exit code 1 when an operation got worse")
    parser.add_argument(
        "--fail-on-coverage-drop",
        action="store_true",
        help=COVERAGE_DROP_HELP,
    )
    parser.add_argument(
        "--all",
        action="store_true",
        dest="everything",
        help="Also print the figures of every category and operation that did not change (HTML and JSON have them all)",
    )
    add_format_argument(parser, "table", "markdown", "html", "json")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Print the comparison; works without touching the project's database or URLconf."""
    config = read_config()
    series = compare_runs(config.runs_dir, _references(options), slow_ms=config.slow_ms)
    everything = options["everything"] or context.verbosity > 1
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(comparison_document(series), stream)
        elif options["format"] == "html":
            write_comparison_html(series, stream)
        elif options["format"] == "markdown":
            write_comparison_markdown(series, stream, everything=everything)
        else:
            print_comparison(series, context.console(stream), everything=everything)
    failed = name_worse(
        context,
        series.whole,
        worse=options["fail_on_regression"] or bool(options["baseline"]),
        uncovered=options["fail_on_coverage_drop"],
    )
    return ExitCode.THRESHOLD_FAILED if failed else ExitCode.PASSED


def _references(options: Mapping[str, Any]) -> list[str]:
    """Return what names the runs, the one to compare with first; empty: the latest."""
    if options["baseline"]:
        return [options["baseline"], *(options["runs"] or [""])]
    if len(options["runs"]) < 2:
        raise UsageError(
            "A comparison needs two runs.",
            hint="Name both, the older first: loadaudit compare before after; or --baseline before for the latest run.",
        )
    return list(options["runs"])


def say_conditions(context: Context, comparison: Comparison) -> None:
    """Say on standard error what makes the two runs hard to compare."""
    serious = [row for one, row in condition_rows(comparison.differences) if one.serious]
    if serious:
        words = "; ".join(f"{name}: {before} → {after}" for name, before, after in serious)
        context.say(f"The runs were made under different conditions. {words}")


def name_worse(context: Context, comparison: Comparison, *, worse: bool, uncovered: bool) -> bool:
    """Name on standard error what got worse, and what is no longer covered, and say whether anything was."""
    found = regressions(comparison, worse=worse, uncovered=uncovered)
    if found:
        context.say(f"Worse than before: {first_of(found)}")
    return bool(found)
