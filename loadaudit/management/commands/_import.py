"""`loadaudit import`: a load test that already happened becomes a run."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from loadaudit.analysis.result import Analysis
from loadaudit.audit.imported import are_samples, import_samples
from loadaudit.audit.importing import ImportOptions, import_results
from loadaudit.audit.options import Selection
from loadaudit.audit.thresholds import is_failed
from loadaudit.conf import read_config
from loadaudit.errors import ExitCode, UsageError
from loadaudit.management.commands._progress import progress
from loadaudit.management.commands._project import checked_config, config_around_holes
from loadaudit.management.commands._report import is_page, report_format, write_report
from loadaudit.management.commands._shared import Context, add_format_argument
from loadaudit.reporting.json_report import analysis_document, write_json
from loadaudit.reporting.terminal import print_analysis


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="All files of one run; recognised by their content"
    )
    parser.add_argument("--label", default="", metavar="NAME", help="Name the run; default: from the files' names")
    parser.add_argument(
        "--mapping", type=Path, metavar="FILE", help="JSON: names of the results to operations, null: ignore"
    )
    parser.add_argument(
        "--inventory", type=Path, metavar="FILE", help="A saved inventory instead of the project's URLconf"
    )
    parser.add_argument("--target", default="", metavar="URL", help="What was load-tested, for the report")
    parser.add_argument("--note", default="", metavar="TEXT", help="What should be remembered about the run")
    parser.add_argument(
        "--fact",
        action="append",
        default=[],
        type=_fact,
        metavar="NAME=TEXT",
        help="What the results do not tell, for comparing: --fact 'database=PostgreSQL behind PgBouncer' (repeatable)",
    )
    parser.add_argument("--include-admin", action="store_true", help="Include the admin and debugging tools")
    parser.add_argument("--report", default="", metavar="FILE", help="Also write a report (.html, .md, .json, .xml)")
    add_format_argument(parser, "table", "json")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Make the run and print what came of it."""
    if options["report"]:
        report_format(options["report"])
    path, analysis, stub = _samples(context, options) if are_samples(options["files"]) else _results(context, options)
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(analysis_document(analysis), stream)
        else:
            print_analysis(analysis, context.console(stream), infos=context.verbosity > 1)
    if options["report"]:
        write_report(context, analysis, options["report"])
    if stub:
        context.say("\nA mapping for what fits no operation; check each, then import again with --mapping FILE:")
        context.say(stub)
    context.say(f"Run file: {path}")
    failed = is_failed(analysis.criteria, declared_only=True, strict=False)
    return ExitCode.THRESHOLD_FAILED if failed else ExitCode.PASSED


def _samples(context: Context, options: Mapping[str, Any]) -> tuple[Path, Analysis, str]:
    """Import single requests, which have the project's own ids already."""
    for name in ("mapping", "inventory", "target", "note", "fact"):
        if options[name]:
            raise UsageError(
                f"--{name} is for results of other tools; samples files bring what it says.", hint="Leave it out."
            )
    with progress(context) as observer:
        finished = import_samples(
            checked_config(context), options["files"], options["label"], observer, detailed=is_page(options["report"])
        )
    return finished.path, finished.analysis, ""


def _results(context: Context, options: Mapping[str, Any]) -> tuple[Path, Analysis, str]:
    """Import sums per name."""
    if not options["inventory"] and not hasattr(settings, "ROOT_URLCONF"):
        raise UsageError(
            "There is no Django project here whose operations the names could be.",
            hint="Name a saved inventory: --inventory FILE, made there with manage.py loadaudit inventory --save FILE",
        )
    config = read_config() if options["inventory"] else config_around_holes(context)
    made = import_results(
        config,
        ImportOptions(
            files=tuple(options["files"]),
            label=options["label"],
            mapping=options["mapping"],
            inventory=options["inventory"],
            target=options["target"],
            note=options["note"],
            facts=dict(options["fact"]),
            selection=Selection(include_admin=options["include_admin"]),
            detailed=is_page(options["report"]),
        ),
    )
    return made.path, made.analysis, made.mapping_stub


def _fact(text: str) -> tuple[str, str]:
    name, separator, value = (part.strip() for part in text.partition("="))
    if not (name and separator and value):
        raise argparse.ArgumentTypeError(f"expected NAME=TEXT, found {text!r}, for example database=PostgreSQL")
    return name, value
